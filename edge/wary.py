"""Reads a JSON object that came over the border: what might be misread or could not be kept is refused."""

import json
import math
from typing import Any

Json = dict[str, Any]

MOST_DEPTH = 20
MOST_DIGITS = 18
"""Of a whole number: what every store and every reader of JSON keeps as it is."""
_SURROGATES = range(0xD800, 0xE000)


def read_object(payload: bytes, most_bytes: int) -> Json:
    """UTF-8, no name twice, no NUL, no half of a surrogate pair. Raises ValueError."""
    if len(payload) > most_bytes:
        raise ValueError(f"{len(payload)} bytes are more than {most_bytes}")
    text = payload.decode()
    try:
        said = _DECODER.decode(text)
    except RecursionError as error:
        raise ValueError("too deep") from error
    if not isinstance(said, dict):
        raise ValueError("no JSON object")
    if "\\u" in text or text.count("{") + text.count("[") > MOST_DEPTH:
        _look_through(said)  # elsewhere there is nothing that could be too deep or cannot be kept
    return said


def _look_through(said: Json) -> None:
    level: list[Any] = [said]
    for _ in range(MOST_DEPTH):
        level = [inner for value in level for inner in _inside(value)]
    if level:
        raise ValueError("too deep")


def _inside(value: Any) -> list[Any]:
    if isinstance(value, str):
        if "\0" in value or any(ord(c) in _SURROGATES for c in value):
            raise ValueError("a text that cannot be kept")
    elif isinstance(value, dict):
        return [*value, *value.values()]
    elif isinstance(value, list):
        return value
    return []


def _each_once(pairs: list[tuple[str, Any]]) -> Json:
    said = dict(pairs)
    if len(said) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return said


def _whole(word: str) -> int:
    if len(word) > MOST_DIGITS:
        raise ValueError("a number of too many digits")
    return int(word)


def _real(word: str) -> float:
    number = float(word)
    if not math.isfinite(number):
        raise ValueError("a number beyond all bounds")
    return number


def _none(word: str) -> float:
    raise ValueError(f"{word} is no JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_each_once, parse_int=_whole, parse_float=_real, parse_constant=_none
)
