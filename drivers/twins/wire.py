"""The wire behind a link's URL: a PTY or a TCP port, the twins that hang on it, and the wire's own faults."""

import contextlib
import math
import os
import random
import select
import socket
import threading
import time
import tty
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

READ_SIZE = 256
"""Small, since a slow printer works off what was read before anybody else gets a word in."""

DRIP_S = 0.002
BABBLE_S = 0.1

WIRE_FAULTS = ("unplugged", "babble", "drip")
"""They strike every device on the wire: pulled out; noise between frames; answers one byte at a time."""


class Said(NamedTuple):
    """Bytes that a twin sends, and how long after now."""

    chunk: bytes
    after_s: float = 0.0


class Twin(Protocol):
    """One device at the far end of a wire. The wire's lock is held in every call."""

    name: str
    kind: str

    def receive(self, chunk: bytes, now: float) -> Sequence[Said]:
        """Hear what the host sent to the wire, also what is for others."""
        ...

    def tick(self, now: float) -> Sequence[Said]:
        """Say what is due without being asked."""
        ...

    @property
    def due(self) -> float:
        """When `tick` is wanted, by the monotonic clock; infinity: not."""
        ...

    def press(self, what: dict[str, Any], now: float) -> Sequence[Said]:
        """A finger. Raises ValueError for a key that is not there."""
        ...

    def fault(self, name: str, on: bool, after: int = 0) -> None:
        """Raises ValueError for an unknown one."""
        ...

    def state(self) -> dict[str, Any]: ...

    def picture(self) -> bytes: ...


class Port(Protocol):
    """What stands behind one link's URL, as the control door sees it; any thread may call it."""

    name: str

    @property
    def twins(self) -> Mapping[str, object]: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def press(self, twin: str, what: dict[str, Any]) -> dict[str, Any]: ...

    def fault(self, twin: str, name: str, on: bool, after: int = 0) -> dict[str, Any]: ...

    def state(self, twin: str) -> dict[str, Any]: ...

    def picture(self, twin: str) -> bytes: ...


class PtyEnd:
    """A pseudo terminal under a name that stays when it is unplugged and plugged in again."""

    def __init__(self, link: Path) -> None:
        self._link = link
        self._host, self._far = -1, -1

    def url(self, scheme: str, query: str) -> str:
        return f"{scheme}://{self._link}" + (f"?{query}" if query else "")

    def plug(self) -> None:
        self._far, self._host = os.openpty()
        tty.setraw(self._host)
        os.set_blocking(self._far, False)
        beside = self._link.with_name(f".{self._link.name}")
        beside.unlink(missing_ok=True)
        beside.symlink_to(os.ttyname(self._host))
        beside.rename(self._link)

    def unplug(self) -> None:
        self._link.unlink(missing_ok=True)
        for end in (self._host, self._far):
            if end >= 0:
                os.close(end)
        self._host = self._far = -1

    def watched(self) -> list[int]:
        return [self._far] if self._far >= 0 else []

    def read(self, ready: Sequence[int]) -> bytes:
        try:
            return os.read(self._far, READ_SIZE) if self._far in ready else b""
        except BlockingIOError:  # plugged in anew while waiting: the same number, another terminal
            return b""

    def write(self, chunk: bytes) -> None:
        if self._far >= 0:
            try:
                os.write(self._far, chunk)
            except BlockingIOError:  # nobody has read for thousands of bytes: lost, as on a real wire
                return


