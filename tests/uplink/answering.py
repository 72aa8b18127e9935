"""A broker's side of a line that says what a test wants: MQTT packets as bytes, by MQTT 5 and 3.1.1 §3."""

import contextlib
import socket
from collections.abc import Callable

from tests.listening import Listening, shut
from tests.uplink.tap import CONNECT, PUBLISH, level_of, packet_from

SUBSCRIBE = 8
Say = Callable[[bytes], None]


def connack(level: int, code: int = 0) -> bytes:
    """§3.2, nothing of an earlier session; version 5 has a length of properties behind it."""
    return bytes([0x20, 3, 0, code, 0]) if level == 5 else bytes([0x20, 2, 0, code])


def suback(level: int, subscribe: bytes, code: int = 1) -> bytes:
    """§3.9; the packet id is the first two bytes of the subscription's body (its length is below 128)."""
    return (
        bytes([0x90, 4, *subscribe[2:4], 0, code]) if level == 5 else bytes([0x90, 3, *subscribe[2:4], code])
    )


def puback(level: int, mid: bytes, code: int = 0) -> bytes:
    """§3.4"""
    return bytes([0x40, 3, *mid, code]) if level == 5 else bytes([0x40, 2, *mid])


def topic_and_mid(publish: bytes) -> tuple[str, bytes]:
    """§3.3.2 of a packet with QoS 1."""
    at = 1 + next(n for n in range(1, 5) if publish[n] < 0x80)
    length = int.from_bytes(publish[at : at + 2], "big")
    return publish[at + 2 : at + 2 + length].decode(), publish[at + 2 + length : at + 4 + length]


class Answering:
    """`levels`: the protocol of each connection that was tried; `topics`: what was published.

    `greets` gives the answer to a CONNECT of that level; `hears` the code for a subscription to a topic's
    last word, `takes` for a message; `whispers`: bytes that follow the first subscription and end the line.
    """

    def __init__(self) -> None:
        self.levels: list[int] = []
        self.topics: list[str] = []
        self.greets: Callable[[int], bytes] = connack
        self.hears: Callable[[bytes], int] = lambda packet: 1
        self.takes: Callable[[str], int] = lambda topic: 0
        self.whispers: Callable[[], bytes] = bytes
        self._near = Listening("answering", self._talk)
        self.url = self._near.url

    def __enter__(self) -> "Answering":
        return self

    def __exit__(self, *args: object) -> None:
        self._near.shut()
        for wire in self._near.callers:
            shut(wire)
        self._near.join()

    def _talk(self, wire: socket.socket) -> None:
        with contextlib.suppress(OSError), wire:
            level, is_over = 0, False
            while packet := packet_from(wire):
                kind = packet[0] >> 4
                if kind == CONNECT:
                    level = level_of(packet)
                    self.levels.append(level)
                    wire.sendall(self.greets(level))
                elif kind == SUBSCRIBE:
                    if is_over:
                        continue
                    wire.sendall(suback(level, packet, self.hears(packet)))
                    if whispered := self.whispers():
                        wire.sendall(whispered)
                        is_over = True
                        wire.shutdown(socket.SHUT_WR)  # and read on: who closes before all is read says RST
                elif kind == PUBLISH and packet[0] & 0x06:
                    topic, mid = topic_and_mid(packet)
                    self.topics.append(topic)
                    wire.sendall(puback(level, mid, self.takes(topic)))
