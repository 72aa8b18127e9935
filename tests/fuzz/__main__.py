"""`python -m tests.fuzz [--inputs 1000000] [NAME...]`: every decoder under invented bytes; a dated result."""

import argparse
import logging
import random
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from tests.fuzz.decoders import ROOT, Decoder, all_of_them
from tests.fuzz.mutate import Corpus

RESULTS = ROOT / "tests/results"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("names", nargs="*", help="parts of decoders' names; default: all")
    parser.add_argument("--inputs", type=int, default=1_000_000, help="for each decoder (%(default)s)")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    args = parser.parse_args()
    logging.disable(logging.CRITICAL)
    lines = []
    with tempfile.TemporaryDirectory() as place, ExitStack() as open_:
        for decoder in all_of_them(Path(place), open_):
            if args.names and not any(name in decoder.name for name in args.names):
                continue
            began = time.monotonic()
            fault, outcomes = try_out(decoder, args.inputs, args.seed)
            if fault:
                print(f"{decoder.name} (--seed {args.seed}): {fault}", file=sys.stderr)
                return 1
            took_s = time.monotonic() - began
            lines.append(f"{decoder.name:<44} {args.inputs:>9} inputs {outcomes:>5} outcomes {took_s:7.1f} s")
            print(lines[-1], flush=True)
    if not args.names:
        RESULTS.mkdir(exist_ok=True)
        head = f"seed {args.seed}; nothing but FrameError, no invented frame, memory bounded\n"
        path = RESULTS / f"fuzz-{datetime.now(UTC).date()}.txt"
        path.write_text(head + "\n".join(lines) + "\n", "utf-8")
    return 0


def try_out(decoder: Decoder, inputs: int, seed: int) -> tuple[str, int]:
    """The first fault, with its input, or nothing; and how many outcomes were seen."""
    corpus = Corpus(decoder.seeds, random.Random(f"{seed} {decoder.name}"))
    for given in decoder.seeds:
        corpus.learn(given, decoder.run(given))
    for _ in range(inputs):
        given = corpus.next()
        try:
            corpus.learn(given, decoder.run(given))
        except Exception as error:
            return f"{type(error).__name__}: {error}: {given.hex(' ')}", corpus.outcomes
    return "", corpus.outcomes


if __name__ == "__main__":
    sys.exit(main())
