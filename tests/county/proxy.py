"""A line between two programs that can be spoiled: cut, far, narrow, or dead without a word."""

import contextlib
import queue
import socket
import threading
import time

from tests.listening import Listening, shut

CHUNK = 65_536
PIECE_S = 0.05


class Line:
    """Listens at `url` and passes bytes on to another port of this machine."""

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self.delay_s = 0.0
        """For each byte, one way."""
        self.bytes_s = 0
        """In each direction; 0: as fast as it goes."""
        self._alive = threading.Event()
        self._heard = threading.Event()
        self._alive.set()
        self._heard.set()
        self._closing = threading.Event()
        self._knocking = 0
        self._wires: list[socket.socket] = []
        self._near = Listening("line", self._join)
        self.url = self._near.url

    @property
    def is_alive(self) -> bool:
        return self._alive.is_set()

    @property
    def waits_for_answers(self) -> bool:
        """On a dead line: somebody left it, and knocks anew."""
        return self._knocking > 0

    def die(self) -> None:
        """Nothing passes any more and nobody is told: new connections are taken and never answered."""
        self._alive.clear()

    def hush(self) -> None:
        """Who connected is heard no more, and hears all the same."""
        self._heard.clear()

    def heal(self) -> None:
        """As good as new; what was held in a dead line passes."""
        self.delay_s, self.bytes_s = 0.0, 0
        self._heard.set()
        self._alive.set()

    def cut(self) -> None:
        """End every connection that there is now."""
        for wire in self._wires:
            shut(wire)
        self._wires.clear()

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *args: object) -> None:
        self._closing.set()
        self._heard.set()
        self._alive.set()
        self._near.shut()
        self.cut()
        self._near.join()

    def _join(self, near: socket.socket) -> None:
        with contextlib.suppress(OSError), near:
            self._knocking += 1
            self._alive.wait()
            self._knocking -= 1
            with socket.create_connection(("127.0.0.1", self._to_port)) as far:
                self._wires += [near, far]
                ways = ((near, far, self._heard), (far, near, self._alive))
                pumps = [self._near.begin(self._pump, *way) for way in ways]
                for pump in pumps:
                    pump.join()

    def _pump(self, source: socket.socket, sink: socket.socket, gate: threading.Event) -> None:
        """Reading is never held up by the delay, so that much may be under way at once."""
        under_way: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
        sender = self._near.begin(self._send, under_way, source, sink, gate)
        with contextlib.suppress(OSError):
            while chunk := source.recv(CHUNK):
                under_way.put((time.monotonic() + self.delay_s, chunk))
        under_way.put((0.0, b""))
        sender.join()

    def _send(
        self,
        under_way: "queue.SimpleQueue[tuple[float, bytes]]",
        source: socket.socket,
        sink: socket.socket,
        gate: threading.Event,
    ) -> None:
        with contextlib.suppress(OSError):
            while True:
                due, chunk = under_way.get()
                self._closing.wait(max(0.0, due - time.monotonic()))
                while chunk:
                    self._alive.wait()
                    gate.wait()
                    most = max(1, int(self.bytes_s * PIECE_S)) if self.bytes_s else len(chunk)
                    sink.sendall(chunk[:most])
                    chunk = chunk[most:]
                    if self.bytes_s:
                        self._closing.wait(PIECE_S)
                if due == 0.0:
                    break
        for wire in (source, sink):
            shut(wire)
