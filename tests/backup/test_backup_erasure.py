"""What was personal and has been erased is nowhere: no journal, WAL, store, backup or log still has it.

A citizen's text goes in by the local door, as it does in the hall; then every byte of the box is searched.
"""

import gzip
import hashlib
import logging
import sqlite3
import tarfile
from dataclasses import replace
from datetime import timedelta

import pytest

from edge import archive, recovery
from edge.archive import restore
from edge.client import Client
from edge.clock import system_clock
from edge.daemon import Daemon
from edge.journal import entries_after
from edge.settings import load
from edge.sidestore import SideStore
from edge.verify import verify
from tests.backup.box import DEMO
from tests.journal.moment import now

TEXT = "张三，身份证510000199001011234，电话13900001234：态度不好"
TRACES = [
    TEXT.encode(),
    "张三".encode(),
    b"510000199001011234",
    b"13900001234",
    TEXT.encode("utf-16-le"),
    TEXT.encode("gb18030"),
    "".join(f"\\u{ord(c):04x}" for c in "张三").encode(),
]


def bytes_of(folder) -> dict[str, bytes]:
    """Every file under it, and what is inside of the packed ones."""
    found = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        found[str(path)] = path.read_bytes()
        if path.name.endswith(".tar.gz"):
            found[f"{path}: unpacked"] = gzip.decompress(path.read_bytes())
            with tarfile.open(path) as tar:
                for member in tar:
                    found[f"{path}/{member.name}"] = tar.extractfile(member).read()
    return found


def places_of(traces, folder) -> list[str]:
    return [name for name, content in bytes_of(folder).items() if any(t in content for t in traces)]


@pytest.fixture
def daemon(tmp_path):
    """The demo hall in this process, logging all that it says into a file."""
    log, root = logging.FileHandler(tmp_path / "daemon.log", encoding="utf-8"), logging.getLogger()
    level = root.level
    root.addHandler(log)
    root.setLevel(logging.DEBUG)
    made = Daemon(load(DEMO), tmp_path / "data", system_clock("Asia/Shanghai"))
    try:
        yield made, made.start(0)
    finally:
        made.stop()
        root.removeHandler(log)
        root.setLevel(level)
        log.close()


def rated_with_text(daemon, url: str) -> str:
    """A citizen is served and rates by the code on the slip, with a text; the text's id."""
    client = Client(url)
    client.post("/api/v1/counters/2/open")
    status, answer = client.post("/api/v1/tickets", {"service": "social"})
    assert status == 201
    assert client.post("/api/v1/counters/2/next")[0] == 200
    assert client.post("/api/v1/counters/2/start")[0] == 200
    code = daemon._codes.code(answer["ticket"]["id"])
    status, answer = client.post("/api/v1/ratings", {"code": code, "score": 1, "text": TEXT})
    assert status in (200, 201), answer
    rated = [e.event for e in entries_after(daemon._data / "journal.db", 0)]
    return next(e.text for e in reversed(rated) if type(e).__name__ == "ServiceRated")


def backup(folder, name: str) -> str:
    code = recovery.new_code()
    archive.write(folder / "data", DEMO, folder / name, recovery.from_code(code), lambda *_: None)
    return code


def test_after_erasing_nothing_personal_is_left_and_the_chain_still_verifies(daemon, tmp_path):
    daemon, url = daemon
    id = rated_with_text(daemon, url)
    assert daemon._side.get(id).decode() == TEXT
    sealed = sealed_bytes(tmp_path / "data" / "side.db")
    assert places_of([sealed], tmp_path) == [str(tmp_path / "data" / "side.db")]
    assert places_of(TRACES, tmp_path) == []
    assert daemon._side.erase(id)
    backup(tmp_path, "after.tar.gz")
    assert places_of([*TRACES, sealed, sealed[:16]], tmp_path) == []
    verdict = verify(tmp_path / "data" / "journal.db")
    assert (verdict.bad_seq, verdict.entries > 0) == (0, True)


def sealed_bytes(path) -> bytes:
    """The row as it lies on the disk: with the key still there, it would be the text itself."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        (row,) = db.execute("SELECT sealed FROM row").fetchall()
    finally:
        db.close()
    return bytes(row[0])


def test_what_reaches_its_date_is_gone_as_well(tmp_path):
    store = SideStore(tmp_path / "side.db", tmp_path / "hall.key")
    id = store.put("rating_text", TEXT.encode(), 730, now())
    later = replace(now(), at=now().at + timedelta(days=731), trusted=True)
    row = sealed_bytes(tmp_path / "side.db")
    assert store.purge(later) == 1
    store.close()
    assert places_of([row, row[:16], id.encode()], tmp_path) == []


def test_a_restored_box_opens_its_texts_again(daemon, tmp_path):
    daemon, url = daemon
    id = rated_with_text(daemon, url)
    code = backup(tmp_path, "with.tar.gz")
    assert places_of(TRACES, tmp_path) == []
    restore(tmp_path / "with.tar.gz", tmp_path / "r", tmp_path / "r" / "config", code, lambda *_: None)
    store = SideStore(tmp_path / "r" / "side.db", tmp_path / "r" / "hall.key")
    assert store.get(id).decode() == TEXT
    store.close()


def test_pages_of_the_document_camera_are_not_in_a_backup(daemon, tmp_path):
    daemon, _ = daemon
    id = "20200101-0123456789abcdef"
    sealed = daemon._side.seal(hashlib.sha512(TEXT.encode()).digest() * 50, id)
    page = tmp_path / "data" / "captures" / "20200101" / f"{id}.sealed"
    page.parent.mkdir(parents=True)
    page.write_bytes(sealed)
    backup(tmp_path, "pages.tar.gz")
    assert places_of([sealed[:64]], tmp_path) == [str(page)]
