"""Years of a busy hall, written by the real journal: `python -m tests.bench.years FOLDER [--days N]`.

FOLDER becomes a data folder of `config/demo`; its last business day is yesterday.
"""

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from edge import settings
from edge.hall import events as ev
from edge.hall.plan import HallPlan, Service
from edge.hall.words import By, Door, Now, Request, TicketNumber, ticket_id
from edge.journal import Journal
from tests.crash.rounds import ROOT

THREE_YEARS = 3 * 250
"""Working days."""
TICKETS_A_DAY = 300
HOURS = range(9, 17)
KIOSK, PAD, RATING, DAEMON = By(Door.KIOSK, "k1"), By(Door.PAD, "pad-1"), By(Door.PAD, "r-1"), By(Door.DAEMON)


def fill(folder: Path, days: int = THREE_YEARS, tickets_a_day: int = TICKETS_A_DAY) -> int:
    """Write so many business days into a new journal; how many entries there are. Blocks for minutes."""
    plan = settings.load(ROOT / "config/demo").plan
    journal = Journal(folder / "journal.db", source=f"/{plan.county}/{plan.hall}")
    try:
        for day in _working_days(days, datetime.now(ZoneInfo(plan.timezone)).date()):
            for hour, batch in _day(plan, day, tickets_a_day):
                journal.append(batch, _moment(plan, day, hour))
            journal.tidy(idle=True)
        return journal.head
    finally:
        journal.close()


def _working_days(n: int, before: date) -> list[date]:
    days: list[date] = []
    while len(days) < n:
        before -= timedelta(days=1)
        if before.weekday() < 5:
            days.append(before)
    return days[::-1]


def _moment(plan: HallPlan, day: date, hour: int) -> Now:
    at = datetime.combine(day, time(hour), ZoneInfo(plan.timezone)).astimezone(UTC)
    return Now(at, day, trusted=True, boot=f"boot-{day}", uptime_s=hour * 3600.0)


def _day(plan: HallPlan, day: date, tickets: int) -> Iterator[tuple[int, list[ev.Event]]]:
    """What a day brings, hour by hour."""
    counters = [c.id for c in plan.counters if c.takes_tickets]
    opened = [ev.CounterOpened(counter=id, by=PAD) for id in counters]
    yield HOURS[0], [ev.DayOpened(date=day.isoformat(), trusted=True, by=DAEMON), *opened]
    a_service = -(-tickets // len(plan.services))
    numbers = [(s, n) for n in range(1, a_service + 1) for s in plan.services][:tickets]
    for place, hour in enumerate(HOURS):
        batch: list[ev.Event] = []
        for i, (service, n) in enumerate(numbers):
            if i % len(HOURS) == place:
                batch += _visit(plan, day, service, n, counters[i % len(counters)])
        yield hour, batch
    yield HOURS[-1] + 1, [ev.DayClosed(date=day.isoformat(), by=DAEMON)]


def _visit(plan: HallPlan, day: date, service: Service, n: int, counter: str) -> list[ev.Event]:
    number = TicketNumber(service.prefix, service.first - 1 + n)
    id = ticket_id(plan.hall, day, number)
    asked = Request(f"POST /api/v1/tickets {id}", "0123456789abcdef")
    return [
        ev.TicketIssued(
            ticket=id,
            number=str(number),
            service=service.id,
            kiosk="k1",
            printer="printer-1",
            ahead=4,
            by=KIOSK,
            request=asked,
        ),
        ev.SlipStarted(ticket=id, printer="printer-1", by=DAEMON),
        ev.SlipPrinted(ticket=id, printer="printer-1", by=DAEMON),
        ev.TicketCalled(ticket=id, number=str(number), counter=counter, by=PAD),
        ev.ServiceStarted(ticket=id, counter=counter, by=PAD),
        ev.ServiceFinished(ticket=id, counter=counter, outcome="done", by=PAD),
        ev.ServiceRated(ticket=id, counter=counter, score=5, by=RATING),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.years", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--days", type=int, default=THREE_YEARS)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    print(f"{fill(args.folder, args.days)} entries", file=sys.stderr)


if __name__ == "__main__":
    main()
