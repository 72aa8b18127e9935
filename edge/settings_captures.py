"""What becomes of pages of the document cameras: `[captures]` in hall.toml."""

from dataclasses import dataclass
from pathlib import Path

_DAYS = 30
"""The longest that a page may stay (facts: standards §4)."""


@dataclass(frozen=True)
class CaptureSettings:
    key_file: str = ""
    """The key under which pages are encrypted, on another medium, as `/etc/bianmin/captures.key`; made at
    the first page. Empty: the data folder's own `hall.key`."""
    keep_days: int = 30
    """So long a page stays that nobody fetched."""
    handed_over_days: int = 7
    """… and after it was fetched; 0: until the day is over."""
    quota_mb: int = 2000
    """Above it, pages of earlier days go, the oldest first; then no more are taken."""
    export: str = ""
    """A folder that another program watches: tickets' pages are put there as pictures, in the clear."""

    def __post_init__(self) -> None:
        for name in ("keep_days", "handed_over_days"):
            least = 1 if name == "keep_days" else 0
            if not least <= getattr(self, name) <= _DAYS:
                raise ValueError(f"{name}: must be {least}..{_DAYS}, not {getattr(self, name)}")
        if self.quota_mb < 50:
            raise ValueError(f"quota_mb: at least 50, not {self.quota_mb}")
        for name in ("key_file", "export"):
            path = getattr(self, name)
            if path and not Path(path).is_absolute():
                raise ValueError(f"{name}: a whole path, as /srv/pages, not {path!r}")
