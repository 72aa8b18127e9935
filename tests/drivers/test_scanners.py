"""Code readers on a serial line and as keyboards: what was scanned, whole, once, and not in the log."""

import logging
import os
import struct

import pytest

from drivers import scanner_evdev, scanner_serial
from drivers.capabilities import State
from drivers.errors import LinkLost
from drivers.links import open_link
from drivers.links_input import KeyLink
from drivers.readings import Scanned
from drivers.twins.readers import ScannerTwin
from drivers.twins.wedges import WedgePort
from drivers.wedge import Wedge
from tests.waiting import until

CODES = {c: (code, False) for code, c in zip(range(2, 12), "1234567890", strict=True)}
for first, row in ((16, "qwertyuiop"), (30, "asdfghjkl"), (44, "zxcvbnm")):
    for i, letter in enumerate(row):
        CODES[letter], CODES[letter.upper()] = (first + i, False), (first + i, True)
CODES |= {
    "-": (12, False),
    "/": (53, False),
    ":": (39, True),
    ".": (52, False),
    "?": (53, True),
    "=": (13, False),
}
SHIFT, ENTER, TAB, NUMLOCK = 42, 28, 15, 69


def record(kind, code, value, at_s):
    """struct input_event on 64 bit, packed here apart from the code that reads it."""
    return struct.pack("<qqHHi", int(at_s), int(at_s % 1 * 1e6), kind, code, value)


def typed(text, end=ENTER, at_s=100.0, pace_s=0.004):
    """As a reader types: shift around capitals, each key down and up."""
    out = b""
    for c in text:
        code, shifted = CODES[c]
        if shifted:
            out += record(1, SHIFT, 1, at_s) + record(0, 0, 0, at_s)
        out += record(1, code, 1, at_s) + record(0, 0, 0, at_s) + record(1, code, 0, at_s)
        if shifted:
            out += record(1, SHIFT, 0, at_s) + record(0, 0, 0, at_s)
        at_s += pace_s
    if end:
        out += record(1, end, 1, at_s) + record(0, 0, 0, at_s) + record(1, end, 0, at_s)
    return out


def test_the_golden_records_are_an_unfinished_text_of_one_key(golden):
    stream = b"".join(bytes.fromhex(row["hex"]) for row in golden("evdev") if "64-bit" in row["case"])
    assert Wedge().feed(stream) == []
    assert Wedge().feed(stream * 3 + typed("", at_s=1.01)) == ["111"]


@pytest.mark.parametrize("size", [1, 23, 24, 4096])
@pytest.mark.parametrize("text", ["A012", "https://hall.example/r/0AZ9?c=7", "11010519491231002X"])
def test_what_was_scanned_is_put_together_from_pieces(text, size):
    stream, wedge = typed(text) + typed("B001", TAB, at_s=101.0), Wedge()
    found = [one for at in range(0, len(stream), size) for one in wedge.feed(stream[at : at + size])]
    assert found == [text, "B001"]


def test_a_pause_ends_what_nobody_ended():
    wedge = Wedge()
    assert wedge.feed(typed("A01", end=0) + typed("B002", at_s=101.0)) == ["B002"]
    assert wedge.feed(typed("12", at_s=102.0)) == [], "shorter than any code"
    assert wedge.feed(typed("9" * 600, at_s=103.0)) == [], "longer than any code"
    assert wedge.feed(typed("A003", at_s=200.0)) == ["A003"]


def test_an_overrun_loses_the_text_that_has_a_hole():
    dropped = record(0, 3, 0, 100.05) + record(1, 30, 1, 100.05) + record(0, 0, 0, 100.05)
    assert Wedge().feed(typed("A0", end=0) + dropped + typed("12", at_s=100.06)) == []


def test_a_wedge_reader_tells_what_was_scanned_and_is_lost_when_pulled():
    reading, writing = os.pipe()
    link = KeyLink("input:vendor=1a2b", [reading])
    driver = scanner_evdev.Driver(link, scanner_evdev.Options())
    driver.start()
    os.write(writing, typed("A012"))
    assert driver.poll(5.0) == [Scanned("A012")]
    assert driver.check().state is State.OK
    os.close(writing)
    with pytest.raises(LinkLost):
        driver.poll(5.0)
    link.close()


def test_the_twin_types_what_it_reads_and_a_person_types_too_slowly_to_be_one(tmp_path):
    twin = WedgePort("usb", tmp_path / "usb", "scanner")
    twin.start()
    link = open_link(twin.url())
    driver = scanner_evdev.Driver(link, scanner_evdev.Options())
    for text in ("A012", "https://hall.example/r/0AZ9?c=7&d=_", "it's \\ 'Q' {1}"):
        twin.press("scanner", {"text": text})
        assert until(lambda: [*driver.poll(0.02)]) == [Scanned(text)]
    twin.fault("scanner", "drip", True)
    twin.press("scanner", {"text": "B001"})
    assert until(lambda: [*driver.poll(0.02)]) == [Scanned("B001")]
    twin.fault("scanner", "slow", True)
    twin.press("scanner", {"text": "4711"})
    assert driver.poll(0.05) == driver.poll(0.05) == []
    with pytest.raises(ValueError, match="American"):
        twin.press("scanner", {"text": "站街镇"})
    link.close()
    twin.stop()


# --- on a serial line --------------------------------------------------------------------------------------


@pytest.fixture
def scanner(bench):
    made = bench(ScannerTwin("scanner", {}))
    link = open_link(made.url)
    driver = scanner_serial.Driver(link, scanner_serial.Options())
    driver.start()
    yield driver, made
    link.close()


def heard(driver):
    return until(lambda: [*driver.poll(0.02)])


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n", "\t", ""])
def test_a_line_is_one_text_however_it_ends(scanner, end):
    driver, bench = scanner
    bench.press("scanner", text="A012", end=end)
    assert heard(driver) == [Scanned("A012")]
    assert driver.poll(0.01) == []


def test_a_text_that_comes_byte_by_byte_is_one(scanner):
    driver, bench = scanner
    bench.fault("scanner", "drip")
    bench.press("scanner", text="https://hall.example/r/0AZ9")
    assert heard(driver) == [Scanned("https://hall.example/r/0AZ9")]


def test_nothing_is_confirmed_until_something_was_scanned(scanner):
    driver, bench = scanner
    assert driver.check().state is State.UNCONFIRMED
    bench.press("scanner", text="A012")
    heard(driver)
    assert driver.check().state is State.OK


def test_noise_and_endless_lines_are_no_codes(scanner, caplog):
    caplog.set_level(logging.DEBUG)
    driver, bench = scanner
    for chunk in (b"\xff\xfe\x80abc\r", b"x" * 2000 + b"\r", b"ab\r", b"\x01\x02\x03\x04\r", b"A012\r"):
        bench.wire.end.write(chunk)
    assert heard(driver) == [Scanned("A012")]
    assert "A012" not in caplog.text and "A012" not in repr(Scanned("A012"))


def test_a_reader_that_sends_gb18030_is_understood(bench):
    made = bench(ScannerTwin("scanner", {"encoding": "gb18030"}))
    link = open_link(made.url)
    driver = scanner_serial.Driver(link, scanner_serial.Options("gb18030"))
    made.press("scanner", text="站街镇 A012")
    assert heard(driver) == [Scanned("站街镇 A012")]
    link.close()
    with pytest.raises(ValueError, match="utf-8 or gb18030"):
        scanner_serial.Options("latin-1")
