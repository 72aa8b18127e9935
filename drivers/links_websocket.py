"""Pads with screens that call in by WebSocket: a listener of their own, as one link that all of them share.

`ws://ADDRESS:PORT`, with settings of its own: `heartbeat=SECONDS` between pings, `silent=SECONDS` that a pad
may say nothing, `from=NETWORK,...` whose calls are taken, `origin=https://PAGE` for pads that are pages in a
browser. Source: one published message specification; no real pad was tried. The link speaks ENVELOPE frames
with the drivers: a window's number, and what is said.

What belongs to nobody's screen is answered here: who there is, logging in, heartbeats. A pad that logs in
takes the place of the connection that had its window before: that one may be half open.
"""

import asyncio
import ipaddress
import json
import logging
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from drivers.errors import FrameError, LinkLost
from drivers.frame_format import FrameFormat

if TYPE_CHECKING:
    from aiohttp import web

log = logging.getLogger(__name__)

HEARTBEAT_S = 15.0
"""Between pings; who has not answered after half of it is gone (aiohttp's rule)."""
SILENT_S = 660.0
"""A pad says HeartBeat every five minutes: without two of them it hangs, though its system answers pings."""
OPEN_S = 5.0
SEND_S = 3.0
LARGEST = 16_384
MOST_CALLERS = 64
MOST_KEPT = 256
"""Messages that wait for the drivers; a pad that says more is cut off."""

GOOD, NOT_LOGGED_IN, NOT_ALLOWED = "0", "1000", "1001"


class Kind(IntEnum):
    SERVE = 1
    """From a driver: this window has a pad; what is said: its name, and the user who may log in."""
    SAID = 2
    """A message, from either side."""
    HERE = 3
    """A pad has logged in."""
    GONE = 4


ENVELOPE = FrameFormat.from_table(
    {
        "line": {"duplex": "full", "quiet_ms": 0},
        "stream": {"mode": "length", "max": LARGEST + 64, "gap_ms": 60_000},
        "fields": [
            {"name": "head", "kind": "const", "hex": "1E"},
            {"name": "kind", "kind": "uint", "size": 1},
            {"name": "addr", "kind": "uint", "size": 2, "endian": "be"},
            {"name": "len", "kind": "length", "size": 4, "endian": "be", "over": ["data", "data"]},
            {"name": "data", "kind": "data"},
        ],
    },
    "pads-websocket",
)


def envelope(kind: Kind, window: int, said: Mapping[str, Any]) -> bytes:
    """Raises ValueError for what is too large or no text."""
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return ENVELOPE.encode(kind=int(kind), addr=window, data=text.encode())


def opened(frame: bytes) -> tuple[Kind, int, dict[str, Any]]:
    """Kind, window and what is said. Raises FrameError."""
    values = ENVELOPE.decode(frame)
    try:
        kind, said = Kind(int(values["kind"])), json.loads(ENVELOPE.payload(values))
    except (ValueError, RecursionError) as error:
        raise FrameError(f"{ENVELOPE.name}: no message: {frame[:64].hex(' ')}") from error
    if not isinstance(said, dict):
        raise FrameError(f"{ENVELOPE.name}: no JSON object: {frame[:64].hex(' ')}")
    return kind, int(values["addr"]), said


def settings_of(url: str, options: Mapping[str, str]) -> "Settings":
    """Raises ValueError."""
    parts = urlsplit(url)
    if not parts.hostname or not parts.port:
        raise ValueError(f"{url!r} needs an address to listen on and a port, as ws://10.0.0.5:8620")
    heartbeat_s = _seconds(url, options, "heartbeat", HEARTBEAT_S, 300)
    silent_s = _seconds(url, options, "silent", SILENT_S, 86_400)
    networks = tuple(ipaddress.ip_network(n) for n in options.get("from", "").split(",") if n)
    origins = frozenset(o for o in options.get("origin", "").split(",") if o)
    return Settings(parts.hostname, parts.port, heartbeat_s, silent_s, networks, origins)


def _seconds(url: str, options: Mapping[str, str], name: str, usual: float, most: int) -> float:
    seconds = float(options.get(name, usual))
    if not 0.1 <= seconds <= most:
        raise ValueError(f"{url!r}: {name} must be from 0.1 to {most} seconds")
    return seconds


