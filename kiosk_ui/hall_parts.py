"""The parts of a hall screen: the call, the calls before it, tables and plates of counters and services."""

from collections.abc import Callable, Sequence
from typing import Any

import pygame

from kiosk_ui import widgets
from kiosk_ui.text import Typesetter
from kiosk_ui.theme import BOARD, Colour

Json = dict[str, Any]
Unit = Callable[[float], int]
"""Pixels of a length on 1920x1080."""

BEFORE = 5
PLATES, WIDE_PLATES = 8, 6
"""So many plates stand side by side, the second where names are long,"""
TABLE = 8
"""… and so many rows one below the other."""


def unit_of(size: tuple[int, int]) -> Unit:
    share = min(size[0] / 1920, size[1] / 1080)
    return lambda n: round(n * share)


def state_look(state: str) -> tuple[Colour, Colour]:
    """(ground, ink) of a counter's state."""
    if state == "closed":
        return BOARD.panel_dim, BOARD.soft
    if state == "paused":
        return BOARD.panel_dim, BOARD.warn
    return BOARD.panel, BOARD.ok


def whole(pen: widgets.Pen, number: str, size: int, room: int) -> int:
    """The size at which a number keeps within the room: it may become small, but is never cut."""
    return pen.scene.brush.type.fit(number, size, room, True, least=0.2)[1]


def beside(rect: pygame.Rect, share: float, gap: int) -> tuple[pygame.Rect, pygame.Rect]:
    """Two parts, the first with a share of the room: side by side, or one above the other where it stands."""
    if rect.h > rect.w:
        high = round(rect.h * share) - gap
        first = pygame.Rect(rect.left, rect.top, rect.w, high)
        return first, pygame.Rect(rect.left, first.bottom + gap, rect.w, rect.h - high - gap)
    first = pygame.Rect(rect.left, rect.top, round(rect.w * share), rect.h)
    left = first.right + gap
    return first, pygame.Rect(left, rect.top, rect.right - left, rect.h)


def larger(rect: pygame.Rect, u: Unit) -> Unit:
    """Where parts stand one above the other they have the whole width."""
    return (lambda n: u(1.5 * n)) if rect.h > rect.w else u


