"""`python -m tests.soak [--minutes 60]`: every device of a hall fails in turn; ratios against a limit."""

import argparse
import os
import random
import sys
import time
from collections.abc import Sequence

from edge.demo.house import House
from edge.paths import shared
from tests.bench.figures import middle, ms
from tests.kept import kept
from tests.soak.hall import FailingHall, Result, Sample

LIMIT = 1.2
"""The others' p99 with the fault over the same without it."""
VISITS = 24


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--visits", type=int, default=VISITS, help="with and without each fault")
    parser.add_argument("--device", action="append", default=[], help="only these; default: all")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    args, before = parser.parse_args(), load()
    house = House(shared("demo"))
    try:
        house.start_twins()
        house.start_broker()
        house.start_daemon()
        hall = FailingHall(house, args.seed)
        hall.open()
        results = list(_rounds(hall, args))
        losses = [*hall.losses(), *(lost for result in results for lost in result.lost)]
        lines = _lines(results, hall, losses)
    finally:
        house.close()
        house.sweep()
    print("\n".join(lines))
    if not args.device:
        head = f"seed {args.seed}, {args.minutes:g} minutes, load {before:.1f} to {load():.1f}"
        kept("soak").write_text("\n".join([head, *lines, ""]), "utf-8")
    return 1 if losses or not _reached(results) else 0


def load() -> float:
    """Of the machine's last minute; a run of its own makes about 1."""
    return os.getloadavg()[0]


def _rounds(hall: FailingHall, args: argparse.Namespace) -> Sequence[Result]:
    until = time.monotonic() + args.minutes * 60
    results: list[Result] = []
    while time.monotonic() < until:
        for device, fault in hall.faults(args.device):
            result = hall.fail(device, fault, args.visits)
            results.append(result)
            print(
                f"{device:<12} {fault:<16} {result.noticed:<12} back after {result.back_s:5.1f} s,"
                f" p99 x{_ratio([result], 'board', False):.2f}",
                file=sys.stderr,
                flush=True,
            )
            if time.monotonic() >= until:
                break
    return results


def _samples(results: Sequence[Result], step: str, shares: bool | None) -> tuple[list[float], list[float]]:
    def pick(samples: Sequence[Sample]) -> list[float]:
        return [s.seconds for s in samples if s.step == step and shares in (None, s.shares_wire)]

    return (
        [x for result in results for x in pick(result.without)],
        [x for result in results for x in pick(result.during)],
    )


def _ratio(results: Sequence[Result], step: str, shares: bool | None) -> float:
    without, during = _samples(results, step, shares)
    return middle(during, 0.99) / middle(without, 0.99) if without and during else 0.0


def _lines(results: Sequence[Result], hall: FailingHall, losses: Sequence[str]) -> list[str]:
    lines = [
        f"{len(results)} faults, {len(hall.numbers)} numbers, {len(losses)} lost or doubled,"
        f" every device back by itself, after {max(r.back_s for r in results):.1f} s at most",
        *losses,
        f"{'':44} {'without':>12} {'with a fault':>12}  p99 ratio, limit {LIMIT}",
    ]
    for step, shares, what in _ROWS:
        without, during = _samples(results, step, shares)
        if without and during:
            ratio = _ratio(results, step, shares)
            limit = "" if shares else f"  {'yes' if ratio <= LIMIT else 'NO'}"
            figures = f"{ms(middle(without, 0.99)):>12} {ms(middle(during, 0.99)):>12}  {ratio:.2f}{limit}"
            lines.append(f"{what:44} {figures}")
    for fault in sorted({result.fault for result in results}):
        some = [result for result in results if result.fault == fault]
        lines.append(f"  {fault:42} {'':>12} {'':>12}  {_ratio(some, 'board', False):.2f}")
    lines.append(f"slowest without: {_slowest(results, 'without')}")
    lines.append(f"slowest with a fault: {_slowest(results, 'during')}")
    return lines


def _slowest(results: Sequence[Result], when: str) -> str:
    """Of the calls on other wires: where to look first."""
    found = [
        (sample.seconds, f"{ms(sample.seconds)} ({result.device} {result.fault})")
        for result in results
        for sample in getattr(result, when)
        if sample.step == "board" and not sample.shares_wire
    ]
    return ", ".join(words for _, words in sorted(found, reverse=True)[:6])


_ROWS = (
    ("number", None, "a number from the door"),
    ("board", False, "a pad's key to the board, other wires"),
    ("board", True, "a pad's key to the board, the same wire"),
)


def _reached(results: Sequence[Result]) -> bool:
    return _ratio(results, "number", None) <= LIMIT and _ratio(results, "board", False) <= LIMIT


if __name__ == "__main__":
    sys.exit(main())
