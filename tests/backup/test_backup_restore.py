"""A backup of a running box, restored onto an empty folder in the middle of a day."""

import hashlib
import io
import json
import re
import tarfile

import pytest

from edge import archive, journal_file, recovery
from edge.__main__ import main
from edge.archive import NotRestorable, restore
from edge.credentials import COUNTY, Credentials
from edge.hall.events import DayOpened
from edge.journal import Journal
from edge.journal_restored import former_of, formers
from edge.recovery import WrongCode
from edge.verify import verify
from tests.backup.box import DEMO, Box
from tests.journal.moment import now

SOURCE = "/510000/510000001"


def quiet(what: str, share: float) -> None:
    assert 0 <= share <= 1


@pytest.fixture
def data(tmp_path):
    """A small data folder without a daemon."""
    folder = tmp_path / "data"
    journal = Journal(folder / "journal.db", source=SOURCE)
    journal.append((DayOpened(date="2026-11-23", trusted=True),), now())
    journal.close()
    (folder / "hall.key").write_bytes(bytes(range(32)))
    return folder


@pytest.fixture
def backup(data, tmp_path):
    """The backup's file and its code."""
    code = recovery.new_code()
    file = tmp_path / "hall.tar.gz"
    archive.write(data, DEMO, file, recovery.from_code(code), quiet)
    return file, code


def test_a_spare_box_goes_on_in_the_middle_of_the_day_and_gives_no_number_twice(tmp_path, capsys):
    data, spare, file = tmp_path / "data", tmp_path / "spare", tmp_path / "hall.tar.gz"
    with Box(data) as box:
        given = [box.take() for _ in range(3)]
        assert main(["backup", "--data", str(data), "-o", str(file), "--config", str(DEMO)]) == 0
        code = re.search(r"recovery code: (\S+)", capsys.readouterr().out)[1]
        given += [box.take() for _ in range(4)]
        box.kill()
    written = tmp_path / "code.txt"
    written.write_text(f" {code.lower()}\n")
    assert main(["restore", str(file), "--data", str(spare), "--code", str(written)]) == 0
    assert "goes on as journal" in capsys.readouterr().out
    with Box(spare, spare / "config") as box:
        waiting = next(s for s in box.get("hall")["services"] if s["id"] == "social")["waiting"]
        assert waiting == 3
        later = [box.take() for _ in range(3)]
        assert not set(later) & set(given)
        assert later[0].endswith("500")
        called = box.post("counters/2/open", {}) and box.post("counters/2/next", {})
        assert called["counter"]["ticket"]["number"] == given[0]
    verdict = verify(spare / "journal.db")
    assert (verdict.bad_seq, verdict.problem) == (0, "")
    assert (spare / "hall.key").read_bytes() == (data / "hall.key").read_bytes()


def test_the_restored_journal_has_a_name_of_its_own_and_the_chain_goes_on(data, backup, tmp_path):
    file, code = backup
    restored = restore(file, tmp_path / "r", tmp_path / "r/config", code, quiet)
    assert restored.journal != restored.former == verify(data / "journal.db").journal
    journal = Journal(tmp_path / "r/journal.db", source=SOURCE)
    (entry,) = journal.append((DayOpened(date="2026-11-24", trusted=True),), now())
    assert (journal.id, entry.seq, journal.after) == (restored.journal, 2, "restored")
    assert entry.cloud()["id"] == f"{restored.journal}:2"
    journal.close()
    assert verify(tmp_path / "r/journal.db").bad_seq == 0


def test_a_journal_restored_twice_remembers_all_its_names(data, backup, tmp_path):
    file, code = backup
    first = restore(file, tmp_path / "a", tmp_path / "a/config", code, quiet)
    archive.write(tmp_path / "a", None, tmp_path / "2.tar.gz", recovery.from_code(code), quiet)
    second = restore(tmp_path / "2.tar.gz", tmp_path / "b", tmp_path / "b/config", code, quiet)
    with journal_file.reading(tmp_path / "b/journal.db") as db:
        assert [name for _, name in formers(db)] == [first.former, first.journal]
    assert second.former == first.journal
    assert former_of(tmp_path / "b/journal.db") == (1, first.journal)
    assert former_of(data / "journal.db") == (0, "")
    assert verify(tmp_path / "b/journal.db").bad_seq == 0


def test_settings_come_back_and_what_is_secret_travels_sealed(backup, tmp_path):
    file, code = backup
    with tarfile.open(file) as tar:
        names = tar.getnames()
        open_text = b"".join(tar.extractfile(name).read() for name in names)
    assert {"config/hall.toml", "config/devices.toml"} <= set(names)
    assert not {"config/staff.toml", "hall.key"} & set(names)
    assert bytes(range(32)) not in open_text
    restore(file, tmp_path / "r", tmp_path / "etc", code, quiet)
    for name in ("hall.toml", "staff.toml", "content/guides.json"):
        assert (tmp_path / "etc" / name).read_bytes() == (DEMO / name).read_bytes()
    assert (tmp_path / "etc/staff.toml").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "r/hall.key").read_bytes() == bytes(range(32))


