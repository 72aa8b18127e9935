"""`python -m tests.county.grow [--halls 13 130 1300]`: one broker, two workers, PostgreSQL; a dated result.

Each number of halls lives through a tenth of a day, then through a morning's begin with all boxes switched on
within it; both are played faster than life, the same for every number, so that the figures can be compared.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from rich.console import Console

from edge.center.in_store import InStore, in_store
from edge.commands.simulate import is_safe, table
from edge.mqtt_values import Broker
from edge.simulate.crowd import Share
from edge.simulate.here import here
from edge.simulate.marks import TRIAL_COUNTY
from edge.simulate.profiles import PROFILES
from edge.simulate.run import Outcome, run
from edge.simulate.sim_hall import Manner
from tests.crash.rounds import ROOT
from tests.kept import kept
from tests.postgres import postgres

HALLS = (13, 130, 1300)
SECONDS = {"tenth": 90.0, "peak": 60.0}
Row = tuple[Outcome, InStore]


def grow(
    url: str, halls: int, seconds: dict[str, float], watch: dict[str, list[int]], *, seed: int = 7
) -> list[Row]:
    """One number of halls through its profiles; `url` is the center's store."""
    rows: list[Row] = []
    for profile, lasts_s in seconds.items():
        with tempfile.TemporaryDirectory(dir="/var/tmp") as folder, here(Path(folder), url, 2) as place:
            share = Share(
                manner=Manner(Broker.at(place.broker), at_once=not lasts_s),
                county=TRIAL_COUNTY,
                halls=halls,
                first=0,
                step=1,
                profile=profile,
                pace=PROFILES[profile].lasts_s / lasts_s if lasts_s else 0.0,
                spread_s=halls / 100,
                seed=seed,
                version="grow",
            )
            outcome = run(share, 2, wait_s=60.0, watch={**place.processes, **watch})
        rows.append((outcome, in_store(url, outcome.journals)))
    return rows


def postmaster(url: str) -> int:
    """Its process id."""
    folder = parse_qs(urlsplit(url).query)["host"][0]
    return int((Path(folder) / "data/postmaster.pid").read_text("ascii").splitlines()[0])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.county.grow", description=__doc__)
    parser.add_argument("--halls", type=int, nargs="*", default=HALLS)
    parser.add_argument("--seconds", type=float, nargs=2, default=tuple(SECONDS.values()))
    args = parser.parse_args()
    rows: list[Row] = []
    began, load = datetime.now(UTC), os.getloadavg()[0]
    with postgres("max_wal_size=4GB") as url:
        watch = {"PostgreSQL": [postmaster(url)]}
        for halls in args.halls:
            rows += grow(url, halls, dict(zip(SECONDS, args.seconds, strict=True)), watch)
            Console(width=130).print(table(rows[-2:]))
    took_s = (datetime.now(UTC) - began).total_seconds()
    if tuple(args.halls) == HALLS:
        _keep(rows, f"{os.cpu_count()} cores, load {load:.1f} at the begin, {took_s:.0f} s in all")
    return 0 if all(is_safe(*row) for row in rows) else 1


def _keep(rows: Sequence[Row], said: str) -> None:
    path = kept("county-grow")
    with path.open("w", encoding="utf-8") as file:
        file.write(f"{said}; one mosquitto, two workers, PostgreSQL with fsync, all on this machine\n")
        Console(file=file, width=130).print(table(rows))
    print(f"kept in {path.relative_to(ROOT)}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
