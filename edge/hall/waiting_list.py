"""Everybody who waits, as a list; and the paper that carries it through an hour without power."""

from dataclasses import dataclass

from edge.hall import commands as cmd
from edge.hall.book import AT_COUNTER, Book, ListNow
from edge.hall.events import Event, WaitingListAsked
from edge.hall.hours import local_iso
from edge.hall.reasons import No
from edge.hall.tickets import only_printer
from edge.hall.words import CounterId, DeviceId, Now, PaperState, Refused, ServiceId, TicketId


@dataclass(frozen=True)
class WaitingLine:
    ticket: TicketId
    number: str
    service: ServiceId
    state: str
    """`waiting`, `held` or `no_show`"""
    counter: CounterId
    """The one counter that it waits for; empty: any."""
    since: str
    """ISO 8601 with the hall's offset."""


@dataclass(frozen=True)
class WaitingPaper:
    id: str
    printer: DeviceId
    state: str
    """As of a slip: `queued|printing|printed|failed|unknown`."""
    code: str = ""


@dataclass(frozen=True)
class WaitingView:
    waiting: tuple[WaitingLine, ...]
    paper: WaitingPaper | None


def waiting_view(book: Book) -> WaitingView:
    """By place in time; who is at a counter is not on the list."""
    lines = tuple(
        WaitingLine(t.id, t.number, t.service, str(t.state), t.to_counter, local_iso(book.plan, t.issued.at))
        for t in book.all_live()
        if t.state not in AT_COUNTER
    )
    papers = [WaitingPaper(p.id, p.printer, str(p.state), p.code) for p in book.lists.values()]
    return WaitingView(lines, papers[-1] if papers else None)


FRESH_S = 60.0
"""A list that nothing was heard of for so long is no reason to refuse another."""


def ask(book: Book, command: cmd.PrintWaiting, now: Now) -> tuple[Event, ...]:
    """Print the list at the hall's printer. Refused: no_printer, list_busy."""
    printers = {k.printer for k in book.plan.kiosks if k.printer}
    printer = command.printer or only_printer(book) or min(printers, default="")
    if printer not in printers:
        raise Refused(No.NO_PRINTER)
    if any(_is_busy(paper, now) for paper in book.lists.values()):
        raise Refused(No.LIST_BUSY)
    n = len(book.lists) + 1
    return (WaitingListAsked(list=f"{book.day.replace('-', '')}-{n}", printer=printer),)


def _is_busy(paper: ListNow, now: Now) -> bool:
    return paper.state in (PaperState.QUEUED, PaperState.PRINTING) and paper.asked.age_s(now) < FRESH_S
