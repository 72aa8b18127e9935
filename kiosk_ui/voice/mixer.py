"""`python -m kiosk_ui.voice.mixer`: the child that has the sound card; plays one announcement at a time.

Standard input: one JSON line per announcement, `{"parts": ["a.wav", 250, ...], "volume": 80}`; a number is
a rest in ms. Standard output: `{"ready": true}` once; then for each `{"length_s": 5.1}`, and `{"done": true}`
when its last sample was given to the card. Exits with 3 where no sound card answers, and as soon as it is
gone: SDL 2.32 plays on into nowhere then (seen with PulseAudio, and with ALSA where a write says ENODEV) and
only an event tells. At the end of its input it plays to the end what it began.
"""

import array
import json
import os
import selectors
import sys
import threading
from collections.abc import Iterator
from functools import cache
from typing import Any

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
# SDL's events, which it needs to say that a card is gone, come with a display: one in memory.
os.environ["SDL_VIDEODRIVER"] = "dummy"

import pygame

RATE_HZ = 22050
BUFFER = 1024
NO_CARD = 3
LOUD = 300
"""Of 32768: what is softer at the ends of a clip is cut off."""
GAP_MS = 60
TAIL_MS = 250
"""Silence after an announcement: what the card still holds when it is closed is lost (SDL 2.32: 90 ms)."""
LOOK_S = 0.02
IDLE_S = 1.0
UNOPENED = 0
"""SDL_events.h: in `which` of a card that was never opened and is gone."""


class CardGone(Exception):
    """Pulled out, or its sound server has ended."""


def main() -> int:
    try:
        pygame.display.init()
        pygame.mixer.init(RATE_HZ, -16, 1, BUFFER, allowedchanges=0)
    except pygame.error as error:
        _tell({"error": str(error)})
        return NO_CARD
    _tell({"ready": True})
    try:
        for line in _lines():
            asked = json.loads(line)
            _play(samples_of(asked["parts"]), asked["volume"])
    except CardGone:
        _tell({"error": "the sound card is gone"})
        return NO_CARD
    pygame.mixer.quit()
    return 0


def _lines() -> Iterator[bytes]:
    """What is asked, while the card is looked after each second. Raises CardGone."""
    said = b""
    with selectors.DefaultSelector() as selector:
        selector.register(sys.stdin, selectors.EVENT_READ)
        while True:
            _look_at_card()
            if not selector.select(IDLE_S):
                continue
            chunk = os.read(sys.stdin.fileno(), 65536)
            if not chunk:
                return
            *whole, said = (said + chunk).split(b"\n")
            yield from whole


def _look_at_card() -> None:
    """Raises CardGone."""
    for event in pygame.event.get():
        if event.type == pygame.AUDIODEVICEREMOVED and not event.iscapture and event.which != UNOPENED:
            raise CardGone


def samples_of(parts: list[str | int]) -> bytes:
    """Clips and rests in one row; a clip that cannot be read is left out, and said on stderr."""
    row = bytearray()
    is_clip = False
    for part in parts:
        if isinstance(part, int):
            row += bytes(2 * (part * RATE_HZ // 1000))
            is_clip = False
            continue
        row += bytes(2 * (GAP_MS * RATE_HZ // 1000)) if is_clip else b""
        row += clip(part)
        is_clip = True
    return bytes(row)


@cache
def clip(file: str) -> bytes:
    """A file's samples at our rate, without the silence at its ends."""
    try:
        samples = array.array("h", pygame.mixer.Sound(file).get_raw())
    except (pygame.error, OSError) as error:
        sys.stderr.write(f"voice: {file}: {error}\n")
        return b""
    first = next((i for i, s in enumerate(samples) if abs(s) > LOUD), 0)
    last = next((i for i in range(len(samples), 0, -1) if abs(samples[i - 1]) > LOUD), 0)
    return samples[first:last].tobytes()


def _play(samples: bytes, volume: int) -> None:
    """Returns when all of it has been played. Raises CardGone."""
    samples += bytes(2 * (TAIL_MS * RATE_HZ // 1000))
    _tell({"length_s": round(len(samples) / 2 / RATE_HZ, 3)})
    sound = pygame.mixer.Sound(buffer=samples)
    sound.set_volume(volume / 100)
    channel = sound.play()
    beat = threading.Event()
    while channel is not None and channel.get_busy():
        _look_at_card()
        beat.wait(LOOK_S)
    _look_at_card()
    _tell({"done": True})


def _tell(words: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
