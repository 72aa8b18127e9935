"""UPS clients: golden lines, twins; tests/edge has Debian's own upsd. Unknown is never "well"."""

import time

import pytest

from drivers import ups_apcupsd, ups_nut
from drivers.capabilities import State
from drivers.errors import DeviceFault, Fault, FrameError, LinkLost
from drivers.links import open_link
from drivers.twins.power import ApcTwin, NutTwin
from drivers.twins.wire import TcpEnd, Wire
from tests.waiting import until


def test_lines_are_those_of_the_papers_and_their_answers_are_read(golden):
    twin = NutTwin("ups", {"ups": "hall"})
    for row in golden("ups_nut"):
        said = b"".join(chunk for chunk, _ in twin.receive(bytes.fromhex(row["hex"]), 0.0))
        reply = row["fields"]["reply"]
        if "GET VAR hall ups.status" in row["case"]:
            assert ups_nut.parse_value(reply, "hall", "ups.status") == "OL"
        assert said.decode() == reply + "\n", row["case"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("ERR DATA-STALE", Fault.OFFLINE),
        ("ERR DRIVER-NOT-CONNECTED", Fault.OFFLINE),
        ("ERR UNKNOWN-UPS", Fault.REFUSED),
        ("ERR ACCESS-DENIED", Fault.REFUSED),
        ("ERR", Fault.BAD_FRAMES),
        ("VAR other ups.status \"OL\"", Fault.BAD_FRAMES),
        ("VAR hall ups.status OL", Fault.BAD_FRAMES),
        ("", Fault.BAD_FRAMES),
    ],
)  # fmt: skip
def test_an_answer_that_says_nothing_is_a_fault(line, code):
    with pytest.raises(DeviceFault) as no:
        ups_nut.parse_value(line, "hall", "ups.status")
    assert no.value.code is code


def test_quotes_within_a_value_are_read():
    assert ups_nut.parse_value('VAR hall x "a \\"b\\" \\\\c"', "hall", "x") == 'a "b" \\c'


WORDS = [
    ("OL", State.OK, None),
    ("OL CHRG", State.OK, None),
    ("OB DISCHRG", State.DEGRADED, Fault.ON_BATTERY),
    ("OB LB", State.DEGRADED, Fault.BATTERY_LOW),
    ("FSD OL", State.DEGRADED, Fault.BATTERY_LOW),
    ("OL RB", State.DEGRADED, Fault.REPLACE_BATTERY),
    ("OL LB", State.OK, None),
    ("WAIT", State.DOWN, Fault.OFFLINE),
    ("", State.DOWN, Fault.OFFLINE),
]


@pytest.mark.parametrize(("words", "state", "code"), WORDS)
def test_words_of_nut_are_states(words, state, code):
    status = ups_nut.status_of(words, "")
    assert (status.state, status.code) == (state, code)


def test_the_request_and_the_records_of_apcupsd_are_those_of_the_papers(golden):
    rows = {row["case"]: bytes.fromhex(row["hex"]) for row in golden("ups_apcupsd")}
    assert rows['NIS request "status"'] == ups_apcupsd.STATUS
    reply = next(chunk for case, chunk in rows.items() if "reply" in case)
    said = ups_apcupsd.facts(ups_apcupsd.records(reply))
    assert (said["STATUS"], said["BCHARGE"]) == ("ONLINE", "100.0 Percent")
    assert b"".join(len(r).to_bytes(2, "big") + r for r in ups_apcupsd.records(reply)) + b"\0\0" == reply
    for cut in range(len(reply)):
        assert ups_apcupsd.records(reply[:cut]) is None
    with pytest.raises(FrameError):
        ups_apcupsd.records(b"\xff\xff" + bytes(20_000))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("ONLINE", None),
        ("TRIM ONLINE", None),
        ("ONBATT", Fault.ON_BATTERY),
        ("ONBATT LOWBATT", Fault.BATTERY_LOW),
        ("SHUTTING DOWN", Fault.BATTERY_LOW),
        ("COMMLOST", Fault.OFFLINE),
        ("ONLINE REPLACEBATT", Fault.REPLACE_BATTERY),
        ("", Fault.OFFLINE),
    ],
)
def test_words_of_apcupsd_are_states(words, code):
    assert ups_apcupsd.status_of({"STATUS": words}).code is code


FAMILIES = {"ups_nut": (ups_nut, NutTwin), "ups_apcupsd": (ups_apcupsd, ApcTwin)}


@pytest.fixture(params=FAMILIES)
def ups(request):
    """A driver on a twin, and the twin's wire."""
    module, twin = FAMILIES[request.param]
    wire = Wire("ups", TcpEnd(), [twin("ups", {})])
    wire.start()
    link = open_link(wire.end.url("tcp", ""))
    yield module.Driver(link, module.Options()), wire
    link.close()
    wire.stop()


def test_each_state_of_a_ups_is_seen_and_passes(ups):
    driver, wire = ups
    assert driver.start().model
    for fault, code in (
        ("on_battery", Fault.ON_BATTERY),
        ("low", Fault.BATTERY_LOW),
        ("replace", Fault.REPLACE_BATTERY),
        ("stale", Fault.OFFLINE),
    ):
        wire.fault("ups", fault, True)
        assert driver.check().code is code
        wire.fault("ups", fault, False)
    wire.press("ups", {"charge": 40})
    status = driver.check()
    assert status.state is State.OK and "40" in status.detail


def test_a_server_that_says_nothing_or_drips_or_goes(ups):
    driver, wire = ups
    wire.fault("ups", "drip", True)
    assert driver.check().state is State.OK
    wire.fault("ups", "drip", False)
    wire.fault("ups", "mute", True)
    started = time.monotonic()
    assert driver.check().code is Fault.NO_ANSWER
    assert time.monotonic() - started < 5
    wire.fault("ups", "unplugged", True)
    with pytest.raises(LinkLost):
        until(lambda: driver.check() and None)
