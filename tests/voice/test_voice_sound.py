"""The sound itself: SDL writes the samples of the sound card to a file, and calls are looked for in them."""

import array
import sys
from pathlib import Path

import pytest
from voice_door import Door
from voice_running import Running, once, rest, trimmed

from kiosk_ui.voice.speaker import Speaker


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """SDL's disk driver: every sample that the card would get, several times faster than real time."""
    file = tmp_path / "card.raw"
    monkeypatch.setenv("SDL_AUDIODRIVER", "disk")
    monkeypatch.setenv("SDL_DISKAUDIOFILE", str(file))
    monkeypatch.setenv("SDL_DISKAUDIODELAY", "4")
    return file


@pytest.fixture
def door():
    door = Door()
    yield door
    door.close()


def test_two_calls_at_once_are_each_said_whole_and_twice_and_do_not_overlap(card, door, pack) -> None:
    door.call(("A001", "1"))
    voice = Running(door, pack)
    door.call(("B012", "3"), ("C105", "12"))
    voice.until(lambda: voice.voice.said == 2)
    voice.stop()
    sound = card.read_bytes()
    chime = trimmed(pack.clips["chime"]) + rest(250)
    first, second = once(pack, "B012", "3"), once(pack, "C105", "10 2")
    whole = [chime + line + rest(700) + line for line in (first, second)]
    begins = [sound.find(line) for line in whole]
    assert -1 < begins[0] < begins[0] + len(whole[0]) <= begins[1]
    assert [sound.count(line) for line in (first, second, trimmed(pack.clips["chime"]))] == [2, 2, 2]
    # Nothing but these, and silence: least of all the call from before the voice was there.
    assert not any(sound[: begins[0]]) and not any(sound[begins[0] + len(whole[0]) : begins[1]])
    assert not any(sound[begins[1] + len(whole[1]) :])


def test_what_is_being_said_when_the_voice_is_stopped_comes_to_its_end(card, door, pack) -> None:
    voice = Running(door, pack)
    door.call(("A007", "2"), ("A008", "1"))
    voice.until(lambda: card.exists() and any(card.read_bytes()))
    voice.stop()
    line = once(pack, "A007", "2")
    assert card.read_bytes().count(line) == 2
    assert once(pack, "A008", "1") not in card.read_bytes()


def test_a_call_taken_back_at_the_last_moment_is_not_said(card, door, pack) -> None:
    voice = Running(door, pack)
    door.undone.add(102)
    door.call(("A007", "2"), ("A008", "1"))
    voice.until(lambda: voice.voice.said == 1)
    voice.stop()
    sound = card.read_bytes()
    assert once(pack, "A007", "2") not in sound and sound.count(once(pack, "A008", "1")) == 2
    assert door.claimed == [102, 104], "each is told before it is said"


def test_half_the_volume_is_half_as_loud(card, door, pack) -> None:
    door.change(desk={"emergency": None, "volume": 50})
    voice = Running(door, pack)
    door.call(("A007", "2"))
    voice.until(lambda: voice.voice.said == 1)
    voice.stop()
    told = array.array("h", card.read_bytes())
    clips = [
        array.array("h", trimmed(pack.clips[c]))
        for c in ["chime", "please", "A", "0", "7", "hao", "to", "2", "window"]
    ]
    loudest = max(max(abs(s) for s in clip) for clip in clips)
    assert abs(max(abs(s) for s in told) - loudest / 2) < 40


def test_a_machine_without_a_sound_card_is_a_state_and_nothing_is_said_late(door, pack, monkeypatch) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "no_such_driver")
    now_s = [1000.0]
    voice = Running(door, pack, lambda: now_s[0])
    assert door.heard(lambda told: (told["state"], told["code"]) == ("down", "no_sound_card"))
    door.call(("A001", "1"))
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
    voice.until(lambda: voice.voice._turns._mark == 102)
    assert voice.voice.said == 0
    now_s[0] += 61.0
    voice.until(lambda: not voice.speaker.code)
    voice.until(lambda: not voice.voice._turns._waiting)
    voice.stop()
    assert voice.voice.said == 0


def test_a_card_that_hangs_costs_one_announcement_and_a_new_child(pack, tmp_path: Path) -> None:
    stuck = tmp_path / "mixer.py"
    stuck.write_text(
        "import sys\nprint('{\"ready\": true}', flush=True)\nsys.stdin.readline()\n"
        "print('{\"length_s\": -2.9}', flush=True)\nsys.stdin.readline()\n"
    )
    now_s = [0.0]
    speaker = Speaker([sys.executable, str(stuck)], clock=lambda: now_s[0])
    assert not speaker.say([pack.clips["chime"]], 50)
    assert speaker.code == "sound_stuck" and not speaker.ready()
    now_s[0] = 20.0
    assert speaker.ready() and speaker.code == ""
    speaker.close()
