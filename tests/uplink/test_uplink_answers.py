"""What a broker may answer: each refusal is named in the status, and none is met with blind retries."""

import logging
import random
from bisect import bisect_left
from collections.abc import Iterator

import pytest

from edge.mqtt_session import MOST_PACKET
from edge.patience import Patience
from tests.broker import Broker, Recorder
from tests.fuzz.mutate import Corpus
from tests.uplink.answering import Answering, connack, puback, suback
from tests.uplink.conftest import Hall
from tests.waiting import until

SOON_THEN_LATE = (0.05, 60.0)


@pytest.fixture
def answering() -> Iterator[Answering]:
    with Answering() as broker:
        yield broker


@pytest.mark.parametrize(
    ("code", "word"),
    [
        (0x87, "Not authorized"),
        (0x8A, "Banned"),
        (0x95, "Packet too large"),
    ],
)
def test_what_only_a_person_can_mend_is_named_and_asked_for_once(
    hall: Hall, answering: Answering, code: int, word: str
) -> None:
    answering.greets = lambda level: connack(level, code)
    uplink = hall.uplink(answering.url, patience_s=SOON_THEN_LATE)
    until(lambda: f"the broker refused: {word}" in uplink.status()["why"], "the status says why")
    turn = uplink.beat()
    until(lambda: uplink.beat() > turn, "it waits")
    assert answering.levels == [5]


@pytest.mark.parametrize(
    ("code", "word"),
    [
        (0x88, "Server unavailable"),
        (0x89, "Server busy"),
        (0x97, "Quota exceeded"),
        (0x9F, "Connection rate exceeded"),
    ],
)
def test_what_time_mends_is_named_and_tried_ever_later(
    hall: Hall, answering: Answering, code: int, word: str
) -> None:
    answering.greets = lambda level: connack(level, code if len(answering.levels) < 4 else 0)
    uplink = hall.uplink(answering.url, patience_s=(0.05, 0.2))
    until(lambda: word in uplink.status()["why"] or uplink.status()["connected"], "named, or past")
    until(lambda: bool(uplink.status()["connected"]), "in the end it is let in")
    assert answering.levels == [5] * 4


@pytest.mark.parametrize(
    ("code", "word"),
    [
        (2, "Client identifier not valid"),
        (3, "Server unavailable"),
        (4, "Bad user name"),
        (5, "Not authorized"),
    ],
)
def test_a_refusal_of_the_older_version_is_named_too(
    hall: Hall, answering: Answering, code: int, word: str
) -> None:
    answering.greets = lambda level: connack(4, 1 if level == 5 else code)
    uplink = hall.uplink(answering.url, patience_s=(60.0, 60.0))
    until(lambda: word in uplink.status()["why"], "the status says why")
    assert answering.levels == [5, 4]


def test_a_broker_without_the_newer_version_is_spoken_to_in_the_older(
    hall: Hall, answering: Answering
) -> None:
    answering.greets = lambda level: connack(5, 0x84) if level == 5 else connack(4)
    uplink = hall.uplink(answering.url)
    hall.write(5)
    until(lambda: uplink.status()["connected"] and uplink.status()["lag"] == 0, "delivered")
    assert answering.levels == [5, 4]


def test_an_entry_that_is_refused_moves_nothing_and_is_not_sent_again_and_again(
    hall: Hall, answering: Answering
) -> None:
    answering.takes = lambda topic: 0x97 if topic.endswith("events") else 0
    hall.write(2)
    uplink = hall.uplink(answering.url, patience_s=SOON_THEN_LATE)
    until(
        lambda: "the broker refused a message: Quota exceeded" in uplink.status()["why"],
        "the status says why",
    )
    turn = uplink.beat()
    until(lambda: uplink.beat() > turn, "it waits")
    assert (answering.levels, uplink.status()["cursor"]) == ([5], 0)


