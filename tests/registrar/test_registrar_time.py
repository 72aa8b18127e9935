"""Time and the registrar: ticks, views that change by time alone, cursors, and clocks that jump."""

import json
import os
import subprocess
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from edge.clock import system_clock
from edge.hall.commands import CallNext, OpenCounter, OpenDay, TakeTicket
from edge.hall.events import ServiceStarted
from edge.hall.words import By, Door, Refused
from edge.verify import verify
from tests.crash.hall import MORNING, House
from tests.crash.rounds import ROOT, child, issued
from tests.registrar.hand import HandClock
from tests.waiting import until

KIOSK, DESK = By(Door.KIOSK, "k1"), By(Door.HTTP, "desk")
TAKE = TakeTicket(by=KIOSK, service="social")


def turns(house: House, n: int) -> None:
    """Let the registrar turn `n` times."""
    for _ in range(n):
        beat = house.registrar.beat()
        until(lambda beat=beat: house.registrar.beat() != beat)


def test_a_tick_without_effect_writes_nothing(house: House) -> None:
    head, batches = house.journal.head, house.journal.batches
    turns(house, 10)
    assert (house.journal.head, house.journal.batches) == (head, batches)


def test_a_tick_starts_the_service_some_time_after_the_call(house: House, clock: HandClock) -> None:
    house.registrar.ask(OpenCounter(by=DESK, counter="1"))
    house.registrar.ask(TAKE)
    called = house.registrar.ask(CallNext(by=DESK, counter="1")).view.seq
    clock.go(seconds=19)
    turns(house, 3)
    assert house.journal.head == called
    clock.go(seconds=2)
    assert house.journal.wait_after(called, 60)
    (entry,) = house.journal.read_after(called)
    assert isinstance(entry.event, ServiceStarted) and entry.event.by.door is Door.TIMER


def test_a_waiting_screen_gets_the_newer_view_and_a_late_one_at_once(house: House) -> None:
    seq, got = house.registrar.view.seq, []
    screen = threading.Thread(target=lambda: got.append(house.registrar.wait_view(seq, 60)))
    screen.start()
    answer = house.registrar.ask(TAKE)
    screen.join(60)
    assert got[0].seq == answer.view.seq
    assert house.registrar.wait_view(seq, 60).seq == answer.view.seq
    assert house.registrar.wait_view(answer.view.seq, 0).seq == answer.view.seq


def test_a_screen_hears_of_what_time_alone_changes(house: House, clock: HandClock) -> None:
    view, got = house.registrar.view, []
    screen = threading.Thread(target=lambda: got.append(house.registrar.wait_view(view.seq, 60)))
    screen.start()
    clock.now = replace(clock.now, trusted=True)
    screen.join(60)
    assert got[0].seq == view.seq and got[0].clock.trusted and not view.clock.trusted


def test_tickets_and_reasons_are_read_on_other_threads(house: House) -> None:
    house.registrar.ask(OpenCounter(by=DESK, counter="1"))
    ticket = house.registrar.ask(TAKE).events[-1]
    shown = house.registrar.ticket("A001")
    assert shown and shown.id == ticket.ticket == house.registrar.ticket(shown.id).id  # type: ignore
    assert house.registrar.ticket("A999") is None
    assert "A001" in json.dumps(house.registrar.why("1"))
    with pytest.raises(Refused, match="no_counter"):
        house.registrar.why("99")


# --- cursors ------------------------------------------------------------------------------------------------


def test_a_cursor_rides_on_the_next_transaction(open_house: Callable[..., House]) -> None:
    house = open_house(tick_s=3600)
    batches = house.journal.batches
    house.registrar.save_cursor("uplink", 1)
    assert house.journal.cursor("uplink") == 0
    house.registrar.ask(TAKE)
    assert house.journal.cursor("uplink") == 1 and house.journal.batches == batches + 1


def test_a_cursor_is_saved_after_a_tick_at_the_latest_and_only_once(house: House) -> None:
    batches = house.journal.batches
    house.registrar.save_cursor("uplink", 1)
    until(lambda: house.journal.cursor("uplink") == 1)
    turns(house, 5)
    assert house.journal.batches == batches + 1


