"""`bianmin scan SOURCE...`: find the pages in pictures, say how good they are, and make a file of them."""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from drivers import links, loader
from drivers.errors import DeviceFault, LinkLost
from edge.commands.long_work import shown_progress
from edge.paths import shared
from edge.texts import Texts

if TYPE_CHECKING:
    from edge.scan.batch import Done, Work
    from edge.scan.files import BadPicture
    from edge.scan.scan import Scan

CAMERA_DRIVER = "camera_opencv"
PROFILES = ("colour", "grey", "bitonal", "natural")
TURNS = ("auto", "0", "90", "180", "270")
FILES = (".pdf", ".jpg", ".jpeg", ".png")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "sources", metavar="SOURCE", nargs="+", help="picture files, folders of them, or /dev/video0"
    )
    parser.add_argument("--desk", metavar="FILE", type=Path, help="the same view with nothing on the desk")
    parser.add_argument(
        "-o", "--output", metavar="OUT.pdf", type=Path, help="write the accepted pages (.pdf, .jpg, .png)"
    )
    parser.add_argument("--json", action="store_true", help="the whole result for a program")
    parser.add_argument("--profile", choices=PROFILES, default="colour", help="how pages leave (%(default)s)")
    parser.add_argument("--turn", choices=TURNS, default="auto", help="degrees clockwise (%(default)s)")
    parser.add_argument("--purpose", metavar="TEXT", default="", help="what a copy is for, over each page")
    parser.add_argument("--cards", action="store_true", help="both sides of a card on one A4 page")
    parser.add_argument(
        "--calibrate", metavar="A4|card", choices=("A4", "card"), help="learn the scale from such a sheet"
    )
    parser.add_argument("--calibration", metavar="FILE", type=Path, help="where the scale is kept")


def run(args: argparse.Namespace) -> int:
    """0: a good page in every picture; 1: not in all; 2: something that is no picture, or wrong options."""
    texts = Texts.load("zh-CN", shared("texts"))
    try:
        from edge.scan.compose import NoFont
        from edge.scan.files import BadPicture
    except ImportError as error:
        return _wrong(texts.get("scan.not_installed", error=error))
    if args.output and args.output.suffix.lower() not in FILES:
        return _wrong(texts.get("scan.bad_output", file=args.output, kinds=" ".join(FILES)))
    if args.calibrate and not args.calibration:
        return _wrong(texts.get("scan.no_calibration"))
    try:
        with tempfile.TemporaryDirectory(prefix="bianmin-scan-") as scratch:
            return _calibrate(args, texts) if args.calibrate else _scan(args, texts, Path(scratch))
    except BadPicture as error:
        return _wrong(_said(texts, error))
    except NoFont:
        return _wrong(texts.get("scan.no_font"))
    except (DeviceFault, LinkLost) as error:
        return _wrong(texts.get("scan.no_camera", error=error))
    except OSError as error:
        print(f"bianmin: {error.strerror}: {error.filename}", file=sys.stderr)
        return 1


def _wrong(message: str) -> int:
    print(f"bianmin: {message}", file=sys.stderr)
    return 2


def _said(texts: Texts, error: "BadPicture") -> str:
    return texts.get(f"scan.bad.{error.why}", file=error.name, **error.facts)


def _scan(args: argparse.Namespace, texts: Texts, scratch: Path) -> int:
    from edge.scan.batch import run as run_all

    work = _work(args, texts)
    pictures = list(_pictures(args.sources, scratch))
    done: list[Done] = []
    with shown_progress() as tell:
        for one in run_all(pictures, work):
            done.append(one)
            tell(texts.get("scan.working"), len(done) / len(pictures))
            if one.bad is not None:
                _wrong(_said(texts, one.bad))
            elif one.scan is not None and not args.json:
                print(_told(one.scan, texts), flush=True)
    if args.json:
        print(json.dumps([_json(one, texts) for one in done], ensure_ascii=False))
    if args.output and not _write(args.output, done):
        _wrong(texts.get("scan.nothing_good", file=args.output))
    if any(one.bad for one in done):
        return 2
    good = all(one.scan and one.scan.pages and one.scan.pages[0].accepted for one in done)
    return 0 if good else 1


