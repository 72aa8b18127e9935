"""Knows a number of a person when it sees one, so that no caller writes it into what travels."""

import re
from datetime import date

_PHONE = re.compile(r"(?<![0-9A-Za-z])(?:\+?86[ -]?)?1[3-9][0-9]{9}(?![0-9A-Za-z])")
# Mobile numbers of China have 11 digits, from 13 to 19.
_IDENTITY = re.compile(
    r"(?<![0-9A-Za-z])[1-9][0-9]{5}((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})[0-9]{3}[0-9Xx](?![0-9A-Za-z])"
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
# GB 11643-1999: division, date of birth, serial, and a check digit by ISO 7064 MOD 11-2.
NEWBORN_DAYS = 366
"""A case number of today may have the very shape of an identity number, of somebody born lately."""


def has_personal_number(text: str, today: date | None = None) -> bool:
    """A mobile phone's, or an identity card's whose check digit is right. `today`: by the box's clock."""
    today = today or date.today()
    return bool(_PHONE.search(text)) or any(_is_identity(m, today) for m in _IDENTITY.finditer(text))


def _is_identity(match: re.Match[str], today: date) -> bool:
    try:
        born = date(*map(int, match.groups()))
    except ValueError:
        return False
    number = match[0].upper()
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return abs((today - born).days) > NEWBORN_DAYS and number[-1] == _CHECKS[total % 11]
