"""The one function that decides trust, and how a person's word sets the clock."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from edge.clock import EARLIEST, boot_id, corrected, kept_while_off, synchronised, system_clock, trusted
from edge.hall.commands import TakeTicket
from edge.hall.words import DAEMON, Now
from tests.crash.hall import House
from tests.registrar.hand import HandClock

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def raw(at: datetime, *, ntp: bool) -> Now:
    return Now(at=at, day=at.date(), trusted=ntp, boot="b", uptime_s=1.23456)


@pytest.mark.parametrize(
    ("at", "floor", "known", "believed"),
    [
        (NOON, EARLIEST, True, True),
        (NOON, NOON, True, True),
        (NOON, NOON + timedelta(seconds=1), True, False),
        (NOON, EARLIEST, False, False),
        (EARLIEST - timedelta(days=1), datetime(1970, 1, 1, tzinfo=UTC), True, False),
    ],
)
def test_a_clock_is_believed_when_somebody_knows_and_it_is_not_behind(
    at: datetime, floor: datetime, known: bool, believed: bool
) -> None:
    assert trusted(at, floor, known=known) is believed


def test_a_word_moves_the_clock_and_its_day_in_the_halls_zone() -> None:
    now = corrected(raw(NOON, ntp=False), 12.5 * 3600, EARLIEST, ZONE)
    assert (now.at, str(now.day), now.trusted) == (NOON + timedelta(hours=12, minutes=30), "2026-11-23", True)


def test_a_word_is_not_added_to_a_clock_that_ntp_keeps() -> None:
    assert corrected(raw(NOON, ntp=True), 9999.0, EARLIEST, ZONE).at == NOON


def test_no_word_and_no_ntp_is_a_clock_that_is_shown_and_not_believed() -> None:
    now = corrected(raw(NOON, ntp=False), None, EARLIEST, ZONE)
    assert now.at == NOON and not now.trusted


def test_a_moment_is_kept_to_the_millisecond_as_entries_keep_it() -> None:
    now = corrected(raw(NOON + timedelta(microseconds=1999), ntp=False), None, EARLIEST, ZONE)
    assert now.at.microsecond == 1000 and now.uptime_s == 1.235


def test_the_boxs_clock_asks_each_second_whether_it_is_in_step() -> None:
    answers, up_s = iter([False, True]), iter([10.0, 10.9, 11.0, 11.9])
    read = system_clock("Asia/Shanghai", in_step=lambda: next(answers), uptime_s=lambda: next(up_s))
    assert [read().trusted for _ in range(4)] == [False, False, True, True]


def test_the_kernel_answers_whether_it_is_in_step() -> None:
    assert synchronised() in (True, False) and len(boot_id()) == 36


# --- a clock with a battery ---------------------------------------------------------------------------------


@pytest.fixture
def rtc(tmp_path: Path) -> Callable[..., Path]:
    """What the kernel shows of a battery clock; `off_s` from the box's own."""

    def make(hctosys: str = "1", off_s: float = 0.0) -> Path:
        (tmp_path / "hctosys").write_text(f"{hctosys}\n")
        (tmp_path / "since_epoch").write_text(f"{int(time.time() + off_s)}\n")
        return tmp_path

    return make


def test_a_battery_clock_that_set_the_boxs_is_told_from_one_that_did_not(
    rtc: Callable[..., Path], tmp_path: Path
) -> None:
    assert kept_while_off(rtc()) and not kept_while_off(rtc(hctosys="0"))
    assert not kept_while_off(rtc(off_s=-86400 * 20_000)), "without its battery it began in 1970"
    assert not kept_while_off(tmp_path / "none")


def test_a_battery_clock_not_behind_the_last_entry_is_believed() -> None:
    now = replace(raw(NOON, ntp=False), kept=True)
    hour = timedelta(hours=1)
    assert corrected(now, None, EARLIEST, ZONE, last=NOON - hour).trusted
    assert not corrected(now, None, EARLIEST, ZONE, last=NOON + hour).trusted
    assert not corrected(now, None, NOON + hour, ZONE, last=NOON - hour).trusted


def test_a_persons_word_outweighs_a_battery() -> None:
    now = replace(raw(NOON, ntp=False), kept=True)
    said = corrected(now, 7200.0, EARLIEST, ZONE, last=NOON + timedelta(hours=1))
    assert said.trusted and said.at == NOON + timedelta(hours=2)


def test_a_hall_with_a_battery_clock_goes_on_trusted_and_not_behind_its_journal(
    open_house: Callable[..., House], clock: HandClock
) -> None:
    clock.now = replace(clock.now, kept=True)
    house = open_house()
    assert house.registrar.ask(TakeTicket(by=DAEMON, service="social")).view.clock.trusted
    clock.go(days=-3)
    clock.now = replace(clock.now, boot="boot-2")
    view = open_house().registrar.ask(TakeTicket(by=DAEMON, service="social")).view
    assert not view.clock.trusted and view.day == "2026-11-22"
