"""The one function that decides trust, and how a person's word sets the clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from edge.clock import EARLIEST, boot_id, corrected, synchronised, system_clock, trusted
from edge.hall.words import Now

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


def test_the_boxs_clock_asks_whether_it_is_in_step_each_time() -> None:
    answers = iter([False, True])
    read = system_clock("Asia/Shanghai", in_step=lambda: next(answers))
    assert [read().trusted, read().trusted] == [False, True]


def test_the_kernel_answers_whether_it_is_in_step() -> None:
    assert synchronised() in (True, False) and len(boot_id()) == 36
