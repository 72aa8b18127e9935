"""A folder into which another program puts files: there is nothing to send, and nothing that calls."""

import io
from pathlib import Path
from urllib.parse import unquote, urlsplit

from drivers.errors import LinkLost
from drivers.links_wake import Waker


class InboxLink:
    """`inbox:///var/spool/punches`: a folder that is there."""

    def __init__(self, url: str) -> None:
        """Raises LinkLost: no such folder, as while a share is not mounted."""
        self.url = url
        self.baud = 0
        self.echo = False
        self.folder = Path(unquote(urlsplit(url).path))
        self.files()
        self._waker = Waker()

    def files(self) -> list[Path]:
        """What lies in it, by name; hidden files are another program's own. Raises LinkLost."""
        try:
            return sorted(p for p in self.folder.iterdir() if p.is_file() and not p.name.startswith("."))
        except OSError as error:
            raise LinkLost(f"{self.url}: {error.strerror}") from error

    def read(self, timeout_s: float) -> bytes:
        """Wait, in reach of `wake`; a folder says nothing by itself."""
        self._waker.wait([], timeout_s)
        return b""

    def write(self, chunk: bytes) -> None:
        raise io.UnsupportedOperation(f"{self.url}: a folder of another program takes no bytes")

    def wake(self) -> None:
        self._waker.wake()

    def close(self) -> None:
        self._waker.close()