class TcpEnd:
    """A listening port on loopback; one caller at a time, a new one takes over."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self.port = self._listener.getsockname()[1]
        self._caller: socket.socket | None = None

    def url(self, scheme: str, query: str) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def plug(self) -> None:
        if self._listener.fileno() < 0:
            self._listener = socket.create_server(("127.0.0.1", self.port))
            self._listener.setblocking(False)

    def unplug(self) -> None:
        self._hang_up()
        self._listener.close()

    def watched(self) -> list[int]:
        ends = [self._listener.fileno(), self._caller.fileno() if self._caller else -1]
        return [end for end in ends if end >= 0]

    def read(self, ready: Sequence[int]) -> bytes:
        if self._listener.fileno() in ready:
            with contextlib.suppress(BlockingIOError):
                caller = self._listener.accept()[0]
                self._hang_up()
                caller.settimeout(1.0)
                self._caller = caller
            return b""
        if self._caller is None:
            return b""
        try:
            chunk = self._caller.recv(READ_SIZE)
        except OSError:
            chunk = b""
        if not chunk:
            self._hang_up()
        return chunk

    def write(self, chunk: bytes) -> None:
        if self._caller is not None:
            try:
                self._caller.sendall(chunk)
            except OSError:
                self._hang_up()

    def _hang_up(self) -> None:
        if self._caller is not None:
            self._caller.close()
            self._caller = None


class Wire:
    """A thread that carries bytes between a wire's end and the twins on it."""

    def __init__(self, name: str, end: PtyEnd | TcpEnd, twins: Sequence[Twin]) -> None:
        self.name = name
        self.end = end
        self.twins = {twin.name: twin for twin in twins}
        self._lock = threading.Lock()
        self._queue: list[tuple[float, bytes]] = []
        self._faults: set[str] = set()
        self._babble_at = math.inf
        self._dice = random.Random(name)
        self._stopping = False
        self._wake_read, self._wake_write = os.pipe()
        self._thread = threading.Thread(target=self._run, name=f"wire-{name}")

    def start(self) -> None:
        self.end.plug()
        self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        self._wake()
        self._thread.join()
        self.end.unplug()
        os.close(self._wake_read)
        os.close(self._wake_write)

    # --- from the control door

    def press(self, twin: str, what: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            self._say(self.twins[twin].press(what, time.monotonic()))
            state = self.twins[twin].state()
        self._wake()
        return state

    def fault(self, twin: str, name: str, on: bool, after: int = 0) -> dict[str, Any]:
        with self._lock:
            if name in WIRE_FAULTS:
                self._wire_fault(name, on)
            else:
                self.twins[twin].fault(name, on, after)
        self._wake()
        return self.state(twin)

    def state(self, twin: str) -> dict[str, Any]:
        with self._lock:
            state = self.twins[twin].state()
            return {**state, "link": self.name, "faults": sorted({*state.get("faults", ()), *self._faults})}

    def picture(self, twin: str) -> bytes:
        with self._lock:
            return self.twins[twin].picture()

    def _wire_fault(self, name: str, on: bool) -> None:
        if on == (name in self._faults):
            return
        self._faults ^= {name}
        if name == "unplugged":
            self._queue.clear()
            (self.end.unplug if on else self.end.plug)()
        if name == "babble":
            self._babble_at = time.monotonic() if on else math.inf

    # --- on the wire's thread

    def _run(self) -> None:
        while not self._stopping:
            with self._lock:
                watched = self.end.watched()
                pause = max(0.0, self._next_due() - time.monotonic())
            try:
                ready = select.select(
                    [self._wake_read, *watched], [], [], None if pause == math.inf else pause
                )[0]
            except OSError:  # unplugged while waiting
                continue
            if self._wake_read in ready:
                os.read(self._wake_read, READ_SIZE)
            with self._lock:
                self._turn([end for end in ready if end in self.end.watched()])

    def _turn(self, ready: Sequence[int]) -> None:
        now = time.monotonic()
        chunk = self.end.read(ready) if ready else b""
        for twin in self.twins.values():
            if chunk:
                self._say(twin.receive(chunk, now))
            self._say(twin.tick(now))
        if now >= self._babble_at:
            self._queue.append((now, self._noise()))
            self._babble_at = now + BABBLE_S
        due = [out for at, out in self._queue if at <= now]
        self._queue = [(at, out) for at, out in self._queue if at > now]
        for out in due:
            self.end.write(out)

    def _say(self, said: Sequence[Said]) -> None:
        now = time.monotonic()
        for chunk, after_s in said:
            if "unplugged" in self._faults:
                continue
            if "babble" in self._faults:
                chunk = self._noise() + chunk
            pieces = [bytes([byte]) for byte in chunk] if "drip" in self._faults else [chunk]
            self._queue += [(now + after_s + i * DRIP_S, piece) for i, piece in enumerate(pieces)]
        self._queue.sort(key=lambda item: item[0])

    def _next_due(self) -> float:
        first = self._queue[0][0] if self._queue else math.inf
        return min(first, self._babble_at, *(twin.due for twin in self.twins.values()))

    def _noise(self) -> bytes:
        return self._dice.randbytes(self._dice.randint(1, 12))

    def _wake(self) -> None:
        os.write(self._wake_write, b"!")


class SocketPrinter:
    """A network printer: a port that takes one caller after another, who then talks to the printer itself."""

    def __init__(self, name: str, printer: Any) -> None:
        self.name = name
        self.twins = {printer.name: printer}
        self._printer = printer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._port = self._listener.getsockname()[1]
        self._caller: socket.socket | None = None
        self._lock = threading.Lock()
        self._plugged = threading.Event()
        self._plugged.set()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=f"wire-{name}")

    def url(self) -> str:
        return f"tcp://127.0.0.1:{self._port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        self._unplug()
        self._plugged.set()
        self._printer.close()
        self._thread.join()

    def press(self, twin: str, what: dict[str, Any]) -> dict[str, Any]:
        raise ValueError(f"{twin} has no keys")

    def fault(self, twin: str, name: str, on: bool, after: int = 0) -> dict[str, Any]:
        if name != "unplugged":
            self._printer.fault(name, on, after)
        elif on and self._plugged.is_set():
            self._plugged.clear()
            self._unplug()
        elif not on and not self._plugged.is_set():
            self._listener = socket.create_server(("127.0.0.1", self._port))
            self._plugged.set()
        return self.state(twin)

    def state(self, twin: str) -> dict[str, Any]:
        state: dict[str, Any] = self._printer.state()
        unplugged = [] if self._plugged.is_set() else ["unplugged"]
        return {**state, "link": self.name, "faults": [*state["faults"], *unplugged]}

    def picture(self, twin: str) -> bytes:
        return bytes(self._printer.picture())

    def _unplug(self) -> None:
        with self._lock:
            caller = self._caller
        for end in (self._listener, caller):
            if end is not None:
                _shut(end)

    def _run(self) -> None:
        while not self._stopping:
            self._plugged.wait()
            try:
                caller = self._listener.accept()[0]
            except OSError:  # unplugged
                continue
            with self._lock:
                self._caller = caller
            self._printer.serve_connection(caller)
            with self._lock:
                self._caller = None


def _shut(end: socket.socket) -> None:
    """End a socket that another thread may be waiting on."""
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
