"""The fleet for a browser and for machines: pages, JSON, metrics; behind a login where there is one."""

import asyncio
import base64
import binascii
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from edge.center.center import Center
from edge.center.fleet import Fleet, HallNow
from edge.center.logins import SESSION_S, Logins
from edge.center.metrics import MEDIA, metrics_text
from edge.center.settings import LOOPBACK
from edge.center.site import Site
from edge.center.store import StoreError
from edge.texts import Texts

log = logging.getLogger(__name__)

_FOLDER = Path(__file__).parent / "pages"
COOKIE = "bianmin_center"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_OPEN = ("/login", "/healthz", "/center.css", "/center.js", "/icon.svg")
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Web:
    """`start` to `stop`; on a thread of its own."""

    def __init__(self, center: Center, texts: Texts) -> None:
        self._center = center
        self._fleet = Fleet(center.store, center.settings)
        self._logins = Logins(center.settings.login)
        self._texts = texts
        self._zone = center.settings.hours.zone
        self._pages = Environment(
            loader=FileSystemLoader(_FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._site = Site("center-web", self._app(), center.settings.center.listen)

    def start(self) -> int:
        """The port on which it answers. Raises OSError."""
        return self._site.start()

    def stop(self) -> None:
        self._site.stop()

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=65_536, middlewares=[self._manners])
        app.router.add_get("/", self._fleet_page)
        app.router.add_get("/halls/{county}/{code}", self._hall_page)
        app.router.add_get("/api/v1/fleet", self._fleet_json)
        app.router.add_get("/api/v1/halls/{county}/{code}", self._hall_json)
        app.router.add_get("/metrics", self._metrics)
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/login", self._login_page)
        app.router.add_post("/login", self._login)
        app.router.add_post("/logout", self._logout)
        for name in ("center.css", "center.js", "icon.svg"):
            app.router.add_get(f"/{name}", self._file(name))
        return app

    # --- the site's thread ----------------------------------------------------------------------------------

    @web.middleware
    async def _manners(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        try:
            if self._logins.is_open and request.host.rpartition(":")[0] not in LOOPBACK:
                raise web.HTTPForbidden  # a page elsewhere that leads a browser here by a name of its own
            if request.path in _OPEN or await self._is_let_in(request):
                response = await handler(request)
            elif request.path.startswith(("/api/", "/metrics")):
                response = web.json_response({"reason": "login"}, status=401)
                response.headers["WWW-Authenticate"] = 'Basic realm="bianmin"'
            else:
                response = web.Response(status=303, headers={"Location": "/login"})
        except web.HTTPException as no:
            response = web.Response(text=no.reason, status=no.status)
        except StoreError:
            log.exception("the store does not answer")
            response = web.Response(text=self._texts.get("center.store_down"), status=503)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    async def _is_let_in(self, request: web.Request) -> bool:
        if self._logins.is_open or self._logins.holds(request.cookies.get(COOKIE, "")):
            return True
        name, password = _basic(request.headers.get("Authorization", ""))
        if not name or not self._logins.may_try(request.remote or ""):
            return False
        return await asyncio.to_thread(self._logins.is_known, name, password)

    # --- pages ----------------------------------------------------------------------------------------------

    async def _fleet_page(self, request: web.Request) -> web.Response:
        halls = await asyncio.to_thread(self._fleet.halls)
        return self._page("fleet.html", halls=halls, receiver=self._center.receiver.status())

    async def _hall_page(self, request: web.Request) -> web.Response:
        hall = await self._known(request)
        events = await asyncio.to_thread(self._fleet.last_events, hall.journal)
        return self._page("hall.html", hall=hall, events=events)

    async def _login_page(self, request: web.Request) -> web.Response:
        return self._page("login.html", wrong=False)

    async def _login(self, request: web.Request) -> web.Response:
        said = await request.post()
        name, password = str(said.get("name", "")), str(said.get("password", ""))
        may = self._logins.may_try(request.remote or "")
        if not may or not await asyncio.to_thread(self._logins.is_known, name, password):
            return self._page("login.html", status=403 if may else 429, wrong=True)
        response = web.Response(status=303, headers={"Location": "/"})
        response.set_cookie(
            COOKIE,
            self._logins.begin(),
            max_age=int(SESSION_S),
            httponly=True,
            samesite="Strict",
            secure=request.secure,
        )
        return response

    async def _logout(self, request: web.Request) -> web.Response:
        self._logins.end(request.cookies.get(COOKIE, ""))
        response = web.Response(status=303, headers={"Location": "/login"})
        response.del_cookie(COOKIE)
        return response

    def _page(self, name: str, status: int = 200, **facts: Any) -> web.Response:
        html = self._pages.get_template(name).render(
            t=lambda key, **f: self._texts.get(f"center.{key}", **f),
            known=self._known_word,
            county=self._center.settings.center,
            at=self._at,
            logged_in=not self._logins.is_open,
            **facts,
        )
        return web.Response(text=html, status=status, content_type="text/html", charset="utf-8")

    def _known_word(self, section: str, word: object) -> str:
        """Our word for a hall's key; a newer hall's key that we have none for stays as it is."""
        return self._texts.phrases.get(f"{section}{word}", str(word))

    def _at(self, iso: str) -> str:
        """A moment as people of the county read it; what is no moment is shown as it is."""
        try:
            return datetime.fromisoformat(iso).astimezone(self._zone).strftime("%m-%d %H:%M:%S")
        except (ValueError, OverflowError):
            return iso

    def _file(self, name: str) -> _Handler:
        async def serve(request: web.Request) -> web.StreamResponse:
            return web.FileResponse(_FOLDER / name)

        return serve

    # --- machines -------------------------------------------------------------------------------------------

    async def _fleet_json(self, request: web.Request) -> web.Response:
        halls = await asyncio.to_thread(self._fleet.halls)
        said = {"halls": [h.to_json() for h in halls], "receiver": self._center.receiver.status()}
        return web.json_response(said, dumps=_dumps)

    async def _hall_json(self, request: web.Request) -> web.Response:
        hall = await self._known(request)
        events = await asyncio.to_thread(self._fleet.last_events, hall.journal)
        return web.json_response({"hall": hall.to_json(), "events": [vars(e) for e in events]}, dumps=_dumps)

    async def _metrics(self, request: web.Request) -> web.Response:
        halls = await asyncio.to_thread(self._fleet.halls)
        text = metrics_text(halls, self._center.receiver.status())
        return web.Response(body=text, headers={"Content-Type": MEDIA})

    async def _healthz(self, request: web.Request) -> web.Response:
        return web.json_response({"status": "ok", "connected": self._center.receiver.status()["connected"]})

    async def _known(self, request: web.Request) -> HallNow:
        name = f"{request.match_info['county']}/{request.match_info['code']}"
        hall = await asyncio.to_thread(self._fleet.hall, name)
        if hall is None:
            raise web.HTTPNotFound
        return hall


def _basic(header: str) -> tuple[str, str]:
    """Name and password of `Authorization: Basic …` (RFC 7617); empty ones of anything else."""
    kind, _, value = header.partition(" ")
    if kind.lower() != "basic":
        return "", ""
    try:
        name, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return name, password


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
