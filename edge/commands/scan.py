"""`bianmin scan SOURCE...`: find the page in pictures, say how good it is, and make a PDF of it."""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from drivers import links, loader
from drivers.errors import DeviceFault, LinkLost

if TYPE_CHECKING:
    from edge.scan.scan import Scan
    from edge.scan.values import Picture

CAMERA_DRIVER = "camera_opencv"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "sources", metavar="SOURCE", nargs="+", help="picture files, a folder, or /dev/video0"
    )
    parser.add_argument("--desk", metavar="FILE", type=Path, help="the same view with nothing on the desk")
    parser.add_argument("-o", "--output", metavar="OUT.pdf", type=Path, help="write the accepted pages")
    parser.add_argument("--json", action="store_true", help="the whole result for a program")


def run(args: argparse.Namespace) -> int:
    """0: a page in every picture; 1: not in all; 2: something that is no picture."""
    try:
        from edge.scan.files import BadPicture
    except ImportError as error:
        print(f"bianmin: scanning needs the extra bianmin-edge[camera] ({error})", file=sys.stderr)
        return 2
    try:
        with tempfile.TemporaryDirectory(prefix="bianmin-scan-") as scratch:
            return _scan(args, Path(scratch))
    except (BadPicture, DeviceFault, LinkLost) as error:
        print(f"bianmin: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"bianmin: {error.strerror}: {error.filename}", file=sys.stderr)
        return 1


def _scan(args: argparse.Namespace, scratch: Path) -> int:
    from edge.scan.files import read, write_pdf
    from edge.scan.scan import flat, scan

    desk = read(args.desk) if args.desk else None
    found: list[Scan] = []
    sheets: list[Picture] = []
    for name, path in list(_pictures(args.sources, scratch)):
        picture = read(path)
        found.append(scan(picture, name, desk))
        if args.output:
            sheets += [flat(picture, page) for page in found[-1].pages[:1] if page.accepted]
        if not args.json:
            print(_told(found[-1]), flush=True)
    if args.json:
        print(json.dumps([one.to_json() for one in found], ensure_ascii=False))
    if args.output and sheets:
        write_pdf(sheets, args.output)
    whole = all(one.pages and one.pages[0].accepted for one in found)
    if args.output and not sheets:
        print(f"bianmin: no page was good enough, {args.output} is not written", file=sys.stderr)
    return 0 if whole else 1


def _pictures(sources: list[str], scratch: Path) -> Iterator[tuple[str, Path]]:
    from edge.scan.files import pictures_of

    for n, source in enumerate(sources):
        if source.startswith("/dev/"):
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


def _told(one: "Scan") -> str:
    if not one.pages:
        return f"{one.source}: no page found ({one.ms:.0f} ms)"
    page = one.pages[0]
    corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in page.corners)
    sharp = "-" if page.sharpness is None else f"{page.sharpness:.2f}"
    state = "ok" if page.accepted else page.why
    return f"{one.source}: {state}  {corners}  sure {page.confidence:.2f}  sharp {sharp}  ({one.ms:.0f} ms)"
