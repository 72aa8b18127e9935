"""A picture as a list of placed surfaces, what it says and what can be touched; drawn where it changed."""

from dataclasses import dataclass, replace

import pygame

from kiosk_ui.paint import Brush
from kiosk_ui.theme import Colour


@dataclass(frozen=True)
class Item:
    surface: pygame.Surface
    rect: pygame.Rect


@dataclass(frozen=True)
class Said:
    """One text of the scene: where its ink is, its colours, its type size, and which item draws it."""

    text: str
    rect: pygame.Rect
    colour: Colour
    ground: Colour
    size: int
    item: int


@dataclass(frozen=True)
class Target:
    """What a finger can hit."""

    id: str
    rect: pygame.Rect
    text: str


class Scene:
    """Filled once by a page, then only read."""

    def __init__(self, name: str, size: tuple[int, int], brush: Brush) -> None:
        self.name = name
        self.rect = pygame.Rect((0, 0), size)
        self.brush = brush
        self.items: list[Item] = []
        self.texts: list[Said] = []
        self.targets: list[Target] = []
        self.private: list[pygame.Rect] = []
        """What a person typed, and names: blank in a picture that leaves the house."""

    def put(self, surface: pygame.Surface, **anchor: tuple[int, int]) -> pygame.Rect:
        """Place a surface by any rect anchor: `topleft=`, `center=`, `midright=` …"""
        rect = surface.get_rect(**anchor)
        self.items.append(Item(surface, rect))
        return rect

    def text(
        self,
        text: str,
        size: int,
        colour: Colour,
        ground: Colour,
        *,
        bold: bool = False,
        width: int = 0,
        private: bool = False,
        **anchor: tuple[int, int],
    ) -> pygame.Rect:
        """One line, made smaller (and at last cut with …) to keep within `width` when given."""
        if not text.strip():
            return pygame.Rect(next(iter(anchor.values())), (0, 0))
        if width:
            text, size = self.brush.type.fit(text, size, width, bold)
        surface = self.brush.text(text, size, bold, colour)
        rect = self.put(surface, **anchor)
        if private:
            self.private.append(rect)
        ink = surface.get_bounding_rect(min_alpha=24).move(rect.topleft)
        self.texts.append(Said(text, ink, colour, ground, size, len(self.items) - 1))
        return rect

    def paragraph(
        self,
        text: str,
        size: int,
        colour: Colour,
        ground: Colour,
        area: pygame.Rect,
        *,
        bold: bool = False,
        align: str = "left",
        lines: int = 99,
        spacing: float = 1.4,
    ) -> int:
        """Wrapped lines from the top of `area`; returns the height used. More than `lines` end in `…`."""
        wrapped = self.brush.type.wrap(text, size, area.w, bold)
        if len(wrapped) > lines:
            last = self.brush.type.fit(wrapped[lines - 1] + "……", size, area.w, bold, least=1.0)[0]
            wrapped = [*wrapped[: lines - 1], last.rstrip("…") + "…"]
        step = round(size * spacing)
        for i, line in enumerate(wrapped):
            middle = area.top + i * step + step // 2
            if align == "center":
                self.text(line, size, colour, ground, bold=bold, center=(area.centerx, middle))
            else:
                self.text(line, size, colour, ground, bold=bold, midleft=(area.left, middle))
        return step * len(wrapped)

    def icon(self, name: str, size: int, colour: Colour, **anchor: tuple[int, int]) -> pygame.Rect:
        return self.put(self.brush.icon(name, size, colour), **anchor)

    def target(self, id: str, rect: pygame.Rect, text: str) -> None:
        self.targets.append(Target(id, rect.copy(), text))

    def shift(self, dx: int, dy: int) -> None:
        """Move everything but what fills the screen by some pixels, against images that stick."""
        self.items[:] = [
            item if item.rect.contains(self.rect) else Item(item.surface, item.rect.move(dx, dy))
            for item in self.items
        ]
        self.texts[:] = [replace(t, rect=t.rect.move(dx, dy)) for t in self.texts]
        self.targets[:] = [replace(t, rect=t.rect.move(dx, dy)) for t in self.targets]
        self.private[:] = [rect.move(dx, dy) for rect in self.private]

    def hit(self, x: int, y: int) -> Target | None:
        return next((t for t in reversed(self.targets) if t.rect.collidepoint(x, y)), None)


def draw(scene: Scene, screen: pygame.Surface, before: Scene | None) -> list[pygame.Rect]:
    """Bring the screen from the scene before to this one; returns the rectangles that were drawn."""
    dirty = _changed(scene, before) if before else [scene.rect]
    for area in dirty:
        screen.set_clip(area)
        for item in scene.items:
            if item.rect.colliderect(area):
                screen.blit(item.surface, item.rect)
    screen.set_clip(None)
    return dirty


def _changed(scene: Scene, before: Scene) -> list[pygame.Rect]:
    """Where an item came, went or moved: the brush gives the same surface for the same thing."""
    now = {(id(i.surface), i.rect.topleft): i.rect for i in scene.items}
    was = {(id(i.surface), i.rect.topleft): i.rect for i in before.items}
    dirty: list[pygame.Rect] = []
    for key in now.keys() ^ was.keys():
        rect = (now.get(key) or was[key]).clip(scene.rect)
        while (hit := rect.collidelist(dirty)) >= 0:
            rect = rect.union(dirty.pop(hit))
        if rect:
            dirty.append(rect)
    return dirty
