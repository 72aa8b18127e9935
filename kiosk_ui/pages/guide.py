"""One guide: time, fee, what to bring and how it goes; its list on paper, and the number for it."""

import pygame

from kiosk_ui import widgets
from kiosk_ui.pages import inner, papers
from kiosk_ui.pages.flow import Flow, Section
from kiosk_ui.pages.inner import Key
from kiosk_ui.pages.page import Desk, Json, Page, Still
from kiosk_ui.widgets import Pen

FIELDS = (
    ("materials", True),
    ("steps", True),
    ("conditions", False),
    ("result", False),
    ("basis", False),
    ("fee_basis", False),
    ("person", False),
    ("contact", False),
    ("complaints", False),
    ("remark", False),
)
"""In the order of a citizen's questions, and whether their entries are numbered."""


class GuidePage(Still):
    name = "guide"
    idle_s = 120.0

    def __init__(self, guide: Json, back: Page) -> None:
        self._guide = guide
        self._back = back
        self._flow = Flow()
        self._print = papers.Printing()

    def tap(self, id: str, desk: Desk) -> None:
        if id == "back":
            desk.show(self._back)
        elif id == "take":
            desk.take(self._service(desk), item=str(self._guide["id"]))
        elif id == "print":
            self._print.ask(desk, str(self._guide["id"]))
        elif id.startswith("page:"):
            self._flow.turn(id)

    def spoken(self, desk: Desk) -> str:
        return str(self._guide["name"])

    def _service(self, desk: Desk) -> str:
        """Whose number one takes for it; a guide that names none belongs to the general counter."""
        wanted = str(self._guide.get("service") or "")
        service = desk.service(wanted) if wanted else widgets.general_service(desk.view)
        return str(service["id"]) if service.get("open") and not (desk.away or desk.paused) else ""

    def draw(self, pen: Pen, desk: Desk) -> None:
        u, portrait = pen.u, pen.theme.portrait
        body = inner.frame(pen, desk, pen.words("guides"), self._keys(pen, desk))
        if portrait:
            y, boxed = self._head(pen, body, stacked=False)
            rest = pygame.Rect(body.left, y, body.w, body.bottom - y)
            self._flow.draw(pen, rest, self._sections(pen, boxed))
            return
        side = pygame.Rect(body.left, body.top, round(body.w * 0.36), body.h)
        _, boxed = self._head(pen, side, stacked=True)
        left = side.right + u(36)
        line = pen.scene.brush.card((max(2, u(2)), body.h), 1, pen.p.line)
        pen.scene.put(line, midleft=(left - u(18), body.centery))
        self._flow.draw(
            pen, pygame.Rect(left, body.top, body.right - left, body.h), self._sections(pen, boxed)
        )

    def _keys(self, pen: Pen, desk: Desk) -> list[Key]:
        keys = [inner.back(pen)]
        if self._guide.get("materials"):
            keys.append(Key("print", self._print.label(pen, desk), "printer"))
        if service := self._service(desk):
            label = pen.words("taking" if desk.taking() == service else "take_number")
            keys.append(Key("take", label, "ticket", primary=True))
        return keys

    def _facts(self, pen: Pen) -> list[tuple[str, str]]:
        """The two times side by side, and the fee."""
        unknown = pen.words("field_unknown")
        keys = ("promised_time", "legal_time", "fee")
        return [(pen.words(f"field_{key}"), str(self._guide.get(key) or unknown)) for key in keys]

    def _head(self, pen: Pen, area: pygame.Rect, *, stacked: bool) -> tuple[int, bool]:
        """Name, who is responsible, and the boxes of time and fee; where the text may begin, and whether
        there was room for the boxes.
        """
        p, u, guide = pen.p, pen.u, self._guide
        setter, name_size = pen.scene.brush.type, pen.type(52 if stacked else 60)
        y = area.top
        if setter.width(guide["name"], name_size, True) * 0.82 <= area.w:
            # Rather a little smaller than one character alone on a second line.
            name_size = setter.fit(guide["name"], name_size, area.w, True)[1]
        lines = 3 if stacked else 2
        y += pen.scene.paragraph(
            guide["name"], name_size, p.ink, p.card, area, bold=True, lines=lines, spacing=1.32
        )
        if guide.get("department"):
            size = pen.type(36)
            at = (area.left, y + round(size * 0.8))
            pen.scene.text(guide["department"], size, p.muted, p.card, width=area.w, midleft=at)
            y += round(size * 1.7)
        boxes = self._facts(pen)
        gap, top = u(12 if stacked else 18), y + u(10)
        if stacked:
            high = min(pen.type(168), (area.bottom - top - gap * (len(boxes) - 1)) // len(boxes))
            if high < pen.type(34) * 1.4 + pen.type(48) + u(20):
                return y, False
            rows = [[box] for box in boxes]
        else:
            high, rows = pen.type(128), _rows(pen, boxes, area.w)
        for row in rows:
            wide = (area.w - gap * (len(row) - 1)) // len(row)
            for i, (label, value) in enumerate(row):
                _box(pen, pygame.Rect(area.left + i * (wide + gap), top, wide, high), label, value)
            top += high + gap
        return top - gap + u(18), True

    def _sections(self, pen: Pen, boxed: bool) -> list[Section]:
        """What is known, and by name what is not: a citizen shall not think that there is nothing."""
        sections = [] if boxed else [Section(label, (value,)) for label, value in self._facts(pen)]
        for key, numbered in FIELDS:
            said = self._guide.get(key) or ()
            entries = tuple(map(str, said)) if isinstance(said, list | tuple) else (str(said),)
            if entries:
                sections.append(Section(pen.words(f"field_{key}"), entries, numbered and len(entries) > 1))
        shown = {key for key, _ in FIELDS}
        missing = [pen.words(f"field_{key}") for key in self._guide.get("missing") or () if key in shown]
        if missing:
            label = pen.words("field_missing", fields=pen.words("comma").join(missing))
            sections.append(Section("", (label,)))
        return sections


def _rows(pen: Pen, boxes: list[tuple[str, str]], room: int) -> list[list[tuple[str, str]]]:
    """The two times and the fee side by side; where that is too narrow the times, else each by itself."""
    setter, size, gap = pen.scene.brush.type, pen.type(48), pen.u(18)
    for rows in ([boxes], [boxes[:2], boxes[2:]]):
        wide = [(room - gap * (len(row) - 1)) // len(row) - 2 * pen.u(22) for row in rows]
        fits = [
            all(setter.width(v, size, True) * 0.72 <= w for _, v in r)
            for r, w in zip(rows, wide, strict=True)
        ]
        if all(fits):
            return rows
    return [[box] for box in boxes]


def _box(pen: Pen, rect: pygame.Rect, label: str, value: str) -> None:
    p, u = pen.p, pen.u
    widgets.panel(pen, rect, p.accent_soft, radius=20, raised=False)
    room = rect.w - 2 * u(22)
    size = pen.type(34)
    top = rect.top + u(12)
    at = (rect.left + u(22), top + round(size * 0.7))
    pen.scene.text(label, size, p.muted, p.accent_soft, width=room, midleft=at)
    top += round(size * 1.4)
    left = (room, rect.bottom - u(8) - top)
    size = pen.type(48)
    if pen.scene.brush.type.width(value, size, True) * 0.8 <= room:
        size = pen.scene.brush.type.fit(value, size, room, True)[1]
    lines, size = pen.scene.brush.type.fill(value, size, left, True, spacing=1.25)
    top += (left[1] - len(lines) * round(size * 1.25)) // 2
    area = pygame.Rect(rect.left + u(22), top, room, 0)
    pen.scene.paragraph(value, size, p.ink, p.accent_soft, area, bold=True, spacing=1.25)
