"""What must be erasable: sealed, bound to its place, dead on its date, and really gone."""

import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from edge.errors import JournalError
from edge.hall.words import Now
from edge.keys import load_key
from edge.sidestore import SideStore
from tests.journal.moment import now

TEXT = "工作人员态度很好，王小明 13800000000".encode()


def later(days: float, *, trusted: bool = True) -> Now:
    moment = now(trusted=trusted)
    return replace(moment, at=moment.at + timedelta(days=days))


@pytest.fixture
def store(tmp_path: Path) -> SideStore:
    return SideStore(tmp_path / "side.db", tmp_path / "side.key")


def everything_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


def test_what_was_put_is_got_back_and_never_lies_open(store: SideStore, tmp_path: Path) -> None:
    id = store.put("rating_text", TEXT, 30, now())
    assert store.get(id) == TEXT
    assert "王小明".encode() not in everything_in(tmp_path) and b"13800000000" not in everything_in(tmp_path)
    again = SideStore(tmp_path / "side.db", tmp_path / "side.key")
    assert again.get(id) == TEXT


def test_the_same_text_twice_looks_different(store: SideStore, tmp_path: Path) -> None:
    ids = [store.put("rating_text", TEXT, 30, now()) for _ in range(2)]
    rows = sqlite3.connect(tmp_path / "side.db").execute("SELECT sealed FROM row").fetchall()
    assert ids[0] != ids[1] and rows[0] != rows[1]


def test_an_erased_rows_bytes_are_gone_from_the_folder(store: SideStore, tmp_path: Path) -> None:
    id, kept = store.put("name", TEXT * 200, 30, now()), store.put("name", b"stays", 30, now())
    sealed = sqlite3.connect(tmp_path / "side.db").execute("SELECT sealed FROM row WHERE id = ?", (id,))
    piece = sealed.fetchone()[0][1000:1040]
    assert piece in everything_in(tmp_path)
    assert store.erase(id) is True
    assert piece not in everything_in(tmp_path) and id.encode() not in everything_in(tmp_path)
    with pytest.raises(KeyError):
        store.get(id)
    assert store.erase(id) is False and store.get(kept) == b"stays"


def test_rows_die_on_their_date_and_not_before(store: SideStore) -> None:
    short, long = store.put("name", b"a", 3, now()), store.put("name", b"b", 30, now())
    assert store.purge(later(2.9)) == 0
    assert store.purge(later(3.1)) == 1
    assert store.get(long) == b"b"
    with pytest.raises(KeyError):
        store.get(short)


def test_nothing_dies_under_a_clock_that_is_not_trusted(store: SideStore) -> None:
    id = store.put("name", b"a", 3, now())
    assert store.purge(later(9999, trusted=False)) == 0 and store.get(id) == b"a"


def test_a_row_in_anothers_place_is_not_believed(store: SideStore, tmp_path: Path) -> None:
    one, two = store.put("name", b"a", 3, now()), store.put("name", b"b", 3, now())
    db = sqlite3.connect(tmp_path / "side.db")
    db.execute("UPDATE row SET sealed = (SELECT sealed FROM row WHERE id = ?) WHERE id = ?", (two, one))
    db.commit()
    with pytest.raises(JournalError, match="damaged or under another key"):
        store.get(one)


def test_another_key_reads_nothing(store: SideStore, tmp_path: Path) -> None:
    id = store.put("name", b"a", 3, now())
    with pytest.raises(JournalError, match="another key"):
        SideStore(tmp_path / "side.db", tmp_path / "other.key").get(id)


def test_a_digest_is_the_same_for_the_same_card_and_another_in_another_hall(
    store: SideStore, tmp_path: Path
) -> None:
    other = SideStore(tmp_path / "other.db", tmp_path / "other.key")
    assert store.keyed_digest(b"card") == store.keyed_digest(b"card") != store.keyed_digest(b"card2")
    assert store.keyed_digest(b"card") != other.keyed_digest(b"card") and len(store.keyed_digest(b"")) == 64


def test_a_key_is_made_once_for_this_box_alone(tmp_path: Path) -> None:
    key = load_key(tmp_path / "sub" / "hall.key")
    assert len(key) == 32 and load_key(tmp_path / "sub" / "hall.key") == key
    assert (tmp_path / "sub" / "hall.key").stat().st_mode & 0o777 == 0o600
    assert [f.name for f in (tmp_path / "sub").iterdir()] == ["hall.key"]
    assert load_key(tmp_path / "other.key") != key


def test_half_a_key_is_an_error_and_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "hall.key").write_bytes(b"short")
    with pytest.raises(JournalError, match="not a key"):
        load_key(tmp_path / "hall.key")
    assert (tmp_path / "hall.key").read_bytes() == b"short"


def test_a_damaged_store_is_a_journal_error(tmp_path: Path) -> None:
    (tmp_path / "side.db").write_bytes(b"rubbish" * 1000)
    with pytest.raises(JournalError, match=r"side\.db"):
        SideStore(tmp_path / "side.db", tmp_path / "side.key")
