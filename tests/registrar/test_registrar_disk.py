"""The registrar and the disk: one flush a batch, kills, a card that is full, fails, or is read-only."""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edge.verify import verify
from tests.crash.hall import House
from tests.crash.rounds import ROOT, Told, child, issued, one_round

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "8"))


def told_by(process: "subprocess.CompletedProcess[str]") -> Told:
    told = Told()
    for line in process.stdout.splitlines():
        told.hear(line)
    return told


def test_each_batch_is_flushed_exactly_once(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    strace = [
        "strace",
        "-f",
        "-qq",
        "-o",
        str(calls),
        "-e",
        "trace=fsync,fdatasync,sync_file_range,msync,getpgid",
    ]
    args = [*strace, *child(tmp_path, "--callers", "8", "--numbers", "25")]
    done = subprocess.run(args, cwd=ROOT, capture_output=True, text=True, check=True)
    batches = json.loads(done.stdout.splitlines()[-1].removeprefix("end "))["batches"]
    _, between, _ = calls.read_text().split("getpgid(0)")
    flushes = [line for line in between.splitlines() if "sync" in line and "resumed" not in line]
    assert len(told_by(done).got) == 150 and 25 <= batches <= 250
    assert len(flushes) == batches and all("fdatasync" in line for line in flushes)


def test_nothing_answered_is_lost_and_nothing_is_twice_after_any_kill(
    tmp_path: Path,
) -> None:
    seed = random.randrange(10**6)
    dice, tickets = random.Random(seed), 0
    for _ in range(ROUNDS):
        try:
            _, tickets = one_round(tmp_path, dice)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from error
    assert tickets > 0


def test_a_flush_that_fails_refuses_its_batch_and_the_hall_goes_on(tmp_path: Path) -> None:
    # Counted for each thread: the start on the main one makes fewer, the registrar's 12th to 14th fail.
    with House(tmp_path):
        pass
    fail = ["-e", "trace=fdatasync", "-e", "inject=fdatasync:error=EIO:when=12..14"]
    strace = ["strace", "-f", "-qq", "-o", "/dev/null", *fail]
    args = [*strace, *child(tmp_path, "--callers", "6", "--numbers", "20")]
    done = subprocess.run(args, cwd=ROOT, capture_output=True, text=True, check=False)
    told = told_by(done)
    refused = [key for key, why in told.refused.items() if "disk I/O error" in why]
    assert refused and len(told.got) > 20, done.stderr
    assert verify(tmp_path / "journal.db").bad_seq == 0
    with House(tmp_path) as house:
        on_disk = issued(house.journal.read_after(0, 10_000))
    assert on_disk == told.got, "what was refused did not happen, and what was answered did"
    assert sorted(on_disk.values()) == [f"A{n:03d}" for n in range(1, len(on_disk) + 1)]


@pytest.fixture
def small_disk() -> Iterator[tuple[Path, int]]:
    """A folder that fills up after some MB: mounted where that is allowed, else by a limit for a file."""
    with tempfile.TemporaryDirectory() as name:
        mount = ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", name]
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
        try:
            yield Path(name), 0 if mounted else 9 << 20
        finally:
            if mounted:
                subprocess.run(["umount", "-l", name], check=True)


def test_a_full_disk_serves_who_waits_refuses_numbers_and_writes_all_down_later(
    small_disk: tuple[Path, int],
) -> None:
    folder, limit = small_disk
    args = [sys.executable, "-m", "tests.registrar.full_disk", str(folder), str(limit)]
    done = subprocess.run(args, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert not said["ballast_left"] and "the ballast is freed" in done.stderr
    assert "journal.db" in said["why"] and said["unhealthy"] and "Traceback" not in done.stderr
    assert said["waiting_while_full"] == said["answered"]
    assert said["dark"] == {
        "called": ["A001"],
        "resent": ["A001"],
        "unrecorded": [1, 3, 4],
        "at_counter": [None, "A002"],
        "take": "JournalError",
        "rate": "rate_not_kept",
        "events_stand_still": True,
    }
    done_meanwhile = ["TicketCalled", "TicketRecalled", "ServiceStarted", "ServiceFinished", "TicketCalled"]
    assert said["recorded"][:5] == done_meanwhile
    assert said["next"] == f"A{said['answered'] + 1:03d}"
    assert said["bad_seq"] == 0 and said["checkpoint"] == "same"


def test_a_read_only_folder_is_said_in_one_line(tmp_path: Path) -> None:
    with House(tmp_path):
        pass
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "data"
        folder.mkdir()
        for file in tmp_path.iterdir():
            (folder / file.name).write_bytes(file.read_bytes())
            (folder / file.name).chmod(0o444)
        folder.chmod(0o555)
        Path(name).chmod(0o755)
        # Root may write anywhere: the child becomes nobody after its imports.
        code = (
            "import os, sys, pathlib\nfrom tests.crash.hall import House\n"
            "from edge.errors import JournalError\n"
            "if os.getuid() == 0: os.setgid(65534); os.setuid(65534)\n"
            "try: House(pathlib.Path(sys.argv[1]))\n"
            "except JournalError as error: print(error)"
        )
        args = [sys.executable, "-c", code, str(folder)]
        done = subprocess.run(args, cwd=ROOT, capture_output=True, text=True, check=True)
        folder.chmod(0o755)
    assert str(folder) in done.stdout and len(done.stdout.splitlines()) == 1 and not done.stderr


@pytest.fixture
def card(tmp_path: Path) -> Iterator[Callable[[], Path] | None]:
    """Mounts a little ext4 card, each call anew; None where nobody may mount."""
    image, folder = tmp_path / "card", tmp_path / "mounted"
    folder.mkdir()
    image.write_bytes(b"")
    os.truncate(image, 32 << 20)
    mount = ["mount", "-o", "loop", str(image), str(folder)]

    def insert() -> Path:
        subprocess.run(["umount", str(folder)], capture_output=True, check=False)
        subprocess.run(mount, check=True, capture_output=True)
        return folder

    made = subprocess.run(["mkfs.ext4", "-q", str(image)], capture_output=True, check=False).returncode == 0
    mounted = made and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    yield insert if mounted else None
    if mounted:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_card_that_turns_read_only_serves_who_waits_and_loses_no_number(
    card: Callable[[], Path] | None, tmp_path: Path
) -> None:
    if card is None:  # nothing can be mounted here; the full disk above goes the same way
        assert os.getuid() != 0 or not Path("/dev/loop-control").exists() or not shutil.which("mkfs.ext4")
        return
    args = [sys.executable, "-m", "tests.registrar.read_only", str(card())]
    done = subprocess.run(args, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert "journal.db" in said["refused"] and (said["unrecorded"], said["called"]) == (1, "A001")
    assert "1 calls were never recorded, and are lost" in done.stderr and "Traceback" not in done.stderr
    folder = card()
    assert verify(folder / "journal.db").bad_seq == 0
    with House(folder) as house:
        assert house.registrar.view.services[0].waiting == 3