@dataclass(frozen=True)
class Settings:
    host: str
    port: int
    heartbeat_s: float
    silent_s: float
    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()
    """Whose calls are taken; none: anybody's who reaches the address."""
    origins: frozenset[str] = frozenset()
    """Pages that may call; others than pages say no origin."""

    def takes(self, remote: str, origin: str) -> bool:
        if origin and origin not in self.origins:
            return False
        return not self.networks or any(ipaddress.ip_address(remote) in n for n in self.networks)


class WebSocketLink:
    """Listens in a thread of its own, from the making to `close`. `read`, `write` on the link's thread."""

    def __init__(self, url: str, options: Mapping[str, str]) -> None:
        """Raises LinkLost when the address cannot be had."""
        self.url = url
        self.baud = 0
        self.echo = False
        self._came: deque[bytes] = deque()
        self._news = threading.Condition()
        self._woken = False
        self._broken = ""
        self._loop = asyncio.new_event_loop()
        self._switchboard = _Switchboard(settings_of(url, options), self._hear)
        self._thread = threading.Thread(target=self._loop.run_forever, name="pads-ws", daemon=True)
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._switchboard.open(), self._loop).result(OPEN_S)
        except (OSError, TimeoutError) as error:
            self.close()
            raise LinkLost(f"{url}: cannot listen: {error}") from error

    def read(self, timeout_s: float) -> bytes:
        with self._news:
            self._news.wait_for(lambda: self._came or self._woken or self._broken, max(0.0, timeout_s))
            self._woken = False
            if self._broken:
                raise LinkLost(f"{self.url}: {self._broken}")
            frames = b"".join(self._came)
            self._came.clear()
        return frames

    def write(self, chunk: bytes) -> None:
        """One frame. What is said to a pad that is not there is lost; its driver hears of its login."""
        kind, window, said = opened(chunk)
        self._loop.call_soon_threadsafe(self._switchboard.told, kind, window, said)

    def wake(self) -> None:
        with self._news:
            self._woken = True
            self._news.notify_all()

    def close(self) -> None:
        if self._loop.is_closed():
            return
        try:
            asyncio.run_coroutine_threadsafe(self._switchboard.close(), self._loop).result(OPEN_S)
        except (OSError, TimeoutError) as error:
            log.warning("%s: closing: %s", self.url, error)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(OPEN_S)
        self._loop.close()

    def _hear(self, frame: bytes) -> bool:
        """On the listener's thread; False: too much waits already."""
        with self._news:
            if len(self._came) >= MOST_KEPT:
                return False
            self._came.append(frame)
            self._news.notify_all()
            return True


