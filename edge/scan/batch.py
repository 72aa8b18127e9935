"""Many pictures as fast as the cores allow: each core takes the next, answers come back in order."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path

import cv2

from edge.scan.codes import Code
from edge.scan.compose import cards_page
from edge.scan.evidence import Bare, bare_desk
from edge.scan.files import BadPicture, read
from edge.scan.pdf import PdfPage, packed
from edge.scan.scan import Scan, Sheet, Wishes, scan, sheet
from edge.scan.values import Picture

FEW = 2
"""So many pictures are done sooner than other processes have started."""


@dataclass(frozen=True)
class Work:
    """What is to be done with each picture."""

    wishes: Wishes
    desk: Path | None = None
    wants: str = ""
    """`pdf`, `picture` or `card`: in which form pages are to come back; empty: not at all."""


@dataclass(frozen=True)
class Done:
    """What has become of one picture: a scan, or why there is none."""

    source: str
    scan: Scan | None
    bad: BadPicture | None
    pages: tuple[PdfPage, ...] = ()
    pictures: tuple[tuple[Picture, float], ...] = ()
    """With their dots per inch."""
    codes: tuple[Code, ...] = ()


class Worker:
    """One process's part: the desk is read once."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._bare: Bare | None = bare_desk(read(work.desk)) if work.desk else None

    def do(self, source: str, path: Path) -> Done:
        try:
            picture = read(path)
        except BadPicture as error:
            return Done(source, None, error)
        made = scan(picture, source, self._bare, per_mm=self._work.wishes.per_mm)
        if not self._work.wants:
            return Done(source, made, None)
        sheets = [
            sheet(picture, found, self._work.wishes)
            for found, page in zip(made.found, made.pages, strict=True)
            if page.accepted
        ]
        codes = tuple(code for one in sheets for code in one.codes)
        if self._work.wants == "pdf":
            return Done(source, made, None, pages=tuple(_packed(s) for s in sheets), codes=codes)
        return Done(source, made, None, pictures=tuple((s.picture, s.dpi) for s in sheets), codes=codes)


def _packed(one: Sheet) -> PdfPage:
    return packed(one.picture, one.dpi, one.profile)


def run(pictures: Sequence[tuple[str, Path]], work: Work) -> Iterator[Done]:
    """The pictures in their order; (what to call it, where it lies). Raises BadPicture for the desk's own."""
    cores = len(os.sched_getaffinity(0))
    if work.desk:
        read(work.desk)
    if len(pictures) <= FEW or cores == 1:
        worker = Worker(work)
        for source, path in pictures:
            yield worker.do(source, path)
        return
    # Spawned, not forked: OpenCV's threads do not live through a fork.
    several = min(cores, len(pictures))
    with ProcessPoolExecutor(several, get_context("spawn"), cv2.setNumThreads, (1,)) as pool:
        yield from pool.map(partial(_do, work), pictures)


@cache
def _worker(work: Work) -> Worker:
    """One for each process: the desk is looked at once."""
    return Worker(work)


def _do(work: Work, picture: tuple[str, Path]) -> Done:
    return _worker(work).do(*picture)


def on_one_page(done: Sequence[Done], dpi: float = 300.0) -> Picture:
    """The found cards of all pictures on one A4 page. Raises ValueError when they do not fit."""
    return cards_page([picture for one in done for picture, _ in one.pictures], dpi)
