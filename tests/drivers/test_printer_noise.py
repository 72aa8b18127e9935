"""Whatever comes over a printer's wire, in either direction: nothing breaks, and nothing is made up."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from drivers.capabilities import Slip, TextRow
from drivers.escpos_slip import Encoder, Options, clean, rom_bytes
from drivers.escpos_status import Replies, status_of, status_of_group, status_of_port
from drivers.twins.printer import PrinterTwin

COMMANDS = [
    b"\x1b@", b"\x1dv0\x00\x01\x00\x02\x00", b"\x1b*\x21\x02\x00", b"\x1d(k\x03\x001C\x06", b"\x1dVB\x00",
    b"\x1c&", b"\x1d(k\x06\x001P0abc", b"\x1d(k\x03\x001Q0", b"\x1d(L\x02\x0002", b"\x1dr\x01",
    b"\x10\x04\x01", b"\x1da\x0e",
]  # fmt: skip


@given(st.binary(max_size=80))
def test_a_printers_noise_is_told_apart_without_an_error(noise):
    """Each byte means one thing or nothing, however the bytes are cut into chunks."""
    whole, split = Replies(), Replies()
    whole.feed(noise)
    for b in noise:
        split.feed(bytes((b,)))
    assert (whole.now, whole.queued, whole.groups) == (split.now, split.queued, split.groups)
    assert all(b & 0x93 == 0x12 for b in whole.now)
    assert len(whole.now) + len(whole.queued) + 4 * len(whole.groups) <= len(noise)
    assert all(g[0] & 0x93 == 0x10 and not any(b & 0x90 for b in g[1:]) for g in whole.groups)


@given(st.tuples(*[st.integers(0, 255)] * 4), st.booleans())
def test_every_byte_has_a_meaning(answers, near_end):
    for status in (
        status_of(answers, near_end),
        status_of_group(answers, near_end),
        status_of_port(answers[0]),
    ):
        assert (status.code is None) == (status.state == "ok")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(COMMANDS), st.binary(max_size=6)), max_size=40))
@example([b"\x1d(k\x03\x001C\x00", b"\x1d(k\x06\x001P0abc", b"\x1d(k\x03\x001Q0", b"\x1dVB\x00"])
def test_the_twin_takes_whatever_is_sent_and_still_has_a_picture(parts):
    twin = PrinterTwin("noise")
    twin.receive(b"".join(parts) + b"\x1dVB\x00")
    assert twin.picture().startswith(b"\x89PNG")
    assert twin.state()["waiting_bytes"] == 0


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_no_text_is_a_command_and_none_is_lost(text):
    twin = PrinterTwin("text")
    twin.receive(Encoder(Options(pictures="raster")).encode(Slip((TextRow(text),))))
    assert twin.state()["unknown_commands"] == []
    (slip,) = twin.state()["slips"]
    if rom_bytes(clean(text), "gb18030") is not None:
        assert slip["text"].replace("\n", "") == clean(text).replace("\n", "").replace("\u00a5", "\uffe5")
    assert slip["cut"]
