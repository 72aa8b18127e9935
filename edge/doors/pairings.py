"""Browsers and screens of the hall's network: a code once, then a token of which the box keeps a digest."""

import json
import logging
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

from edge.doors.problems import Problem
from edge.doors.tries import Tries
from edge.errors import JournalError
from edge.hall.words import CounterId, StaffNumber
from edge.keys import write_secret

log = logging.getLogger(__name__)

CODE_DIGITS = 8
CODE_S = 600.0
MOST_CODES, MOST_PAIRED = 8, 64
TRIES, TRIES_IN_ALL, WITHIN_S = 5, 30, 600.0
"""Wrong codes of one caller, and of all together: while one code lives, 30 guesses at 10^8."""
TOKEN_BYTES = 32
_ALL = "all together"


class Kind(StrEnum):
    COUNTER = "counter"
    """A browser that is one counter's: its verbs and its pages."""
    SCREEN = "screen"
    """Reads, and says that it draws."""


@dataclass(frozen=True)
class Wish:
    """What somebody of the staff lets in."""

    name: str
    """As people call it: 2号窗口电脑."""
    kind: Kind
    counter: CounterId
    """Empty for a screen."""
    by: StaffNumber


@dataclass(frozen=True)
class Pairing:
    id: str
    name: str
    kind: Kind
    counter: CounterId
    by: StaffNumber
    """Who made the code."""
    at: str
    """When it was used."""
    digest: str
    """SHA-256 of the token, hex."""


@dataclass(frozen=True)
class _Offer:
    wish: Wish
    until_s: float


class Pairings:
    """Codes are for the loop thread; what is written takes its time, and any thread may ask for it."""

    def __init__(self, file: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """`file`: the data folder's own, made at the first pairing; a damaged one lets nobody in."""
        self._file = file
        self._clock = clock
        self._offers: dict[str, _Offer] = {}
        self._tries = Tries(TRIES, WITHIN_S, clock)
        self._tries_in_all = Tries(TRIES_IN_ALL, WITHIN_S, clock)
        self._writing = threading.Lock()
        self._paired: Mapping[str, Pairing] = _read(file)
        """By the token's digest; replaced whole."""

    # --- codes, on the loop thread --------------------------------------------------------------------------

    def offer(self, wish: Wish) -> str:
        """A code, good for once within ten minutes, in this life of the daemon; the oldest of many goes."""
        self._forget()
        while len(self._offers) >= MOST_CODES:
            del self._offers[next(iter(self._offers))]
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        while code in self._offers:
            code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        self._offers[code] = _Offer(wish, self._clock() + CODE_S)
        return code

    def redeem(self, code: str, peer: str) -> Wish:
        """What this code lets in; it is used then. Raises Problem `too_many_tries`, `wrong_pairing_code`."""
        self._forget()
        self._tries_in_all.check(_ALL)
        self._tries.check(peer)
        offer = self._offers.pop(code, None)
        if offer is None:
            log.warning("a wrong pairing code came from %s", peer)
            self._tries_in_all.wrong(_ALL)
            self._tries.wrong(peer)
            raise Problem("wrong_pairing_code")
        return offer.wish

    def _forget(self) -> None:
        now = self._clock()
        self._offers = {code: o for code, o in self._offers.items() if now < o.until_s}

    # --- tokens, any thread ---------------------------------------------------------------------------------

    def add(self, wish: Wish, at: str) -> tuple[Pairing, str]:
        """The new pairing, on disk, and its token, which is kept nowhere.

        Raises Problem `too_many_paired`, JournalError.
        """
        token = secrets.token_urlsafe(TOKEN_BYTES)
        made = Pairing(secrets.token_hex(4), wish.name, wish.kind, wish.counter, wish.by, at, digest(token))
        with self._writing:
            if len(self._paired) >= MOST_PAIRED:
                raise Problem("too_many_paired", most=MOST_PAIRED)
            self._write({**self._paired, made.digest: made})
        log.info("%s %s %r is paired, by a code of %s", made.kind, made.id, made.name, made.by)
        return made, token

    def revoke(self, id: str, by: StaffNumber) -> None:
        """From now on its token opens nothing. Raises Problem `no_pairing`, JournalError."""
        with self._writing:
            left = {d: p for d, p in self._paired.items() if p.id != id}
            if len(left) == len(self._paired):
                raise Problem("no_pairing")
            self._write(left)
        log.info("%s is not paired any more, says %s", id, by)

    def find(self, token: str) -> Pairing | None:
        return self._paired.get(digest(token)) if token else None

    def all(self) -> list[Pairing]:
        return list(self._paired.values())

    def _write(self, paired: Mapping[str, Pairing]) -> None:
        text = json.dumps({"paired": [asdict(p) for p in paired.values()]}, ensure_ascii=False, indent=1)
        try:
            write_secret(self._file, text.encode())
        except OSError as e:
            raise JournalError(f"{self._file}: {e}") from e
        self._paired = paired


def digest(token: str) -> str:
    """What is kept of a token; of any bytes that a header may have."""
    return sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def _read(file: Path) -> dict[str, Pairing]:
    try:
        rows = json.loads(file.read_bytes())["paired"]
        found = [Pairing(**{**row, "kind": Kind(row["kind"])}) for row in rows]
        return {p.digest: p for p in found}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError) as e:
        log.error("%s cannot be read: nobody is paired any more (%s)", file, e)
        return {}
