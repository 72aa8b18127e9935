"""Pictures of screens, for the county: one thread asks, the screen hands in at its next sign of life."""

import threading
import time
import uuid
from dataclasses import dataclass

WAIT_S = 15.0
"""A screen says each 5 s that it draws, and hears then that a picture of it is wanted."""
MOST_BYTES = 180_000
"""As base64 in JSON it keeps within what the door takes."""
PNG = b"\x89PNG\r\n\x1a\n"
"""PNG specification (ISO/IEC 15948), §5.2."""


@dataclass
class _Wish:
    id: str
    png: bytes = b""


class Shots:
    """Any thread."""

    def __init__(self) -> None:
        self._wishes: dict[str, _Wish] = {}
        self._changed = threading.Condition()
        self._ended = False

    def ask(self, screen: str, within_s: float = WAIT_S) -> bytes | None:
        """The screen's next picture; blocks. None: it hands none in, somebody else waits for it, or `end`."""
        ends_s = time.monotonic() + within_s
        with self._changed:
            if screen in self._wishes:
                return None
            wish = self._wishes[screen] = _Wish(uuid.uuid4().hex)
            try:
                self._changed.wait_for(lambda: bool(wish.png) or self._ended, ends_s - time.monotonic())
            finally:
                del self._wishes[screen]
        return wish.png or None

    def wanted(self, screen: str) -> str:
        """Under which id a picture of this screen is waited for; empty: nobody waits."""
        wish = self._wishes.get(screen)
        return wish.id if wish and not wish.png else ""

    def take(self, screen: str, id: str, png: bytes) -> bool:
        """Was it still waited for?"""
        with self._changed:
            wish = self._wishes.get(screen)
            if wish is None or wish.id != id or wish.png:
                return False
            wish.png = png
            self._changed.notify_all()
        return True

    def end(self) -> None:
        """Let go who waits: the daemon stops."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
