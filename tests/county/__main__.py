"""`python -m tests.county [--rounds 50] [--seed N]`: spoil lines, then kill hall, broker and center.

Writes a dated result.
"""

import argparse
import random
import sys
import tempfile
from pathlib import Path

from tests.county import lines
from tests.county.rounds import run
from tests.kept import kept
from tests.postgres import postgres


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.county")
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    args = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(dir="/var/tmp") as folder, postgres() as url:
            said = lines.run(Path(folder), url, list(lines.FAULTS))
        with tempfile.TemporaryDirectory(dir="/var/tmp") as folder, postgres() as url:
            said.append(run(Path(folder), url, args.rounds, args.seed, say=True))
    except AssertionError as error:
        print(f"--seed {args.seed}: {error}", file=sys.stderr)
        return 1
    text = "".join(f"{line} (PostgreSQL)\n" for line in said)
    kept("county").write_text(text, "utf-8")
    print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
