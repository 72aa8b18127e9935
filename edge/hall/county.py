"""Book 5: what the county asked of this hall: its commands and what became of them, its notices."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from edge.hall import commands as cmd
from edge.hall import county_events as ce
from edge.hall.events import Event
from edge.hall.words import Now, Stamp

Events: TypeAlias = tuple[Event, ...]

MOST_COMMANDS = 1000
"""So many are remembered, of the signed and of the others each, so that nobody without a key can have one
forgotten that bears a signature, and said again; they live for a day at most, and a hall gets a few."""


@dataclass(frozen=True)
class CommandNow:
    does: str
    state: str = "accepted"
    """`accepted`, then `done|refused|failed`."""
    reason: str = ""
    signed: bool = False
    ended_seq: int = 0
    """The entry of its end; 0: it has none yet."""


@dataclass(frozen=True)
class NoticeNow:
    id: str
    text: str
    begins: str = ""
    ends: str = ""

    def is_shown(self, day: str) -> bool:
        """On this day, `YYYY-MM-DD`?"""
        return (not self.begins or self.begins <= day) and not self.is_over(day)

    def is_over(self, day: str) -> bool:
        return bool(self.ends) and self.ends < day


@dataclass
class County:
    """Changed by `apply` alone; everybody else reads."""

    commands: dict[str, CommandNow] = field(default_factory=dict)
    notices: dict[str, NoticeNow] = field(default_factory=dict)

    def copy(self) -> "County":
        return replace(self, commands=self.commands.copy(), notices=self.notices.copy())

    def shown(self, day: str) -> tuple[str, ...]:
        """Texts of the notices of a day, the oldest first."""
        return tuple(n.text for n in self.notices.values() if n.is_shown(day))


# --- decisions ----------------------------------------------------------------------------------------------


def accept(county: County, command: cmd.AcceptCommand, now: Now) -> Events:
    """Nothing for one that was accepted before."""
    if command.command in county.commands:
        return ()
    return (
        ce.CountyCommandAccepted(command=command.command, does=command.does, signed_by=command.signed_by),
    )


def end(county: County, command: cmd.EndCommand, now: Now) -> Events:
    known = county.commands.get(command.command)
    if known is None or known.state != "accepted":
        return ()
    return (ce.CountyCommandEnded(command=command.command, state=command.state, reason=command.reason),)


def set_notice(county: County, command: cmd.SetNotice, now: Now) -> Events:
    wanted = NoticeNow(command.notice, command.text, command.begins, command.ends)
    return () if county.notices.get(command.notice) == wanted else (_said(wanted),)


def clear_notice(county: County, command: cmd.ClearNotice, now: Now) -> Events:
    return (ce.NoticeCleared(notice=command.notice),) if command.notice in county.notices else ()


def taken_along(county: County, day: str) -> Events:
    """At a day's opening: what is still to be shown, so that a fold of recent days has it."""
    return tuple(_said(n, carried=True) for n in county.notices.values() if not n.is_over(day))


def _said(notice: NoticeNow, *, carried: bool = False) -> Event:
    return ce.NoticeSet(
        notice=notice.id, text=notice.text, begins=notice.begins, ends=notice.ends, carried=carried
    )


DECIDE: dict[type[cmd.Command], Callable[[County, Any, Now], Events]] = {
    cmd.AcceptCommand: accept,
    cmd.EndCommand: end,
    cmd.SetNotice: set_notice,
    cmd.ClearNotice: clear_notice,
}


# --- the fold -----------------------------------------------------------------------------------------------


def apply(county: County, event: Event, stamp: Stamp) -> None:
    if handler := _HANDLERS.get(type(event)):
        handler(county, event, stamp)


def _accepted(county: County, event: ce.CountyCommandAccepted, stamp: Stamp) -> None:
    signed = bool(event.signed_by)
    county.commands[event.command] = CommandNow(event.does, signed=signed)
    alike = [id for id, known in county.commands.items() if known.signed == signed]
    for id in alike[:-MOST_COMMANDS]:
        del county.commands[id]


def _ended(county: County, event: ce.CountyCommandEnded, stamp: Stamp) -> None:
    if known := county.commands.get(event.command):
        end = replace(known, state=event.state, reason=event.reason, ended_seq=stamp.seq)
        county.commands[event.command] = end


def _set(county: County, event: ce.NoticeSet, stamp: Stamp) -> None:
    county.notices[event.notice] = NoticeNow(event.notice, event.text, event.begins, event.ends)


def _cleared(county: County, event: ce.NoticeCleared, stamp: Stamp) -> None:
    county.notices.pop(event.notice, None)


_HANDLERS: dict[type[Event], Callable[[County, Any, Stamp], None]] = {
    ce.CountyCommandAccepted: _accepted,
    ce.CountyCommandEnded: _ended,
    ce.NoticeSet: _set,
    ce.NoticeCleared: _cleared,
}
