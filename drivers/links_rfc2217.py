"""A serial server's port that can be waited on and woken like a descriptor."""

import queue
from typing import Any

from drivers.links_wake import Waker


class _Arrivals(queue.Queue[bytes | None]):
    """The library's own buffer, that says when something is put into it."""

    def __init__(self, waker: Waker) -> None:
        super().__init__()
        self._waker = waker
        self.is_over = False
        """The library has put None: the connection is gone, and nothing more will come."""

    def put(self, item: bytes | None, block: bool = True, timeout: float | None = None) -> None:
        super().put(item, block, timeout)
        self.is_over = self.is_over or item is None
        self._waker.wake()


def watch_arrivals(port: Any, waker: Waker) -> None:
    """Let each byte that comes on this open `rfc2217` port end a wait of `waker`.

    pyserial 3.5 reads the socket in a thread of its own into a queue, has no descriptor to wait on, and sends
    all port settings anew at each change of `timeout` (seen): so its timeout stays 0, and we wait beside it.
    """
    before, port._read_buffer = port._read_buffer, _Arrivals(waker)
    while not before.empty():
        port._read_buffer.put(before.get_nowait())


def read_arrived(port: Any, waker: Waker, timeout_s: float) -> bytes:
    """What has come, at once if something has. Raises OSError when the server is gone."""
    if not port.in_waiting and not port._read_buffer.is_over:
        waker.wait([], timeout_s)
    chunk = bytes(port.read(max(1, port.in_waiting)))
    if not chunk and port._read_buffer.is_over:  # its thread may live a moment longer
        raise ConnectionError("the serial server is gone")
    return chunk
