"""`bianmin voice URL` as a process: told to stop in the middle of a call, and started again."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from voice_door import Door

from kiosk_ui.voice.pack import Pack
from tests.waiting import until

ROOT = Path(__file__).parents[2]


@pytest.fixture
def door() -> Iterator[Door]:
    door = Door()
    yield door
    door.close()


Voice = Callable[[Path], "subprocess.Popen[bytes]"]


@pytest.fixture
def voice(door: Door) -> Iterator[Voice]:
    """Starts one on a card; none outlives its test."""
    begun: list[subprocess.Popen[bytes]] = []

    def start(card: Path) -> "subprocess.Popen[bytes]":
        sound = {"SDL_AUDIODRIVER": "disk", "SDL_DISKAUDIOFILE": str(card), "SDL_DISKAUDIODELAY": "4"}
        command = [sys.executable, "-m", "edge", "voice", door.url, "--name", "voice-1f", "--zone", "1f"]
        env = {**os.environ, **sound}
        begun.append(subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.DEVNULL))
        return begun[-1]

    yield start
    for process in begun:
        process.kill()
        process.wait()


def loud(card: Path) -> bool:
    return card.exists() and any(card.read_bytes())


def test_a_call_is_said_to_its_end_and_not_again_after_a_restart(
    door: Door, voice: Voice, pack: Pack, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.raw", tmp_path / "second.raw"
    process = voice(first)
    until(lambda: door.alive and door.shown)
    door.call(("F001", "5"), ("A012", "3"))
    until(lambda: loud(first))
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=40) == 0
    whole = first.read_bytes()
    chime = pack.clips["chime"].read_bytes()[-8000:-6000]
    assert whole.count(chime) == 1, "one call: counter 5 is on another floor"
    assert not any(whole[-2000:]), "it was not cut off"
    told, shown = len(door.alive), door.shown
    process = voice(second)
    until(lambda: len(door.alive) > told and door.shown > shown and second.exists())
    door.call(("A013", "1"))
    until(lambda: loud(second))
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=40) == 0
    assert second.read_bytes().count(chime) == 1, "the new call, and not the old one again"
    assert all(said["state"] == "ok" for said in door.alive)


def test_a_voice_without_a_pack_says_what_to_do(door: Door, tmp_path: Path) -> None:
    env = {**os.environ, "CACHE_DIRECTORY": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "edge", "voice", door.url], cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert done.returncode == 1 and "python -m kiosk_ui voice-pack" in done.stderr
    asked = [sys.executable, "-m", "edge", "voice", door.url, "--pack", str(tmp_path)]
    done = subprocess.run(asked, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 2 and "pack.toml" in done.stderr and "Traceback" not in done.stderr
