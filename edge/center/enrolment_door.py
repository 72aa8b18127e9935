"""Where halls' boxes come for their certificates: HTTPS, and nothing of the fleet behind it."""

import asyncio
import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from edge import wary
from edge.center.enrolments import Enrolments, Issued, NotIssued
from edge.center.logins import Tries
from edge.center.site import Site
from edge.center.store import StoreError
from edge.errors import ConfigError
from edge.texts import Texts

log = logging.getLogger(__name__)

MOST_BYTES = 32_768
MOST_TRIES = 60
"""In a minute from one address: a county's halls may all come from the same."""


@dataclass(frozen=True)
class _Refusal(Exception):
    reason: str
    status: int


class EnrolmentDoor:
    """`start` to `stop`; on a thread of its own."""

    def __init__(
        self, enrolments: Enrolments, texts: Texts, listen: str, cert_file: Path, key_file: Path
    ) -> None:
        """`listen`: `HOST:PORT`; port 0: any free one. Raises ConfigError: certificate or key."""
        self._enrolments, self._texts = enrolments, texts
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        try:
            tls.load_cert_chain(cert_file, key_file)
        except OSError as error:
            raise ConfigError([f"center.toml: enrolment: {cert_file}, {key_file}: {error}"]) from error
        self._tries = Tries(MOST_TRIES)
        self._site = Site("center-enrolment", self._app(), listen, tls)

    def start(self) -> int:
        """The port on which it answers. Raises OSError."""
        return self._site.start()

    def stop(self) -> None:
        self._site.stop()

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=MOST_BYTES)
        app.router.add_get("/authority", self._authority)
        app.router.add_post("/certificates", self._enrol)
        app.router.add_post("/renewals", self._renew)
        return app

    # --- the site's thread ----------------------------------------------------------------------------------

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
