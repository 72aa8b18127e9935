"""`python -m tests.scan.lab.bench [--seeds FROM TO]`: the finder on scenes of seeds that it was not tuned on.

Tuned on seeds below 1000. Those of the report, from FIRST on, are used once a release: raise it then. Only
they are written down; other seeds and single kinds are printed.
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import cv2
import numpy as np

from edge.scan.clean import clean
from edge.scan.evidence import bare_desk
from edge.scan.find import find
from edge.scan.straighten import flatten
from tests.kept import kept
from tests.scan.lab import measures
from tests.scan.lab.measures import Try
from tests.scan.lab.scenes import KINDS, NOTHING, Scene, scene

FIRST, COUNT = 5080, 48
WAYS = {
    "desk": "with the empty desk",
    "scale": "with the empty desk, calibrated: pages that leave the picture",
    "alone": "without it",
    "tutorial": "the tutorials' way",
}
LEAVING = ("out1", "out2")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.scan.lab.bench", description=__doc__)
    parser.add_argument("--seeds", nargs=2, type=int, metavar=("FROM", "TO"), default=(FIRST, FIRST + COUNT))
    parser.add_argument("--kinds", nargs="*", choices=[*KINDS, *NOTHING], default=[*KINDS, *NOTHING])
    parser.add_argument("--processes", type=int, default=2, help="one of them for honest times")
    args = parser.parse_args()
    jobs = [(kind, seed) for seed in range(*args.seeds) for kind in args.kinds]
    tries: list[Try] = []
    with ProcessPoolExecutor(args.processes, get_context("spawn"), cv2.setNumThreads, (1,)) as pool:
        for n, made in enumerate(pool.map(_job, jobs), 1):
            tries += made
            print(f"\r{n} of {len(jobs)} scenes", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    lines = [*_head(args), *_report(tries)]
    print("\n".join(lines))
    if tuple(args.seeds) != (FIRST, FIRST + COUNT) or len(args.kinds) < len(KINDS) + len(NOTHING):
        return 0
    kept("bench-scan").write_text("\n".join(lines) + "\n", "utf-8")
    return 0


def _head(args: argparse.Namespace) -> Iterator[str]:
    load = os.getloadavg()[0]
    yield f"{platform.machine()}, {os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}"
    yield f"OpenCV {cv2.__version__}, one thread each, drawn scenes of 2592 x 1944, seeds {args.seeds}"
    cv2.setNumThreads(1)
    yield f"flatten and whiten, A4 at 200 dpi: {flat_ms():.0f} ms; all times are the processor's"


def _report(tries: list[Try]) -> Iterator[str]:
    for way, name in WAYS.items():
        of = [t for t in tries if t.way == way]
        yield ""
        yield f"== {name}"
        yield from measures.summary(of)
        if way != "tutorial":
            yield from measures.by_kind(of)
            yield "confidence, as said and as it was:"
            yield from measures.reliability(of)
    per = {way: np.median([t.ms for t in tries if t.way == way]) for way in WAYS}
    yield ""
    yield f"find and refine take {per['desk'] / per['tutorial']:.1f} times the tutorials' way (middle times)"


def _job(job: tuple[str, int]) -> list[Try]:
    return looked_at(scene(*job))


def looked_at(one: Scene) -> list[Try]:
    """One scene looked at in each of the WAYS; processor time of each."""
    picture, bare = one.picture, bare_desk(one.desk)
    tries = []
    for way in WAYS:
        if way == "scale" and one.kind not in LEAVING:
            continue
        begun = time.process_time()
        if way == "tutorial":
            quad = measures.tutorial(picture)
            quads, sure = ([] if quad is None else [quad]), float(quad is not None)
        else:
            per_mm = one.scale if way == "scale" else None
            found = find(picture, None if way == "alone" else bare, per_mm=per_mm)
            quads = [f.quad.corners for f in found]
            sure = found[0].quad.confidence if found else 0.0
        ms = 1000 * (time.process_time() - begun)
        tries.append(Try(one.kind, one.seed, way, *_overlaps(one, picture, quads), sure, ms))
    return tries


def _overlaps(one: Scene, picture: np.ndarray, quads: list[np.ndarray]) -> tuple[float, float, float]:
    if not one.pages:
        return float("nan"), float("nan"), float("nan")
    size = (picture.shape[1], picture.shape[0])
    best = max((measures.iou(quads[0], page) for page in one.pages), default=0.0) if quads else 0.0
    seen = 0.0
    if quads:
        part = measures.in_view(quads[0], size)
        seen = max(measures.iou(part, measures.in_view(page, size)) for page in one.pages)
    got = [max((measures.iou(q, page) for q in quads), default=0.0) >= measures.GOOD for page in one.pages]
    return best, seen, float(np.mean(got))


def flat_ms() -> float:
    """Processor time of a sheet of 1654 x 2339 pixels, perspective and uneven light taken out."""
    picture = cv2.GaussianBlur(
        np.random.default_rng(1).integers(120, 255, (2500, 1900, 3), np.uint8), (9, 9), 4
    )
    corners = np.array([[100.0, 60], [1754, 64], [1750, 2400], [96, 2399]])
    times = []
    for _ in range(15):
        begun = time.process_time()
        clean(flatten(picture, corners).picture)
        times.append(time.process_time() - begun)
    return 1000 * min(times)


if __name__ == "__main__":
    sys.exit(main())