def test_a_cursor_survives_the_stop(open_house: Callable[..., House]) -> None:
    open_house(tick_s=3600).registrar.save_cursor("uplink", 1)
    assert open_house().journal.cursor("uplink") == 1


# --- clocks that jump ---------------------------------------------------------------------------------------


def test_ten_days_back_the_hall_goes_on_in_its_day_with_the_next_number(
    open_house: Callable[..., House], clock: HandClock
) -> None:
    house = open_house()
    house.registrar.ask(TAKE)
    clock.go(days=-10)
    running = house.registrar.ask(TAKE)
    clock.now = replace(clock.now, boot="boot-2", uptime_s=5.0)
    after_a_cut = open_house().registrar.ask(TAKE)
    tickets = [a.events[-1].ticket for a in (running, after_a_cut)]  # type: ignore[attr-defined]
    assert tickets == ["510000001-20261122-A002", "510000001-20261122-A003"]
    assert not after_a_cut.view.clock.trusted and after_a_cut.view.day == "2026-11-22"


def test_ntp_ten_days_back_is_not_believed(open_house: Callable[..., House], clock: HandClock) -> None:
    clock.now = replace(clock.now, trusted=True)
    assert open_house().registrar.ask(TAKE).view.clock.trusted
    clock.go(days=-10)
    assert not open_house().registrar.ask(TAKE).view.clock.trusted


def test_the_next_day_begins_at_one_again(house: House, clock: HandClock) -> None:
    house.registrar.ask(TAKE)
    clock.go(days=1)
    answer = house.registrar.ask(TAKE)
    assert answer.events[-1].ticket == "510000001-20261123-A001"  # type: ignore[attr-defined]


def test_a_persons_word_sets_the_clock_for_this_boot(
    open_house: Callable[..., House], clock: HandClock
) -> None:
    house = open_house()
    clock.set(MORNING - timedelta(days=3650))
    house.registrar.ask(OpenDay(by=DESK, date="2026-11-23", time="14:30"))
    view = open_house().registrar.view
    assert view.clock.trusted and view.clock.at.startswith("2026-11-23T14:30") and view.day == "2026-11-23"
    clock.now = replace(clock.now, boot="boot-2")
    view = open_house().registrar.view
    assert not view.clock.trusted and view.clock.at.startswith("2016") and view.day == "2026-11-23"


def test_ntp_outweighs_a_persons_word(house: House, clock: HandClock) -> None:
    house.registrar.ask(OpenDay(by=DESK, date="2026-11-22", time="14:30"))
    assert house.registrar.ask(TAKE).view.clock.at.startswith("2026-11-22T14:30")
    clock.set(MORNING + timedelta(hours=7))
    clock.now = replace(clock.now, trusted=True)
    assert house.registrar.ask(TAKE).view.clock.at == "2026-11-22T16:00:00+08:00"


def faked(folder: Path, at: str) -> dict[str, str]:
    """Twenty numbers from a hall whose box says `at` (UTC)."""
    (library,) = Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
    env = {
        **os.environ,
        "LD_PRELOAD": str(library),
        "FAKETIME": f"@{at}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    args = child(folder, "--system-clock", "--callers", "6", "--numbers", "5")
    done = subprocess.run(args, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1].removeprefix("end "))


def test_the_boxs_real_clock_ten_days_back_repeats_no_number(tmp_path: Path) -> None:
    right = faked(tmp_path, "2027-03-20 02:00:00")
    wrong = faked(tmp_path, "2027-03-10 02:00:00")
    assert right["at"].startswith("2027-03-20T10:00") and wrong["at"].startswith("2027-03-10T10:00")
    assert right["day"] == wrong["day"] == "2027-03-20"
    assert verify(tmp_path / "journal.db").bad_seq == 0
    with House(tmp_path) as house:
        numbers = sorted(issued(house.journal.read_after(0, 1000)).values())
    assert numbers == [f"A{n:03d}" for n in range(1, 41)]


def test_the_boxs_clock_is_in_the_halls_zone_and_counts_from_the_boot() -> None:
    read = system_clock("Pacific/Kiritimati")
    one, two = read(), read()
    assert one.day == (one.at + timedelta(hours=14)).date()
    assert one.boot == two.boot and 0 < one.uptime_s <= two.uptime_s
