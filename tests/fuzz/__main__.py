"""`python -m tests.fuzz [--inputs 1000000] [NAME...]`: every decoder under invented bytes; a dated result.

What was reached is kept for each decoder as it goes: broken off, the next run goes on. A decoder whose source
has changed begins anew; `--status` says which those are.
"""

import argparse
import json
import logging
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path

from tests.fuzz.decoders import ROOT, Decoder, all_of_them
from tests.fuzz.mutate import Corpus
from tests.fuzz.results import Reached, Results

RESULTS = ROOT / "tests/results"
STRETCH = 50_000
"""Inputs between two looks at the result's file; each stretch begins from the golden frames again."""


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("names", nargs="*", help="parts of decoders' names; default: all")
    parser.add_argument("--inputs", type=int, default=1_000_000, help="for each decoder (%(default)s)")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (%(default)s)")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder (%(default)s)")
    parser.add_argument(
        "--status", action="store_true", help="only say what was reached; exit status 1: not all"
    )
    parser.add_argument("--part", type=int, default=-1, help=argparse.SUPPRESS)
    args = parser.parse_args(words)
    if args.part >= 0:
        return _part(args)
    ended_well = args.status or _all_parts(args)
    return 0 if _status(args) and ended_well else 1


def _all_parts(args: argparse.Namespace) -> bool:
    """Keep what the processes say, as it comes; did none find a fault?"""
    words = [
        *args.names,
        *(f"--{name}={getattr(args, name)}" for name in ("inputs", "seed", "jobs", "results")),
    ]
    command = [sys.executable, "-m", "tests.fuzz", *words]
    said, saying = os.pipe()
    parts = [
        subprocess.Popen([*command, "--part", str(n)], stdout=saying, cwd=ROOT) for n in range(args.jobs)
    ]
    os.close(saying)
    results = Results(args.results)
    with os.fdopen(said, encoding="utf-8") as lines:
        for line in lines:  # whole ones: short writes to a pipe are not mixed
            name, stretch = json.loads(line)
            reached = results.add(name, Reached(**stretch))
            print(f"{name:<44} {reached.inputs:>9} inputs {reached.seconds:8.1f} s", flush=True)
    return not any([part.wait() for part in parts])  # noqa: C419  (each of them is waited for)


def _part(args: argparse.Namespace) -> int:
    """Each n-th decoder; what is reached goes to standard output, a fault to standard error."""
    logging.disable(logging.CRITICAL)
    results = Results(args.results)
    for n, (decoder, wanted) in enumerate(_wanted(args)):
        done = results.of(decoder.name, decoder.digest).inputs if n % args.jobs == args.part else wanted
        while done < wanted:
            inputs = min(STRETCH, wanted - done)
            stretch, fault = stretch_of(decoder, inputs, args.seed + done)
            if fault:
                print(f"{decoder.name} (--seed {stretch.seed}): {fault}", file=sys.stderr)
                return 1
            print(json.dumps([decoder.name, asdict(stretch)]), flush=True)
            done += inputs
    return 0


def _wanted(args: argparse.Namespace) -> Iterator[tuple[Decoder, int]]:
    with tempfile.TemporaryDirectory() as place, ExitStack() as open_:
        for decoder in list(all_of_them(Path(place), open_)):  # all at once, of the source that was imported
            if not args.names or any(name in decoder.name for name in args.names):
                yield decoder, max(1, args.inputs // decoder.cost)


def stretch_of(decoder: Decoder, inputs: int, seed: int) -> tuple[Reached, str]:
    """One stretch, and the fault that it found, or nothing."""
    began = time.process_time()
    fault, outcomes = try_out(decoder, inputs, seed)
    reached = Reached(decoder.digest, inputs, outcomes, seed=seed)
    return replace(reached, seconds=round(time.process_time() - began, 1)), fault


def try_out(decoder: Decoder, inputs: int, seed: int) -> tuple[str, int]:
    """The first fault, with its input, or nothing; and how many outcomes were seen."""
    corpus = Corpus(decoder.seeds, random.Random(f"{seed} {decoder.name}"), decoder.make)
    for given in decoder.seeds:
        corpus.learn(given, decoder.run(given))
    for _ in range(inputs):
        given = corpus.next()
        try:
            corpus.learn(given, decoder.run(given))
        except Exception as error:
            return f"{type(error).__name__}: {error}: {given.hex(' ')}", corpus.outcomes
    return "", corpus.outcomes


def _status(args: argparse.Namespace) -> bool:
    """Say how far each decoder has come with the source of now; have all of them come to the end?"""
    results, behind, total = Results(args.results), 0, 0
    for decoder, wanted in _wanted(args):
        total += 1
        known = results.reached.get(decoder.name)
        done = results.of(decoder.name, decoder.digest).inputs
        if done < wanted:
            behind += 1
            print(f"{decoder.name}: {done} of {wanted}{', changed since' if known and not done else ''}")
    print(f"{total - behind} of {total} decoders have had their inputs")
    return not behind


if __name__ == "__main__":
    sys.exit(main())
