"""Who works here: numbers, posts, roles, and PINs that the file does not give away."""

import hashlib
import hmac
import os
import re
from dataclasses import dataclass, field

from edge.hall.words import StaffNumber
from edge.settings_bind import Problems
from edge.settings_tables import StaffFile

_N, _R, _P = 1 << 14, 8, 1
"""scrypt, 16 MB and some 50 ms a try: PINs are short, so tries must be dear. hashlib's own limit is 32 MB."""
_HASH = re.compile(r"scrypt\$(\d+)\$(\d+)\$(\d+)\$([0-9a-f]{32})\$([0-9a-f]{64})")


@dataclass(frozen=True)
class Person:
    number: StaffNumber
    name: str
    post: str = ""
    roles: frozenset[str] = frozenset()
    pin_hash: str = field(default="", repr=False)
    phone: str = ""
    photo: str = ""
    """A picture in content/."""

    def knows(self, pin: str) -> bool:
        """Is this the person's PIN? Takes some 50 ms."""
        match = _HASH.fullmatch(self.pin_hash)
        if not match:
            return False
        n, r, p = (int(match[i]) for i in (1, 2, 3))
        tried = hashlib.scrypt(pin.encode(), salt=bytes.fromhex(match[4]), n=n, r=r, p=p, dklen=32)
        return hmac.compare_digest(tried, bytes.fromhex(match[5]))


def hash_pin(pin: str) -> str:
    """What goes into staff.toml for a PIN. Raises ValueError unless it has 4..12 digits."""
    if not re.fullmatch(r"[0-9]{4,12}", pin):
        raise ValueError("a PIN has 4 to 12 digits")
    salt = os.urandom(16)
    digest = hashlib.scrypt(pin.encode(), salt=salt, n=_N, r=_R, p=_P, dklen=32)
    return f"scrypt${_N}${_R}${_P}${salt.hex()}${digest.hex()}"


def people(file: StaffFile, shown: str, problems: Problems) -> dict[StaffNumber, Person]:
    """The file's people by number; what is wrong goes into `problems`."""
    found = {}
    for number, row in file.staff.items():
        if not re.fullmatch(r"[0-9A-Za-z-]{1,16}", number):
            problems.add(shown, f"staff.{number}", "a staff number is 1 to 16 letters, digits and dashes")
        if row.pin and not _affordable(row.pin):
            problems.add(shown, f"staff.{number}.pin", "no PIN hash; make one as config/README.md says")
        found[number] = Person(
            number, row.name, row.post, frozenset(row.roles), row.pin, row.phone, row.photo
        )
    return found


def _affordable(pin_hash: str) -> bool:
    """A hash that we can check: of our form, and within hashlib's memory limit."""
    match = _HASH.fullmatch(pin_hash)
    if not match:
        return False
    n, r, p = (int(match[i]) for i in (1, 2, 3))
    return 1 < n <= _N and n & (n - 1) == 0 and 0 < r <= _R and 0 < p <= 4
