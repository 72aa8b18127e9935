"""One guide: time, fee, what to bring and how it goes; and the number for it."""

from dataclasses import dataclass

import pygame

from kiosk_ui import widgets
from kiosk_ui.pages.page import Desk, Json, Page
from kiosk_ui.widgets import Pen


@dataclass(frozen=True)
class Block:
    """One line or a heading of the guide's text, already wrapped."""

    text: str
    heading: bool
    mark: str = ""
    """A step's or paper's number before its first line."""
    rest: bool = False
    """A further line of the same entry."""


class GuidePage:
    name = "guide"
    idle_s = 120.0

    def __init__(self, guide: Json, back: Page) -> None:
        self._guide = guide
        self._back = back
        self._page = 0
        self._pages = 1

    def tick(self, desk: Desk) -> None:
        """Nothing changes by time alone."""

    def moving(self) -> bool:
        return False

    def tap(self, id: str, desk: Desk) -> None:
        if id == "home":
            desk.home()
        elif id == "back":
            desk.show(self._back)
        elif id == "take":
            desk.take(self._service(desk), item=str(self._guide["id"]))
        elif id.startswith("page:"):
            self._page = min(self._pages - 1, max(0, self._page + (1 if id == "page:next" else -1)))

    def _service(self, desk: Desk) -> str:
        service = desk.service(str(self._guide.get("service") or ""))
        return str(service["id"]) if service.get("open") and not desk.away else ""

    def draw(self, pen: Pen, desk: Desk) -> None:
        u, portrait = pen.u, pen.theme.portrait
        parts = widgets.frame(pen.theme, 190 if portrait else 96)
        widgets.title_line(pen, parts.head, pen.words("guides"), desk.clock())
        keys_h = max(pen.theme.touch, u(140 if portrait else 112))
        gap = u(24 if portrait else 14)
        keys = pygame.Rect(parts.body.left, parts.body.bottom - keys_h, parts.body.w, keys_h)
        card = pygame.Rect(keys.left, parts.body.top, keys.w, keys.top - gap - parts.body.top)
        widgets.panel(pen, card)
        inner = card.inflate(-2 * u(44 if portrait else 28), -2 * u(36 if portrait else 20))
        if portrait:
            y = self._head(pen, inner, stacked=False)
            self._body(pen, pygame.Rect(inner.left, y, inner.w, inner.bottom - y))
        else:
            side = pygame.Rect(inner.left, inner.top, round(inner.w * 0.36), inner.h)
            self._head(pen, side, stacked=True)
            left = side.right + u(36)
            pen.scene.put(
                pen.scene.brush.card((max(2, u(2)), inner.h), 1, pen.p.line),
                midleft=(left - u(18), inner.centery),
            )
            self._body(pen, pygame.Rect(left, inner.top, inner.right - left, inner.h))
        self._keys(pen, desk, keys, gap)

    def _keys(self, pen: Pen, desk: Desk, keys: pygame.Rect, gap: int) -> None:
        service = self._service(desk)
        back = pygame.Rect(keys.left, keys.top, keys.w * (3 if service else 10) // 10, keys.h)
        widgets.button(pen, "back", back, pen.words("back"), icon="chevron-left")
        if service:
            take = pygame.Rect(back.right + gap, keys.top, keys.right - back.right - gap, keys.h)
            taking = desk.taking() == service
            name = desk.service(service)["name"]
            label = pen.words("taking") if taking else pen.words("take_for", service=name)
            widgets.button(pen, "take", take, label, icon="ticket", primary=True)

    def _head(self, pen: Pen, inner: pygame.Rect, *, stacked: bool) -> int:
        """Name, who is responsible, and the boxes of time and fee; returns where the text may begin."""
        p, u, guide = pen.p, pen.u, self._guide
        name_size = pen.type(52 if stacked else 60)
        y = inner.top
        if pen.scene.brush.type.width(guide["name"], name_size, True) * 0.82 <= inner.w:
            # Rather a little smaller than one character alone on a second line.
            name_size = pen.scene.brush.type.fit(guide["name"], name_size, inner.w, True)[1]
        lines = 3 if stacked else 2
        y += pen.scene.paragraph(
            guide["name"], name_size, p.ink, p.card, inner, bold=True, lines=lines, spacing=1.32
        )
        if guide.get("department"):
            size = pen.type(36)
            pen.scene.text(
                guide["department"],
                size,
                p.muted,
                p.card,
                width=inner.w,
                midleft=(inner.left, y + round(size * 0.8)),
            )
            y += round(size * 1.7)
        boxes = [(pen.words("field_promised"), guide.get("promised_time") or pen.words("field_unknown"))]
        if guide.get("legal_time"):
            boxes.append((pen.words("field_legal"), guide["legal_time"]))
        boxes.append((pen.words("field_fee"), guide.get("fee") or pen.words("field_unknown")))
        gap = u(12 if stacked else 18)
        wide = inner.w if stacked else (inner.w - gap * (len(boxes) - 1)) // len(boxes)
        setter = pen.scene.brush.type
        long = any(setter.width(str(value), pen.type(48), True) > wide - 2 * u(22) for _, value in boxes)
        high = pen.type(168 if long else 128)
        if stacked:
            high = min(high, (inner.bottom - y - u(10) - gap * (len(boxes) - 1)) // len(boxes))
        for i, (label, value) in enumerate(boxes):
            across, down = (0, i * (high + gap)) if stacked else (i * (wide + gap), 0)
            _box(pen, pygame.Rect(inner.left + across, y + u(10) + down, wide, high), label, str(value))
        return y + u(10) + high + u(18)

    def _body(self, pen: Pen, area: pygame.Rect) -> None:
        """The guide's text, as much as fits, the rest on further pages."""
        turn_h = max(pen.theme.touch, pen.u(96))
        blocks = self._blocks(pen, area.w)
        pages = _paginate(pen, blocks, area.h)
        if len(pages) > 1:
            pages = _paginate(pen, blocks, area.h - turn_h - pen.u(10))
        self._pages = len(pages)
        self._page = min(self._page, self._pages - 1)
        y = area.top
        for block in pages[self._page]:
            y += _draw_block(pen, block, area.left, y)
        turn = pygame.Rect(area.left, area.bottom - turn_h, area.w, turn_h)
        widgets.arrows(pen, turn, self._page, self._pages, on_card=True)

    def _blocks(self, pen: Pen, width: int) -> list[Block]:
        guide, unknown = self._guide, pen.words("field_unknown")
        blocks: list[Block] = []
        for key, entries, needed in (
            ("field_materials", list(guide.get("materials") or []), True),
            ("field_steps", list(guide.get("steps") or []), False),
            ("field_conditions", [guide["conditions"]] if guide.get("conditions") else [], False),
            ("field_basis", [guide["basis"]] if guide.get("basis") else [], False),
            ("field_complaints", [" · ".join(guide["complaints"])] if guide.get("complaints") else [], False),
            ("field_contact", [guide["contact"]] if guide.get("contact") else [], False),
            ("field_remark", [guide["remark"]] if guide.get("remark") else [], False),
        ):
            if not entries and not needed:
                continue
            blocks.append(Block(pen.words(key), heading=True))
            numbered = len(entries) > 1
            indent = _indent(pen) if numbered else 0
            for n, entry in enumerate(entries or [unknown], 1):
                lines = pen.scene.brush.type.wrap(str(entry), pen.type(42), width - indent)
                for i, line in enumerate(lines):
                    mark = str(n) if numbered and i == 0 else ""
                    blocks.append(Block(line, heading=False, mark=mark, rest=numbered and i > 0))
        return blocks


def _indent(pen: Pen) -> int:
    return pen.type(66)


def _height(pen: Pen, block: Block) -> int:
    return round(pen.type(42) * 1.9) if block.heading else round(pen.type(42) * 1.5)


def _paginate(pen: Pen, blocks: list[Block], height: int) -> list[list[Block]]:
    """Pages of blocks; a heading is never the last line of one."""
    pages: list[list[Block]] = [[]]
    used = 0
    for i, block in enumerate(blocks):
        need = _height(pen, block)
        follow = _height(pen, blocks[i + 1]) if block.heading and i + 1 < len(blocks) else 0
        if pages[-1] and used + need + follow > height:
            pages.append([])
            used = 0
        pages[-1].append(block)
        used += need
    return pages


def _draw_block(pen: Pen, block: Block, left: int, y: int) -> int:
    p, size, high = pen.p, pen.type(42), _height(pen, block)
    if block.heading:
        middle = y + round(high * 0.56)
        pen.scene.put(pen.scene.brush.card((pen.u(10), size), pen.u(5), p.accent), midleft=(left, middle))
        pen.scene.text(block.text, size, p.accent, p.card, bold=True, midleft=(left + pen.u(26), middle))
        return high
    middle = y + high // 2
    if block.mark:
        disc = round(size * 1.15)
        pen.scene.put(pen.scene.brush.disc(disc, p.accent), midleft=(left, middle))
        number = (left + disc // 2, middle)
        pen.scene.text(block.mark, round(size * 0.8), p.on_accent, p.accent, bold=True, center=number)
    if block.mark or block.rest:
        left += _indent(pen)
    pen.scene.text(block.text, size, p.ink, p.card, midleft=(left, middle))
    return high


def _box(pen: Pen, rect: pygame.Rect, label: str, value: str) -> None:
    p, u = pen.p, pen.u
    if p.outline:
        widgets.panel(pen, rect, p.accent_soft, radius=20)
    else:
        pen.scene.put(pen.scene.brush.card(rect.size, u(20), p.accent_soft), topleft=rect.topleft)
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
