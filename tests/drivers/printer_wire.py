"""A printer twin behind a real TCP port or terminal, for tests."""

import contextlib
import os
import pty
import select
import socket
import threading
import time
import tty
from collections.abc import Callable

from drivers.twins.printer import PrinterTwin


class PrinterOnTcp:
    """Accepts callers one after the other, as a network printer does."""

    def __init__(self, twin: PrinterTwin) -> None:
        self.twin = twin
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"tcp://127.0.0.1:{self._server.getsockname()[1]}"
        self._sock: socket.socket | None = None
        self._thread = threading.Thread(target=self._serve, name="printer-on-tcp")

    def __enter__(self) -> "PrinterOnTcp":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self.twin.close()
        self._thread.join(5)
        assert not self._thread.is_alive()

    def say(self, chunk: bytes) -> None:
        """Let the printer say something that nobody asked."""
        assert self._sock is not None
        self._sock.sendall(chunk)

    def wait_for(self, condition: Callable[[], bool], within_s: float = 5.0) -> None:
        until = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < until
            time.sleep(0.01)

    def _serve(self) -> None:
        while True:
            try:
                sock, _ = self._server.accept()
            except OSError:
                return
            self._sock = sock
            self.talk(sock)

    def talk(self, sock: socket.socket) -> None:
        self.twin.serve_connection(sock)


class TricklePrinter(PrinterOnTcp):
    """Sends each answer byte by byte, an automatic group before each."""

    def talk(self, sock: socket.socket) -> None:
        with sock:
            while chunk := self._receive(sock):
                answer, _ = self.twin.receive(chunk)
                for b in answer:
                    for piece in (b"\x10\x00\x00\x00", b"\x11", bytes((b,))):
                        for one in piece:
                            sock.sendall(bytes((one,)))

    def stop(self) -> None:
        if self._sock is not None:
            with contextlib.suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)
        super().stop()

    @staticmethod
    def _receive(sock: socket.socket) -> bytes:
        try:
            return sock.recv(7)
        except OSError:
            return b""


class PrinterOnPty:
    """A printer at a terminal; `baud`: it hears no faster than such a wire would carry."""

    def __init__(self, hear: Callable[[bytes], bytes], baud: int = 0) -> None:
        self._hear = hear
        self._baud = baud
        self._far, self._near = pty.openpty()
        tty.setraw(self._near)
        self.path = os.ttyname(self._near)
        self._stop_read, self._stop_write = os.pipe()
        self._thread = threading.Thread(target=self._serve, name="printer-on-pty")

    def __enter__(self) -> "PrinterOnPty":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.write(self._stop_write, b"!")
        self._thread.join(5)
        assert not self._thread.is_alive()
        for end in (self._far, self._near, self._stop_read, self._stop_write):
            os.close(end)

    def _serve(self) -> None:
        while self._stop_read not in (ready := select.select([self._far, self._stop_read], [], [])[0]):
            chunk = os.read(self._far, 64 if self._baud else 1024) if ready else b""
            if self._baud:
                select.select([self._stop_read], [], [], len(chunk) * 10 / self._baud)
            if answer := self._hear(chunk):
                os.write(self._far, answer)


class Scripted:
    """A printer of a few words: `answers` gives what it says to DLE EOT n, GS a n and GS r n."""

    def __init__(self, answers: Callable[[bytes], bytes]) -> None:
        self._answers = answers
        self._tail = b""
        self.heard = bytearray()

    def __call__(self, chunk: bytes) -> bytes:
        said = b""
        for b in chunk:
            self.heard.append(b)
            self._tail = (self._tail + bytes((b,)))[-3:]
            if self._tail[:2] in (b"\x10\x04", b"\x1da", b"\x1dr") and len(self._tail) == 3:
                said += self._answers(self._tail)
        return said
