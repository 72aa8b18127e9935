"""Surfaces made once: cards, shadows, gradients, hills, icons, lines of text, kept while they are used."""

import io
import math
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path

import pygame

from kiosk_ui.text import Typesetter
from kiosk_ui.theme import Colour, Palette

BUDGET_BYTES = 40 * 1024 * 1024
ICONS = Path(__file__).parent / "icons"


class Brush:
    """Draws and remembers; the same question gives the same surface, so a scene sees what changed."""

    def __init__(self, typesetter: Typesetter) -> None:
        self.type = typesetter
        self._kept: OrderedDict[Hashable, pygame.Surface] = OrderedDict()
        self._bytes = 0

    def forget(self) -> None:
        """Let go of everything; what is asked for again is made anew."""
        self._kept.clear()
        self._bytes = 0
        self.type.forget()

    def text(self, text: str, size: int, bold: bool, colour: Colour) -> pygame.Surface:
        return self._once(
            ("text", text, size, bold, colour), lambda: self.type.line(text, size, bold, colour)
        )

    def card(
        self, size: tuple[int, int], radius: int, fill: Colour, line: Colour | None = None, width: int = 0
    ) -> pygame.Surface:
        """A rounded rectangle with smooth corners, and a line inside its edge if asked."""
        return self._once(
            ("card", size, radius, fill, line, width), lambda: _card(size, radius, fill, line, width)
        )

    def gradient(self, size: tuple[int, int], radius: int, top: Colour, low: Colour) -> pygame.Surface:
        return self._once(
            ("gradient", size, radius, top, low), lambda: _gradient_card(size, radius, top, low)
        )

    def shadow(self, size: tuple[int, int], radius: int, blur: int) -> pygame.Surface:
        """A soft shadow of a card; it stands `2 * blur` pixels beyond it on each side."""
        return self._once(("shadow", size, radius, blur), lambda: _shadow(size, radius, blur))

    def disc(self, diameter: int, colour: Colour) -> pygame.Surface:
        return self.card((diameter, diameter), diameter // 2, colour)

    def veil(self, size: tuple[int, int], colour: Colour, alpha: int) -> pygame.Surface:
        def make() -> pygame.Surface:
            surface = pygame.Surface(size, pygame.SRCALPHA)
            surface.fill((*colour, alpha))
            return surface

        return self._once(("veil", size, colour, alpha), make)

    def icon(self, name: str, size: int, colour: Colour) -> pygame.Surface:
        """One of `icons/NAME.svg` in a colour; an unknown name draws `file-text`."""
        return self._once(("icon", name, size, colour), lambda: _icon(name, size, colour))

    def picture(self, content: bytes, room: tuple[int, int]) -> pygame.Surface:
        """A picture from outside (PNG, JPEG, SVG), as large as it fits; what is none is an empty square."""
        return self._once(("picture", hash(content), room), lambda: _picture(content, room))

    def landscape(self, size: tuple[int, int], head: int, palette: Palette) -> pygame.Surface:
        """A page's ground: a sky with hills down to `head`, then the plain page."""
        return self._once(("land", size, head, palette.name), lambda: _land(size, head, palette))

    def part(self, surface: pygame.Surface, area: pygame.Rect) -> pygame.Surface:
        """A piece of a surface that this brush made."""
        # The piece holds its whole alive, so that the id in the key cannot become another's.
        return self._once(("part", id(surface), tuple(area)), lambda: surface.subsurface(area))

    def dots(self, size: tuple[int, int], step: int, colour: Colour) -> pygame.Surface:
        """A dotted line."""
        return self._once(("dots", size, step, colour), lambda: _dots(size, step, colour))

    def slip(self, size: tuple[int, int], fill: Colour, line: Colour, ink: Colour) -> pygame.Surface:
        """A little picture of a slip of paper with writing on it."""
        return self._once(("slip", size, fill, line, ink), lambda: _slip(size, fill, line, ink))

    def slope(self, size: tuple[int, int], top: Colour, low: Colour) -> pygame.Surface:
        return self._once(("slope", size, top, low), lambda: _slope(size, top, low))

    def _once(self, key: Hashable, make: Callable[[], pygame.Surface]) -> pygame.Surface:
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        made = self._kept[key] = make()
        self._bytes += _weight(made)
        while self._bytes > BUDGET_BYTES and len(self._kept) > 1:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= _weight(gone)
        return made


def _weight(surface: pygame.Surface) -> int:
    return surface.get_width() * surface.get_height() * surface.get_bytesize()


def _card(
    size: tuple[int, int], radius: int, fill: Colour, line: Colour | None, width: int
) -> pygame.Surface:
    surface = pygame.Surface(size, pygame.SRCALPHA)
    outer = line if line and width else fill
    surface.fill((*outer, 0))
    _rounded(surface, surface.get_rect(), radius, outer)
    if line and width:
        inner = surface.get_rect().inflate(-2 * width, -2 * width)
        _rounded(surface, inner, max(1, radius - width), fill)
    return surface


def _rounded(surface: pygame.Surface, rect: pygame.Rect, radius: int, colour: Colour) -> None:
    # pygame-ce 2.5.8: draw.rect(border_radius=) is not antialiased; quarter aacircles at the corners are.
    radius = max(1, min(radius, rect.w // 2, rect.h // 2))
    pygame.draw.rect(surface, colour, rect.inflate(-2 * radius, 0))
    pygame.draw.rect(surface, colour, rect.inflate(0, -2 * radius))
    for left in (True, False):
        for top in (True, False):
            x = rect.left + radius if left else rect.right - radius
            y = rect.top + radius if top else rect.bottom - radius
            pygame.draw.aacircle(
                surface,
                colour,
                (x, y),
                radius,
                draw_top_left=left and top,
                draw_top_right=not left and top,
                draw_bottom_left=left and not top,
                draw_bottom_right=not left and not top,
            )


def _dots(size: tuple[int, int], step: int, colour: Colour) -> pygame.Surface:
    surface = pygame.Surface(size, pygame.SRCALPHA)
    surface.fill((*colour, 0))
    dot = _card((size[1], size[1]), size[1] // 2, colour, None, 0)
    for x in range(0, size[0] - size[1], step):
        surface.blit(dot, (x, 0))
    return surface


def _slip(size: tuple[int, int], fill: Colour, line: Colour, ink: Colour) -> pygame.Surface:
    surface = _card(size, max(4, size[0] // 16), fill, line, max(2, size[0] // 50))
    w, h = size
    for top, wide, high in ((0.16, 0.5, 0.05), (0.3, 0.62, 0.2), (0.62, 0.56, 0.045), (0.74, 0.4, 0.045)):
        bar = _card((round(w * wide), max(3, round(h * high))), 3, ink, None, 0)
        surface.blit(bar, ((w - bar.get_width()) // 2, round(h * top)))
    return surface


def _slope(size: tuple[int, int], top: Colour, low: Colour) -> pygame.Surface:
    strip = pygame.Surface((1, size[1]))
    for y in range(size[1]):
        strip.set_at((0, y), _between(top, low, y / max(1, size[1] - 1)))
    return pygame.transform.scale(strip, size)


def _between(a: Colour, b: Colour, share: float) -> Colour:
    return (
        round(a[0] + (b[0] - a[0]) * share),
        round(a[1] + (b[1] - a[1]) * share),
        round(a[2] + (b[2] - a[2]) * share),
    )


def _gradient_card(size: tuple[int, int], radius: int, top: Colour, low: Colour) -> pygame.Surface:
    surface = pygame.Surface(size, pygame.SRCALPHA)
    surface.blit(_slope(size, top, low), (0, 0))
    # BLEND_RGBA_MULT would leave alpha 252-254; MIN keeps the inside whole.
    surface.blit(_card(size, radius, (255, 255, 255), None, 0), (0, 0), special_flags=pygame.BLEND_RGBA_MIN)
    return surface


def _shadow(size: tuple[int, int], radius: int, blur: int) -> pygame.Surface:
    pad = 2 * blur
    surface = pygame.Surface((size[0] + 2 * pad, size[1] + 2 * pad), pygame.SRCALPHA)
    surface.fill((22, 50, 92, 0))
    surface.blit(_card(size, radius, (22, 50, 92), None, 0), (pad, pad))
    surface = pygame.transform.box_blur(pygame.transform.box_blur(surface, blur // 2 + 1), blur // 2 + 1)
    surface.fill((255, 255, 255, 46), special_flags=pygame.BLEND_RGBA_MULT)
    return surface


def _icon(name: str, size: int, colour: Colour) -> pygame.Surface:
    file = ICONS / f"{name}.svg"
    text = (file if file.is_file() else ICONS / "file-text.svg").read_text("utf-8")
    text = text.replace("currentColor", "#{:02x}{:02x}{:02x}".format(*colour))
    return pygame.image.load_sized_svg(io.BytesIO(text.encode()), (size, size)).convert_alpha()


def _picture(content: bytes, room: tuple[int, int]) -> pygame.Surface:
    try:
        if b"<svg" in content[:400]:
            return pygame.image.load_sized_svg(io.BytesIO(content), room).convert_alpha()
        drawn = pygame.image.load(io.BytesIO(content)).convert_alpha()
    except pygame.error:
        return pygame.Surface((1, 1), pygame.SRCALPHA)
    share = min(room[0] / drawn.get_width(), room[1] / drawn.get_height())
    return pygame.transform.smoothscale_by(drawn, share)


def _land(size: tuple[int, int], head: int, palette: Palette) -> pygame.Surface:
    surface = pygame.Surface(size)
    surface.blit(_slope((size[0], size[1] - head), palette.page, palette.page_low), (0, head))
    double = pygame.Surface((size[0] * 2, head * 2))
    double.blit(_slope((size[0] * 2, head * 2), palette.sky_deep, palette.sky), (0, 0))
    for colour, height, waves, phase in (
        (palette.hill_far, 0.30, 1.25, 0.4),
        (palette.hill_near, 0.19, 1.8, 2.1),
        (palette.page, 0.055, 1.0, 3.6),
    ):
        pygame.draw.polygon(double, colour, _ridge(size[0] * 2, head * 2, height, waves, phase))
    surface.blit(pygame.transform.smoothscale(double, (size[0], head)), (0, 0))
    return surface


def _ridge(width: int, height: int, share: float, waves: float, phase: float) -> list[tuple[float, float]]:
    """A skyline of gentle hills; `share` of the height at its top."""
    points: list[tuple[float, float]] = [(0, height)]
    for x in range(0, width + 8, 8):
        turn = x / width * math.tau * waves + phase
        lift = 0.55 + 0.3 * math.sin(turn) + 0.15 * math.sin(2.3 * turn + 1.3)
        points.append((x, height - height * share * lift))
    points.append((width, height))
    return points
