"""The identity card reader: golden bytes both ways, a twin on a terminal, nothing of a card in any log."""

import logging
import time

import pytest

from drivers import idcard_sdt
from drivers.capabilities import State
from drivers.errors import DeviceFault, Fault, FrameError, LinkLost
from drivers.framing import Splitter
from drivers.id_number import is_id_number, mask
from drivers.idcard_sdt import REPLY, REQUEST
from drivers.links import open_link
from drivers.readings import CardShown
from drivers.twins.readers import IdCardTwin, text_block, xor
from tests.waiting import until

NUMBER = "11010519491231002X"


def rows(golden, kind):
    return [row for row in golden("idcard_sdt") if row["case"].startswith(kind)]


def test_requests_are_built_and_read_byte_for_byte(golden):
    for row in rows(golden, "request"):
        frame = bytes.fromhex(row["hex"])
        fields = row["fields"]
        assert idcard_sdt.request((fields["cmd"], fields["para"])) == frame
        assert REQUEST.encode(**REQUEST.decode(frame)) == frame


def test_replies_are_read_and_built_byte_for_byte(golden):
    for row in rows(golden, "reply"):
        frame = bytes.fromhex(row["hex"])
        values = REPLY.decode(frame)
        assert values["sw"] == int(row["fields"]["sw"], 16)
        assert REPLY.encode(**values) == frame
        assert Splitter(REPLY).feed(b"\x00\xaa" + frame) == [frame]


def test_the_steps_that_are_asked_are_those_of_the_papers(golden):
    asked = {tuple(bytes.fromhex(row["hex"])[7:9]): row["case"] for row in rows(golden, "request")}
    for step in (
        idcard_sdt.MODULE_STATUS,
        idcard_sdt.FIND_CARD,
        idcard_sdt.SELECT_CARD,
        idcard_sdt.READ_TEXT,
    ):
        assert step in asked


def test_a_whole_card_is_read_from_the_papers_head_and_text(golden):
    head = bytes.fromhex(rows(golden, "read-base")[0]["hex"])
    row = rows(golden, "text block")[0]
    text = bytes.fromhex(row["hex"])
    body = head[5:] + text + bytes(1024)
    frame = head + text + bytes(1024) + bytes([xor(body)])
    assert len(frame) == 1295
    payload = REPLY.payload(REPLY.decode(frame))
    card = idcard_sdt.card_of(payload)
    assert (card.number, card.masked_name) == (row["fields"]["id"], "测＊甲")
    assert text_block(row["fields"]["name"], row["fields"]["id"])[:50] == text[:50]


def test_the_twin_says_the_answers_of_the_papers(golden):
    said = {row["case"]: bytes.fromhex(row["hex"]) for row in golden("idcard_sdt")}

    def ask(twin, case):
        return b"".join(chunk for chunk, _ in twin.receive(said[case], 0.0))

    twin = IdCardTwin("card")
    assert ask(twin, "request: find card") == said["reply: find: no card"]
    assert ask(twin, "request: select card") == said["reply: select failed"]
    assert ask(twin, "request: read base text+photo") == said["reply: read failed"]
    twin.press({}, 0.0)
    assert ask(twin, "request: find card") == said["reply: find ok"]
    assert ask(twin, "request: select card") == said["reply: select ok"]
    whole = ask(twin, "request: read base text+photo")
    assert whole.startswith(said["read-base reply head (first 14 bytes of 1295)"]) and len(whole) == 1295


@pytest.mark.parametrize(
    ("number", "is_right"),
    [
        (NUMBER, True),
        (NUMBER.lower(), True),
        ("00000019900101000X", True),
        ("110105194912310021", False),
        ("11010519491231002", False),
        ("１1010519491231002X", False),
        ("A012", False),
    ],
)
def test_numbers_check(number, is_right):
    assert is_id_number(number) is is_right


