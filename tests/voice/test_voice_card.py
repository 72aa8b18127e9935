"""A sound card that is pulled out, blocks, and comes back, under a real sound server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from voice_door import Door
from voice_running import Running, once
from voice_server import SoundServer, loud

from kiosk_ui.voice.pack import Pack
from kiosk_ui.voice.speaker import Speaker


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoundServer]:
    server = SoundServer(tmp_path, monkeypatch)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def door() -> Iterator[Door]:
    door = Door({"volume": 100, "hour": [], "repeat": 0, "stale_s": 60})
    yield door
    door.close()


def test_a_card_pulled_out_in_the_middle_of_a_call_is_a_state_and_the_call_is_said_when_it_is_back(
    server: SoundServer, door: Door, pack: Pack
) -> None:
    now_s = [1000.0]
    voice = Running(door, pack, lambda: now_s[0])
    door.call(("A007", "2"))
    voice.until(lambda: any(server.heard))
    server.kill()
    voice.until(lambda: voice.speaker.code == "no_sound_card")
    assert voice.voice.said == 0
    server.start()
    now_s[0] += 16.0
    voice.until(lambda: voice.voice.said == 1)
    assert voice.speaker.code == "" and door.claimed == [102, 102]
    voice.stop()
    assert server.hears(loud(once(pack, "A007", "2"))), "the whole of it, from its beginning"


def test_a_card_that_goes_while_nobody_calls_is_noticed(server: SoundServer) -> None:
    speaker = Speaker(clock=lambda: 0.0)
    assert speaker.ready()
    server.kill()
    while speaker.ready():
        assert speaker._child
        speaker._child.answer(0.1)
    assert speaker.code == "no_sound_card"


def test_a_card_that_blocks_costs_one_announcement(server: SoundServer, pack: Pack) -> None:
    now_s = [0.0]
    speaker = Speaker(clock=lambda: now_s[0])
    assert speaker.say([pack.clips["3"]], 100)
    server.freeze()
    assert not speaker.say([pack.clips["3"]], 100)
    assert speaker.code == "sound_stuck" and not speaker.ready()
    server.kill()
    server.start()
    now_s[0] = 20.0
    assert speaker.say([pack.clips["3"]], 100) and speaker.code == ""
    speaker.close()
