"""What is said, as names of clips in turn: numbers digit by digit, counters as people read them."""

from collections.abc import Iterable
from pathlib import Path

from kiosk_ui.voice.pack import CHIME, REST, Pack

REST_MS = 250
AGAIN_MS = 700
"""Before a call is said again, and between two languages half of it."""
Part = Path | int
"""A clip's file, or a rest in milliseconds."""


def call_tokens(pack: Pack, number: str, counter: str) -> list[str]:
    """`A001` to `3` -> please A 0 0 1 hao , to 3 window."""
    said: list[str] = []
    for token in pack.phrases["call"]:
        if token == "{number}":
            said += [c for c in number.upper() if c.isalnum()]
        elif token == "{counter}":
            said += counter_tokens(pack, counter)
        else:
            said.append(token)
    return said


def counter_tokens(pack: Pack, counter: str) -> list[str]:
    """`12` -> `12` where it is a clip, else 10 2 where tens are read, else 1 2; others letter by letter."""
    if counter in pack.clips:
        return [counter]
    if pack.counters == "tens" and counter.isdecimal() and 10 <= int(counter) <= 99:
        tens, ones = divmod(int(counter), 10)
        return [*([str(tens)] if tens > 1 else []), "10", *([str(ones)] if ones else [])]
    return [c for c in counter.upper() if c.isalnum()]


class Speech:
    """Makes lists of clips and rests, one pack after the other; a spare one lends what they lack."""

    def __init__(self, packs: Iterable[Pack], spare: Pack | None = None) -> None:
        self._packs = list(packs)
        self._spare = spare
        self.lacking: set[str] = set()
        """Clips that were asked for and are nowhere."""

    def call(self, number: str, counter: str, repeat: int) -> list[Part]:
        """Chime, the call in each language, and all of it again. With a clip nowhere: the chime alone."""
        lines = [self._parts(pack, call_tokens(pack, number, counter)) for pack in self._packs]
        return self._joined([line for line in lines if line], repeat)

    def words(self, phrase: str, repeat: int = 0) -> list[Part]:
        """One of the other phrases in each language that has it."""
        told = [pack for pack in self._packs if phrase in pack.phrases]
        lines = [self._parts(pack, list(pack.phrases[phrase])) for pack in told]
        return self._joined([line for line in lines if line], repeat)

    def _joined(self, lines: list[list[Part]], repeat: int) -> list[Part]:
        parts: list[Part] = []
        if self._packs and (chime := self._clip(self._packs[0], CHIME)):
            parts += [chime, REST_MS]
        for n, line in enumerate(lines * (1 + repeat)):
            parts += [AGAIN_MS if n % len(lines) == 0 else AGAIN_MS // 2] if n else []
            parts += line
        return parts

    def _parts(self, pack: Pack, tokens: list[str]) -> list[Part]:
        found: list[Part] = []
        for token in tokens:
            if token == REST:
                found.append(REST_MS)
            elif clip := self._clip(pack, token):
                found.append(clip)
            else:
                self.lacking.add(token)
                # Half a number would send somebody to a wrong counter.
                return []
        return found

    def _clip(self, pack: Pack, name: str) -> Path | None:
        if name in pack.clips:
            return pack.clips[name]
        is_same = self._spare is not None and self._spare.language == pack.language
        return self._spare.clips.get(name) if self._spare and (is_same or name == CHIME) else None
