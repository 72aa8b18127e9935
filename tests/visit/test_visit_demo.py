"""The demo itself, as a newcomer runs it: one visit through every room, each stage seen at the far end."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.visit.conftest import until

DEMO = [sys.executable, "-m", "edge", "demo", "--headless"]


def children_of(pid: int) -> list[int]:
    """Every process below this one, from /proc."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z":
            parents[int(stat.parent.name)] = int(fields[1])
    below = [child for child, parent in parents.items() if parent == pid]
    return below + [g for child in below for g in children_of(child)]


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.timeout(120)
def test_every_stage_of_a_visit_is_seen_at_the_far_end(tmp_path: Path) -> None:
    began = time.monotonic()
    ended = subprocess.run(
        [*DEMO, "--seconds", "15", "--data", str(tmp_path / "data")],
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert len(re.findall(r"\bok\b", ended.stdout)) >= 9, ended.stdout
    assert time.monotonic() - began < 15 + 15 + 20
    assert (tmp_path / "data" / "captures").is_dir()


@pytest.mark.timeout(90)
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "ended"])
def test_everything_that_the_demo_started_dies_with_it(how: signal.Signals) -> None:
    demo = subprocess.Popen(DEMO, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert demo.stdout is not None
    try:
        for line in demo.stdout:
            if "http://" in line:
                break
        below = children_of(demo.pid)
        assert len(below) >= 4
    finally:
        os.kill(demo.pid, how)
        demo.stdout.close()
        demo.wait(timeout=40)
    until("all ended", lambda: not any(lives(pid) for pid in below))
