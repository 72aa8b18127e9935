"""Pages at rest: their key, how long they stay, how much room they take, and that nothing is left of them."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from drivers.twins.pages import write_pages
from edge import archive, recovery
from edge.capture_files import KeyFileVault
from edge.errors import JournalError
from edge.hall.commands import NoteCapture
from edge.hall.events import DocumentCaptured
from edge.hall.machine_events import DocumentErased, DocumentHandedOver
from edge.hall.words import NO_REQUEST, Refused
from edge.verify import verify
from tests.camera.camera_bench import DESK, Bench


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Path:
    return write_pages(tmp_path_factory.mktemp("pages"))[0]


@pytest.fixture
def folder(tmp_path, page) -> Path:
    (tmp_path / "pictures").mkdir()
    shutil.copy(page, tmp_path / "pictures")
    return tmp_path


@pytest.fixture
def bench(folder) -> Iterator[Bench]:
    with Bench(folder, trusted=True, keep_days=30, handed_over_days=2) as made:
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


def test_without_its_key_file_a_page_is_unreadable_and_no_other_key_opens_it(folder, tmp_path_factory):
    keys = tmp_path_factory.mktemp("medium")
    with Bench(folder, vault=KeyFileVault(keys / "captures.key")) as bench:
        (event,) = bench.captures.take("6", NO_REQUEST, DESK)
        picture = (folder / "pictures" / "page-1.jpg").read_bytes()
        assert bench.captures.fetch(event.capture).content == picture
    key = (keys / "captures.key").read_bytes()
    assert (keys / "captures.key").stat().st_mode & 0o777 == 0o600
    stored = [*on_disk(folder / "captures"), (folder / "journal.db").read_bytes()]
    assert not any(key in content or picture[2000:2032] in content for content in stored)
    (keys / "captures.key").unlink()
    with Bench(folder, vault=KeyFileVault(keys / "captures.key")) as bench:
        assert bench.captures.fetch(event.capture) is None
    (keys / "captures.key").write_bytes(key)
    with Bench(folder, vault=KeyFileVault(keys / "captures.key")) as bench:
        assert bench.captures.fetch(event.capture).content == picture


def test_a_key_that_cannot_be_read_takes_no_page_and_leaves_none(folder):
    (folder / "key").write_bytes(b"short")
    with Bench(folder, vault=KeyFileVault(folder / "key")) as bench:
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
    assert bench.files() == [f"{other}.json", f"{other}.sealed"], "the one that nobody fetched stays"
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
    assert bench.captures.fetch(event.capture, "1") is None, "another counter's"
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


def test_above_the_quota_old_pages_go_and_then_none_are_taken(folder):
    with Bench(folder, quota_mb=50) as bench:
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


def test_pages_of_a_ticket_are_put_into_a_watched_folder_once_and_the_rest_is_not(folder):
    watched = folder / "watched"
    with Bench(folder, trusted=True, export=str(watched), handed_over_days=1) as bench:
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
    known = bench.captures.of_ticket(ticket)
    files = bench.captures._files
    files.note(event.capture, {k: v for k, v in files.facts(event.capture).items() if k != "ticket"})
    day = event.capture[:8]
    files.put(f"{day}-{'a' * 16}", b"never noted", {"counter": "6", "digest": "", "pages": []})
    (bench.stored / day / f".{day}-{'b' * 16}.sealed").write_bytes(b"half")
    assert bench.captures.of_ticket(ticket) == ()
    bench.captures.mend()
    assert bench.captures.of_ticket(ticket) == known
    assert bench.files() == [f"{event.capture}.json", f"{event.capture}.sealed"]


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
