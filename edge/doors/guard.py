"""Who may come in, and with what: host and origin, media type, size, JSON, and the caller's key."""

import asyncio
from collections.abc import Collection

from aiohttp import web
from pydantic import ValidationError

from edge.doors.bodies import Body, Query
from edge.doors.personal import has_personal_number
from edge.doors.problems import Problem
from edge.hall.words import NO_REQUEST, Request

MOST_BYTES = 256 * 1024
BODY_S = 10.0
"""A caller that has not sent its body by then is let go."""
LONGEST_KEY = 200

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Server": "bianmin",
}


def check_caller(request: web.Request, names: Collection[str]) -> None:
    """Raises Problem `foreign_host` or `foreign_origin`.

    A page of elsewhere can make a browser send requests here, by DNS rebinding even readable ones: its name
    for this door, and its origin, give it away.
    """
    if request.host.lower() not in names:
        raise Problem("foreign_host")
    origin = request.headers.get("Origin")
    if origin is not None and origin.lower().removeprefix("http://") not in names:
        raise Problem("foreign_origin")


async def read_body(request: web.Request, kind: type[Body]) -> Body:
    """The body, checked. Raises Problem (`not_json`, `too_slow`, `bad_json`, `bad_body`), HTTPException."""
    declared = request.headers.get("Content-Type")
    if declared is not None and not _is_json(request):
        raise Problem("not_json")
    try:
        async with asyncio.timeout(BODY_S):
            raw = await request.read()
    except TimeoutError as e:
        raise Problem("too_slow") from e
    if raw and declared is None:
        raise Problem("not_json")
    try:
        return kind.model_validate_json(raw or b"{}")
    except ValidationError as e:
        raise _complaint(e) from e


def read_query(request: web.Request, kind: type[Query]) -> Query:
    """Raises Problem `bad_query`."""
    try:
        return kind.model_validate(dict(request.query))
    except ValidationError as e:
        raise Problem("bad_query", detail=_list(e)) from e


def read_key(request: web.Request, body: Body) -> Request:
    """The caller's idempotency key, scoped to method and path. Raises Problem `bad_key`."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return NO_REQUEST
    is_key = 0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()
    if not is_key or has_personal_number(key):  # it stands in the event that it causes, and travels
        raise Problem("bad_key", most=LONGEST_KEY)
    return Request(f"{request.method} {request.path} {key}", body.digest())


def _is_json(request: web.Request) -> bool:
    return request.content_type == "application/json" and (request.charset or "utf-8").lower() in (
        "utf-8",
        "utf8",
    )


def _complaint(error: ValidationError) -> Problem:
    kinds = {e["type"] for e in error.errors(include_url=False, include_context=False, include_input=False)}
    return Problem("bad_json" if "json_invalid" in kinds else "bad_body", detail=_list(error))


def _list(error: ValidationError) -> str:
    """Every complaint: `score: Input should be less than or equal to 5`."""
    return "; ".join(
        f"{'.'.join(map(str, e['loc'])) or 'body'}: {e['msg']}"
        for e in error.errors(include_url=False, include_context=False, include_input=False)[:10]
    )
