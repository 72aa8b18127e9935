"""A port of this machine for tests: a thread for each caller, all of them joined at the end."""

import contextlib
import socket
import threading
from collections.abc import Callable


class Listening:
    def __init__(self, name: str, answer: Callable[[socket.socket], None]) -> None:
        """`name`: its threads'; `answer` has a caller's line on a thread of its own."""
        self._name, self._answer = name, answer
        self._threads: list[threading.Thread] = []
        self.callers: list[socket.socket] = []
        """Their lines, in the order in which they came."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.begin(self._accept)

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    def begin(self, job: Callable[..., None], *args: object) -> threading.Thread:
        """Run a job of the same line; `join` waits for it as well."""
        thread = threading.Thread(target=job, args=args, name=self._name, daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    def shut(self) -> None:
        """Nobody comes in any more."""
        shut(self._listener)
        self._listener.close()

    def join(self) -> None:
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = self._listener.accept()
                self.callers.append(caller)
                self.begin(self._answer, caller)


def shut(wire: socket.socket) -> None:
    """End it for whoever reads or writes on it."""
    with contextlib.suppress(OSError):
        wire.shutdown(socket.SHUT_RDWR)
