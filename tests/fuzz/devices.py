"""What is no frame of a description: cards, scanners, UPS, punches; and the twins of all."""

import inspect
import struct
from collections.abc import Callable, Hashable, Iterator, Sequence
from types import ModuleType
from typing import Any

from drivers import attendance_csv, idcard_sdt, ups_apcupsd, ups_nut, wedge
from drivers.errors import DeviceFault, FrameError
from drivers.twins import thermal
from drivers.twins.board import BoardTwin
from drivers.twins.board_alpha import AlphaTwin
from drivers.twins.board_digits import DigitsTwin
from drivers.twins.board_line import LineBoardTwin
from drivers.twins.board_lumen import LumenTwin
from drivers.twins.pads import CallPadTwin, RatingPadTwin
from drivers.twins.power import ApcTwin, NutTwin
from drivers.twins.printer import PrinterTwin
from drivers.twins.readers import IdCardTwin
from drivers.wedge import Wedge

PUNCHES = [
    b"0007,2026-11-22 08:31:05,in\n",
    b'"7",2026-11-22 08:31:05\r\n',
    b"\xef\xbb\xbfno,date\n",
    b",,\n",
]
NUT = [b'VAR ups ups.status "OL CHRG"', b"ERR DATA-STALE", b'VAR ups ups.status "a\\"b\\\\"', b"ERR"]
TYPED = b"".join(
    struct.pack("<qqHHi", 1, 1000 * n, 1, code, value)
    for n, (code, value) in enumerate([(30, 1), (30, 0), (2, 1), (3, 1), (4, 1), (28, 1)])
)
"""A scanner's `a123` and enter, 24 bytes a record: linux/input.h."""


def parts() -> Iterator[tuple[str, list[bytes], Callable[[bytes], Hashable], Sequence[ModuleType]]]:
    """Name, bytes to begin from beside the golden ones, the decoder, and where it is written."""
    yield "nut's lines", NUT, _nut, [ups_nut]
    yield "apcupsd's records", [b"\x00\x10STATUS : ONLINE\n\x00\x00", b"\x00\x00"], _apcupsd, [ups_apcupsd]
    yield "a card's text", [b"\x01\x00\x04\x00" + bytes(256)], _card, [idcard_sdt]
    yield "a scanner's keys", [TYPED], _wedge, [wedge]
    yield "punches", PUNCHES, _punches, [attendance_csv]
    for twin in (
        BoardTwin("board", {"address": 1, "rows": 2}),
        LumenTwin("board", {"address": 1}),
        LumenTwin("board", {"address": 1}, by_network=True),
        LineBoardTwin("board", {"address": 1}),
        DigitsTwin("board", {"address": 1}),
        AlphaTwin("board", {"address": 1}),
        CallPadTwin("pad", {"address": 1}),
        RatingPadTwin("pad", {"address": 1}),
        IdCardTwin("card"),
        NutTwin("ups", {}),
        ApcTwin("ups", {}),
    ):
        yield (
            f"twin {type(twin).__name__}{' by network' * getattr(twin, '_by_network', 0)}",
            [],
            _telling(twin),
            _written(twin),
        )
    yield "twin PrinterTwin", [], _printing, [*_written(PrinterTwin("printer")), thermal]


def _written(twin: object) -> list[ModuleType]:
    """Its module and those of its bases."""
    found = [inspect.getmodule(kind) for kind in type(twin).__mro__[:-1]]
    return [module for module in found if module and module.__name__.startswith("drivers.")]


def _nut(given: bytes) -> Hashable:
    line = given.decode("utf-8", "replace")
    try:
        words = ups_nut.parse_value(line, "ups", "ups.status")
    except DeviceFault as fault:
        return fault.code
    return ups_nut.status_of(words, "").state


def _apcupsd(given: bytes) -> Hashable:
    try:
        found = ups_apcupsd.records(given)
    except FrameError:
        return "too long"
    return None if found is None else (ups_apcupsd.status_of(ups_apcupsd.facts(found)).state, len(found))


def _card(given: bytes) -> Hashable:
    try:
        return len(idcard_sdt.card_of(given).number)
    except FrameError as error:
        return str(error)[:20]


def _wedge(given: bytes) -> Hashable:
    whole, cut = Wedge().feed(given), Wedge()
    pieces = [text for at in range(0, len(given), 7) for text in cut.feed(given[at : at + 7])]
    assert whole == pieces, "how the records are cut changes what is read"
    return tuple(whole)[:2]


def _punches(given: bytes) -> Hashable:
    try:
        punch = attendance_csv.punch_of(given, attendance_csv.Options(way=3), "fuzz")
    except attendance_csv.BadLine as bad:
        return str(bad)
    return None if punch is None else punch.way


def _telling(twin: Any) -> Callable[[bytes], Hashable]:
    def run(given: bytes) -> Hashable:
        said = [*twin.receive(given, 0.0), *twin.tick(10.0)]
        state = twin.state()
        return len(said), b"".join(one.chunk for one in said)[:40], str(state.get("text"))[:20]

    return run


def _printing(given: bytes) -> Hashable:
    printer = PrinterTwin("printer")
    printer.receive(given)
    return len(printer.state()["unknown_commands"])
