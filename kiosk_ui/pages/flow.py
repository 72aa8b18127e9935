"""Headings and entries as wrapped lines, as much as fits, the rest on further pages."""

from dataclasses import dataclass

import pygame

from kiosk_ui import widgets
from kiosk_ui.widgets import Pen


@dataclass(frozen=True)
class Section:
    title: str
    """Empty: none is drawn."""
    entries: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Line:
    text: str
    heading: bool
    mark: str = ""
    """An entry's number before its first line."""
    indented: bool = False
    goes_on: bool = False
    """Of the heading before it."""


class Flow:
    """Which of its pages a text shows."""

    def __init__(self) -> None:
        self.page = 0
        self.pages = 1

    def turn(self, id: str) -> None:
        """`page:next` or `page:back`."""
        self.page = min(self.pages - 1, max(0, self.page + (1 if id == "page:next" else -1)))

    def draw(self, pen: Pen, area: pygame.Rect, sections: list[Section]) -> None:
        turn_h = max(pen.theme.touch, pen.u(96))
        lines = _lines(pen, sections, area.w)
        pages = _cut(pen, lines, area.h)
        if len(pages) > 1:
            pages = _cut(pen, lines, area.h - turn_h - pen.u(10))
        self.pages = len(pages)
        self.page = min(self.page, self.pages - 1)
        y = area.top
        for line in pages[self.page]:
            y += _draw(pen, line, area.left, y)
        turn = pygame.Rect(area.left, area.bottom - turn_h, area.w, turn_h)
        widgets.arrows(pen, turn, self.page, self.pages, on_card=True)


def _lines(pen: Pen, sections: list[Section], width: int) -> list[Line]:
    lines: list[Line] = []
    for section in sections:
        if section.title:
            wrapped = pen.scene.brush.type.wrap(section.title, pen.type(42), width - pen.u(26), True)
            lines += [Line(text, heading=True, goes_on=n > 0) for n, text in enumerate(wrapped)]
        indent = _indent(pen) if section.numbered else 0
        for n, entry in enumerate(section.entries, 1):
            wrapped = pen.scene.brush.type.wrap(entry, pen.type(42), width - indent)
            for i, text in enumerate(wrapped):
                mark = str(n) if section.numbered and i == 0 else ""
                lines.append(Line(text, heading=False, mark=mark, indented=section.numbered))
    return lines


def _indent(pen: Pen) -> int:
    return pen.type(66)


def _height(pen: Pen, line: Line) -> int:
    return round(pen.type(42) * (1.9 if line.heading and not line.goes_on else 1.5))


def _cut(pen: Pen, lines: list[Line], height: int) -> list[list[Line]]:
    """A heading is never the last line of a page."""
    pages: list[list[Line]] = [[]]
    used = 0
    for i, line in enumerate(lines):
        need = _height(pen, line)
        follow = _height(pen, lines[i + 1]) if line.heading and i + 1 < len(lines) else 0
        if pages[-1] and used + need + follow > height:
            pages.append([])
            used = 0
        pages[-1].append(line)
        used += need
    return pages


def _draw(pen: Pen, line: Line, left: int, y: int) -> int:
    p, size, high = pen.p, pen.type(42), _height(pen, line)
    if line.heading:
        middle = y + round(high * (0.45 if line.goes_on else 0.56))
        if not line.goes_on:
            mark = pen.scene.brush.card((pen.u(10), size), pen.u(5), p.accent)
            pen.scene.put(mark, midleft=(left, middle))
        pen.scene.text(line.text, size, p.accent, p.card, bold=True, midleft=(left + pen.u(26), middle))
        return high
    middle = y + high // 2
    if line.mark:
        disc = round(size * 1.15)
        pen.scene.put(pen.scene.brush.disc(disc, p.accent), midleft=(left, middle))
        at = (left + disc // 2, middle)
        pen.scene.text(line.mark, round(size * 0.8), p.on_accent, p.accent, bold=True, center=at)
    left += _indent(pen) if line.indented else 0
    pen.scene.text(line.text, size, p.ink, p.card, midleft=(left, middle))
    return high
