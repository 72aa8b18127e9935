"""Ordinary days of a hall, for journals that have some."""

from dataclasses import replace

from edge.hall.commands import CallNext, FinishService, OpenCounter, StartService, TakeTicket
from edge.hall.words import By, Door
from tests.crash.hall import House
from tests.registrar.hand import HandClock

KIOSK, DESK = By(Door.KIOSK, "k1"), By(Door.HTTP, "desk")
TAKE = TakeTicket(by=KIOSK, service="social")


def serve(house: House, clock: HandClock, tickets: int = 2) -> None:
    """Open, take, call, serve, and leave one waiting."""
    ask = house.registrar.ask
    ask(OpenCounter(by=DESK, counter="1"))
    for _ in range(tickets):
        ask(TAKE)
        ask(CallNext(by=DESK, counter="1"))
        clock.go(seconds=30)
        ask(StartService(by=DESK, counter="1"))
        clock.go(minutes=4)
        ask(FinishService(by=DESK, counter="1"))
    ask(TAKE)


def live(house: House, clock: HandClock, days: int, tickets: int = 2) -> None:
    """So many days, each with a box that is switched off in the evening."""
    for _ in range(days):
        serve(house, clock, tickets)
        clock.go(days=1)
        clock.now = replace(clock.now, boot=f"boot-{clock.now.at:%m%d}")
