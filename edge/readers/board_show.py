"""One board in time: which page now, a new call that flashes, tries, and what stands sent again."""

import math
from dataclasses import replace

from drivers.capabilities import BoardMessage
from edge.readers.board_pages import Page
from edge.settings_boards import BoardRules

LIT_S, UNLIT_S = 1.0, 0.5
"""A flash that is sent: so long text, so long nothing."""

SAME_CALL_S = 5.0
"""The same call again within this time does not flash anew (as a running hall system did; seen once)."""

TRIES, TRIES_APART_S = 3, 0.1
"""A board that cannot answer is told a new page so often: a frame may be lost, a call not (seen once)."""


class Show:
    """All times by the monotonic clock, given with each call."""

    def __init__(self, rules: BoardRules) -> None:
        self.rules = rules
        self.flashes = False
        """The board flashes by itself when told to."""
        self.is_sure = True
        """It answers: what it was sent is there."""
        self._pages: tuple[Page, ...] = ()
        self._at = 0
        self._page_ends = math.inf
        self._flash_began, self._flash_ends = -math.inf, -math.inf
        self._lit = True
        self._next_blink = math.inf
        self._tries_left, self._next_try = 0, math.inf
        self._refresh = math.inf
        self._is_new = False
        self._kind: object = ""

    def play(self, pages: tuple[Page, ...], now: float, *, kind: object = "", is_call: bool = False) -> None:
        """From now on these pages; `is_call`: a call that people have not seen yet.

        Pages of the same kind, as many as before, go on where those were: the time on one of them changed.
        """
        again = _lines(pages) == _lines(self._pages) and now - self._flash_began < SAME_CALL_S
        if pages == self._pages and (again or not is_call):
            return
        goes_on = kind == self._kind and len(pages) == len(self._pages) and not is_call
        if not goes_on:
            self._at, self._page_ends = 0, self._ends(pages, 0, now)
        self._pages, self._kind = pages, kind
        if is_call and not again and self.rules.flash_s:
            self._begin_flash(now)
        elif not goes_on:
            self._end_flash()
        self._say_anew(now)

    def due(self) -> float:
        """When `step` has something to do."""
        if not self._pages:
            return math.inf
        if self._is_new:
            return -math.inf
        return min(self._page_ends, self._next_blink, self._next_try, self._refresh)

    def step(self, now: float) -> BoardMessage | None:
        """What the board is to be sent now; None: nothing."""
        if now < self.due():
            return None
        if now >= self._page_ends:
            self._at = (self._at + 1) % len(self._pages)
            self._page_ends = self._ends(self._pages, self._at, now)
            self._say_anew(now)
        if now >= self._next_blink:
            self._blink(now)
        if now >= self._next_try:
            self._tries_left -= 1
            self._next_try = now + TRIES_APART_S if self._tries_left else math.inf
        self._is_new = False
        self._refresh = now + self.rules.refresh_s if self.rules.refresh_s else math.inf
        return self._message(now)

    # --- inside ---------------------------------------------------------------------------------------------

    def _say_anew(self, now: float) -> None:
        self._is_new = True
        self._tries_left = 0 if self.is_sure else TRIES - 1
        self._next_try = now + TRIES_APART_S if self._tries_left else math.inf

    def _begin_flash(self, now: float) -> None:
        self._flash_began, self._flash_ends = now, now + self.rules.flash_s
        self._lit = True
        if self.flashes:
            self._next_blink = self._flash_ends
        else:
            self._next_blink = now + min(LIT_S, self.rules.flash_s) if self.rules.blink else math.inf

    def _end_flash(self) -> None:
        self._flash_ends, self._next_blink, self._lit = -math.inf, math.inf, True

    def _blink(self, now: float) -> None:
        self._lit = not self._lit or self.flashes
        if now >= self._flash_ends:
            self._end_flash()
        else:
            self._next_blink = min(self._flash_ends, now + (LIT_S if self._lit else UNLIT_S))
        self._is_new = True

    def _message(self, now: float) -> BoardMessage:
        message = self._pages[self._at].message
        if not self._lit:
            return replace(message, lines=tuple("" for _ in message.lines))
        if self.flashes and now < self._flash_ends:
            return replace(message, flash_s=self.rules.flash_s)
        return message

    @staticmethod
    def _ends(pages: tuple[Page, ...], at: int, now: float) -> float:
        return now + pages[at].stays_s if len(pages) > 1 else math.inf


def _lines(pages: tuple[Page, ...]) -> list[tuple[str, ...]]:
    return [page.message.lines for page in pages]
