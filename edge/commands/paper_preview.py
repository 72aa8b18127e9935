"""`bianmin paper-preview NAME`: a paper as it will leave the printer, as a picture."""

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from drivers import loader
from drivers.capabilities import Slip
from edge import papers, paths, settings
from edge.guides import Guide
from edge.hall.views import TicketView
from edge.hall.waiting_list import WaitingLine, WaitingView
from edge.hall.words import PaperState, TicketNumber, TicketState
from edge.settings import Settings
from edge.slips import guide_facts, line_facts, list_facts, material_facts, ticket_facts, trial_facts

DRIVER = "printer_escpos"
EXAMPLE_CODE = "K7QM4X2B"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="a file of papers/ without .toml, as ticket")
    parser.add_argument("-o", "--output", metavar="x.png", type=Path, help="the picture (NAME.png)")
    parser.add_argument(
        "--config", metavar="DIR", type=Path, default=paths.shared("demo"), help="the hall (%(default)s)"
    )
    parser.add_argument("--printer", metavar="ID", help="as this printer of the hall prints it (its first)")
    parser.add_argument(
        "--width-dots", type=int, choices=(384, 576), help="58 or 80 mm paper, whatever it has"
    )


def run(args: argparse.Namespace) -> int:
    hall = settings.load(args.config)
    layout = hall.papers.get(args.name)
    if layout is None:
        print(
            f"bianmin: no paper {args.name!r} (there are: {', '.join(sorted(hall.papers))})", file=sys.stderr
        )
        return 2
    printers = {id: d for id, d in hall.devices.items() if d.driver == DRIVER}
    if args.printer and args.printer not in printers:
        print(
            f"bianmin: no printer {args.printer!r} (there are: {', '.join(sorted(printers))})",
            file=sys.stderr,
        )
        return 2
    printer = printers.get(args.printer) or next(iter(printers.values()), None)
    options = options_of(printer.options if printer else None, args.width_dots)
    output = args.output or Path(f"{args.name}.png")
    # The interpreter is a twin, a program beside the product: asked as a process, never imported.
    asked = [sys.executable, "-m", "drivers.twins.printer", "--render", str(output)]
    asked += ["--width-dots", str(options.width_dots), "--encoding", options.encoding]
    done = subprocess.run(
        asked, input=encoded(filled(hall, layout), options), capture_output=True, check=False
    )
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        print(f"bianmin: could not draw {output}: {''.join(last)}", file=sys.stderr)
        return 1
    print(f"{output}: {json.loads(done.stdout)['mm']} mm of the roll")
    return 0


def filled(hall: Settings, layout: papers.Layout) -> Slip:
    """The paper as it would be now, about people who are made up."""
    if layout.about == papers.About.TICKET:
        return papers.slip(layout, example(hall))
    plan, now = hall.plan, datetime.now(ZoneInfo(hall.plan.timezone))
    if layout.about == papers.About.TEST:
        return papers.slip(layout, trial_facts(plan, "printer-1", version("bianmin-edge"), now))
    if layout.about == papers.About.GUIDE:
        guide = max(hall.guides.all(), key=lambda g: len(g.materials), default=Guide("", ""))
        return papers.slip(layout, guide_facts(plan, guide, now), material_facts(guide))
    lines = []
    for n, state in enumerate((TicketState.WAITING, TicketState.NO_SHOW, TicketState.WAITING), 1):
        service = plan.services[n % len(plan.services)]
        number = str(TicketNumber(service.prefix, n))
        lines.append(WaitingLine("", number, service.id, state, "", now.isoformat(timespec="seconds")))
    each = [line_facts(plan, hall.texts, n, line) for n, line in enumerate(lines, 1)]
    return papers.slip(layout, list_facts(plan, WaitingView(tuple(lines), None), now), each)


def example(hall: Settings) -> Mapping[str, str]:
    """What the slip of the hall's first service would say now."""
    plan = hall.plan
    service = plan.services[0]
    now = datetime.now(ZoneInfo(plan.timezone))
    ticket = TicketView(
        id=f"{plan.hall}-{now:%Y%m%d}",
        number=str(TicketNumber(service.prefix, service.first + 11)),
        service=service.id,
        item="",
        state=TicketState.WAITING,
        paper=PaperState.QUEUED,
        ahead=3,
        estimated_wait_s=900,
        issued_at=now.isoformat(timespec="seconds"),
        counter="",
    )
    return ticket_facts(plan, hall.guides, ticket, EXAMPLE_CODE)


def options_of(own: Any, width_dots: int | None) -> Any:
    """The printer's own settings, the usual ones where the hall has none; it will not be asked anything."""
    usual = own or loader.load(DRIVER).Options()
    return replace(usual, status=False, width_dots=width_dots or usual.width_dots)


def encoded(slip: Slip, options: Any) -> bytes:
    """The bytes that the printer's own driver would send."""
    wire = _Wire()
    loader.load(DRIVER).Driver(wire, options).print_slip(slip)
    return bytes(wire.sent)


class _Wire:
    """The printer's end of a link, which only takes."""

    def __init__(self) -> None:
        self.sent = bytearray()

    def write(self, chunk: bytes) -> None:
        self.sent += chunk

    def read(self, timeout_s: float) -> bytes:
        return b""
