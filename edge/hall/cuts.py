"""Decisions after the machine was away: counters come back paused, and a person says who is still there."""

from edge.hall import commands as cmd
from edge.hall.book import Book, Cut
from edge.hall.events import CounterPaused, Event, PowerReturned, TicketExpired
from edge.hall.reasons import No
from edge.hall.words import TIMER, Away, Now, Refused, Stamp


def returned(book: Book, now: Now) -> tuple[Event, ...]:
    """What the first turn after a cut brings before anything else: nothing where nobody was in the hall.

    The gap is measured by uptime within one boot, else by the clock where it is trusted at both ends. A clock
    that cannot tell has cut off whoever has a number: people stood in the dark, and the clerks have to look.
    """
    cut = _silence(book, now)
    if cut is None or not book.day_open:
        return ()
    open_now = [c for c in book.counters.values() if c.is_open]
    with_number = any(c.ticket for c in open_now) or bool(book.aside) or any(True for _ in book.all_waiting())
    gap_s = _gap_s(cut)
    is_cut = with_number if gap_s is None else gap_s > book.plan.rules.gap_min * 60
    if not is_cut or not (open_now or with_number):
        return ()
    pauses = (
        CounterPaused(counter=c.id, reason=Away.AFTER_CUT, by=TIMER) for c in open_now if not c.is_paused
    )
    return (PowerReturned(gap_s=round(gap_s or 0.0, 3), by=TIMER), *pauses)


def _silence(book: Book, now: Now) -> Cut | None:
    """From the last sign of life to the start after it, if nobody has worked since."""
    if book.heard is not None and book.heard.boot != now.boot:
        back = Stamp(book.heard.seq + 1, now.at, now.day, now.boot, now.uptime_s, now.trusted)
        return Cut(book.heard, back)
    return book.silence


def _gap_s(cut: Cut) -> float | None:
    """None: the clock cannot tell."""
    is_known = cut.last.boot == cut.back.boot or (cut.last.trusted and cut.back.trusted)
    return cut.last.age_s(cut.back) if is_known else None


def clear(book: Book, command: cmd.ClearBeforeCut, now: Now) -> tuple[Event, ...]:
    """Whoever waited before the last cut is gone; who is at a counter stays there. Refused: no_cut."""
    if not book.cuts:
        raise Refused(No.NO_CUT)
    return tuple(TicketExpired(ticket=id, why=Away.AFTER_CUT) for id in waited_before(book))


def waited_before(book: Book) -> tuple[str, ...]:
    """Ids of those who wait, or are aside, since before the day's last cut."""
    if not book.cuts:
        return ()
    back = book.cuts[-1].back.seq
    waiting = (*book.all_waiting(), *(book.tickets[id] for id in book.aside))
    before = [t for t in waiting if t.issued.seq < back]
    return tuple(t.id for t in sorted(before, key=lambda t: t.place))
