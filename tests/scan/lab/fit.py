"""`python -m tests.scan.lab.fit FROM TO`: fit the weights of `edge/scan/rank.py` on scenes; prints them.

For each scene a choice among its figures and "nothing": the log of the right one's share grows. A weight may
only have the sign that its fact means. Seeds stay below 1000, so that no report knows them; the weights of
now: the first look's of seeds 0 to 25 (stacks to 39); the second's of 300 to 335 and of some 240 scenes of
another renderer that is not held here, each with and without the desk; `passed` was set and
`apart_rel_min` halved by hand.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from edge.scan import evidence, lines, quads, rank
from tests.scan.lab.measures import in_view, iou
from tests.scan.lab.scenes import KINDS, NOTHING, Scene, scene

AGAINST = {
    "over_mean",
    "over_max",
    "spread",
    "border",
    "hidden",
    "skew",
    "long",
    "hollow_mean",
    "hollow_max",
    "outer",
    "inner",
    "rough",
    "dark_long",
    "very_long",
    "one_light",
    "corner_off_max",
    "corner_off_mean",
    "crossed",
    "crossed_far",
    "crossed_near",
    "odd",
    "lean",
    "passed",
}
EITHER = {"dull", "busy"}
RIGHT, NEARLY, WRONG = 0.93, 0.02, 0.88
"""Overlap of a figure that is right, at most so much below the best one; and of one that is wrong."""
ROUNDS, RATE, FALL, DECAY = 30, 0.02, 0.95, 1e-3


@dataclass(frozen=True)
class Choice:
    facts: np.ndarray
    right: np.ndarray
    wrong: np.ndarray


def main() -> int:
    begin, end = int(sys.argv[1]), int(sys.argv[2])
    names = {1: quads.NAMES, 2: rank.ALL}
    looks: dict[int, list[Choice]] = {1: [], 2: []}
    for seed in range(begin, end):
        for kind in (*KINDS, *NOTHING):
            one = scene(kind, seed)
            for with_desk in (True, False):
                for look, facts, corners, unit in _figures(one, with_desk):
                    made = _choice(one, facts, corners, unit)
                    if made is not None:
                        looks[look].append(made)
        print(f"\rseed {seed}", end="", file=sys.stderr, flush=True)
    for look, choices in looks.items():
        weights, bias = fit(choices, names[look])
        print(f"look {look}: {sum(_is_right(c, weights, bias) for c in choices)} of {len(choices)} right")
        for name, weight in zip(names[look], weights, strict=True):
            print(f'    "{name}": {weight:.3f},')
        print(f"bias {bias:.3f}")
    return 0


def _figures(one: Scene, with_desk: bool) -> Iterator[tuple[int, np.ndarray, np.ndarray, float]]:
    seen = evidence.gather(one.picture, evidence.bare_desk(one.desk) if with_desk else None)
    masks = quads.regions(seen)
    hulls = quads.hulls(masks)
    sides = lines.lines_of(seen, quads.outline(masks), hulls)
    found = quads.figures(sides, seen, len(hulls))
    yield 1, found.facts, seen.to_picture(found.corners), seen.unit
    short = rank.shortlist(found, seen, masks, sides)
    yield 2, short.facts, seen.to_picture(short.corners), seen.unit


def _choice(one: Scene, facts: np.ndarray, corners: np.ndarray, unit: float) -> Choice | None:
    size = (one.picture.shape[1], one.picture.shape[0])
    pages = [in_view(page, size) for page in one.pages]
    best = np.array([max((iou(in_view(c, size), p) for p in pages), default=0.0) for c in corners])
    if not len(best):
        return None
    if not pages:
        return Choice(facts, np.zeros(len(best), bool), np.ones(len(best), bool))
    right = best >= max(RIGHT, best.max() - NEARLY)
    return Choice(facts, right, best < WRONG) if right.any() else None


def fit(choices: Sequence[Choice], names: Sequence[str]) -> tuple[np.ndarray, float]:
    """Weights and bias, for facts as they come."""
    dice = np.random.default_rng(0)
    together = np.concatenate([c.facts for c in choices])
    middle, spread = together.mean(axis=0), together.std(axis=0) + 1e-6
    sign = np.array([-1 if n in AGAINST else 0 if n in EITHER else 1 for n in names])
    weights, first, second = np.zeros(len(names) + 1), np.zeros(len(names) + 1), np.zeros(len(names) + 1)
    weights[-1] = -2.0
    for turn in range(ROUNDS):
        for k in dice.permutation(len(choices)):
            one = choices[k]
            facts = (one.facts - middle) / spread
            pull = _pull(facts @ weights[:-1] + weights[-1], one)
            step = np.append(facts.T @ pull + DECAY * weights[:-1], pull.sum())
            first, second = 0.9 * first + 0.1 * step, 0.999 * second + 0.001 * step**2
            weights = weights - RATE * FALL**turn * first / (np.sqrt(second) + 1e-6)
            weights[:-1][sign * weights[:-1] < 0] = 0
    real = weights[:-1] / spread
    return real, float(weights[-1] - real @ middle)


def _pull(score: np.ndarray, one: Choice) -> np.ndarray:
    """Down with what was chosen, up with what is right; the last choice is "nothing", at score 0."""
    all_scores = np.append(score, 0.0)
    weight = np.exp(all_scores - all_scores.max()) * np.append(one.right | one.wrong, True)
    wanted = weight * np.append(one.right, not one.right.any())
    return (weight / weight.sum() - wanted / max(wanted.sum(), 1e-300))[:-1]


def _is_right(one: Choice, weights: np.ndarray, bias: float) -> bool:
    score = one.facts @ weights + bias
    best = int(score.argmax())
    return bool(one.right[best]) if one.right.any() else bool(score[best] < 0)


if __name__ == "__main__":
    sys.exit(main())
