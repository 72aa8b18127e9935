"""Pages of several files bound into one PDF: cards in pairs on a sheet, a purpose over all."""

import io
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
import pikepdf
from pikepdf import Dictionary, Name, Page

from edge.scan.compose import MARK, STRENGTH, slanted
from edge.scan.layers import Stencil, group4
from edge.scan.pdf import A4, POINTS, stencil_stream
from edge.scan.sizes import SIZES

MARK_DPI = 110
MM = POINTS / 25.4
SIDES = 2
"""Cards on one sheet: front and back."""


@dataclass(frozen=True)
class Leaf:
    """One capture's PDF."""

    pdf: bytes
    cards: tuple[bool, ...]
    """For each of its pages: is it a card?"""
    group: str = ""
    """Cards of one group that follow each other share a sheet."""


def bind(leaves: Sequence[Leaf], purpose: str = "") -> bytes:
    """One PDF of all pages in their order. Raises ValueError for none, NoFont, pikepdf.PdfError."""
    if not leaves:
        raise ValueError("a PDF needs at least one page")
    with pikepdf.new() as bound, ExitStack() as opened:
        waiting: list[Page] = []
        group = ""
        for leaf in leaves:
            source = opened.enter_context(pikepdf.open(io.BytesIO(leaf.pdf)))
            for page, is_card in zip(source.pages, leaf.cards, strict=True):
                if not is_card or leaf.group != group or len(waiting) == SIDES:
                    _lay(bound, waiting)
                    waiting = []
                if is_card:
                    waiting.append(page)
                    group = leaf.group
                else:
                    bound.pages.append(page)
        _lay(bound, waiting)
        if purpose:
            _mark(bound, purpose)
        out = io.BytesIO()
        # The same pages give the same bytes: no date, no random id.
        bound.save(out, deterministic_id=True, compress_streams=True)
        return out.getvalue()


def _lay(bound: pikepdf.Pdf, cards: Sequence[Page]) -> None:
    """Cards at their true size, one below the other, as a copier lays them."""
    if not cards:
        return
    across, down = (side * MM for side in A4)
    bound.add_blank_page(page_size=(across, down))
    sheet = bound.pages[-1]
    drawn, forms = [], Dictionary()
    for n, card in enumerate(cards, 1):
        forms[f"/C{n}"] = bound.copy_foreign(card.as_form_xobject())
        middle = across / 2, down * (1 - n / (SIDES + 1))
        drawn.append(f"q {_placed(card, middle)} cm /C{n} Do Q".encode())
    sheet.obj[Name.Resources] = Dictionary(XObject=forms)
    sheet.obj[Name.Contents] = bound.make_stream(b"\n".join(drawn))


def _placed(card: Page, middle: tuple[float, float]) -> str:
    """The matrix that lays a card around this point, lying, at its true size."""
    _, _, width, height = (float(v) for v in card.mediabox)
    short, long = (side * MM for side in SIZES["card"])
    left, bottom = middle[0] - long / 2, middle[1] - short / 2
    if height > width:
        matrix = (0.0, short / width, -long / height, 0.0, left + long, bottom)
    else:
        matrix = (long / width, 0.0, 0.0, short / height, left, bottom)
    return " ".join(f"{v:.5f}" for v in matrix)


def _mark(bound: pikepdf.Pdf, purpose: str) -> None:
    made: dict[tuple[int, int], pikepdf.Object] = {}
    ink = tuple(channel / 255 for channel in MARK)
    for page in bound.pages:
        _, _, across, down = (float(v) for v in page.mediabox)
        size = round(across * MARK_DPI / POINTS), round(down * MARK_DPI / POINTS)
        if size not in made:
            strokes = np.asarray(slanted(size, purpose)) > 127
            stencil = Stencil(group4(strokes), *size, (ink[0], ink[1], ink[2]))
            made[size] = bound.make_indirect(stencil_stream(bound, stencil))
        pale = Dictionary(Type=Name.ExtGState, ca=STRENGTH * 1.6, BM=Name.Multiply)
        image = page.add_resource(made[size], Name.XObject, Name("/Mark"))
        state = page.add_resource(pale, Name.ExtGState, Name("/Pale"))
        colour = " ".join(f"{channel:.3f}" for channel in ink)
        drawn = f"q {state} gs {colour} rg {across:.3f} 0 0 {down:.3f} 0 0 cm {image} Do Q"
        page.contents_add(drawn.encode())
