"""Errors of edge that somebody handles differently."""

from collections.abc import Sequence


class ConfigError(Exception):
    """All problems of a config folder at once, one line each: `file: path.to.key: what (hint)`."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class JournalError(Exception):
    """The disk did not take what was to be written; nothing of it has happened."""


class JournalDamaged(JournalError):
    """What was written is not there any more as it was: no writing goes on behind it."""


class DeviceUnavailable(Exception):
    """No such device now, or it did not get to the job in time; the job has not begun and never will."""