class _Switchboard:
    """Connections and the windows that they have logged in to. All of it on the listener's thread."""

    def __init__(self, settings: Settings, hear: Any) -> None:
        self._settings = settings
        self._hear = hear
        self._windows: dict[int, dict[str, Any]] = {}
        self._callers: dict[int, _Caller] = {}
        self._all: set[_Caller] = set()
        self._runner: Any = None

    async def open(self) -> None:
        from aiohttp import web  # a hall without such pads does not carry it into its drivers

        app = web.Application(client_max_size=LARGEST)
        app.router.add_get("/{path:.*}", self._call)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._settings.host, self._settings.port, reuse_address=True)
        await site.start()

    async def close(self) -> None:
        for caller in list(self._all):
            caller.cut()
        if self._runner is not None:
            await self._runner.cleanup()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        await asyncio.wait_for(asyncio.gather(*others, return_exceptions=True), SEND_S)

    def told(self, kind: Kind, window: int, said: dict[str, Any]) -> None:
        """By a driver."""
        if kind is Kind.SERVE:
            self._windows[window] = said
        elif caller := self._callers.get(window):
            caller.send(said)

    # --- a pad calls

    async def _call(self, request: "web.Request") -> "web.StreamResponse":
        from aiohttp import WSMsgType, web

        remote, origin = request.remote or "", request.headers.get("Origin", "")
        if not self._settings.takes(remote, origin) or len(self._all) >= MOST_CALLERS:
            log.warning("pads: a call from %s (origin %r) is not taken", remote, origin)
            return web.Response(status=403)
        socket = web.WebSocketResponse(heartbeat=self._settings.heartbeat_s, max_msg_size=LARGEST)
        await socket.prepare(request)
        caller = _Caller(socket, remote, request.transport)
        self._all.add(caller)
        try:
            while True:
                # The library's own limit begins anew with each answer to a ping (aiohttp 3.14).
                message = await asyncio.wait_for(socket.receive(), self._settings.silent_s)
                if message.type is not WSMsgType.TEXT or not self._heard(caller, str(message.data)):
                    break
        except TimeoutError:
            log.warning("pads: %s has said nothing for %g s", remote, self._settings.silent_s)
        finally:
            self._all.discard(caller)
            self._leave(caller)
            caller.cut()
            await caller.end()
        return socket

    def _leave(self, caller: "_Caller") -> None:
        if self._callers.get(caller.window) is caller:
            del self._callers[caller.window]
            self._hear(envelope(Kind.GONE, caller.window, {}))

    def _heard(self, caller: "_Caller", text: str) -> bool:
        """One message; False: let this caller go."""
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            log.warning("pads: %s says what is no JSON object: %.80r", caller.remote, text)
            return False
        method, param = said.get("method"), said.get("param")
        param = param if isinstance(param, dict) else {}
        if method == "GetWindowList":
            there = sorted(self._windows.items())
            caller.answer(method, GOOD, [{"WindowNumber": str(n), "WindowName": w["name"]} for n, w in there])
        elif method == "Login":
            return self._log_in(caller, param)
        elif self._callers.get(caller.window) is not caller:
            caller.answer(str(method), NOT_LOGGED_IN, "Login")
        elif method == "HeartBeat":
            caller.answer(method, GOOD, {"DateTime": datetime.now().isoformat(" ", "seconds")})
        else:
            return self._pass_on(caller, {**said, "param": param})
        return True

    def _pass_on(self, caller: "_Caller", said: dict[str, Any]) -> bool:
        try:
            return bool(self._hear(envelope(Kind.SAID, caller.window, said)))
        except (ValueError, RecursionError) as error:
            log.warning("pads: %s says what cannot be passed on: %s", caller.remote, error)
            return False

    def _log_in(self, caller: "_Caller", param: Mapping[str, Any]) -> bool:
        number, user = str(param.get("WindowNumber", "")), str(param.get("UserNumber", ""))
        window = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else -1
        known = self._windows.get(window)
        if known is None or (known["user"] and known["user"] != user):
            log.warning("pads: %s may not log in to window %.20r", caller.remote, number)
            caller.answer("Login", NOT_ALLOWED, "WindowNumber" if known is None else "UserNumber")
            return True
        if caller.window != window:
            self._leave(caller)
        former, self._callers[window] = self._callers.get(window), caller
        caller.window = window
        if former is not None and former is not caller:
            log.info("pads: window %d is taken over by %s", window, caller.remote)
            former.cut()
        caller.answer("Login", GOOD, {"WindowName": known["name"]})
        return bool(self._hear(envelope(Kind.HERE, window, {"user": user, "remote": caller.remote})))


class _Caller:
    """One connection, and what still has to be said to it: in order, and never waiting for a slow one."""

    def __init__(
        self, socket: "web.WebSocketResponse", remote: str, transport: asyncio.Transport | None
    ) -> None:
        self.window = -1
        self.remote = remote
        self._socket, self._transport = socket, transport
        self._to_say: asyncio.Queue[str | None] = asyncio.Queue(MOST_KEPT)
        self._sayer = asyncio.create_task(self._say())

    def answer(self, method: str, code: str, result: object) -> None:
        self.send({"code": code, "request": method, "result": result})

    def send(self, said: Mapping[str, Any]) -> None:
        try:
            self._to_say.put_nowait(json.dumps(said, ensure_ascii=False))
        except asyncio.QueueFull:
            self.cut()

    def cut(self) -> None:
        """End the connection without waiting for the other side, which may not be there."""
        if self._transport is not None:
            self._transport.abort()

    async def end(self) -> None:
        self._sayer.cancel()
        await asyncio.gather(self._sayer, return_exceptions=True)

    async def _say(self) -> None:
        while (text := await self._to_say.get()) is not None:
            try:
                await asyncio.wait_for(self._socket.send_str(text), SEND_S)
            except (OSError, TimeoutError, RuntimeError, ValueError) as error:
                log.info("pads: %s takes nothing: %s", self.remote, error)
                self.cut()
                return
