"""`python -m tests.fuzz [--inputs 1000000] [NAME...]`: every decoder under invented bytes; a dated result."""

import argparse
import logging
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
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
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (%(default)s)")
    parser.add_argument("--part", type=int, default=-1, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.part >= 0:
        return _part(args)
    began = time.monotonic()
    lines, ended_well = _all_parts(args)
    if ended_well and not args.names:
        RESULTS.mkdir(exist_ok=True)
        took_s = time.monotonic() - began
        head = (
            f"{len(lines)} decoders, seed {args.seed}, {args.jobs} processes, {took_s:.0f} s:"
            " nothing but FrameError, no invented frame, memory bounded\n"
        )
        path = RESULTS / f"fuzz-{datetime.now(UTC).date()}.txt"
        path.write_text(head + "\n".join(sorted(lines)) + "\n", "utf-8")
    return 0 if ended_well else 1


def _all_parts(args: argparse.Namespace) -> tuple[list[str], bool]:
    """What all processes said, and whether none found a fault."""
    words = [*args.names, "--inputs", str(args.inputs), "--seed", str(args.seed), "--jobs", str(args.jobs)]
    command = [sys.executable, "-m", "tests.fuzz", *words]
    parts = [
        subprocess.Popen([*command, "--part", str(n)], stdout=subprocess.PIPE, text=True, cwd=ROOT)
        for n in range(args.jobs)
    ]
    lines = [line for part in parts for line in part.communicate()[0].splitlines()]
    return lines, all(part.returncode == 0 for part in parts)


def _part(args: argparse.Namespace) -> int:
    """Each n-th decoder; what is found goes to standard output, a fault to standard error."""
    logging.disable(logging.CRITICAL)
    for decoder in _mine(args):
        began = time.monotonic()
        inputs = max(1, args.inputs // decoder.cost)
        fault, outcomes = try_out(decoder, inputs, args.seed)
        if fault:
            print(f"{decoder.name} (--seed {args.seed}): {fault}", file=sys.stderr)
            return 1
        took_s = time.monotonic() - began
        line = f"{decoder.name:<44} {inputs:>9} inputs {outcomes:>5} outcomes {took_s:7.1f} s"
        print(line, flush=True)
        print(line, file=sys.stderr, flush=True)
    return 0


def _mine(args: argparse.Namespace) -> Iterator[Decoder]:
    with tempfile.TemporaryDirectory() as place, ExitStack() as open_:
        wanted = (
            decoder
            for decoder in all_of_them(Path(place), open_)
            if not args.names or any(name in decoder.name for name in args.names)
        )
        yield from (decoder for n, decoder in enumerate(wanted) if n % args.jobs == args.part)


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
