"""One pointer out of fingers and mice: what was pressed, and which tap counts."""

from dataclasses import dataclass

import pygame

from kiosk_ui.scene import Scene

SAME_TAP_S = 0.5
"""A second tap on the same target within this time is one tap (unsteady fingers, bouncing glass)."""
SAME_KEY_S = 0.15
"""On a pad of letters or digits the same key twice is meant so, but for glass that bounces."""
SETTLE_S = 0.35
KNOCKS, KNOCKS_WITHIN_S = 5, 4.0
NEAR_PX = 60
"""On a page just come, a second tap at the same place this soon was meant for the page before."""


@dataclass(frozen=True)
class Contact:
    down: bool
    x: int
    y: int


def contact(event: pygame.event.Event, size: tuple[int, int]) -> Contact | None:
    """A finger or a real mouse; the mouse that SDL makes up for a finger (`touch=True`) is dropped."""
    if event.type in (pygame.FINGERDOWN, pygame.FINGERUP):
        x = min(size[0] - 1, int(event.x * size[0]))
        y = min(size[1] - 1, int(event.y * size[1]))
        return Contact(event.type == pygame.FINGERDOWN, x, y)
    if event.type in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
        if event.button != 1 or getattr(event, "touch", False):
            return None
        return Contact(event.type == pygame.MOUSEBUTTONDOWN, *event.pos)
    return None


class Presser:
    """From contacts to taps: shown on press, done on release inside the same target."""

    def __init__(self, corner_px: int = 0) -> None:
        """`corner_px`: so far from the top left lies the corner for the staff; 0: there is none."""
        self._corner_px = corner_px
        self._corner: list[float] = []
        self.typed = ""
        """What came from a keyboard, if one is plugged in; whoever reads it empties it."""
        self.pressed = ""
        """The target under the finger now."""
        self.touched_at = 0.0
        """Monotonic time of the last contact."""
        self._page = ""
        self._last_id = ""
        self._last_page = ""
        self._last_place = (0, 0)
        self._last_s = -1.0

    def feed(self, contact: Contact, scene: Scene, now_s: float) -> str:
        """The id that was tapped, or nothing. `now_s` is monotonic."""
        self.touched_at = now_s
        target = scene.hit(contact.x, contact.y)
        if contact.down:
            self._count_corner(contact, now_s)
            self.pressed = target.id if target and not self._is_double(contact, now_s) else ""
            return ""
        pressed, self.pressed = self.pressed, ""
        if not target or target.id != pressed:
            return ""
        again_s = SAME_KEY_S if pressed.startswith("key:") else SAME_TAP_S
        if self._last_id == pressed and self._last_page == self._page and now_s - self._last_s < again_s:
            return ""
        self._last_id, self._last_page, self._last_s = pressed, self._page, now_s
        self._last_place = (contact.x, contact.y)
        return pressed

    def page(self, name: str) -> None:
        """Tell which page is shown: a finger that was down on another one presses nothing here."""
        if name != self._page:
            self._page, self.pressed = name, ""

    def knocked(self) -> bool:
        """Was the corner touched five times in a row just now? Says so once."""
        if len(self._corner) < KNOCKS:
            return False
        self._corner.clear()
        return True

    def _count_corner(self, contact: Contact, now_s: float) -> None:
        if max(contact.x, contact.y) >= self._corner_px:
            self._corner.clear()
            return
        self._corner = [s for s in self._corner if now_s - s < KNOCKS_WITHIN_S] + [now_s]

    def _is_double(self, contact: Contact, now_s: float) -> bool:
        near = max(abs(contact.x - self._last_place[0]), abs(contact.y - self._last_place[1])) < NEAR_PX
        return near and self._last_page != self._page and now_s - self._last_s < SETTLE_S
