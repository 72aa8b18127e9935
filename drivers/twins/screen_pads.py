"""Rating pads with a screen: WebSocket clients that draw what they are told and say what a finger presses.

Written from the message specification, apart from the driver. A rating is kept and sent again, with the same
RateID, until it is confirmed; after each break of the line the pad logs in again.
"""

import asyncio
import io
import json
import logging
import socket
import threading
import time
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from PIL import Image, ImageDraw

from drivers.twins.fonts import sans

log = logging.getLogger(__name__)

FAULTS = ("unplugged", "mute", "slow", "babble", "bounce")
"""Away; half open: neither reads nor answers pings; answers late; says what is no message; presses twice."""

AGAIN_S = 0.3
BEAT_S = 300.0
SLOW_S = 0.7
BABBLE_S = 0.1


class ScreenPadTwin:
    """One pad. All but `press`, `fault`, `state` on the loop of its port."""

    kind = "rating"

    def __init__(self, name: str, options: Mapping[str, Any], url: str) -> None:
        self.name = name
        self._url = url
        self._window = str(options.get("address", 1))
        self._user = str(options.get("user", ""))
        self._faults: set[str] = set()
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._logged_in = False
        self._logins = self._asked = self._confirmed = self._refused = 0
        self._rate_id = ""
        self._question: dict[str, Any] = {}
        self._screen: dict[str, Any] = {}
        self._operated = ""
        self._unconfirmed: dict[str, str] = {}
        self._codes: list[str] = []
        self._changed = asyncio.Event()

    # --- a finger, a fault

    def press(self, what: dict[str, Any]) -> None:
        """Raises ValueError."""
        content = str(what.get("score", ""))
        rate_id = str(what.get("rate_id", self._rate_id))
        if not content or not rate_id:
            raise ValueError(f"nobody to rate (score {content!r}, asked about {rate_id!r})")
        self._unconfirmed[rate_id] = content
        self._changed.set()

    def fault(self, name: str, on: bool) -> None:
        if name not in FAULTS:
            raise ValueError(f"no fault {name!r} (there are: {', '.join(FAULTS)})")
        (self._faults.add if on else self._faults.discard)(name)
        if name == "unplugged" and on and self._socket is not None:
            self._cut(self._socket)
        self._changed.set()

    def state(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "window": self._window,
            "connected": self._socket is not None,
            "logged_in": self._logged_in,
            "logins": self._logins,
            "asked": self._asked,
            "question": dict(self._question),
            "screen": dict(self._screen),
            "operated": self._operated,
            "unconfirmed": dict(self._unconfirmed),
            "confirmed": self._confirmed,
            "refused": self._refused,
            "codes": self._codes[-8:],
            "faults": sorted(self._faults),
        }

    def picture(self) -> bytes:
        """The screen as a pad may draw it."""
        image = Image.new("RGB", (480, 320), (246, 248, 250))
        draw = ImageDraw.Draw(image)
        screen = self._screen
        big, small = sans(30), sans(20)
        draw.rectangle((0, 0, 480, 58), fill=(24, 78, 140))
        title = f"{screen.get('counter', self._window)} {screen.get('counter_name', '')}"
        draw.text((16, 29), title, fill="white", font=big, anchor="lm")
        who = f"{screen.get('clerk_name', '')}  {screen.get('post', '')}  {screen.get('clerk', '')}"
        draw.text((16, 88), who, fill=(60, 66, 74), font=small, anchor="lm")
        draw.text((240, 160), str(screen.get("text", "")), fill=(20, 24, 30), font=big, anchor="mm")
        if screen.get("state") == "asking":
            for key in range(5):
                x = 26 + key * 88
                draw.rounded_rectangle((x, 210, x + 76, 280), 12, fill=(220, 150, 30))
                draw.text((x + 38, 245), str(5 - key), fill="white", font=big, anchor="mm")
        out = io.BytesIO()
        image.save(out, "PNG")
        return out.getvalue()

    # --- its life

    async def live(self, session: aiohttp.ClientSession) -> None:
        """Call, be there, and call again; until cancelled."""
        while True:
            if "unplugged" not in self._faults:
                try:
                    # Pings are answered by hand: a pad that hangs answers none.
                    self._socket = await session.ws_connect(self._url, autoping=False)
                    await self._be_there(self._socket)
                except (OSError, TimeoutError, aiohttp.ClientError) as error:
                    log.debug("%s: %s", self.name, error)
            await self._off()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), AGAIN_S)
            self._changed.clear()

    async def _off(self) -> None:
        gone, self._socket, self._logged_in = self._socket, None, False
        if gone is not None:
            self._cut(gone)
            await gone.close()

    @staticmethod
    def _cut(gone: aiohttp.ClientWebSocketResponse) -> None:
        if (transport := gone._conn.transport if gone._conn else None) is not None:
            transport.abort()

    async def _be_there(self, line: aiohttp.ClientWebSocketResponse) -> None:
        await self._say(line, "GetWindowList", {})
        hearing = asyncio.create_task(self._hear(line))
        saying = asyncio.create_task(self._press_on(line))
        try:
            done, _ = await asyncio.wait({hearing, saying}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in (hearing, saying):
                task.cancel()
            await asyncio.gather(hearing, saying, return_exceptions=True)

    async def _press_on(self, line: aiohttp.ClientWebSocketResponse) -> None:
        """Log in, and say what is not confirmed yet; now and again."""
        beat_at = time.monotonic() + BEAT_S
        while not line.closed:
            if not self._logged_in:
                await self._say(line, "Login", {"WindowNumber": self._window, "UserNumber": self._user})
            if time.monotonic() >= beat_at:
                beat_at += BEAT_S
                await self._say(line, "HeartBeat", {"DateTime": time.strftime("%Y-%m-%d %H:%M:%S")})
            for rate_id, content in list(self._unconfirmed.items()) if self._logged_in else ():
                for _ in range(2 if "bounce" in self._faults else 1):
                    await self._say(line, "RateSubmit", {"RateID": rate_id, "Content": content})
            if "babble" in self._faults:
                await line.send_str('{"method": "Weather", "param": [1, 2]}')
            with suppress(TimeoutError):
                await asyncio.wait_for(
                    self._changed.wait(), BABBLE_S if "babble" in self._faults else AGAIN_S
                )
            self._changed.clear()

    async def _say(self, line: aiohttp.ClientWebSocketResponse, method: str, param: dict[str, Any]) -> None:
        if "mute" in self._faults:
            return
        if "slow" in self._faults:
            await asyncio.sleep(SLOW_S)
        await line.send_json({"method": method, "param": param})

    async def _hear(self, line: aiohttp.ClientWebSocketResponse) -> None:
        while True:
            message = await line.receive()
            while "mute" in self._faults and not line.closed:
                await asyncio.sleep(0.05)
            if message.type is aiohttp.WSMsgType.PING:
                await line.pong(message.data)
            elif message.type is aiohttp.WSMsgType.TEXT:
                await self._obey(line, json.loads(message.data))
            elif message.type is not aiohttp.WSMsgType.PONG:
                return

    async def _obey(self, line: aiohttp.ClientWebSocketResponse, said: dict[str, Any]) -> None:
        method, param = said.get("method"), said.get("param", {})
        if method is None:
            self._answered(said)
            return
        if method == "RateQuest":
            self._asked += 1
            self._question, self._rate_id = param, str(param["RateID"])
        elif method == "RateOperate":
            self._operated = str(param["operate"])
            self._question, self._rate_id = {}, ""
        elif method == "Show":
            self._screen = param
        await line.send_json({"code": "0", "request": method, "result": ""})

    def _answered(self, said: dict[str, Any]) -> None:
        request, code = str(said.get("request")), str(said.get("code"))
        self._codes.append(f"{request} {code}")
        if request == "Login":
            self._logins += code == "0" and not self._logged_in
            self._logged_in = code == "0"
            self._changed.set()
        elif request == "RateSubmit" and self._unconfirmed:
            self._confirmed += code == "0"
            self._refused += code == "1001"
            if code in ("0", "1001"):
                self._unconfirmed.pop(next(iter(self._unconfirmed)))
        elif code == "1000":
            self._logged_in = False


class ScreenPads:
    """The pads of one listener, as a Port; a thread and a loop of their own."""

    def __init__(self, name: str, devices: Mapping[str, Mapping[str, Any]], url: str) -> None:
        """`url`: as the hall's config has it; its address becomes a free port of this machine."""
        self.name = name
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self._port = probe.getsockname()[1]
        self._query = urlsplit(url).query
        far = f"http://127.0.0.1:{self._port}/"
        self.twins: dict[str, ScreenPadTwin] = {
            id: ScreenPadTwin(id, table, far) for id, table in devices.items()
        }
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._run(),), name=name)
        self._stop = asyncio.Event()

    def url(self) -> str:
        """For the daemon; calls from other networks make no sense here."""
        kept = "&".join(p for p in self._query.split("&") if p and not p.startswith("from="))
        return f"ws://127.0.0.1:{self._port}" + (f"?{kept}" if kept else "")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()
        self._loop.close()

    def press(self, twin: str, what: dict[str, Any]) -> dict[str, Any]:
        return self._on_loop(self._do(twin, lambda pad: pad.press(what)))

    def fault(self, twin: str, name: str, on: bool, after: int = 0) -> dict[str, Any]:
        return self._on_loop(self._do(twin, lambda pad: pad.fault(name, on)))

    def state(self, twin: str) -> dict[str, Any]:
        return self._on_loop(self._do(twin, lambda pad: None))

    def picture(self, twin: str) -> bytes:
        return self.twins[twin].picture()

    def _on_loop(self, work: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _do(self, twin: str, what: Any) -> dict[str, Any]:
        what(self.twins[twin])
        return {**self.twins[twin].state(), "link": self.name}

    async def _run(self) -> None:
        async with aiohttp.ClientSession() as session:
            lives = [asyncio.create_task(pad.live(session)) for pad in self.twins.values()]
            await self._stop.wait()
            for life in lives:
                life.cancel()
            await asyncio.gather(*lives, return_exceptions=True)
            for pad in self.twins.values():
                await pad._off()
