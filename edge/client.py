"""The local door from the other side: ask, command and watch, with the standard library alone."""

import http.client
import json
import logging
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

log = logging.getLogger(__name__)

Json = dict[str, Any]
Answer = tuple[int, Json]
"""HTTP status and body."""

SILENCE_S = 25.0
"""The door comments every 15 s: a stream silent for longer is dead."""
LONGEST_BACK_OFF_S = 5.0
_FIRST_BACK_OFF_S = 0.25


class ServerAway(Exception):
    """Nobody answers at this address now. A POST may have been done; the same key may ask again."""


class Client:
    """Any thread may use it; each call has a connection of its own."""

    def __init__(
        self, url: str, name: str = "", *, token: str = "", timeout_s: float = 5.0, patience_s: float = 6.0
    ) -> None:
        """`url` as `http://127.0.0.1:8600`; `name` is the screen's. Raises ValueError.

        `token` is of a pairing, for a door on the hall's network. `timeout_s` is for one try; no new one
        begins after `patience_s` (a daemon starts again in less).
        """
        parts = urlsplit(url if "//" in url else f"http://{url}")
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError(f"not an address of a local door (http://127.0.0.1:8600): {url!r}")
        self._host = parts.hostname
        self._port = parts.port or 80
        self.url = f"http://{parts.netloc}"
        self.name = name
        self._paired = {"Authorization": f"Bearer {token}"} if token else {}
        self._is_refused = False
        """The door has said no to the stream, and that was logged."""
        self._timeout_s = timeout_s
        self._patience_s = patience_s
        self._closed = threading.Event()

    def get(self, path: str) -> Answer:
        """Status and body. Blocks up to patience and timeout. Raises ServerAway."""
        return self._persist("GET", path, None, {})

    def fetch(self, path: str) -> bytes:
        """A picture. One try; blocks up to the timeout. Raises ServerAway, also for a refusal."""
        try:
            status, content = self._raw("GET", path, None, {})
        except (OSError, http.client.HTTPException) as e:
            raise ServerAway(f"{self.url}: GET {path}: {e or type(e).__name__}") from e
        if status != 200:
            raise ServerAway(f"{self.url}: GET {path}: {status}")
        return content

    def post(self, path: str, body: Json | None = None, key: str | None = None, *, token: str = "") -> Answer:
        """Command the hall; sent again with the same key when a connection breaks, so it is done once.

        Status and body, also of a refusal. Blocks up to patience and timeout. Raises ServerAway.
        `token` is of a session of the staff.
        """
        headers = {"Content-Type": "application/json", "Idempotency-Key": key or uuid.uuid4().hex}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return self._persist("POST", path, json.dumps(body or {}, ensure_ascii=False).encode(), headers)

    def alive(self, frames: int, state: str = "ok", code: str = "") -> Json:
        """This screen draws. One try, never raises; what the door answers, empty: it is away."""
        path = f"/api/v1/screens/{quote(self.name, safe='')}/alive"
        body = json.dumps({"frames": frames, "state": state, "code": code}).encode()
        try:
            status, answer = self._once("POST", path, body, {"Content-Type": "application/json"})
        except (OSError, http.client.HTTPException, ValueError):
            return {}
        return answer if status == 200 else {}

    def views(self, stop: threading.Event) -> Iterator[Json | None]:
        """The hall's views as they come, for ever; None each time that the daemon cannot be reached.

        Blocks between views. Ends within half a second of `stop` being set.
        """
        pause_s = _FIRST_BACK_OFF_S
        while not stop.is_set():
            try:
                for view in self._stream(stop):
                    pause_s = _FIRST_BACK_OFF_S
                    yield view
            except (OSError, http.client.HTTPException, ValueError) as e:
                log.debug("view stream of %s broke: %s", self.url, e)
            if stop.is_set():
                return
            yield None
            stop.wait(pause_s)
            pause_s = min(2 * pause_s, LONGEST_BACK_OFF_S)

    def close(self) -> None:
        """End the patience of calls that wait to send again."""
        self._closed.set()

    def _persist(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        pause_s = _FIRST_BACK_OFF_S
        give_up = time.monotonic() + self._patience_s
        while True:
            try:
                return self._once(method, path, body, headers)
            except (OSError, http.client.HTTPException, ValueError) as e:
                if time.monotonic() + pause_s > give_up or self._closed.wait(pause_s):
                    raise ServerAway(f"{self.url}: {method} {path}: {e or type(e).__name__}") from e
                pause_s = min(2 * pause_s, 1.0)

    def _once(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        status, content = self._raw(method, path, body, headers)
        return status, json.loads(content)

    def _raw(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout_s)
        try:
            connection.request(method, path, body, {**self._paired, **headers, "Connection": "close"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def _stream(self, stop: threading.Event) -> Iterator[Json]:
        """One connection's views. Raises OSError, HTTPException or ValueError when it breaks."""
        connection = http.client.HTTPConnection(self._host, self._port, timeout=SILENCE_S)
        ended = threading.Event()
        try:
            connection.connect()
            watcher = threading.Thread(
                target=_hang_up, args=(connection.sock, stop, ended), name=f"client-{self.name}", daemon=True
            )
            watcher.start()
            try:
                path = f"/api/v1/view/stream?screen={quote(self.name, safe='')}"
                connection.request("GET", path, headers=self._paired)
                answer = connection.getresponse()
                self._note(answer)
                if answer.status != 200:
                    raise OSError(f"the door answered {answer.status}")
                yield from _views(answer)
            finally:
                ended.set()
                watcher.join()
        finally:
            connection.close()

    def _note(self, answer: http.client.HTTPResponse) -> None:
        """A refusal is for who looks after this screen, once: a token that is missing, or was revoked."""
        is_refused = answer.status in (401, 403)
        if is_refused and not self._is_refused:
            log.warning("%s answers %d: %s", self.url, answer.status, _detail(answer.read()))
        self._is_refused = is_refused


def read_token(file: Path) -> str:
    """A pairing's, as `bianmin pair take` has kept it. Raises ValueError with what to do."""
    try:
        token = file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        token = ""
    if not token or not token.isprintable():
        raise ValueError(f"{file}: no token there; bianmin pair take URL --token-file {file} keeps one")
    return token


def _detail(content: bytes) -> str:
    """Of a refusal, in the door's own words, if it is the door's."""
    try:
        told = json.loads(content)
    except ValueError:
        return ""
    return str(told.get("detail", "")) if isinstance(told, dict) else ""


def _hang_up(sock: socket.socket, stop: threading.Event, ended: threading.Event) -> None:
    """Cut a blocked reader's connection once it shall stop."""
    while not ended.wait(0.2):
        if stop.is_set():
            # The connection may be gone already, which is as good.
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                log.debug("nothing to hang up")
            return


def _views(answer: http.client.HTTPResponse) -> Iterator[Json]:
    """The `view` events of a stream of Server-Sent Events (WHATWG HTML, §9.2)."""
    kind, lines = "", []
    for raw in answer:
        field, _, value = raw.decode().rstrip("\r\n").partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            kind = value
        elif field == "data":
            lines.append(value)
        elif not raw.strip():
            if kind == "view" and lines:
                yield json.loads("\n".join(lines))
            kind, lines = "", []
