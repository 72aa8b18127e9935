"""Codes on slips, by which a citizen may rate: nobody guesses them, nobody keeps a list of them."""

import hashlib
import hmac
from collections.abc import Iterable

from edge.hall.words import TicketId
from edge.keys import load_key

__all__ = ["RatingCodes", "load_key"]

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# Crockford's base 32 (crockford.com/base32.html): no I, L, O, U; read back, I and L are 1 and O is 0.
_MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})
_LENGTH = 10
"""Letters of 5 bits: 50 bits; the contract asks for 40 at least."""


class RatingCodes:
    def __init__(self, key: bytes) -> None:
        """`key`: the hall's own (`load_key`)."""
        self._key = key

    def code(self, ticket: TicketId) -> str:
        """Ten letters, the same for ever for one ticket."""
        mac = hmac.new(self._key, b"rating code " + ticket.encode(), hashlib.sha256).digest()
        bits = int.from_bytes(mac[:8], "big")
        return "".join(_LETTERS[bits >> 5 * i & 31] for i in range(_LENGTH))

    def card(self, digest: str, day: str) -> str:
        """A card's digest as it may stand in the journal: worth nothing without the key, other each day."""
        text = f"card {day} {digest}"
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()[:24]

    def browser(self, counter: str, day: str) -> str:
        """What the browser of a counter shows on this day."""
        text = f"counter {day} {counter}"
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()[:32]

    def find(self, code: str, tickets: Iterable[TicketId]) -> TicketId | None:
        """Whose code this is; small letters, spaces and look-alikes are forgiven."""
        typed = code.upper().translate(_MISREAD)
        found = None
        for ticket in tickets:
            if hmac.compare_digest(self.code(ticket).encode(), typed.encode()):
                found = ticket
        return found
