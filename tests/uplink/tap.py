"""A wire between the uplink and the broker that can be watched and spoiled: MQTT packets as bytes, whole."""

import contextlib
import socket
import threading
from collections.abc import Callable

from tests.listening import Listening, shut

CONNECT, CONNACK, PUBLISH, PUBACK = 1, 2, 3, 4
# MQTT 3.1.1 §3.2.2.3, return code 1, unacceptable protocol version: a 3.1.1 broker's word to a client of 5.
OLD_BROKER_REFUSES = bytes([CONNACK << 4, 2, 0, 1])
# MQTT 5 §3.14: DISCONNECT with reason 0x8E, session taken over, and no properties.
SESSION_TAKEN_OVER = bytes([0xE0, 2, 0x8E, 0])


class Tap:
    """Listens at `url` and passes every connection on to the broker's port.

    `refuse_v5`: be a broker that knows 3.1.1 only. `hold`: keep back acknowledgements until `let_go`.
    """

    def __init__(self, broker_port: int, *, refuse_v5: bool = False, hold: bool = False) -> None:
        self._broker_port = broker_port
        self._refuse_v5 = refuse_v5
        self._hold = hold
        self._lock = threading.Condition()
        self.gate = threading.Event()
        """Open at first; while it is closed a new line is cut at once."""
        self.gate.set()
        self._kept: list[Callable[[], None]] = []
        self.levels: list[int] = []
        """Protocol level of each CONNECT: 4 is 3.1.1, 5 is 5."""
        self.flying = 0
        """Publishes that passed and whose acknowledgement has not."""
        self.most_flying = 0
        self._near = Listening("tap", self._join)
        self.url = self._near.url

    def wait_for(self, claim: Callable[["Tap"], bool], timeout_s: float = 20) -> None:
        with self._lock:
            assert self._lock.wait_for(lambda: claim(self), timeout_s), (
                f"flying {self.flying}, levels {self.levels}"
            )

    def hold(self) -> None:
        """Keep back acknowledgements from now on."""
        with self._lock:
            self._hold = True

    def let_go(self) -> None:
        """Pass on what was held, and hold nothing from now on."""
        with self._lock:
            self._hold = False
            for send in self._kept:
                send()
            self._kept.clear()

    def say(self, packet: bytes) -> None:
        """Send a packet to the client as if it came from the broker."""
        self._near.callers[-1].sendall(packet)

    def cut(self) -> None:
        """Cut every line that is open now."""
        with self._lock:
            self._kept.clear()
            self.flying = 0
        for wire in self._near.callers:
            shut(wire)

    def __enter__(self) -> "Tap":
        return self

    def __exit__(self, *args: object) -> None:
        self._near.shut()
        self.cut()
        self._near.join()

    def _join(self, client: socket.socket) -> None:
        if not self.gate.is_set():
            client.close()
            return
        with (
            contextlib.suppress(OSError),
            client,
            socket.create_connection(("127.0.0.1", self._broker_port)) as far,
        ):
            back = self._near.begin(self._back, far, client)
            try:
                self._forth(client, far)
            finally:
                shut(far)
                shut(client)
                back.join(5)

    def _forth(self, client: socket.socket, far: socket.socket) -> None:
        while packet := packet_from(client):
            if packet[0] >> 4 == CONNECT:
                level = level_of(packet)
                with self._lock:
                    self.levels.append(level)
                    self._lock.notify_all()
                if level == 5 and self._refuse_v5:
                    client.sendall(OLD_BROKER_REFUSES)
                    return
            elif packet[0] >> 4 == PUBLISH:
                with self._lock:
                    self.flying += 1
                    self.most_flying = max(self.most_flying, self.flying)
                    self._lock.notify_all()
            far.sendall(packet)

    def _back(self, far: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while packet := packet_from(far):
                if packet[0] >> 4 != PUBACK:
                    client.sendall(packet)
                    continue
                with self._lock:
                    send = self._acknowledge(client, packet)
                    if self._hold:
                        self._kept.append(send)
                    else:
                        send()
        shut(client)

    def _acknowledge(self, client: socket.socket, packet: bytes) -> Callable[[], None]:
        def send() -> None:
            self.flying -= 1
            with contextlib.suppress(OSError):
                client.sendall(packet)

        return send


def packet_from(wire: socket.socket) -> bytes:
    """One whole packet; empty when the line has ended."""
    head = _exactly(wire, 1)
    length = shift = 0
    while head:
        byte = _exactly(wire, 1)
        if not byte:
            return b""
        head += byte
        length |= (byte[0] & 0x7F) << shift
        shift += 7
        if byte[0] < 0x80:
            body = _exactly(wire, length)
            return head + body if len(body) == length else b""
    return b""


def _exactly(wire: socket.socket, n: int) -> bytes:
    got = b""
    while len(got) < n:
        chunk = wire.recv(n - len(got))
        if not chunk:
            return b""
        got += chunk
    return got


def level_of(connect: bytes) -> int:
    """MQTT 5 §3.1.2.2: the byte after the protocol's name `MQTT`."""
    return connect[connect.index(b"MQTT") + 4]