@pytest.mark.parametrize(
    ("name", "shown"),
    [("王五", "王＊"), ("测试甲", "测＊甲"), ("阿卜杜拉", "阿＊＊拉"), ("王", "王＊"), ("", "")],
)
def test_names_are_masked(name, shown):
    assert mask(name) == shown


@pytest.mark.parametrize(
    "payload", [b"", b"\x01\x00", b"\x01\x00\x04\x00" + bytes(256), b"\x00\x10" + bytes(20)]
)
def test_a_text_that_makes_no_sense_is_said_without_what_it_held(payload):
    with pytest.raises(FrameError, match="a card"):
        idcard_sdt.card_of(payload)


@pytest.fixture
def reader(bench):
    """A driver and the bench with its twin."""
    made = bench(IdCardTwin("card"))
    link = open_link(made.url)
    yield idcard_sdt.Driver(link, idcard_sdt.Options()), made
    link.close()


def read(driver, within_s=5.0):
    return until(lambda: [*driver.poll(0.02)], within_s=within_s)[0]


def rest(driver, for_s):
    """What is told meanwhile."""
    until_s, told = time.monotonic() + for_s, []
    while time.monotonic() < until_s:
        told += driver.poll(0.05)
    return told


def test_a_card_is_told_of_once_until_it_is_lifted(reader, caplog):
    caplog.set_level(logging.DEBUG)
    driver, bench = reader
    driver.start()
    assert driver.check().state is State.OK
    assert rest(driver, 0.4) == []
    bench.press("card", number=NUMBER, name="测试甲")
    assert read(driver) == CardShown(NUMBER, "测＊甲")
    assert rest(driver, 0.8) == []
    bench.press("card", lift=True)
    rest(driver, 0.8)
    bench.press("card", number=NUMBER, name="测试甲")
    assert read(driver) == CardShown(NUMBER, "测＊甲")
    for secret in (NUMBER, "测", NUMBER[:6], NUMBER.encode("utf-16-le").hex(" ")[:20]):
        assert secret not in caplog.text


def test_a_module_that_finds_the_same_card_again_tells_of_it_once(reader):
    driver, bench = reader
    bench.fault("card", "sticky")
    bench.press("card")
    read(driver)
    assert rest(driver, 0.8) == []
    assert bench.state("card")["reads"] > 1
    bench.press("card", number=NUMBER)
    assert read(driver).number == NUMBER


@pytest.mark.parametrize("fault", ["unreadable", "lying_checksum"])
def test_a_card_that_cannot_be_read_says_nothing_and_is_read_later(reader, fault):
    driver, bench = reader
    bench.fault("card", fault)
    bench.press("card")
    assert rest(driver, 0.5) == []
    bench.fault("card", fault, False)
    assert read(driver).number == "00000019900101000X"


def test_a_mute_module_is_down_and_comes_back(reader):
    driver, bench = reader
    bench.fault("card", "mute")
    with pytest.raises(DeviceFault) as no:
        driver.start()
    assert no.value.code is Fault.NO_ANSWER
    status = driver.check()
    assert (status.state, status.code) == (State.DOWN, Fault.NO_ANSWER)
    bench.fault("card", "mute", False)
    assert driver.check().state is State.OK


@pytest.mark.parametrize("fault", ["babble", "slow"])
def test_a_disturbed_wire_costs_time_but_no_card_is_invented(reader, fault):
    driver, bench = reader
    bench.fault("card", fault)
    assert rest(driver, 0.3) == []
    bench.press("card", number=NUMBER)
    assert read(driver, 15.0).number == NUMBER


def test_answers_that_come_byte_by_byte_are_whole(reader):
    driver, bench = reader
    bench.fault("card", "drip")
    driver.start()
    assert driver.check().state is State.OK


def test_a_module_that_is_pulled_is_a_lost_link(reader):
    driver, bench = reader
    driver.start()
    bench.fault("card", "unplugged")
    with pytest.raises(LinkLost):
        rest(driver, 2.0)
