"""The page finder's process: it stays, and whatever becomes of it, the next question is answered."""

import io
import os
import re
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from drivers.twins.pages import write_pages
from edge.finder import Finder, FinderFailed
from tests.waiting import until

ANSWERS = """
import json, sys, time
mode = sys.argv[1]
for line in sys.stdin.buffer:
    question = json.loads(line)
    given = [sys.stdin.buffer.read(n) for n in question["parts"]]
    if question["do"] == "hang":
        time.sleep(600)
    if question["do"] == "babble":
        print("what?", flush=True)
    if question["do"] == "end":
        break
    if question["do"] == "eat":
        kept = bytearray(b"x") * 500_000_000
    answer = json.dumps({"ok": True, "heard": sum(map(len, given)), "parts": [len(g) for g in given]})
    sys.stdout.buffer.write(answer.encode() + b"\\n" + b"".join(given))
    sys.stdout.buffer.flush()
"""


@pytest.fixture
def made() -> Iterator[Finder]:
    finder = Finder((sys.executable, "-c", ANSWERS, "x"))
    yield finder
    finder.close()
    assert finder.pid() == 0


def test_it_stays_and_large_parts_go_there_and_back(made):
    parts = [os.urandom(3_000_000), b"", b"x"]
    assert made.ask("echo", parts, within_s=20).parts == parts
    first = made.pid()
    assert made.ask("echo", [b"y"], within_s=20).facts["heard"] == 1
    assert (made.pid(), made.started) == (first, 1)


@pytest.mark.parametrize(("do", "code"), [("hang", "late"), ("babble", "ended"), ("end", "ended")])
def test_one_that_hangs_babbles_or_ends_is_replaced(made, do, code):
    made.ask("echo", within_s=20)
    before = made.pid()
    with pytest.raises(FinderFailed) as caught:
        made.ask(do, within_s=0.3)
    assert caught.value.code == code
    assert not Path(f"/proc/{before}/cmdline").exists() or made.pid() == 0
    assert made.ask("echo", [b"zz"], within_s=20).facts["heard"] == 2
    assert made.started == 2


def _bytes_read(pid: int) -> int:
    """By this process, of whatever."""
    return int(Path(f"/proc/{pid}/io").read_text(encoding="ascii").split()[1])


def test_one_that_is_killed_while_it_works_is_replaced(made):
    made.ask("echo", within_s=20)
    failed: list[str] = []

    def ask() -> None:
        with pytest.raises(FinderFailed) as caught:
            made.ask("hang", within_s=30)
        failed.append(caught.value.code)

    pid = made.pid()
    before = _bytes_read(pid)
    asking = threading.Thread(target=ask)
    asking.start()
    until(lambda: _bytes_read(pid) > before)
    os.kill(pid, signal.SIGKILL)
    asking.join()
    assert failed == ["ended"]
    assert made.ask("echo", within_s=20).facts["ok"]


def test_one_that_has_grown_is_ended_after_its_answer(made):
    assert made.ask("eat", within_s=20).facts["ok"]
    assert made.pid() == 0
    assert made.ask("echo", within_s=20).facts["ok"]


def test_a_look_does_not_wait_for_its_turn(made):
    made.ask("echo", within_s=20)

    def hang() -> None:
        with pytest.raises(FinderFailed):
            made.ask("hang", within_s=30)

    busy = threading.Thread(target=hang)
    busy.start()
    until(lambda: made._turn.locked())
    assert made.ask_if_free("echo", within_s=20) is None
    made.close()
    busy.join()
    with pytest.raises(FinderFailed):
        made.ask("echo", within_s=1)


def test_what_cannot_be_started_is_said():
    finder = Finder(("/nowhere/python",))
    with pytest.raises(FinderFailed, match="not_started"):
        finder.ask("echo", within_s=1)
    finder.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> list[bytes]:
    return [path.read_bytes() for path in write_pages(tmp_path_factory.mktemp("pages"))]


def test_the_real_one_finds_cleans_knows_again_and_lives_through_bad_pictures(pages):
    finder = Finder()
    try:
        page = finder.ask("page", [pages[0]], within_s=60, camera="6", ticket="t", strict=True)
        assert (page.facts["why"], page.facts["kept"], page.facts["cards"]) == ("", True, [False])
        file, small, jpeg = page.parts
        assert (file[:5], small[:3], jpeg[:3]) == (b"%PDF-", b"\xff\xd8\xff", b"\xff\xd8\xff")
        assert len(small) < 20_000
        twice = finder.ask("page", [pages[0]], within_s=60, camera="6", ticket="t", strict=True)
        assert (twice.facts["why"], twice.facts["kept"], twice.parts) == ("same", False, [])
        for bad in (b"", b"no picture", pages[0][:5000]):
            with pytest.raises(FinderFailed, match="bad_picture"):
                finder.ask("page", [bad], within_s=60, camera="6")
        with pytest.raises(FinderFailed, match="bug"):
            finder.ask("sing", within_s=60)
        bound = finder.ask("bind", [file, file], within_s=60, cards=[[False]] * 2, groups=["", ""])
        assert bound.parts[0][:5] == b"%PDF-"
        assert finder.started == 1
    finally:
        finder.close()


def test_a_new_one_knows_the_pages_again_that_it_is_told_of(pages):
    """Cleaned pages are told, and are known on the picture as the camera gives it."""
    first, second = Finder(), Finder()
    try:
        clean = [first.ask("page", [p], within_s=60, camera="6", ticket="t").parts[2] for p in pages[:2]]
        second.ask("taken", clean, within_s=60, camera="6", ticket="t")
        said = [
            second.ask("page", [p], within_s=60, camera="6", ticket="t", strict=True).facts["why"]
            for p in pages
        ]
        assert said == ["same", "same", ""]
    finally:
        first.close()
        second.close()


def test_eight_million_pixels_stay_under_400_mb(pages):
    with Image.open(io.BytesIO(pages[0])) as picture:
        out = io.BytesIO()
        picture.resize((3264, 2448)).save(out, "JPEG", quality=92)
    finder = Finder()
    try:
        finder.ask("page", [out.getvalue()], within_s=60, camera="6")
        status = Path(f"/proc/{finder.pid()}/status").read_text("utf-8")
        (most_kb,) = re.findall(r"VmHWM:\s+(\d+) kB", status)
        assert int(most_kb) < 400_000
        assert finder.started == 1
    finally:
        finder.close()


def test_a_picture_that_needs_more_memory_than_it_may_have_ends_it_and_not_the_next(pages):
    finder = Finder((sys.executable, "-m", "edge.scan.child", "--memory-mb", "250"))
    try:
        for life in (1, 2):
            with pytest.raises(FinderFailed) as caught:
                finder.ask("page", [pages[0]], within_s=60, camera="6")
            assert caught.value.code in ("memory", "ended")
            assert finder.started == life
    finally:
        finder.close()
