"""Who has said a PIN at a screen: short sessions in memory, and few tries."""

import secrets
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from edge.doors.problems import Problem
from edge.doors.tries import Tries
from edge.hall.words import StaffNumber

IDLE_S = 180.0
LONGEST_S = 1800.0
MOST_SESSIONS = 16
TRIES, WITHIN_S = 5, 600.0
"""Wrong PINs of one number, and of one caller, before both have to wait: a PIN has four digits."""


class Member(Protocol):
    """Somebody of the staff."""

    @property
    def number(self) -> StaffNumber: ...
    @property
    def name(self) -> str: ...
    @property
    def roles(self) -> frozenset[str]: ...

    def knows(self, pin: str) -> bool: ...


@dataclass
class Session:
    token: str
    person: Member
    screen: str
    """Where the PIN was said."""
    opened_s: float
    used_s: float


class Sessions:
    """Loop thread only, but for `try_pin`, which takes its time."""

    def __init__(self, staff: Mapping[StaffNumber, Member], clock: Callable[[], float] = time.monotonic):
        self._staff = staff
        self._clock = clock
        self._open: dict[str, Session] = {}
        self._tries = Tries(TRIES, WITHIN_S, clock)

    def check_tries(self, *who: str) -> None:
        """Raises Problem `too_many_tries`."""
        for key in who:
            self._tries.check(key)

    def wrong(self, *who: str) -> None:
        for key in who:
            self._tries.wrong(key)

    def right(self, *who: str) -> None:
        """The PIN was right: what was tried before it does not count any more."""
        for key in who:
            self._tries.forget(key)

    def try_pin(self, number: StaffNumber, pin: str) -> Member | None:
        """The person, if the PIN is theirs. Blocks some 50 ms, for a number that nobody has as well."""
        person = self._staff.get(number)
        if person is None:
            for other in list(self._staff.values())[:1]:
                other.knows(pin)
            return None
        return person if person.knows(pin) else None

    def open(self, person: Member, screen: str) -> Session:
        self._forget()
        while len(self._open) >= MOST_SESSIONS:
            del self._open[min(self._open, key=lambda t: self._open[t].used_s)]
        now = self._clock()
        session = Session(secrets.token_urlsafe(24), person, screen, now, now)
        self._open[session.token] = session
        return session

    def close(self, token: str) -> None:
        self._open.pop(token, None)

    def find(self, token: str, roles: Collection[str]) -> Session:
        """The session, of somebody with one of these roles; none named: any.

        Raises Problem `no_session`, `no_role`.
        """
        self._forget()
        session = self._open.get(token)
        if session is None:
            raise Problem("no_session")
        session.used_s = self._clock()
        if roles and not session.person.roles & set(roles):
            raise Problem("no_role")
        return session

    def _forget(self) -> None:
        now = self._clock()
        self._open = {
            t: s for t, s in self._open.items() if now - s.used_s < IDLE_S and now - s.opened_s < LONGEST_S
        }