def call_card(pen: widgets.Pen, call: Json, name: str, rect: pygame.Rect, u: Unit, *, fresh: bool) -> None:
    """The newest call: what it is, the number, and where to go."""
    ground = BOARD.fresh if fresh else BOARD.card
    ink, soft = (BOARD.fresh_ink, BOARD.fresh_ink) if fresh else (BOARD.number, BOARD.card_soft)
    brush = pen.scene.brush
    pen.scene.put(brush.card(rect.size, u(36), ground), topleft=rect.topleft)
    label = pen.words("kind_recall") if call.get("kind") == "recall" else pen.words("calling")
    y = rect.top + u(58)
    pen.scene.icon("megaphone", u(58), soft, midleft=(rect.left + u(44), y))
    pen.scene.text(label, u(50), soft, ground, bold=True, width=rect.w // 2, midleft=(rect.left + u(122), y))
    pen.scene.text(name, u(50), soft, ground, width=rect.w // 2 - u(100), midright=(rect.right - u(44), y))
    band_h = u(176)
    band = pygame.Rect(rect.left + u(30), rect.bottom - u(30) - band_h, rect.w - 2 * u(30), band_h)
    top = y + u(30)
    size = min(round((band.top - top) * 1.14), round(rect.w * 0.43))
    at = (rect.centerx, (top + band.top) // 2)
    number = str(call["number"])
    size = whole(pen, number, size, rect.w - 2 * u(40))
    pen.scene.text(number, size, ink, ground, bold=True, center=at)
    fill, words_ink = (BOARD.number, BOARD.ink) if fresh else (BOARD.band, BOARD.band_ink)
    pen.scene.put(brush.card(band.size, u(28), fill), topleft=band.topleft)
    label = pen.words("please_go", counter=call["counter"])
    pen.scene.text(label, u(140), words_ink, fill, bold=True, width=band.w - 2 * u(24), center=band.center)


def calls_before(
    pen: widgets.Pen, calls: Sequence[Json], rect: pygame.Rect, u: Unit, is_fresh: Callable[[Json], bool]
) -> None:
    """Rows of the calls before the newest; one that came together with it has its colour, too."""
    calls = calls[:BEFORE]
    gap = u(14)
    rows = BEFORE if len(calls) > 4 else 4
    high = (rect.h - gap * (rows - 1)) // rows
    for i, call in enumerate(calls):
        row = pygame.Rect(rect.left, rect.top + i * (high + gap), rect.w, high)
        fresh = is_fresh(call)
        ground = BOARD.fresh if fresh else BOARD.panel
        ink, soft = (BOARD.fresh_ink, BOARD.fresh_ink) if fresh else (BOARD.ink, BOARD.soft)
        pen.scene.put(pen.scene.brush.card(row.size, u(24), ground), topleft=row.topleft)
        size = min(u(96), round(high * 0.86))
        at = (row.left + u(34), row.centery)
        large = whole(pen, str(call["number"]), size, round(row.w * 0.55))
        number = pen.scene.text(str(call["number"]), large, ink, ground, bold=True, midleft=at)
        label = pen.words("counter", counter=call["counter"])
        room = row.right - u(34) - number.right - u(20)
        at = (row.right - u(34), row.centery)
        pen.scene.text(label, min(u(72), size), soft, ground, bold=True, width=room, midright=at)


def counter_table(
    pen: widgets.Pen,
    counters: Sequence[Json],
    rect: pygame.Rect,
    u: Unit,
    doing: Callable[[Json], str],
    turn: tuple[int, int] = (0, 1),
) -> None:
    """One row for each counter: its sign and name, its number or what it does; `turn`: page, of so many."""
    if not counters:
        return
    if turn[1] > 1:
        rect = pygame.Rect(rect.left, rect.top, rect.w, rect.h - u(34))
        _dots(pen, turn, (rect.centerx, rect.bottom + u(20)), u(16))
    gap = u(12)
    rows = max(4, len(counters))
    high = (rect.h - gap * (rows - 1)) // rows
    size = min(u(84), round(high * 0.8))
    setter, name_room = pen.scene.brush.type, round(rect.w * 0.4)
    small = min(round(size * 0.62), u(46))
    name_size = min(_name_size(setter, c, small, (name_room, high - u(4))) for c in counters)
    for i, counter in enumerate(counters):
        row = pygame.Rect(rect.left, rect.top + i * (high + gap), rect.w, high)
        ground, ink = state_look(str(counter.get("state", "closed")))
        pen.scene.put(pen.scene.brush.card(row.size, u(22), ground), topleft=row.topleft)
        sign = round(high * 0.76)
        left = sign_of(pen, str(counter["id"]), sign, (row.left + u(18), row.centery)).right + u(20)
        _name(pen, counter, name_size, ground, pygame.Rect(left, row.top, name_room, row.h))
        at = (row.right - u(26), row.centery)
        room = row.right - u(26) - left - name_room - u(16)
        ticket = _at_counter(counter)
        large = whole(pen, ticket, size, room) if ticket else small
        label, shade = (ticket, BOARD.ink) if ticket else (doing(counter), ink)
        pen.scene.text(label, large, shade, ground, bold=True, width=room, midright=at)


def _dots(pen: widgets.Pen, turn: tuple[int, int], center: tuple[int, int], size: int) -> None:
    """Which page this is, and that there are others."""
    page, pages = turn
    left = center[0] - round(size * (2 * pages - 1) / 2)
    for i in range(pages):
        dot = pen.scene.brush.card((size, size), size // 2, BOARD.ink if i == page else BOARD.card_soft)
        pen.scene.put(dot, midleft=(left + 2 * i * size, center[1]))


def sign_of(pen: widgets.Pen, id: str, side: int, midleft: tuple[int, int]) -> pygame.Rect:
    """A counter's number on its disc."""
    disc = pen.scene.put(pen.scene.brush.card((side, side), side // 3, BOARD.soft), midleft=midleft)
    room = side - max(6, side // 8)
    pen.scene.text(id, round(side * 0.78), BOARD.back, BOARD.soft, bold=True, width=room, center=disc.center)
    return disc


def plates(pen: widgets.Pen, counters: Sequence[Json], width: int, u: Unit) -> int:
    """So many counters stand side by side without a name that is cut."""
    setter, room = pen.scene.brush.type, _name_room(_columns(PLATES, width, u)[0], u)
    names = {str(c["name"]): _name_size(setter, c, u(38), room) for c in counters}
    is_whole = all(len(setter.wrap(name, size, room[0])) <= 2 for name, size in names.items())
    return PLATES if is_whole else WIDE_PLATES


def _name_room(wide: int, u: Unit) -> tuple[int, int]:
    return wide - u(16 + 54 + 10 + 12), u(78)


def counter_plates(
    pen: widgets.Pen, counters: Sequence[Json], rect: pygame.Rect, u: Unit, doing: Callable[[Json], str]
) -> None:
    """Side by side: each counter's sign, what it does now, how many wait for it."""
    wide, gap = _columns(len(counters), rect.w, u)
    setter, room = pen.scene.brush.type, _name_room(wide, u)
    name_size = min(_name_size(setter, c, u(38), room) for c in counters)
    for i, counter in enumerate(counters):
        plate = pygame.Rect(rect.left + i * (wide + gap), rect.top, wide, rect.h)
        _plate(pen, counter, plate, u, doing(counter), name_size)


def service_plates(pen: widgets.Pen, services: Sequence[Json], rect: pygame.Rect, u: Unit) -> None:
    """Side by side: each service and how many wait for it."""
    wide, gap = _columns(len(services), rect.w, u)
    setter, room = pen.scene.brush.type, wide - 2 * u(16)
    name_size = min(setter.fit(str(s["name"]), u(44), room)[1] for s in services)
    for i, service in enumerate(services):
        plate = pygame.Rect(rect.left + i * (wide + gap), rect.top, wide, rect.h)
        is_open, count = bool(service.get("open")), int(service.get("waiting", 0))
        ground = BOARD.panel if is_open or count else BOARD.panel_dim
        pen.scene.put(pen.scene.brush.card(plate.size, u(22), ground), topleft=plate.topleft)
        left = plate.left + u(16)
        at = (left, plate.top + round(plate.h * 0.28))
        pen.scene.text(str(service["name"]), name_size, BOARD.ink, ground, width=room, midleft=at)
        if count or is_open:
            label = pen.words("waiting", count=count) if count else pen.words("waiting_none")
            ink = BOARD.warn if count >= MANY else BOARD.ok
        else:
            label, ink = pen.words("state_closed"), BOARD.soft
        at = (left, plate.top + round(plate.h * 0.68))
        pen.scene.text(label, u(50), ink, ground, bold=True, width=room, midleft=at)


MANY = 10
"""So many waiting have another colour; the count says it as well."""


def _columns(count: int, width: int, u: Unit) -> tuple[int, int]:
    """Width of a plate and the gap between two."""
    gap = u(16)
    return (width - gap * (count - 1)) // count, gap


def _name_size(setter: Typesetter, counter: Json, size: int, room: tuple[int, int]) -> int:
    """At which a counter's name keeps within its line, or within two where it would be too small."""
    name, shorter = str(counter.get("name", "")), round(size * 0.8)
    if setter.width(name, shorter) <= room[0]:
        return setter.fit(name, size, room[0], least=0.8)[1]
    return setter.fill(name, size, room, spacing=LINE, least=0.74)[1]


def _name(pen: widgets.Pen, counter: Json, size: int, ground: Colour, area: pygame.Rect) -> None:
    """One line or two, in the middle of the area's height."""
    name = str(counter.get("name", ""))
    lines = len(pen.scene.brush.type.wrap(name, size, area.w))
    high = min(lines, 2) * round(size * LINE)
    box = pygame.Rect(area.left, area.centery - high // 2, area.w, high)
    pen.scene.paragraph(name, size, BOARD.ink, ground, box, lines=2, spacing=LINE)


LINE = 1.16


def _at_counter(counter: Json) -> str:
    ticket = counter.get("ticket") or {}
    return str(ticket.get("number", "")) if counter.get("state") in ("calling", "serving") else ""


def _plate(pen: widgets.Pen, counter: Json, plate: pygame.Rect, u: Unit, doing: str, name_size: int) -> None:
    state = str(counter.get("state", "closed"))
    ground, ink = state_look(state)
    pen.scene.put(pen.scene.brush.card(plate.size, u(22), ground), topleft=plate.topleft)
    pad = u(16)
    room = plate.w - 2 * pad
    y = plate.top + pad + u(29)
    left = sign_of(pen, str(counter["id"]), u(54), (plate.left + pad, y)).right + u(10)
    area = pygame.Rect(left, 0, plate.right - u(12) - left, u(78))
    area.centery = y
    _name(pen, counter, name_size, ground, area)
    y = plate.top + round(plate.h * 0.58)
    if ticket := _at_counter(counter):
        at = (plate.left + pad, y)
        size = whole(pen, ticket, u(56), room)
        number = pen.scene.text(ticket, size, BOARD.ink, ground, bold=True, midleft=at)
        left_over = plate.right - pad - number.right - u(16)
        # A long number says by itself that somebody is served.
        if pen.scene.brush.type.width(doing, u(38), True) * 0.75 <= left_over:
            at = (plate.right - pad, y)
            pen.scene.text(doing, u(38), ink, ground, bold=True, width=left_over, midright=at)
    else:
        pen.scene.text(doing, u(48), ink, ground, bold=True, width=room, midleft=(plate.left + pad, y))
    count = counter.get("waiting", 0)
    if state != "closed" or count:
        label = pen.words("waiting", count=count) if count else pen.words("waiting_none")
        at = (plate.left + pad, plate.top + round(plate.h * 0.84))
        pen.scene.text(label, u(36), BOARD.soft, ground, width=room, midleft=at)
