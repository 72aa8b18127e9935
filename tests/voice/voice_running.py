"""A voice in a thread of the test, and the samples that it should give to its sound card."""

import array
import threading
import time
import wave
from collections.abc import Callable
from pathlib import Path

from voice_door import Door

from edge.client import Client
from kiosk_ui.voice.pack import Pack
from kiosk_ui.voice.phrase import Speech
from kiosk_ui.voice.service import Voice
from kiosk_ui.voice.speaker import Speaker

RATE_HZ = 22050


def trimmed(file: Path) -> bytes:
    """A clip between its first and its last loud sample, found here in another way than in the product."""
    with wave.open(str(file)) as clip:
        assert (clip.getframerate(), clip.getnchannels(), clip.getsampwidth()) == (RATE_HZ, 1, 2)
        samples = array.array("h", clip.readframes(clip.getnframes()))
    loud = [i for i, sample in enumerate(samples) if abs(sample) > 300]
    return samples[loud[0] : loud[-1] + 1].tobytes()


def rest(ms: int) -> bytes:
    return bytes(2 * (ms * RATE_HZ // 1000))


def spoken(pack: Pack, *groups: str) -> bytes:
    """Groups of clips with short gaps, and rests of 250 ms between the groups."""
    row = [rest(60).join(trimmed(pack.clips[c]) for c in group.split()) for group in groups]
    return rest(250).join(row)


def once(pack: Pack, number: str, counter: str) -> bytes:
    return spoken(pack, f"please {' '.join(number)} hao", f"to {counter} window")


class Running:
    """A voice in a thread of the test."""

    def __init__(self, door: Door, pack: Pack, clock: Callable[[], float] = time.monotonic) -> None:
        self.speaker = Speaker(clock=clock)
        self.voice = Voice(Client(door.url, "voice"), Speech([pack]), self.speaker, clock=clock)
        self._thread = threading.Thread(target=self.voice.run, name="voice")
        self._thread.start()
        self.until(lambda: self.voice._view)

    def until(self, wanted: Callable[[], object]) -> None:
        ends = time.monotonic() + 30
        while not wanted():
            assert time.monotonic() < ends, "it did not come about"
            threading.Event().wait(0.02)

    def stop(self) -> None:
        self.voice.stop()
        self._thread.join(30)
        assert not self._thread.is_alive()
