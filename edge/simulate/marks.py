"""Under which codes simulated halls speak, so that nobody takes one for a real hall."""

TRIAL_COUNTY = "990000"
"""No division begins with 99: GB/T 2260-2007 numbers provinces 11 to 82."""
_FIRST = 900_000
"""Townships are numbered 001 to 599 (GB/T 10114-2003), so a hall from 900 on is none of a real county."""
MOST = 99_999


def is_real(county: str) -> bool:
    """May this be a county that exists?"""
    return not county.startswith("99")


def hall_code(county: str, n: int) -> str:
    """Twelve digits, of the `n`th hall from 0 on."""
    return f"{county}{_FIRST + n}"