def test_the_key_of_the_box_s_certificate_stays_in_the_box(data, tmp_path):
    """A spare box is another one: it gets a certificate of its own by a code."""
    credentials = Credentials(data / COUNTY)
    credentials.request("510000/510000001")
    (data / COUNTY / "hall.pem").write_bytes((data / COUNTY / "request.key").read_bytes())
    code, file = recovery.new_code(), tmp_path / "hall.tar.gz"
    archive.write(data, DEMO, file, recovery.from_code(code), quiet)
    restore(file, tmp_path / "r", tmp_path / "etc", code, quiet)
    assert not (tmp_path / "r" / COUNTY).exists() and not Credentials(tmp_path / "r" / COUNTY).is_there


def test_the_second_backup_is_sealed_with_the_same_code(data, tmp_path, capsys):
    files = [tmp_path / f"{n}.tar.gz" for n in (1, 2)]
    for file in files:
        assert main(["backup", "--data", str(data), "-o", str(file)]) == 0
    said = capsys.readouterr().out
    codes = re.findall(r"recovery code: (\S+)", said)
    assert len(codes) == 1
    for n, file in enumerate(files):
        assert restore(file, tmp_path / f"r{n}", tmp_path / f"c{n}", codes[0], quiet).head == 1


def test_a_wrong_code_restores_nothing(backup, tmp_path):
    file, _ = backup
    with pytest.raises(WrongCode):
        restore(file, tmp_path / "r", tmp_path / "r/config", recovery.new_code(), quiet)
    assert not (tmp_path / "r").exists()


def test_a_folder_with_something_in_it_is_left_alone(backup, data, tmp_path):
    file, code = backup
    before = sorted(p.name for p in data.iterdir())
    with pytest.raises(NotRestorable, match="is not empty"):
        restore(file, data, tmp_path / "c", code, quiet)
    assert sorted(p.name for p in data.iterdir()) == before


@pytest.mark.parametrize("damage", ["cut", "text", "altered", "manifest"])
def test_a_backup_that_is_not_whole_restores_nothing(backup, tmp_path, damage):
    file, code = backup
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:-2000])
    elif damage == "text":
        file.write_text("a letter")
    else:
        repack(file, damage)
    (tmp_path / "r").mkdir()
    with pytest.raises((NotRestorable, WrongCode)):
        restore(file, tmp_path / "r", tmp_path / "c", code, quiet)
    assert list((tmp_path / "r").iterdir()) == []
    assert not (tmp_path / "c").exists()


def repack(file, damage: str) -> None:
    """Somebody who knows the form, but not the code, changes the hall's settings."""
    with tarfile.open(file) as tar:
        content = {m.name: tar.extractfile(m).read() for m in tar}
    content["config/hall.toml"] += b"# \n"
    if damage == "manifest":
        said = json.loads(content["manifest.json"])
        text = content["config/hall.toml"]
        said["files"]["config/hall.toml"] = {"bytes": len(text), "sha256": hashlib.sha256(text).hexdigest()}
        content["manifest.json"] = json.dumps(said).encode()
    with tarfile.open(file, "w:gz") as tar:
        for name, data in content.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))


def test_a_file_name_that_leads_out_of_the_folder_is_refused(data, tmp_path):
    file, code = tmp_path / "x.tar.gz", recovery.new_code()
    said = {"format": 1, "made_at": "x", "journal": "x", "head": 1}
    said["files"] = {"config/../../evil": {"bytes": 1, "sha256": "0" * 64}}
    manifest = json.dumps(said).encode()
    with tarfile.open(file, "w:gz") as tar:
        for name, content in (("manifest.json", manifest), ("sealed", b"x"), ("config/../../evil", b"x")):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    with pytest.raises(NotRestorable, match="none of a backup"):
        restore(file, tmp_path / "r", tmp_path / "c", code, quiet)
    assert not (tmp_path / "evil").exists()


def test_a_code_is_read_as_people_write_it():
    assert recovery.read_code("0i2l-ooab cdef ghjk mnpq\n") == "0121" + "00AB" + "CDEF" + "GHJK" + "MNPQ"
    with pytest.raises(WrongCode, match="5 groups of 4"):
        recovery.read_code("ABCD-EFGH")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["-o", "there.tar.gz"], "is there already"),
        (["-o", "no/such/x.tar.gz"], "no such folder"),
        (["-o", "x.tar.gz", "--config", "."], "no config folder"),
    ],
)
def test_wrong_input_of_backup_is_one_line(data, tmp_path, monkeypatch, capsys, words, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.tar.gz").touch()
    assert main(["backup", "--data", str(data), *words]) == 2
    assert says in capsys.readouterr().err
    assert not (data / "recovery.key").exists()
