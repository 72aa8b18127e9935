"""What may have to be printed once: which event asks for it, and what is noted of its fate."""

from dataclasses import dataclass, field
from typing import TypeAlias

from edge.hall.desk_events import PaperAsked, PaperEnded, PaperStarted
from edge.hall.events import (
    Event,
    SlipDecided,
    SlipFailed,
    SlipPrinted,
    SlipQueued,
    SlipStarted,
    SlipUnknown,
    TicketIssued,
    WaitingListAsked,
    WaitingListEnded,
    WaitingListStarted,
)
from edge.hall.words import DeviceId, PaperState, TicketId


@dataclass(frozen=True)
class TicketSlip:
    """A ticket's slip, the first or a reprint."""

    printer: DeviceId
    ticket: TicketId

    def begun(self) -> Event:
        return SlipStarted(ticket=self.ticket, printer=self.printer)

    def ended(self, state: PaperState, code: str = "") -> Event:
        """`state`: PRINTED, FAILED or UNKNOWN."""
        if state is PaperState.PRINTED:
            return SlipPrinted(ticket=self.ticket, printer=self.printer)
        end = SlipFailed if state is PaperState.FAILED else SlipUnknown
        return end(ticket=self.ticket, printer=self.printer, code=code)


@dataclass(frozen=True)
class WaitingList:
    """Everybody who waits, on one paper."""

    printer: DeviceId
    list: str

    def begun(self) -> Event:
        return WaitingListStarted(list=self.list, printer=self.printer)

    def ended(self, state: PaperState, code: str = "") -> Event:
        """`state`: PRINTED, FAILED or UNKNOWN."""
        return WaitingListEnded(list=self.list, printer=self.printer, state=str(state), code=code)


@dataclass(frozen=True)
class OtherPaper:
    """A guide's list of materials, or a test."""

    printer: DeviceId
    paper: str
    guide: str = field(default="", compare=False)
    """Empty: a test."""

    def begun(self) -> Event:
        return PaperStarted(paper=self.paper, printer=self.printer)

    def ended(self, state: PaperState, code: str = "") -> Event:
        """`state`: PRINTED, FAILED or UNKNOWN."""
        return PaperEnded(paper=self.paper, printer=self.printer, state=str(state), code=code)


Paper: TypeAlias = TicketSlip | WaitingList | OtherPaper


def ordered(event: Event) -> Paper | None:
    """The paper that this event asks for."""
    if isinstance(event, TicketIssued | SlipQueued) and event.printer:
        return TicketSlip(event.printer, event.ticket)
    if isinstance(event, WaitingListAsked):
        return WaitingList(event.printer, event.list)
    if isinstance(event, PaperAsked):
        return OtherPaper(event.printer, event.paper, event.guide)
    return None


class Unsettled:
    """Follows events: papers that were asked for and have no end yet, and whether they were begun."""

    def __init__(self) -> None:
        self.papers: dict[Paper, bool] = {}

    def see(self, event: Event) -> None:
        if (paper := ordered(event)) is not None:
            self.papers[paper] = False
        elif isinstance(event, SlipStarted):
            self.papers[TicketSlip(event.printer, event.ticket)] = True
        elif isinstance(event, WaitingListStarted):
            self.papers[WaitingList(event.printer, event.list)] = True
        elif isinstance(event, PaperStarted):
            self.papers[OtherPaper(event.printer, event.paper)] = True
        elif isinstance(event, SlipPrinted | SlipFailed | SlipUnknown):
            self.papers.pop(TicketSlip(event.printer, event.ticket), None)
        elif isinstance(event, WaitingListEnded):
            self.papers.pop(WaitingList(event.printer, event.list), None)
        elif isinstance(event, PaperEnded):
            self.papers.pop(OtherPaper(event.printer, event.paper), None)
        elif isinstance(event, SlipDecided):
            self.papers = {p: begun for p, begun in self.papers.items() if not _is_of(p, event.ticket)}


def _is_of(paper: Paper, ticket: TicketId) -> bool:
    return isinstance(paper, TicketSlip) and paper.ticket == ticket
