"""Pages at rest: their key, how long they stay, how much room they take, and that nothing is left of them."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from edge import archive, recovery
from edge.capture_files import KeyFileVault, Meant
from edge.errors import JournalError
from edge.hall.commands import NoteCapture
from edge.hall.events import DocumentCaptured
from edge.hall.machine_events import DocumentErased, DocumentHandedOver, DocumentMoved
from edge.hall.words import NO_REQUEST, Refused
from edge.journal import Journal
from edge.verify import verify
from tests.camera.camera_bench import DESK, Bench
from tests.camera.cut_short import opened
from tests.camera.small_pages import write_small_pages
from tests.crash.rounds import ROOT


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Path:
    return write_small_pages(tmp_path_factory.mktemp("pages"), 960)[0]


@pytest.fixture
def folder(tmp_path, page) -> Path:
    (tmp_path / "pictures").mkdir()
    shutil.copy(page, tmp_path / "pictures")
    return tmp_path


@pytest.fixture
def bench(folder, finder) -> Iterator[Bench]:
    with Bench(folder, finder, trusted=True, keep_days=30, handed_over_days=2) as made:
        yield made


def on_disk(folder: Path) -> list[bytes]:
    return [p.read_bytes() for p in folder.rglob("*") if p.is_file()]


def days_ago(bench: Bench, days: int) -> str:
    return f"{date.fromisoformat(bench.registrar.view.day) - timedelta(days=days):%Y%m%d}"


def make_older(bench: Bench, id: str, days: int) -> str:
    """As if the page had been taken so many days ago; its id then."""
    day = days_ago(bench, days)
    (bench.stored / day).mkdir()
    for file in (bench.stored / id[:8]).glob(f"{id}*"):
        file.rename(bench.stored / day / file.name.replace(id[:8], day))
    return f"{day}{id[8:]}"


def test_without_its_key_file_a_page_is_unreadable_and_no_other_key_opens_it(
    folder, tmp_path_factory, finder
):
    keys = tmp_path_factory.mktemp("medium")
    with Bench(folder, finder, vault=KeyFileVault(keys / "captures.key")) as bench:
        (event,) = bench.captures.take("6", NO_REQUEST, DESK)
        picture = (folder / "pictures" / "page-1.jpg").read_bytes()
        assert bench.captures.fetch(event.capture, "", "original").content == picture
    key = (keys / "captures.key").read_bytes()
    assert (keys / "captures.key").stat().st_mode & 0o777 == 0o600
    stored = [*on_disk(folder / "captures"), (folder / "journal.db").read_bytes()]
    assert not any(key in content or picture[2000:2032] in content for content in stored)
    (keys / "captures.key").unlink()
    no_key = Bench(folder, finder, vault=KeyFileVault(keys / "captures.key"))
    with no_key as bench, pytest.raises(Refused, match="no_capture"):
        bench.captures.fetch(event.capture)
    (keys / "captures.key").write_bytes(key)
    with Bench(folder, finder, vault=KeyFileVault(keys / "captures.key")) as bench:
        assert bench.captures.fetch(event.capture, "", "original").content == picture


def test_a_key_that_cannot_be_read_takes_no_page_and_leaves_none(folder, finder):
    (folder / "key").write_bytes(b"short")
    with Bench(folder, finder, vault=KeyFileVault(folder / "key")) as bench:
        with pytest.raises(JournalError, match="not a key"):
            bench.captures.take("6", NO_REQUEST, DESK)
        assert (bench.noted(DocumentCaptured), bench.files()) == ([], [])


def test_a_page_that_was_fetched_goes_after_its_days_and_nothing_is_left(bench, folder):
    (event,) = bench.captures.take("6", NO_REQUEST, DESK)
    assert bench.captures.fetch(event.capture) is not None
    (kept,) = bench.captures.take("6", NO_REQUEST, DESK)
    assert bench.captures.purge() == 0
    old = make_older(bench, event.capture, 3)
    sealed = (bench.stored / old[:8] / f"{old}.sealed").read_bytes()
    other = make_older(bench, kept.capture, 4)
    assert bench.captures.purge() == 1
    assert not any(sealed[:64] in content for content in on_disk(folder))
    assert {name.partition(".")[0] for name in bench.files()} == {other}, "the one nobody fetched stays"
    assert [(e.captures, e.why) for e in bench.noted(DocumentErased)] == [((old,), "handed_over")]
    make_older_day = bench.stored / days_ago(bench, 31)
    (bench.stored / other[:8]).rename(make_older_day)
    assert bench.captures.purge() == 1
    assert [p.name for p in bench.stored.rglob("*")] == [event.capture[:8]], "today's folder, empty"
    assert bench.captures.purge() == 0
    assert verify(folder / "journal.db").bad_seq == 0


def test_each_hand_over_is_in_the_journal_with_its_digest_and_counter(bench):
    ticket = bench.calls_a_ticket()
    (event,) = bench.captures.take("6", NO_REQUEST, DESK)
    with pytest.raises(Refused, match="other_counters"):
        bench.captures.fetch(event.capture, "1")
    assert bench.noted(DocumentHandedOver) == []
    assert bench.captures.fetch(event.capture, "6") is not None
    (noted,) = bench.noted(DocumentHandedOver)
    assert (noted.capture, noted.counter, noted.ticket) == (event.capture, "6", ticket)
    assert (noted.digest, noted.to) == (event.digest, "door")


def test_a_hand_over_that_cannot_be_noted_does_not_happen(bench):
    (event,) = bench.captures.take("6", NO_REQUEST, DESK)
    bench.registrar.stop()
    with pytest.raises(JournalError):
        bench.captures.fetch(event.capture)


def test_above_the_quota_old_pages_go_and_then_none_are_taken(folder, finder):
    with Bench(folder, finder, quota_mb=50) as bench:
        old = bench.stored / days_ago(bench, 2)
        old.mkdir(parents=True)
        (old / f"{old.name}-0123456789abcdef.sealed").write_bytes(bytes(51_000_000))
        (event,) = bench.captures.take("6", NO_REQUEST, DESK)
        assert not old.exists()
        (erased,) = bench.noted(DocumentErased)
        assert (erased.why, len(erased.captures)) == ("room", 1)
        (bench.stored / event.capture[:8] / f"{event.capture}.sealed").write_bytes(bytes(51_000_000))
        with pytest.raises(Refused) as caught:
            bench.captures.take("6", NO_REQUEST, DESK)
        assert caught.value.reason == "no_room_for_pages"


def test_pages_of_a_ticket_are_put_into_a_watched_folder_once_and_the_rest_is_not(folder, finder):
    watched = folder / "watched"
    with Bench(folder, finder, trusted=True, export=str(watched), handed_over_days=1) as bench:
        bench.captures.take("6", NO_REQUEST, DESK)
        assert not watched.exists(), "nobody was there: nobody's page"
        bench.calls_a_ticket()
        (event,) = bench.captures.take("6", NO_REQUEST, DESK)
        assert [p.name for p in watched.iterdir()] == [f"{event.capture}.jpg"]
        assert [(e.capture, e.to) for e in bench.noted(DocumentHandedOver)] == [(event.capture, "folder")]
        (watched / f"{event.capture}.jpg").unlink()
        bench.captures.purge()
        assert list(watched.iterdir()) == [], "what was taken away is not put there again"
        left = watched / f"{days_ago(bench, 3)}-0123456789abcdef.jpg"
        left.write_bytes(b"x")
        (watched / "of-others.txt").write_bytes(b"x")
        bench.captures.purge()
        assert [p.name for p in watched.iterdir()] == ["of-others.txt"]


def test_after_a_power_cut_each_page_is_the_journals_or_gone(bench):
    ticket = bench.calls_a_ticket()
    (event,) = bench.captures.take("6", NO_REQUEST, DESK)
    known = [replace(page, at="") for page in bench.captures.of_ticket(ticket)]
    files, whole = bench.captures._files, bench.files()
    files.note(event.capture, {k: v for k, v in files.facts(event.capture).items() if k != "ticket"})
    day = event.capture[:8]
    files.put(f"{day}-{'a' * 16}", b"never noted", {"counter": "6", "digest": "", "pages": []})
    files.put(f"20200101-{'c' * 16}", b"never noted", {}, {"pdf": b"of an earlier day"})
    (bench.stored / day / f".{day}-{'b' * 16}.sealed").write_bytes(b"half")
    assert bench.captures.of_ticket(ticket) == ()
    bench.captures.mend()
    assert [replace(page, at="") for page in bench.captures.of_ticket(ticket)] == known
    assert bench.files() == whole
    assert bench.noted(DocumentErased) == []


def test_a_page_that_is_noted_and_not_there_is_noted_as_lost(bench):
    (event,) = bench.captures.take("6", NO_REQUEST, DESK)
    next(bench.stored.rglob(f"{event.capture}.json")).unlink()
    bench.captures.mend()
    assert [(e.captures, e.why) for e in bench.noted(DocumentErased)] == [((event.capture,), "lost")]
    assert bench.files() == []


@pytest.mark.parametrize("step", [1, 2, 3, 5, 7])
def test_wherever_the_power_goes_no_page_is_erased_unnoted_and_no_note_is_untrue(tmp_path, step):
    ids = [f"20200101-{n:016x}" for n in range(3)]
    with opened(tmp_path) as (_, files, _):
        for id in ids:
            files.put(
                id, b"a page", {"counter": "6", "ticket": "t", "item": "", "material": 0}, {"pdf": b"x"}
            )
    words = [sys.executable, "-m", "tests.camera.cut_short", str(tmp_path), str(step)]
    ran = subprocess.run(words, cwd=ROOT, check=False)
    assert ran.returncode == (-signal.SIGKILL if step < 7 else 0)
    with opened(tmp_path) as (keeping, files, journal):
        noted = erased_ids(journal)
        left = set(files.of_day("20200101"))
        assert left == set(ids) - set(noted), "what is noted as erased is gone, and nothing else"
        assert len(noted) == len(set(noted))
        assert files.intent() is None
        keeping.purge()
        assert sorted(erased_ids(journal)) == ids
        assert not (tmp_path / "captures/20200101").exists()


def erased_ids(journal: Journal) -> list[str]:
    events = [entry.event for entry in journal.read_after(0, 1000)]
    return [id for e in events if isinstance(e, DocumentErased) for id in e.captures]


def test_a_page_moves_to_another_material_and_a_cut_between_note_and_file_is_mended(bench):
    ticket = bench.calls_a_ticket()
    (event,) = bench.captures.take("6", NO_REQUEST, DESK, Meant("pension", 1))
    moved = bench.captures.move(event.capture, "6", Meant("pension", 2))
    assert (moved.item, moved.material) == ("pension", 2)
    assert [p.material for p in bench.captures.of_ticket(ticket)] == [2]
    (noted,) = bench.noted(DocumentMoved)
    assert (noted.capture, noted.counter, noted.ticket, noted.material) == (event.capture, "6", ticket, 2)
    files, head = bench.captures._files, bench.journal.head
    files.intend({"do": "move", "capture": event.capture, "item": "pension", "material": 3, "after": head})
    bench.captures.mend()
    assert [p.material for p in bench.captures.of_ticket(ticket)] == [2], "never noted: it never was"
    files.intend({"do": "move", "capture": event.capture, "item": "pension", "material": 3, "after": head})
    bench.registrar.note(replace(noted, material=3))
    bench.captures.mend()
    assert [p.material for p in bench.captures.of_ticket(ticket)] == [3], "noted: it is so"
    assert files.intent() is None


def test_a_page_is_removed_by_its_counters_clerk_and_by_no_other(bench):
    bench.calls_a_ticket()
    (event,) = bench.captures.take("6", NO_REQUEST, DESK)
    with pytest.raises(Refused, match="other_counters"):
        bench.captures.remove(event.capture, "1")
    bench.captures.remove(event.capture, "6")
    assert bench.files() == []
    assert [(e.captures, e.why) for e in bench.noted(DocumentErased)] == [((event.capture,), "removed")]
    with pytest.raises(Refused, match="no_capture"):
        bench.captures.remove(event.capture, "6")


def test_the_pages_of_a_counter_are_those_of_its_present_ticket(bench):
    ticket = bench.calls_a_ticket()
    taken = [bench.captures.take("6", NO_REQUEST, DESK)[0].capture for _ in range(2)]
    assert [p.id for p in bench.captures.of_counter("6")] == taken
    assert {p.ticket for p in bench.captures.of_counter("6")} == {ticket}
    assert bench.captures.of_counter("1") == ()
    bench.calls_a_ticket()
    assert bench.captures.of_counter("6") == ()


def test_a_restored_box_knows_its_pages_and_erases_what_it_knows_in_time(bench, folder):
    (event,) = bench.captures.take("6", NO_REQUEST, DESK)
    code = recovery.new_code()
    archive.write(folder, None, folder.parent / "b.tar.gz", recovery.from_code(code), lambda *_: None)
    there = folder.parent / "there"
    archive.restore(folder.parent / "b.tar.gz", there, there / "config", code, lambda *_: None)
    names = [p.name for p in (there / "captures").rglob("*") if p.is_file()]
    assert names == [f"{event.capture}.json"]
    assert verify(there / "journal.db").bad_seq == 0


def test_what_is_asked_for_stands_in_the_event(bench):
    note = NoteCapture(
        by=DESK, counter="6", capture="c", digest="d", size_bytes=1, item="pension", material=2
    )
    (event,) = bench.registrar.ask(replace(note, pages=1)).events
    assert (event.item, event.material) == ("pension", 2)
