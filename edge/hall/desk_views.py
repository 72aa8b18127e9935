"""The desk's book prepared for screens: help calls, emergency, paused kiosks, volume, papers and rolls."""

from dataclasses import dataclass

from edge.hall.book import Book
from edge.hall.desk import HELP_S, Desk
from edge.hall.hours import local_iso
from edge.hall.words import CounterId, DeviceId, Now, PaperState, TicketId

ROLL_LOW = 0.9


@dataclass(frozen=True)
class HelpView:
    id: str
    kiosk: DeviceId
    at: str


@dataclass(frozen=True)
class EmergencyView:
    kind: str
    """`evacuate|suspend`"""
    drill: bool
    since: str


@dataclass(frozen=True)
class PaperView:
    """A paper that is no ticket's."""

    id: str
    printer: DeviceId
    kind: str
    """`guide|test`"""
    guide: str
    state: str
    """As of a slip: `queued|printing|printed|failed|unknown`."""
    code: str


@dataclass(frozen=True)
class RollView:
    printer: DeviceId
    slips: int
    """Papers printed since the roll was changed."""
    changed_at: str
    low: bool = False
    """Nine of ten papers that a roll gives are printed."""


@dataclass(frozen=True)
class DeskView:
    helps: tuple[HelpView, ...] = ()
    """Who waits at a kiosk for a person, the longest first; shown at the general counters."""
    general: tuple[CounterId, ...] = ()
    """Those counters."""
    emergency: EmergencyView | None = None
    paused: tuple[DeviceId, ...] = ()
    """Kiosks that give no numbers now, by a person's word."""
    volume: int | None = None
    """Of the voice, percent, for today; null: as the settings say."""
    papers: tuple[PaperView, ...] = ()
    """The last few of today, newest first."""
    rolls: tuple[RollView, ...] = ()


@dataclass(frozen=True)
class SlipLine:
    """A ticket's slip that a person should look at."""

    ticket: TicketId
    number: str
    paper: str
    """`unknown|failed`"""
    at: str
    """When the number was given."""


def desk_view(desk: Desk, now: Now) -> DeskView:
    holds = desk.emergency
    return DeskView(
        helps=tuple(
            HelpView(h.id, h.kiosk, local_iso(desk.plan, h.called.at))
            for h in desk.helps.values()
            if h.called.age_s(now) < HELP_S
        ),
        general=tuple(c.id for c in desk.plan.counters if c.general),
        emergency=EmergencyView(holds.kind, holds.drill, local_iso(desk.plan, holds.since.at))
        if holds
        else None,
        paused=desk.paused,
        volume=desk.volume,
        papers=tuple(PaperView(p.id, p.printer, p.kind, p.guide, str(p.state), p.code) for p in desk.papers),
        rolls=tuple(
            RollView(id, r.slips, local_iso(desk.plan, r.changed.at), is_roll_low(desk, id))
            for id, r in desk.rolls.items()
        ),
    )


def is_roll_low(desk: Desk, printer: DeviceId) -> bool:
    """By counting: of a printer without a sensor for it, or one that is not believed."""
    holds = max((k.roll_slips for k in desk.plan.kiosks if k.printer == printer), default=0)
    roll = desk.rolls.get(printer)
    return bool(holds and roll and roll.slips >= holds * ROLL_LOW)


def doubtful_slips(book: Book) -> tuple[SlipLine, ...]:
    """Slips of live tickets whose fate is unknown first, then those that failed; the newest first."""
    live = [t for t in book.all_live() if t.printer]
    found = [t for state in (PaperState.UNKNOWN, PaperState.FAILED) for t in live[::-1] if t.paper is state]
    return tuple(SlipLine(t.id, t.number, str(t.paper), local_iso(book.plan, t.issued.at)) for t in found)
