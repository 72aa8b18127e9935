"""The door's "no": RFC 9457 problem documents, with a stable reason and a sentence for the person."""

import json
from http import HTTPStatus

from aiohttp import web

from edge.hall.reasons import No
from edge.hall.words import Refused
from edge.registrar import BUG
from edge.texts import Texts

PROBLEM_JSON = "application/problem+json"

STATUS = {
    "bad_json": 400,
    "bad_key": 400,
    "bad_query": 400,
    "bad_request": 400,
    "no_session": 401,
    "wrong_pin": 401,
    "not_paired": 401,
    "no_role": 403,
    "foreign_host": 403,
    "foreign_origin": 403,
    "other_counters": 403,
    "not_for_this_device": 403,
    "no_such_path": 404,
    "no_counter": 404,
    "no_ticket": 404,
    "no_guide": 404,
    "no_capture": 404,
    "no_pages": 404,
    "no_picture": 404,
    "no_pairing": 404,
    "wrong_method": 405,
    "too_slow": 408,
    "no_camera": 409,
    "camera_failed": 409,
    "no_room_for_pages": 409,
    "page_not_good": 409,
    "pages_not_ready": 409,
    "not_here": 409,
    "not_on_lan": 409,
    "too_many_paired": 409,
    "not_of_today": 410,
    "too_large": 413,
    "not_json": 415,
    "bad_body": 422,
    "wrong_code": 422,
    "wrong_pairing_code": 422,
    "no_material": 422,
    "too_many_tries": 429,
    "too_many_screens": 429,
    "internal": 500,
    "disk_failed": 503,
    "registrar_failed": 503,
    "busy": 503,
}
"""What the door itself refuses: reason -> HTTP status."""

WRONG_BODY = frozenset(
    {No.NO_SERVICE, No.NO_COUNTER, No.NO_PRIORITY, No.BAD_NUMBER, No.BAD_STATE, No.BAD_SCORE, No.BAD_DATE}
    | {No.BAD_REASON, No.NO_SUCH_STAFF, No.COVER_NOWHERE, No.BAD_COUNT, No.BAD_TIME}
)
"""The hall's word on a body that can never be right in this hall: 422. All its other refusals are 409."""


_TOLD = ("opens_at", "opens_on")
"""Facts that a machine may want, too."""
_HALLS = frozenset(str(no) for no in No)
_OF_ROOMS = {BUG: "internal"}
NOT_GOOD = "page_not_good"


class Problem(Exception):
    """A refusal by the door itself, before or instead of the hall's."""

    def __init__(self, reason: str, *, headers: dict[str, str] | None = None, **facts: str | int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = STATUS[reason]
        self.headers = headers or {}
        self.facts = facts
        """Values for the sentence's fields."""


def problem_response(problem: Problem, texts: Texts) -> web.Response:
    detail = texts.get(f"door.{problem.reason}", **problem.facts)
    return _response(problem.status, problem.reason, detail, problem.headers)


def refusal_response(refused: Refused, texts: Texts) -> web.Response:
    """The hall's no: 409, or 422 where the request itself was wrong. Other rooms' noes are the door's."""
    reason = _OF_ROOMS.get(refused.reason, refused.reason)
    if reason == NOT_GOOD:
        why = str(refused.facts.get("why", ""))
        detail = texts.get(f"door.{reason}", advice=advice(texts, why))
        return _response(STATUS[reason], reason, detail, {}, {"faults": why})
    if reason in STATUS and reason not in _HALLS:
        return _response(STATUS[reason], reason, texts.get(f"door.{reason}", **refused.facts), {})
    told = {name: str(refused.facts[name]) for name in _TOLD if refused.facts.get(name)}
    told |= {name: str(fact) for name, fact in refused.facts.items() if reason == No.HAS_TICKET}
    return _response(status_of(reason), reason, texts.refusal(reason, refused.facts), {}, told)


def advice(texts: Texts, why: str) -> str:
    """What to do about a page's faults, `blurred,glare`; empty for none."""
    return texts.get("scan.and").join(texts.get(f"scan.fault.{fault}") for fault in why.split(",") if fault)


def status_of(reason: str) -> int:
    return 422 if reason in WRONG_BODY or reason == No.KEY_REUSED else 409


def _response(
    status: int, reason: str, detail: str, headers: dict[str, str], more: dict[str, str] | None = None
) -> web.Response:
    document: dict[str, str | int] = {
        "type": f"urn:bianmin:problem:{reason}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "reason": reason,
        **(more or {}),
    }
    text = json.dumps(document, ensure_ascii=False)
    return web.Response(text=text, status=status, content_type=PROBLEM_JSON, headers=headers)
