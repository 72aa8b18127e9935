"""The room that copies the box to a second medium."""

import logging

import pytest

from edge import recovery
from edge.archive import restore
from edge.backup import Backups, is_other_medium
from edge.hall.events import CounterOpened, DayOpened
from edge.journal import Journal
from tests.backup.box import DEMO
from tests.journal.moment import now


@pytest.fixture
def journal(tmp_path):
    made = Journal(tmp_path / "data" / "journal.db", source="/510000/510000001")
    made.append((DayOpened(date="2026-11-23", trusted=True),), now())
    (tmp_path / "data" / "hall.key").write_bytes(bytes(32))
    yield made
    made.close()


def room(tmp_path, *, keep=3, every_s=0.0, mounted=True):
    (tmp_path / "stick").mkdir(exist_ok=True)
    return Backups(
        tmp_path / "data",
        DEMO,
        "510000001",
        folder=str(tmp_path / "stick"),
        keep=keep,
        every_s=every_s,
        is_there=lambda folder, data: mounted,
    )


def with_code(tmp_path) -> str:
    code = recovery.new_code()
    recovery.keep(tmp_path / "data", recovery.from_code(code))
    return code


def copies(tmp_path):
    return sorted(p.name for p in (tmp_path / "stick").iterdir())


def test_a_copy_is_whole_and_opens_with_the_code(journal, tmp_path):
    code = with_code(tmp_path)
    backups = room(tmp_path)
    backups.copy_if_due()
    assert backups.status() == {"state": "ok", "head": 1}
    (name,) = copies(tmp_path)
    restored = restore(tmp_path / "stick" / name, tmp_path / "r", tmp_path / "c", code, lambda *_: None)
    assert restored.former == journal.id


def test_only_what_is_new_is_copied_and_the_newest_are_kept(journal, tmp_path):
    with_code(tmp_path)
    backups = room(tmp_path, keep=2)
    for _ in range(3):
        backups.copy_if_due()
        backups.copy_if_due()
        journal.append((CounterOpened(counter="1"),), now())
    assert copies(tmp_path) == [f"hall-510000001-{n:010d}.tar.gz" for n in (2, 3)]


def test_before_the_hour_is_over_nothing_is_copied(journal, tmp_path):
    with_code(tmp_path)
    backups = room(tmp_path, every_s=3600)
    backups.copy_if_due()
    journal.append((CounterOpened(counter="1"),), now())
    backups.copy_if_due()
    assert len(copies(tmp_path)) == 1


def test_without_a_medium_or_a_code_it_says_so(journal, tmp_path, caplog):
    backups = room(tmp_path)
    backups.copy_if_due()
    assert backups.status()["state"] == "no_code"
    away = room(tmp_path, mounted=False)
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        away.copy_if_due()
        away.copy_if_due()
    assert away.status()["state"] == "no_medium"
    assert len(caplog.records) == 1
    assert copies(tmp_path) == []


def test_a_medium_that_fails_is_told_and_tried_again(journal, tmp_path):
    with_code(tmp_path)
    backups = room(tmp_path)
    (tmp_path / "stick").rmdir()
    backups.copy_if_due()
    assert backups.status()["state"] == "failed"
    (tmp_path / "stick").mkdir()
    backups.copy_if_due()
    assert backups.status()["state"] == "ok"


def test_what_a_power_cut_left_of_a_copy_is_cleared_away(journal, tmp_path):
    with_code(tmp_path)
    backups = room(tmp_path)
    (tmp_path / "stick" / ".bianmin-abc").mkdir()
    (tmp_path / "stick" / ".bianmin-abc" / "journal.db").touch()
    backups.copy_if_due()
    assert len(copies(tmp_path)) == 1


def test_a_folder_on_the_same_disk_is_no_second_medium(tmp_path):
    (tmp_path / "stick").mkdir()
    (tmp_path / "data").mkdir()
    assert not is_other_medium(tmp_path / "stick", tmp_path / "data")
    assert not is_other_medium(tmp_path / "nothing", tmp_path / "data")


def test_the_room_starts_and_stops(journal, tmp_path):
    for backups in (room(tmp_path), Backups(tmp_path, DEMO, "1", folder="", keep=1, every_s=1)):
        backups.start()
        backups.stop()
        assert not backups._thread.is_alive()
