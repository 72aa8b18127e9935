"""Damaged, cut, glued and invented bytes from a corpus that grows by what is answered differently."""

import random
from collections.abc import Callable, Hashable, Sequence

LONGEST = 240
"""Bytes of an input: two frames and noise between them."""
MOST_KEPT = 3000
NASTY = (0x00, 0x01, 0x0A, 0x0D, 0x10, 0x16, 0x1B, 0x1D, 0x5A, 0x68, 0x7F, 0x80, 0xA5, 0xAA, 0xAE, 0xFE, 0xFF)


class Corpus:
    """Gives inputs; keeps those whose outcome nobody has seen before, and mutates them too."""

    def __init__(
        self,
        seeds: Sequence[bytes],
        dice: random.Random,
        make: Callable[[random.Random], bytes] | None = None,
    ) -> None:
        """`make` gives whole frames that are new."""
        self._kept = [seed[:LONGEST] for seed in seeds] or [b""]
        self._dice, self._make = dice, make
        self._outcomes: set[Hashable] = set()

    @property
    def outcomes(self) -> int:
        return len(self._outcomes)

    def next(self) -> bytes:
        dice = self._dice
        chance = dice.random()
        if chance < 0.05:
            return dice.randbytes(dice.randint(0, 64))
        if self._make and chance < 0.25:
            made = bytearray(self._make(dice))
            often = dice.choice((0, 0, 1, 2))
        else:
            made = bytearray(dice.choice(self._kept))
            often = dice.choice((1, 1, 1, 2, 3, 6))
        for _ in range(often):
            mutate(made, dice, self._kept)
        return bytes(made[:LONGEST])

    def learn(self, given: bytes, outcome: Hashable) -> None:
        if outcome not in self._outcomes and len(self._kept) < MOST_KEPT:
            self._outcomes.add(outcome)
            self._kept.append(given)


def mutate(made: bytearray, dice: random.Random, others: Sequence[bytes]) -> None:
    """Change some bytes in place; pieces of `others` come in."""
    at = dice.randrange(len(made) + 1)
    match dice.randrange(9):
        case 0 if made:
            made[at % len(made)] ^= 1 << dice.randrange(8)
        case 1 if made:
            made[at % len(made)] = dice.choice(NASTY)
        case 2 if made:
            made[at % len(made)] = (made[at % len(made)] + dice.choice((1, -1))) % 256
        case 3:
            made.insert(at, dice.choice(NASTY))
        case 4:
            del made[at : at + dice.randint(1, 4)]
        case 5:
            made[at:at] = made[at : at + dice.randint(1, 8)] * dice.choice((1, 2, 20))
        case 6:
            other = dice.choice(others)
            made[at:] = other[dice.randrange(len(other) + 1) :]
        case 7:
            made[at:at] = dice.randbytes(dice.randint(1, 12))
        case _:
            made += dice.choice(others)
