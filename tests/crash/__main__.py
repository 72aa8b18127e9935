"""`python -m tests.crash [--rounds 100] [--seed N]`: kill a hall again and again; writes a dated result."""

import argparse
import random
import sys
import tempfile
from pathlib import Path

from tests.crash.rounds import one_round
from tests.kept import kept

ROUNDS_A_DAY = 20
"""Then a fresh folder: a service has no more than 9,999 numbers a day."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crash")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    args = parser.parse_args()
    dice, total = random.Random(args.seed), 0
    for first in range(1, args.rounds + 1, ROUNDS_A_DAY):
        with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
            tickets = 0
            for n in range(first, min(first + ROUNDS_A_DAY, args.rounds + 1)):
                try:
                    how, tickets = one_round(Path(folder), dice)
                except AssertionError as error:
                    print(f"round {n} (--seed {args.seed}): {error}", file=sys.stderr)
                    return 1
                print(f"round {n}: {how}, {tickets} tickets on disk, none lost, none twice", flush=True)
            total += tickets
    line = f"{args.rounds} rounds, seed {args.seed}: {total} tickets, 0 lost, 0 twice, chain whole\n"
    kept("crash").write_text(line, "utf-8")
    print(line, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