def _work(args: argparse.Namespace, texts: Texts) -> "Work":
    """Raises BadPicture for a calibration that cannot be read."""
    from edge.scan.batch import Work
    from edge.scan.clean import Profile
    from edge.scan.desk import Calibration
    from edge.scan.files import Bad, BadPicture
    from edge.scan.scan import Wishes
    from edge.scan.upright import Turn

    per_mm = None
    if args.calibration:
        try:
            per_mm = Calibration.load(args.calibration).per_mm
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BadPicture(Bad.CALIBRATION, str(args.calibration)) from error
    purpose = texts.get("scan.purpose", purpose=args.purpose) if args.purpose else ""
    wants = ""
    if args.output:
        wants = "pdf" if args.output.suffix.lower() == ".pdf" and not args.cards else "picture"
    profile = Profile.NATURAL if args.cards else Profile(args.profile)
    return Work(Wishes(profile, Turn(args.turn), purpose, per_mm), args.desk, wants)


def _pictures(sources: list[str], scratch: Path) -> Iterator[tuple[str, Path]]:
    from edge.scan.files import pictures_of

    for n, source in enumerate(sources):
        if source.startswith("/dev/video"):
            path = scratch / f"{n}.jpg"
            path.write_bytes(_taken(source))
            yield source, path
        else:
            yield from ((str(path), path) for path in pictures_of(Path(source)))


def _taken(device: str) -> bytes:
    """One picture of a camera. Raises DeviceFault, LinkLost."""
    module = loader.load(CAMERA_DRIVER)
    link = links.open_link(f"video://{device}")
    try:
        camera = module.Driver(link, module.Options())
        camera.start()
        return bytes(camera.capture().jpeg)
    finally:
        link.close()


def _calibrate(args: argparse.Namespace, texts: Texts) -> int:
    """Raises BadPicture, OSError."""
    from edge.scan.calibrate import NotThatSheet, calibrate
    from edge.scan.evidence import bare_desk
    from edge.scan.files import read
    from edge.scan.find import find

    picture = read(Path(args.sources[0]))
    found = find(picture, bare_desk(read(args.desk)) if args.desk else None)
    try:
        if not found:
            raise NotThatSheet("nothing was found")
        known = calibrate(picture, found[0].quad.corners, args.calibrate)
    except NotThatSheet:
        return _wrong(texts.get("scan.not_that_sheet", paper=args.calibrate))
    known.save(args.calibration)
    print(texts.get("scan.calibrated", per_mm=f"{known.per_mm:.3f}", dpi=round(known.per_mm * 25.4)))
    return 0


# --- what comes out -----------------------------------------------------------------------------------------


def _json(one: "Done", texts: Texts) -> dict[str, object]:
    if one.scan is None:
        assert one.bad is not None
        return {"source": one.source, "pages": [], "ms": 0.0, "error": _said(texts, one.bad)}
    codes = {"codes": [code.to_json() for code in one.codes]} if one.codes else {}
    return {**one.scan.to_json(), **codes}


def _told(one: "Scan", texts: Texts) -> str:
    ms = f"{one.ms:.0f}"
    if not one.pages:
        return texts.get("scan.no_page", source=one.source, ms=ms)
    lines = []
    for page in one.pages:
        corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in page.corners)
        sharp = "-" if page.sharpness is None else f"{page.sharpness:.2f}"
        faults = [texts.get(f"scan.fault.{why}") for why in page.why.split(",") if why]
        state = texts.get("scan.good") if page.accepted else f"{texts.get('scan.and')} ".join(faults)
        sure = f"{page.confidence:.2f}"
        lines.append(
            texts.get(
                "scan.page", source=one.source, state=state, corners=corners, sure=sure, sharp=sharp, ms=ms
            )
        )
    return "\n".join(lines)


def _write(output: Path, done: list["Done"]) -> bool:
    """The accepted pages as one file, or as one picture each; false when there is none. Raises OSError."""
    from edge.scan.batch import on_one_page
    from edge.scan.clean import Profile
    from edge.scan.files import write
    from edge.scan.pdf import packed, pdf
    from edge.scan.pictures import encoded

    pages = [page for one in done for page in one.pages]
    pictures = [picture for one in done for picture in one.pictures]
    if pages:
        write(output, pdf(pages))
        return True
    if not pictures:
        return False
    if output.suffix.lower() == ".pdf":
        write(output, pdf([packed(on_one_page(done), 300.0, Profile.NATURAL)]))
        return True
    for n, (picture, dpi) in enumerate(pictures, 1):
        name = output if len(pictures) == 1 else output.with_stem(f"{output.stem}-{n}")
        write(name, encoded(picture, dpi, output.suffix.lower()))
    return True
