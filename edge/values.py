"""Frozen values as JSON and back, by their type hints alone: no field is named here."""

import types
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from edge.hall.event_json import UnknownEvent, from_json, to_json, type_of
from edge.hall.events import Event

Step = Callable[[Any], Any]

_PLAIN = (str, int, float, bool, types.NoneType, Any)


class Values:
    """Writes and reads values of whatever types it meets; one thread at a time."""

    def __init__(self, given: Mapping[type, Any] | None = None) -> None:
        """Values of the types in `given` are not written; when reading, these stand in their place."""
        self._given = dict(given or {})
        self._known: dict[Any, tuple[Step, Step]] = {}

    def write(self, hint: Any, value: Any) -> Any:
        """As JSON's own types. Raises TypeError for a type that has no form here."""
        return self._steps(hint)[0](value)

    def read(self, hint: Any, value: Any) -> Any:
        """Raises TypeError, ValueError, KeyError, IndexError where it was not written by `write`."""
        return self._steps(hint)[1](value)

    def _steps(self, hint: Any) -> tuple[Step, Step]:
        if hint not in self._known:
            # Where a type holds itself, what is being made is found here before it is done.
            self._known[hint] = (lambda v: self._known[hint][0](v), lambda v: self._known[hint][1](v))
            self._known[hint] = self._made(hint)
        return self._known[hint]

    def _made(self, hint: Any) -> tuple[Step, Step]:
        if hint in _PLAIN:
            return _same, _same
        if hint in self._given:
            return (lambda _: None), (lambda _: self._given[hint])
        if isinstance(hint, type) and get_origin(hint) is None:
            return self._of_class(hint)
        return self._of_many(get_origin(hint), get_args(hint), hint)

    def _of_class(self, cls: type) -> tuple[Step, Step]:
        if issubclass(cls, Enum):
            return (lambda v: v.value if isinstance(v, Enum) else v), cls
        if issubclass(cls, datetime):
            return datetime.isoformat, datetime.fromisoformat
        if issubclass(cls, date):
            return date.isoformat, date.fromisoformat
        if issubclass(cls, Event):
            return _write_event, lambda v: from_json(*v)
        if is_dataclass(cls):
            return self._of_dataclass(cls)
        raise TypeError(f"{cls.__qualname__} has no form")

    def _of_dataclass(self, cls: Any) -> tuple[Step, Step]:
        """The fields' values in their order, without names: the fields themselves are part of the program."""
        hints = get_type_hints(cls)
        names = [f.name for f in fields(cls) if f.init]
        steps = [self._steps(hints[name]) for name in names]
        writers = [(name, write) for name, (write, _) in zip(names, steps, strict=True)]
        readers = [(name, read) for name, (_, read) in zip(names, steps, strict=True)]

        def reads(row: list[Any]) -> Any:
            return cls(**{n: read(v) for (n, read), v in zip(readers, row, strict=True)})

        return (lambda v: [write(getattr(v, name)) for name, write in writers]), reads

    def _of_many(self, origin: Any, args: tuple[Any, ...], hint: Any) -> tuple[Step, Step]:
        if origin in (Union, types.UnionType):
            return self._optional(args, hint)
        if origin is tuple and args[-1:] != (...,):
            return self._row(args)
        if origin in (tuple, list):
            write, read = self._steps(args[0])
            return (lambda v: [write(x) for x in v]), (lambda v: origin(map(read, v)))
        if isinstance(origin, type) and issubclass(origin, AbstractSet):
            write, read = self._steps(args[0])
            return (lambda v: sorted(write(x) for x in v)), (lambda v: frozenset(map(read, v)))
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return self._mapping(*args)
        raise TypeError(f"{hint} has no form")

    def _optional(self, args: tuple[Any, ...], hint: Any) -> tuple[Step, Step]:
        others = [a for a in args if a is not types.NoneType]
        if len(others) != 1 or len(args) != 2:
            raise TypeError(f"{hint} has no form")
        write, read = self._steps(others[0])
        return (lambda v: None if v is None else write(v)), (lambda v: None if v is None else read(v))

    def _row(self, args: tuple[Any, ...]) -> tuple[Step, Step]:
        steps = [self._steps(a) for a in args]
        return (
            lambda v: [write(x) for (write, _), x in zip(steps, v, strict=True)],
            lambda v: tuple(read(x) for (_, read), x in zip(steps, v, strict=True)),
        )

    def _mapping(self, key: Any, value: Any) -> tuple[Step, Step]:
        """A list of pairs: the order of a dict is kept, and its keys need not be text."""
        (write_key, read_key), (write, read) = self._steps(key), self._steps(value)
        return (
            lambda v: [[write_key(k), write(x)] for k, x in v.items()],
            lambda v: {read_key(k): read(x) for k, x in v},
        )


def _same(value: Any) -> Any:
    return value


def _write_event(event: Event) -> list[Any]:
    return [event.type if isinstance(event, UnknownEvent) else type_of(type(event)), to_json(event)]
