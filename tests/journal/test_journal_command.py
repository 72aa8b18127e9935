"""`bianmin journal verify | tail | export`, as a person runs it."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.hall.events import CounterPaused
from edge.journal import Journal
from tests.journal.moment import now

ROOT = Path(__file__).parents[2]


def bianmin(*args: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "edge", "journal", *args]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def written(open_journal: Callable[[], Journal]) -> Journal:
    journal = open_journal()
    for n in range(1, 16):
        journal.append((CounterPaused(counter=str(n), reason="午休"),), now())
    return journal


def test_verify_says_that_all_is_well_while_the_daemon_runs(written: Journal, tmp_path: Path) -> None:
    done = bianmin("verify", "--data", str(tmp_path))
    assert done.returncode == 0 and "15 entries" in done.stdout and written.id in done.stdout


def test_verify_names_the_first_bad_entry(written: Journal, tmp_path: Path) -> None:
    written.close()
    db = sqlite3.connect(tmp_path / "journal.db")
    db.execute("UPDATE entry SET body = replace(body, '午休', '外出') WHERE seq = 9")
    db.commit()
    done = bianmin("verify", "--data", str(tmp_path))
    assert done.returncode == 1 and "entry 9" in done.stderr and len(done.stderr.splitlines()) == 1


def test_export_is_what_travels_one_line_each(written: Journal, tmp_path: Path) -> None:
    done = bianmin("export", "--data", str(tmp_path), "--after", "12")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines == [entry.cloud() for entry in written.read_after(12)] and "午休" in done.stdout


def test_tail_is_the_last_ten(written: Journal, tmp_path: Path) -> None:
    done = bianmin("tail", "--data", str(tmp_path))
    assert [json.loads(line)["sequence"] for line in done.stdout.splitlines()] == [
        str(n) for n in range(6, 16)
    ]
    assert len(bianmin("tail", "-n", "3", "--data", str(tmp_path)).stdout.splitlines()) == 3


def test_tail_follows_what_comes(written: Journal, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "edge", "journal", "tail", "-f", "-n", "1", "--data", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as follower:
        assert follower.stdout
        assert json.loads(follower.stdout.readline())["sequence"] == "15"
        written.append((CounterPaused(counter="99"),), now())
        assert json.loads(follower.stdout.readline())["sequence"] == "16"
        follower.kill()


def test_no_journal_there_is_one_line_and_exit_two(tmp_path: Path) -> None:
    done = bianmin("verify", "--data", str(tmp_path))
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1 and "--data" in done.stderr


def test_rubbish_is_one_line_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"rubbish" * 999)
    for what in ("verify", "tail", "export"):
        done = bianmin(what, "--data", str(tmp_path))
        assert done.returncode == 1 and len(done.stderr.splitlines()) == 1 and "Traceback" not in done.stderr
