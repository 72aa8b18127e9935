"""Decisions about the paper with everybody who waits, for the hour without power."""

from edge.hall import commands as cmd
from edge.hall.book import Book, ListNow
from edge.hall.events import Event, WaitingListAsked
from edge.hall.reasons import No
from edge.hall.tickets import only_printer
from edge.hall.words import Now, PaperState, Refused

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
