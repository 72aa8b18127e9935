"""Somebody who listens to the county's broker and writes down which entries came, in their order."""

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

_SEQUENCE = re.compile(rb'"sequence":"(\d+)"')


@contextmanager
def listening(port: int) -> Iterator[list[int]]:
    """The sequence of each entry that arrives, a list that grows; decoding no more than that costs little."""
    came: list[int] = []
    client, ready = Client(CallbackAPIVersion.VERSION2, "listener", protocol=MQTTv5), threading.Event()
    client.on_connect = lambda *a: client.subscribe("bianmin/v1/+/+/events", 1)
    client.on_subscribe = lambda *a: ready.set()
    client.on_message = lambda c, u, m: came.extend(int(n) for n in _SEQUENCE.findall(m.payload))
    client.connect("127.0.0.1", port, 30)
    client.loop_start()
    assert ready.wait(10)
    try:
        yield came
    finally:
        client.disconnect()
        client.loop_stop()


def out_of_order(sequences: Sequence[int]) -> int:
    """How many came for the first time after a later one."""
    highest, late, seen = 0, 0, set[int]()
    for seq in sequences:
        if seq not in seen and seq < highest:
            late += 1
        seen.add(seq)
        highest = max(highest, seq)
    return late
