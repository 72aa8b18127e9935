"""Who may look at the fleet: names and salted passwords, sessions in memory, tries limited."""

import base64
import hashlib
import hmac
import secrets
import time
from collections import deque
from collections.abc import Mapping

from edge.center.settings import LoginTable

_N, _R, _P = 2**14, 8, 1
# RFC 7914 §2: N=16384, r=8 for interactive logins; 16 MB and some tens of milliseconds.
SESSION_S = 12 * 3600.0
MOST_TRIES, WITHIN_S = 10, 60.0


def password_hash(password: str) -> str:
    """What stands in `center.toml`."""
    salt = secrets.token_bytes(16)
    return f"scrypt:{_b64(salt)}:{_b64(_derived(password, salt))}"


def is_right(password: str, said: str) -> bool:
    """`said` as `password_hash` makes it; anything else is no password at all."""
    kind, _, rest = said.partition(":")
    salt, _, wanted = rest.partition(":")
    try:
        salted, known = base64.b64decode(salt, validate=True), base64.b64decode(wanted, validate=True)
    except ValueError:
        return False
    return kind == "scrypt" and bool(known) and hmac.compare_digest(_derived(password, salted), known)


class Tries:
    """How often somebody has tried within the last minute. One thread."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._tries: dict[str, deque[float]] = {}

    def may(self, peer: str) -> bool:
        """Not too many from there; this one is counted."""
        now = time.monotonic()
        self._tries = {p: t for p, t in self._tries.items() if t and t[-1] > now - WITHIN_S}
        tries = self._tries.setdefault(peer, deque(maxlen=self._most + 1))
        while tries and tries[0] < now - WITHIN_S:
            tries.popleft()
        tries.append(now)
        return len(tries) <= self._most


class Logins:
    """One thread at a time. Without any name everybody is let in: the page is then on loopback only."""

    def __init__(self, people: Mapping[str, LoginTable]) -> None:
        self._people = people
        self._sessions: dict[str, float] = {}
        self._tries = Tries(MOST_TRIES)

    @property
    def is_open(self) -> bool:
        return not self._people

    def may_try(self, peer: str) -> bool:
        """Not too many from there within the last minute; this one is counted."""
        return self._tries.may(peer)

    def is_known(self, name: str, password: str) -> bool:
        """Takes as long for a name that there is not. Blocks for some tens of milliseconds."""
        known = self._people.get(name, LoginTable(f"scrypt:{_b64(b'0' * 16)}:{_b64(b'0' * 32)}"))
        return is_right(password, known.password) and name in self._people

    def begin(self) -> str:
        """A session's token."""
        now, token = time.monotonic(), secrets.token_urlsafe(32)
        self._sessions = {t: until for t, until in self._sessions.items() if until > now}
        self._sessions[token] = now + SESSION_S
        return token

    def holds(self, token: str) -> bool:
        return self._sessions.get(token, 0.0) > time.monotonic()

    def end(self, token: str) -> None:
        self._sessions.pop(token, None)


def _derived(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=_N, r=_R, p=_P, dklen=32)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
