"""`bianmin demo`: a whole hall of device twins, one visit checked at the far end, then a crowd."""

import argparse
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.live import Live

from edge.client import ServerAway
from edge.demo.children import NotStarted
from edge.demo.crowd import Crowd
from edge.demo.house import House
from edge.demo.table import hall_table, stages_table
from edge.demo.visit import Stage, Visit
from edge.paths import shared
from edge.stop_signals import StopSignals


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=float, help="end after this time (without: until Ctrl-C)")
    parser.add_argument("--headless", action="store_true", help="no windows, even where there is a display")
    parser.add_argument(
        "--data", type=Path, help="keep journal and captures here (without: a folder that goes)"
    )
    parser.add_argument("--port", type=int, default=0, help="of the local door (without: any free one)")
    parser.add_argument("--keep", action="store_true", help="keep the folder with logs and pictures")


def run(args: argparse.Namespace) -> int:
    """0 if every stage of the visit was seen at the far end, else 1."""
    console = Console()
    stopping = StopSignals()
    house = House(
        shared("demo"),
        data=args.data,
        port=args.port,
        headless=args.headless,
        say=lambda what: console.print(f"[dim]… {what}[/]"),
    )
    ends = time.monotonic() + args.seconds if args.seconds is not None else None
    try:
        house.open()
        stages = _show(house, console, stopping, ends)
    except NotStarted as error:
        print(f"bianmin demo: {error}", file=sys.stderr)
        return 1
    finally:
        house.close()
        if not args.keep:
            house.sweep()
    console.print(stages_table(stages, house.settings.texts))
    if args.keep:
        console.print(f"{house.folder}")
    return 0 if all(stage.seen for stage in stages) else 1


def _show(house: House, console: Console, stopping: StopSignals, ends: float | None) -> list[Stage]:
    console.print(f"{house.url}")
    visit = Visit(house)
    stages: list[Stage] = []
    for stage in visit.stages():
        stages.append(stage)
        console.print(
            f"[{'green' if stage.seen else 'red'}]{len(stages)}[/] {stage.name}: {stage.detail}", markup=True
        )
        if stopping.wait(0):
            return stages
    crowd = Crowd(house)
    crowd.start()
    try:
        _watch(house, console, stopping, ends)
    finally:
        crowd.stop()
    return [*stages, *visit.county()]


def _watch(house: House, console: Console, stopping: StopSignals, ends: float | None) -> None:
    """The live table until the time is up; without a terminal nothing is drawn."""
    with Live(console=console, auto_refresh=False, transient=True) as live:
        while not stopping.wait(0.5) and (ends is None or time.monotonic() < ends):
            try:
                view = house.client.get("/api/v1/hall")[1]
            except ServerAway:
                continue
            if console.is_terminal:
                county = f"MQTT {len(house.county.events)} / {view['seq']}"
                live.update(hall_table(view, county, house.url, house.settings.texts), refresh=True)
