"""What nobody ought to send over the border: a good JSON object, spoiled in every way that comes to mind."""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

DEEP = "@deep@"
"""Stands for thousands of brackets, which Python's own encoder would not write."""
NASTY: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    -(2**63),
    2**53,
    2**63,
    10**30,
    10**4000,
    0.5,
    1e308,
    float("inf"),
    float("nan"),
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800",
    "\udfff\ud800",
    "\n",
    "\u2028",
    "x" * 300,
    "字" * 90_000,
    "<script>alert(1)</script>",
    "' OR 1=1; --",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-11-22T03:00:00",
    "２０２６-11-22",
    "../../etc/passwd",
    "{{ 7 * 7 }}",
    "%s%n",
    [],
    {},
    [[]],
    [None] * 1000,
    {"": {}},
    {"a" * 500: "b"},
    {"id": {"id": {}}},
    [{"id": 5}, {"id": "d", "state": []}, {"id": "d", "state": "down", "since": 7, "code": {}}, 3],
    DEEP,
)
NOT_JSON = (
    b"",
    b"\xff\x00",
    b"[" * 100_000,
    b"{",
    b"null",
    b"[1]",
    b"\x00",
    b"x" * 400_000,
    b"\xef\xbb\xbf{}",
)


def inventions(good: Json, count: int, seed: object) -> Iterator[bytes]:
    """The same ones for the same seed."""
    dice = random.Random(repr(seed))
    for _ in range(count):
        way = dice.randrange(10)
        if way == 0:
            yield dice.choice(NOT_JSON)
            continue
        said = copy.deepcopy(good)
        for _ in range(dice.choice((1, 1, 2, 4))):
            _spoil(said, dice)
        payload = _written(said, dice)
        yield _bitten(payload, dice) if way == 1 else payload


def _spoil(said: Any, dice: random.Random) -> None:
    """Somewhere in it, at whatever depth."""
    while isinstance(said, dict) and said:
        key = dice.choice(sorted(said))
        inner = said[key]
        if isinstance(inner, dict) and inner and dice.random() < 0.5:
            said = inner
            continue
        match dice.randrange(6):
            case 0:
                del said[key]
            case 1:
                said[dice.choice(("id", "extra", "", "journal", "v"))] = copy.deepcopy(dice.choice(NASTY))
            case 2 if isinstance(inner, str):
                said[key] = inner + str(dice.choice(("\0", "x", "\ud800", " ", "9" * 30)))
            case _:
                said[key] = copy.deepcopy(dice.choice(NASTY))
        return


def _written(said: Json, dice: random.Random) -> bytes:
    text = json.dumps(said)
    if dice.random() < 0.1:
        key = dice.choice(sorted(good)) if (good := [k for k in said if k]) else "id"
        text = f'{{"{key}": {json.dumps(dice.choice(NASTY[:6]))}, {text[1:]}' if text != "{}" else text
    return text.replace(f'"{DEEP}"', "[" * dice.choice((30, 980, 50_000)) + "]" * 990).encode()


def _bitten(payload: bytes, dice: random.Random) -> bytes:
    """Cut off, or with some bytes changed."""
    if dice.random() < 0.3:
        return payload[: dice.randrange(len(payload) + 1)]
    made = bytearray(payload[:5000])
    for _ in range(dice.randint(1, 5)):
        made[dice.randrange(len(made))] = dice.randrange(256)
    return bytes(made)
