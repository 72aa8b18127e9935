"""The journals of released versions: whole, read without loss, and folded into the same hall."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from edge import checkpoint
from edge.books import open_books
from edge.clock import EARLIEST
from edge.hall.commands import TakeTicket
from edge.hall.event_json import UnknownEvent
from edge.hall.events import TicketIssued
from edge.hall.hall import Hall
from edge.hall.words import DAEMON
from edge.journal import entries_after
from edge.settings import load
from edge.verify import verify
from tests.crash.rounds import ROOT
from tests.journal.make_sample import JOURNALS, summary
from tests.registrar.hand import HandClock

VERSIONS = sorted(folder.name for folder in JOURNALS.iterdir())


@pytest.fixture(params=VERSIONS)
def sample(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of a version's data folder."""
    return Path(shutil.copytree(JOURNALS / request.param, tmp_path / "data"))


def test_there_is_a_sample_of_the_first_version() -> None:
    assert "0.1.0" in VERSIONS


def test_a_sample_says_what_it_has_always_said(sample: Path) -> None:
    assert summary(sample) == json.loads((sample / "said.json").read_text("utf-8"))


def test_every_event_of_a_sample_is_understood(sample: Path) -> None:
    unknown = [e for e in entries_after(sample / "journal.db", 0) if isinstance(e.event, UnknownEvent)]
    assert not unknown


def test_a_hall_goes_on_behind_a_sample(sample: Path) -> None:
    plan, clock = load(ROOT / "config/demo").plan, HandClock()
    last = list(entries_after(sample / "journal.db", 0))[-1]
    clock.set(last.stamp.at)
    registrar = open_books(sample / "journal.db", plan, clock)
    try:
        before = {t[0] for t in json.loads((sample / "said.json").read_text("utf-8"))["issued"]}
        issued = registrar.ask(TakeTicket(by=DAEMON, service="family")).events[-1]
        assert isinstance(issued, TicketIssued) and issued.ticket not in before
        assert registrar.view.day == "2026-11-23" and registrar.view.rateable
    finally:
        registrar.stop()
        registrar.journal.close()
    verdict = verify(sample / "journal.db")
    assert (verdict.bad_seq, verdict.checkpoint) == (0, "same")
    again = open_books(sample / "journal.db", plan, clock)
    assert again.ticket(issued.number)
    again.stop()
    again.journal.close()


def test_the_hall_after_every_entry_comes_back_from_its_checkpoint(sample: Path) -> None:
    plan = load(ROOT / "config/demo").plan
    hall = Hall(plan)
    kept = sample / checkpoint.FILE
    for entry in entries_after(sample / "journal.db", 0):
        hall.apply(entry.event, entry.stamp)
        if entry.seq % 7 == 0:
            checkpoint.save(kept, checkpoint.Checkpoint("j", entry.seq, entry.chain, EARLIEST, hall))
            read = checkpoint.load(kept, "j", plan)
            assert read and (read.hall.book, read.hall.feedback) == (hall.book, hall.feedback)
            hall = read.hall
    whole = Hall(plan)
    for entry in entries_after(sample / "journal.db", 0):
        whole.apply(entry.event, entry.stamp)
    assert checkpoint.state_of(hall) == checkpoint.state_of(whole)
    seen = checkpoint.load_any(kept)
    assert seen and seen.hall.plan == plan


@pytest.mark.parametrize("what", ["verify", "export", "tail"])
def test_the_command_reads_a_sample(sample: Path, what: str) -> None:
    command = [sys.executable, "-m", "edge", "journal", what, "--data", str(sample)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    said = json.loads((sample / "said.json").read_text("utf-8"))
    if what == "verify":
        assert f"{said['entries']} entries, chain whole" in done.stdout
    else:
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        assert lines[-1]["chain"] == said["last_chain"]
        assert len(lines) == (said["entries"] if what == "export" else 10)
