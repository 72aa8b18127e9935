"""A camera's link: a child process that holds OpenCV, asked by lines of JSON and killed when it hangs.

To the child, one line: `{"do": "start"|"check"|"capture"|"preview", ...}`, with what more the driver says.
From it, one line, as `{"ok": true, "bytes": N}`, and then N bytes. Its standard error is the log; the end
of its standard input ends it.
"""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Sequence

from drivers.errors import LinkLost
from drivers.links_wake import READ_SIZE, Waker

LONGEST_LINE = 65_536
MOST_BYTES = 64 * 1024 * 1024
"""More than any picture of an A3 page at 600 dpi as JPEG."""

END_S = 1.0
"""So long a child may take to notice that its input has ended."""


class VideoLink:
    """A camera's child process. Not for bytes: `ask` is its only verb."""

    def __init__(self, url: str, command: Sequence[str] = ()) -> None:
        self.url = url
        self.baud = 0
        self.echo = False
        self._rest = bytearray()
        try:
            self._child = subprocess.Popen(
                command or (sys.executable, "-m", "drivers.camera_opencv", url),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
            )
        except OSError as error:
            raise LinkLost(f"{url}: the camera's process cannot start: {error}") from error
        assert self._child.stdin is not None and self._child.stdout is not None
        self._to, self._from = self._child.stdin, self._child.stdout
        os.set_blocking(self._to.fileno(), False)
        os.set_blocking(self._from.fileno(), False)
        self._waker = Waker()

    def ask(self, do: str, within_s: float, **more: object) -> tuple[dict[str, object], bytes]:
        """Ask the child; its answer's fields and the bytes after them. `more`: what JSON can say, little.

        Raises LinkLost, with the child killed, when the answer is late or makes no sense, or it has ended.
        """
        deadline = time.monotonic() + within_s
        try:
            os.write(self._to.fileno(), json.dumps({"do": do, **more}).encode() + b"\n")
            line = self._take_line(do, deadline)
            answer = json.loads(line)
            size = answer.get("bytes", 0) if isinstance(answer, dict) else -1
            if not isinstance(size, int) or not 0 <= size <= MOST_BYTES:
                raise LinkLost(f"{self.url}: {do}: the camera's process answers {line[:80]!r}")
            return answer, self._take(size, do, deadline)
        except LinkLost:
            self._child.kill()
            raise
        except (OSError, ValueError) as error:
            self._child.kill()
            raise LinkLost(f"{self.url}: {do}: the camera's process has ended or babbles: {error}") from error

    def read(self, timeout_s: float) -> bytes:
        """Wait until `wake`; nothing comes by itself. Raises LinkLost when the child has ended."""
        try:
            ready = self._waker.wait([self._from.fileno()], timeout_s)
        except (OSError, ValueError) as error:
            raise LinkLost(f"{self.url}: {error}") from error
        if ready:
            raise LinkLost(f"{self.url}: the camera's process has ended")
        return b""

    def write(self, chunk: bytes) -> None:
        raise LinkLost(f"{self.url}: a camera takes no bytes")

    def wake(self) -> None:
        self._waker.wake()

    def close(self) -> None:
        """End the child: by its input's end, by force when it does not notice."""
        self._to.close()
        try:
            self._child.wait(END_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._from.close()
        self._waker.close()

    def _take_line(self, do: str, deadline: float) -> bytes:
        while (end := self._rest.find(b"\n")) < 0:
            if len(self._rest) > LONGEST_LINE:
                raise LinkLost(f"{self.url}: {do}: the camera's process sends no end of line")
            self._fill(do, deadline)
        return self._cut(end + 1)

    def _take(self, size: int, do: str, deadline: float) -> bytes:
        while len(self._rest) < size:
            self._fill(do, deadline)
        return self._cut(size)

    def _cut(self, size: int) -> bytes:
        part = bytes(self._rest[:size])
        del self._rest[:size]
        return part

    def _fill(self, do: str, deadline: float) -> None:
        if not select.select([self._from], [], [], max(0.0, deadline - time.monotonic()))[0]:
            raise LinkLost(f"{self.url}: {do}: no answer from the camera's process in time")
        chunk = os.read(self._from.fileno(), 16 * READ_SIZE)
        if not chunk:
            raise LinkLost(f"{self.url}: {do}: the camera's process has ended")
        self._rest += chunk
