"""`python -m tests.bench [NAME...] [--readme]`: figures beside what they are held against.

All of them together are kept in tests/results/, and with `--readme` in README.md too.
"""

import argparse
import os
import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from tests.bench import callers, commit, daemon, door, drain, flushes, keys, screens, starts
from tests.bench.figures import Figure
from tests.crash.rounds import ROOT
from tests.kept import kept

BENCHES: dict[str, Callable[[], list[Figure]]] = {
    "commit": commit.measure,
    "callers": callers.measure,
    "flushes": flushes.measure,
    "daemon": daemon.measure,
    "door": door.measure,
    "drain": drain.measure,
    "keys": keys.measure,
    "starts": starts.measure,
    "screens": screens.measure,
}
BEGIN, END = "<!-- bench -->", "<!-- /bench -->"
_MARKS = {True: "yes", False: "NO", None: ""}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("names", nargs="*", choices=[*BENCHES, []], help="default: all")
    parser.add_argument("--readme", action="store_true", help="all of them, into README.md too")
    args = parser.parse_args()
    names = [] if args.readme else args.names
    names = names or list(BENCHES)
    figures: list[Figure] = []
    for name in names:
        print(f"measuring: {name} ...", file=sys.stderr)
        figures += BENCHES[name]()
    Console(width=None if sys.stdout.isatty() else 130).print(_table(figures))
    if len(names) == len(BENCHES):
        _keep(figures)
    if args.readme:
        _quote(figures)
    return 1 if any(f.reached is False for f in figures) else 0


def _table(figures: list[Figure]) -> Table:
    table = Table("figure", "measured", "beside", "ratio", "to be reached", "reached")
    for f in figures:
        ratio = "" if f.ratio is None else f"{f.ratio:.2f}"
        table.add_row(f.name, f.value, f.beside, ratio, f.limit, _MARKS[f.reached])
    return table


def _quote(figures: list[Figure]) -> None:
    """Write the table between the README's two marks."""
    path = ROOT / "README.md"
    before, _, rest = path.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    assert end, f"{path}: no {BEGIN} ... {END}"
    rows = [("figure", "measured", "beside", "ratio", "to be reached"), ("---",) * 5]
    for f in figures:
        ratio = "" if f.ratio is None else f"{f.ratio:.2f}"
        rows.append((f.name, f.value, f.beside, ratio, f.limit + (" (missed)" if f.reached is False else "")))
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    said = f"Python {platform.python_version()}, {platform.machine()}, {datetime.now(UTC).date()}"
    path.write_text(f"{before}{BEGIN}\n{said}\n\n{table}\n{END}{after}", "utf-8")


def _keep(figures: list[Figure]) -> None:
    path = kept("bench")
    box = f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{box}, Python {platform.python_version()}\n")
        Console(file=file, width=130).print(_table(figures))
    print(f"kept in {path.relative_to(ROOT)}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
