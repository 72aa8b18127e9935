"""`python -m tests.bench [NAME...]`: figures beside what they are held against, kept in tests/results/."""

import argparse
import os
import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from tests.bench import callers, commit, daemon, flushes
from tests.bench.figures import Figure
from tests.crash.rounds import ROOT

BENCHES: dict[str, Callable[[], list[Figure]]] = {
    "commit": commit.measure,
    "callers": callers.measure,
    "flushes": flushes.measure,
    "daemon": daemon.measure,
}
RESULTS = ROOT / "tests/results"
_MARKS = {True: "yes", False: "NO", None: ""}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("names", nargs="*", choices=[*BENCHES, []], help="default: all")
    names = parser.parse_args().names or list(BENCHES)
    figures: list[Figure] = []
    for name in names:
        print(f"measuring: {name} ...", file=sys.stderr)
        figures += BENCHES[name]()
    Console(width=None if sys.stdout.isatty() else 130).print(_table(figures))
    if len(names) == len(BENCHES):
        _keep(figures)
    return 1 if any(f.reached is False for f in figures) else 0


def _table(figures: list[Figure]) -> Table:
    table = Table("figure", "measured", "beside", "ratio", "to be reached", "reached")
    for f in figures:
        ratio = "" if f.ratio is None else f"{f.ratio:.2f}"
        table.add_row(f.name, f.value, f.beside, ratio, f.limit, _MARKS[f.reached])
    return table


def _keep(figures: list[Figure]) -> None:
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"bench-{datetime.now(UTC).date()}.txt"
    box = f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{box}, Python {platform.python_version()}\n")
        Console(file=file, width=130).print(_table(figures))
    print(f"kept in {path.relative_to(ROOT)}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
