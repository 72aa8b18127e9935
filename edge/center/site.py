"""Serves an application to browsers and boxes: one thread with its own loop, `start` to `stop`."""

import asyncio
import ssl
import threading
from concurrent.futures import Future

from aiohttp import web

START_S = 10.0
END_S = 2.0
"""How long open answers may take once it stops."""


class Site:
    def __init__(
        self, name: str, app: web.Application, listen: str, tls: ssl.SSLContext | None = None
    ) -> None:
        """`name`: the thread's; `listen`: `HOST:PORT`; port 0: any free one."""
        self._app, self._tls = app, tls
        host, _, port = listen.rpartition(":")
        self._host, self._port = host.strip("[]"), int(port)
        self._opened: Future[int] = Future()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name=name)

    def start(self) -> int:
        """The port on which it answers. Raises OSError."""
        self._thread.start()
        return self._opened.result(START_S)

    def stop(self) -> None:
        if self._loop is not None and self._closing is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._closing.set)
        if self._thread.ident is not None:
            self._thread.join()

    # --- its thread -----------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as error:
            self._opened.set_exception(error)

    async def _serve(self) -> None:
        self._loop, self._closing = asyncio.get_running_loop(), asyncio.Event()
        runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=END_S)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port, ssl_context=self._tls).start()
            self._opened.set_result(runner.addresses[0][1])
            await self._closing.wait()
        finally:
            await runner.cleanup()
