"""Where halls' boxes come for their certificates: HTTPS, and nothing of the fleet behind it."""

import asyncio
import logging
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from edge import wary
from edge.center.enrolments import Enrolments, Issued, NotIssued
from edge.center.logins import Tries
from edge.center.store import StoreError
from edge.errors import ConfigError
from edge.texts import Texts

log = logging.getLogger(__name__)

START_S = 10.0
MOST_BYTES = 32_768
MOST_TRIES = 60
"""In a minute from one address: a county's halls may all come from the same."""


@dataclass(frozen=True)
class _Refusal(Exception):
    reason: str
    status: int


class EnrolmentDoor:
    """One thread with its own loop, `start` to `stop`."""

    def __init__(
        self, enrolments: Enrolments, texts: Texts, listen: str, cert_file: Path, key_file: Path
    ) -> None:
        """`listen`: `HOST:PORT`; port 0: any free one. Raises ConfigError: certificate or key."""
        self._enrolments, self._texts = enrolments, texts
        host, _, port = listen.rpartition(":")
        self._host, self._port = host.strip("[]"), int(port)
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        try:
            self._tls.load_cert_chain(cert_file, key_file)
        except OSError as error:
            raise ConfigError([f"center.toml: enrolment: {cert_file}, {key_file}: {error}"]) from error
        self._tries = Tries(MOST_TRIES)
        self._opened: Future[int] = Future()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="center-enrolment")

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
        app = web.Application(client_max_size=MOST_BYTES)
        app.router.add_get("/authority", self._authority)
        app.router.add_post("/certificates", self._enrol)
        app.router.add_post("/renewals", self._renew)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port, ssl_context=self._tls).start()
            self._opened.set_result(runner.addresses[0][1])
            await self._closing.wait()
        finally:
            await runner.cleanup()

    async def _authority(self, request: web.Request) -> web.Response:
        """What a box compares with its code before it says anything."""
        return web.Response(body=self._enrolments.authority.pem(), content_type="application/x-pem-file")

    async def _enrol(self, request: web.Request) -> web.Response:
        def ask(said: dict[str, str]) -> Issued:
            return self._enrolments.enrol(said["hall"], said["code"], said["request"].encode())

        return await self._answer(request, ("hall", "code", "request"), ask)

    async def _renew(self, request: web.Request) -> web.Response:
        def ask(said: dict[str, str]) -> Issued:
            words = said["request"].encode(), said["certificate"].encode(), said["signature"]
            return self._enrolments.renew(*words)

        return await self._answer(request, ("request", "certificate", "signature"), ask)

    async def _answer(
        self, request: web.Request, members: tuple[str, ...], ask: Callable[[dict[str, str]], Issued]
    ) -> web.Response:
        try:
            if not self._tries.may(request.remote or ""):
                raise _Refusal("too_many", 429)
            issued = await asyncio.to_thread(ask, await _said(request, members))
        except NotIssued as no:
            return self._no(str(no), 403)
        except _Refusal as no:
            return self._no(no.reason, no.status)
        except StoreError:
            log.exception("the store does not answer")
            return self._no("center_busy", 503)
        return web.json_response(
            {"certificate": issued.certificate.decode(), "authority": issued.authority.decode()}
        )

    def _no(self, reason: str, status: int) -> web.Response:
        """RFC 9457, as at a hall's own door."""
        said = {"type": "about:blank", "title": reason, "status": status, "reason": reason}
        detail = self._texts.get(f"enroll.no.{reason}")
        return web.json_response(
            {**said, "detail": detail}, status=status, content_type="application/problem+json"
        )


async def _said(request: web.Request, members: tuple[str, ...]) -> dict[str, str]:
    """Raises _Refusal."""
    try:
        said = wary.read_object(await request.read(), MOST_BYTES)
    except (ValueError, web.HTTPRequestEntityTooLarge) as error:
        raise _Refusal("malformed", 400) from error
    if any(not isinstance(said.get(m), str) for m in members):
        raise _Refusal("malformed", 400)
    return {m: said[m] for m in members}
