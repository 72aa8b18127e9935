"""`python -m edge.scan.child`: the daemon's page finder, a process that stays and answers questions.

A question is a line of JSON, `{"do": ..., "parts": [N, ...]}`, and then the parts' bytes; so is its answer,
with `"ok"`. The end of standard input ends it. What it knows of each camera (the empty desk, the pages that
were taken) is in memory only.
"""

import argparse
import json
import logging
import os
import resource
import sys
import time
from collections.abc import Sequence
from typing import Any, BinaryIO, TypeAlias

import cv2

from edge.scan.binding import Leaf, bind
from edge.scan.clean import Profile
from edge.scan.compose import NoFont
from edge.scan.desk import QUALITY
from edge.scan.files import BadPicture, decode
from edge.scan.handed import form_of, taken_of
from edge.scan.live import Live
from edge.scan.sameness import face_of
from edge.scan.scan import Wishes
from edge.scan.upright import Turn

log = logging.getLogger(__name__)

Json: TypeAlias = dict[str, Any]
Parts: TypeAlias = list[bytes]

LONGEST_LINE = 1_000_000
MOST_BYTES = 256 * 1024 * 1024
NICENESS = 10
"""Numbers and calls come first."""


class Finder:
    """Answers; one thread."""

    def __init__(self) -> None:
        self._live: dict[str, Live] = {}

    def answer(self, question: Json, parts: Parts) -> tuple[Json, Parts]:
        """Raises BadPicture, NoFont, ValueError for what makes no sense, and whatever OpenCV raises."""
        match question.get("do"):
            case "look":
                return self._look(question, parts[0])
            case "desk":
                self._of(question).know_desk(decode(parts[0], "desk"), time.monotonic())
                return {}, []
            case "taken":
                faces = [face_of(decode(jpeg, "page")) for jpeg in parts]
                self._of(question).taken(faces, str(question.get("ticket", "")))
                return {}, []
            case "page":
                return self._page(question, parts[0])
            case "form":
                return {}, [form_of(decode(parts[0], "page"), _wishes(question), str(question["suffix"]))]
            case "bind":
                cards, groups = question["cards"], question["groups"]
                leaves = [
                    Leaf(pdf, tuple(map(bool, c)), str(g))
                    for pdf, c, g in zip(parts, cards, groups, strict=True)
                ]
                return {}, [bind(leaves, str(question.get("purpose", "")))]
        raise ValueError(f"unknown question: {question.get('do')!r}")

    def _of(self, question: Json) -> Live:
        return self._live.setdefault(str(question.get("camera", "")), Live())

    def _look(self, question: Json, jpeg: bytes) -> tuple[Json, Parts]:
        live = self._of(question)
        seen = live.look(decode(jpeg, "look"), time.monotonic(), str(question.get("ticket", "")))
        if seen.notice is None or live.memory.bare is None:
            return seen.to_json(), []
        good, desk = cv2.imencode(".jpg", live.memory.bare.picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        return seen.to_json(), [desk.tobytes()] if good else []

    def _page(self, question: Json, jpeg: bytes) -> tuple[Json, Parts]:
        """Find, judge and clean; `strict`: give nothing but the verdict where it is not good."""
        live, whose = self._of(question), str(question.get("ticket", ""))
        picture = decode(jpeg, "capture")
        bare = live.desk_for(picture.shape, time.monotonic())
        taken = taken_of(
            picture, bare, _wishes(question, picture.shape[1]), lambda face: live.is_new(face, whose)
        )
        if question.get("strict") and taken.why:
            live.not_taken()
            return {**taken.to_json(), "kept": False}, []
        live.taken([leaf.face for leaf in taken.leaves], whose)
        return {**taken.to_json(), "kept": True}, [taken.pdf, taken.small, *(p.jpeg for p in taken.leaves)]


def _wishes(question: Json, width: int = 0) -> Wishes:
    """`width`: of the picture, for the camera's scale."""
    profile, turn = question.get("profile", Profile.COLOUR), question.get("turn", Turn.AUTO)
    scale = question.get("scale")
    per_mm = float(scale["per_mm"]) * width / int(scale["width"]) if scale and width else None
    return Wishes(Profile(profile), Turn(turn), str(question.get("purpose", "")), per_mm)


def serve(finder: Finder, source: BinaryIO, out: BinaryIO) -> int:
    """Answer until the questions end; 3 when there is not enough memory to go on."""
    while line := source.readline(LONGEST_LINE):
        question = json.loads(line)
        sizes = [int(size) for size in question.get("parts", ())]
        if sum(sizes) > MOST_BYTES:
            raise ValueError(f"a question of {sum(sizes)} bytes")
        given = [source.read(size) for size in sizes]
        answer, parts = _careful(finder, question, given)
        _write(out, {**answer, "parts": [len(part) for part in parts]}, parts)
        if answer.get("code") == "memory":
            return 3
    return 0


def _careful(finder: Finder, question: Json, parts: Parts) -> tuple[Json, Parts]:
    """No question ends the process but one that eats all memory."""
    try:
        answer, given = finder.answer(question, parts)
    except BadPicture as error:
        return {"ok": False, "code": "bad_picture", "detail": str(error)}, []
    except NoFont as error:
        return {"ok": False, "code": "no_font", "detail": str(error)}, []
    except MemoryError as error:
        return {"ok": False, "code": "memory", "detail": repr(error)}, []
    except Exception as error:
        if isinstance(error, cv2.error) and error.code == cv2.Error.StsNoMem:
            return {"ok": False, "code": "memory", "detail": repr(error)}, []
        log.exception("%s", question.get("do"))
        return {"ok": False, "code": "bug", "detail": repr(error)}, []
    return {"ok": True, **answer}, given


def _write(out: BinaryIO, answer: Json, parts: Parts) -> None:
    out.write(json.dumps(answer).encode() + b"\n")
    for part in parts:
        out.write(part)
    out.flush()


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m edge.scan.child", description=__doc__)
    parser.add_argument("--memory-mb", type=int, default=0, help="data the process may have; 0: no limit")
    args = parser.parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="finder: %(message)s")
    os.nice(NICENESS)
    cv2.setNumThreads(max(1, len(os.sched_getaffinity(0)) // 2))
    if args.memory_mb:
        # Anonymous memory only: libraries' code and the picture of a file do not count.
        resource.setrlimit(resource.RLIMIT_DATA, (args.memory_mb * 1024 * 1024,) * 2)
    return serve(Finder(), sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    sys.exit(main())
