"""`python -m tests.county [--rounds 50] [--seed N]`: kill hall, broker and center; writes a dated result."""

import argparse
import random
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.county.rounds import ROOT, run
from tests.postgres import postgres


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.county")
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder, postgres() as url:
        try:
            line = run(Path(folder), url, args.rounds, args.seed, say=True)
        except AssertionError as error:
            print(f"--seed {args.seed}: {error}", file=sys.stderr)
            return 1
    results = ROOT / "tests/results"
    results.mkdir(exist_ok=True)
    (results / f"county-{datetime.now(UTC).date()}.txt").write_text(f"{line} (PostgreSQL)\n", "utf-8")
    print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