def test_a_topic_that_it_must_not_hear_is_named_and_entries_travel_all_the_same(
    hall: Hall, answering: Answering, caplog: pytest.LogCaptureFixture
) -> None:
    answering.hears = lambda packet: 0x87 if b"receipts" in packet else 1
    uplink = hall.uplink(answering.url)
    hall.write(3)
    until(lambda: uplink.status()["connected"] and uplink.status()["lag"] == 0, "delivered")
    assert (
        "does not let us hear bianmin/v1/510000/510000001/receipts: Not authorized" in uplink.status()["why"]
    )
    assert "receipts" in caplog.text


def test_what_is_no_mqtt_ends_a_connection_and_nothing_else(
    hall: Hall, answering: Answering, caplog: pytest.LogCaptureFixture
) -> None:
    """Hundreds of invented packets at the heels of a good answer, then a broker that is well again."""
    caplog.set_level(logging.DEBUG, logger="edge.mqtt_session")
    message = b"\x00\x05a/b/c" + b"\x00\x07" + b"\x00" + b"{}"
    seeds = (
        connack(5),
        suback(5, b"\x82\x09\x00\x01"),
        puback(5, b"\x00\x01"),
        bytes([0x32, len(message)]) + message,
        bytes([0x30, 7]) + b"\x00\x02\xff\xfe" + b"\x00" + b"{}",  # a topic that is no UTF-8
        bytes([0xE0, 2, 0x8E, 0]),
        bytes([0xD0, 0]),
        b"\xff\xff\xff\xff\xff\xff",
    )
    corpus, rounds = Corpus(seeds, random.Random(20261122)), 120

    def whispers() -> bytes:
        done = len(answering.levels)
        if done <= len(seeds):
            return seeds[done - 1]
        return b"".join(corpus.next() for _ in range(2)) if done < rounds else b""

    answering.whispers = whispers
    uplink = hall.uplink(answering.url, patience_s=(0.002, 0.004))
    hall.write(3)
    until(lambda: len(answering.levels) >= rounds, "it came back each time", 60)
    until(lambda: uplink.status()["connected"] and uplink.status()["lag"] == 0, "and delivers", 30)
    assert "paho read what is no MQTT" in caplog.text, "some of it was such that paho raises"
    assert "a fault of the program" not in caplog.text


def test_a_broker_keeps_back_what_is_larger_than_a_command_may_be(hall: Hall, broker: Broker) -> None:
    uplink = hall.uplink(broker.url, doings=lambda again: {})
    until(lambda: bool(uplink.status()["connected"]), "connected")
    with Recorder(broker.port) as county:
        topic = "bianmin/v1/510000/510000001/commands"
        county.publish(topic, b"x" * (MOST_PACKET + 1))
        county.publish(topic, b"y" * (MOST_PACKET // 2))
        until(lambda: uplink.status()["refused"] == 1, "only the smaller one came")
        county.publish("bianmin/v1/510000/510000001/receipts", b"x" * (MOST_PACKET + 1), retain=True)
        hall.write(1)
        until(lambda: uplink.status()["lag"] == 0, "and the line holds")
    assert "bytes are more than" in uplink.status()["refused_why"] and uplink.status()["connected"]


@pytest.mark.parametrize(("halls", "at_most"), [(100, 35), (1300, 400)])
def test_a_countys_halls_come_back_over_some_seconds(halls: int, at_most: int) -> None:
    """All lose their broker in one moment; it is back after a while: how many come in the busiest second?"""
    for gone_s in (0.0, 3.0, 30.0, 300.0):
        back = [_back_at(Patience(dice=random.Random(seed)), gone_s) for seed in range(halls)]
        assert _busiest(back) <= at_most, gone_s
    first = [Patience(dice=random.Random(seed)).first_s() for seed in range(halls)]
    assert _busiest(first) <= at_most, "after a power cut"


def _busiest(times: list[float]) -> int:
    """So many within one second."""
    times = sorted(times)
    return max(bisect_left(times, at + 1) - n for n, at in enumerate(times))


def _back_at(patience: Patience, gone_s: float) -> float:
    at = 0.0
    while True:
        at += patience.delay_s()
        if at >= gone_s:
            return at
