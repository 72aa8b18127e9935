"""Nothing personal travels: every event type is walked field by field, and every door is tried with a name.

Names, numbers of cards and phones, and what citizens write never stand in an event (contract.md §4), nor in
health, inventory, the log's tail or settings shown. What is only a short word of a clerk can hold a name that
nobody recognises; the list below says where that is, and why it is borne.
"""

import dataclasses
import json
import logging
import tomllib
import types
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints
from urllib.parse import quote

import pytest

from drivers.readings import CardShown, Scanned
from edge.client import Client
from edge.clock import system_clock
from edge.daemon import Daemon
from edge.doors.personal import has_personal_number
from edge.doors.routes import ROUTES
from edge.hall.event_json import EVENTS
from edge.hall.words import By, Door
from edge.journal import entries_after
from edge.readers.again import Again
from edge.readers.doings import Doings
from edge.settings import load
from tests.backup.box import DEMO

LIST = "one of a closed list of words"
SETTINGS = "an id out of the hall's settings, and nothing else is taken"
MADE = "made by this program: a number, a time, a random or running id"
DIGEST = "a digest that says nothing without the hall's key, or of bytes that stay here"
STAFF = "a staff number, never a name"
COUNTY = "the county's own word"
CLERK = "a clerk's short word; numbers of persons are refused at the door"
GUIDE = "a guide's id as a screen sends it; numbers of persons are refused at the door"
NOBODYS = {
    "at": MADE,
    "begins": COUNTY,
    "boot": MADE,
    "by.device": SETTINGS,
    "by.door": LIST,
    "by.staff": STAFF,
    "capture": MADE,
    "captures": MADE,
    "card": DIGEST,
    "cases": CLERK,
    "code": LIST,
    "command": COUNTY,
    "counter": SETTINGS,
    "counters.of": SETTINGS,
    "date": MADE,
    "device": SETTINGS,
    "devices.counter": SETTINGS,
    "devices.driver": SETTINGS,
    "devices.id": SETTINGS,
    "devices.kind": LIST,
    "digest": DIGEST,
    "does": LIST,
    "ends": COUNTY,
    "former": MADE,
    "guide": SETTINGS,
    "help": MADE,
    "issued_at": MADE,
    "issued_boot": MADE,
    "issued_day": MADE,
    "item": GUIDE,
    "kind": LIST,
    "kiosk": SETTINGS,
    "list": MADE,
    "notice": COUNTY,
    "number": MADE,
    "original": DIGEST,
    "outcome": LIST,
    "paper": MADE,
    "printer": SETTINGS,
    "priority": SETTINGS,
    "reason": LIST,
    "request.digest": DIGEST,
    "request.key": CLERK,
    "service": SETTINGS,
    "services": SETTINGS,
    "services.of": SETTINGS,
    "signed_by": SETTINGS,
    "source": "name and line of a terminal's file",
    "staff": STAFF,
    "state": LIST,
    "tags": CLERK,
    "taken_at": MADE,
    "ticket": MADE,
    "to": LIST,
    "to_counter": SETTINGS,
    "total.of": SETTINGS,
    "version": MADE,
    "way": LIST,
    "what": LIST,
    "why": LIST,
}
TEXTS = {
    "bianmin.notice.set": COUNTY,
    "bianmin.service.rated": "the id of a sealed text in the side store, never the text",
}
"""Where a field is called `text`."""

NAME, PHONE, CARD = "欧阳示例", "13900001234", "51000019900101123X"
WORD = f"{NAME}{PHONE}"


def leaves(hint: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every plain value that a value of this type may hold, with the names that lead to it."""
    if get_origin(hint) in (tuple, Union, types.UnionType):
        for inner in set(get_args(hint)) - {Ellipsis, types.NoneType}:
            yield from leaves(inner, path)
    elif dataclasses.is_dataclass(hint):
        hints = get_type_hints(hint)
        for field in dataclasses.fields(hint):
            yield from leaves(hints[field.name], f"{path}.{field.name}".strip("."))
    else:
        yield path, hint


def test_every_text_of_every_event_type_is_said_to_be_nobodys() -> None:
    """A new field fails here until somebody has said why it holds nothing of a person."""
    texts = {(type_, path) for type_, cls in EVENTS.items() for path, hint in leaves(cls) if not number(hint)}
    assert {type_ for type_, path in texts if path == "text"} == set(TEXTS)
    named = {path for _, path in texts} - {"text"}
    assert named == set(NOBODYS), f"new: {named - set(NOBODYS)}; gone: {set(NOBODYS) - named}"
    assert len(EVENTS) > 70


def number(hint: Any) -> bool:
    return hint in (int, float, bool)


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[tuple[Daemon, Client, Path]]:
    """The demo's hall in this process, its log written down."""
    log, root = logging.FileHandler(tmp_path / "daemon.log", encoding="utf-8"), logging.getLogger()
    root.addHandler(log)
    made = Daemon(load(DEMO), tmp_path / "data", system_clock("Asia/Shanghai"))
    try:
        yield made, Client(made.start(0)), tmp_path
    finally:
        made.stop()
        root.removeHandler(log)
        log.close()


def test_a_person_s_words_at_every_door_reach_no_entry_no_log_and_no_report(
    daemon: tuple[Daemon, Client, Path],
) -> None:
    box, client, folder = daemon
    ears = box._supervisor._threads[0]._listener
    ears.heard("card-1", CardShown(CARD, "欧阳＊＊"))
    ears.heard("scanner-1", Scanned(f"{WORD} {CARD}"))
    _a_visit_with_words(box, client)
    _every_field_of_every_call(client)
    travelled = [
        json.dumps(e.cloud(), ensure_ascii=False) for e in entries_after(folder / "data" / "journal.db", 0)
    ]
    types_seen = {json.loads(t)["type"] for t in travelled}
    assert {"bianmin.service.rated", "bianmin.service.finished", "bianmin.ticket.issued"} <= types_seen
    names = [s["name"] for s in tomllib.loads((DEMO / "staff.toml").read_text("utf-8"))["staff"].values()]
    log = (folder / "daemon.log").read_text("utf-8")
    for secret in (NAME, PHONE, CARD, *names):
        assert [t[:600] for t in travelled if secret in t] == [], secret
        assert secret not in log, secret
        for told in (box._health.facts(), box._inventory()):
            assert secret not in json.dumps(told, ensure_ascii=False, default=str), secret
    _county_sees_nothing(box, client, [NAME, PHONE, CARD, *names])


def _a_visit_with_words(box: Daemon, client: Client) -> None:
    """From the number to the rating, and whoever can say something says too much."""
    client.post("/api/v1/counters/2/open")
    client.post("/api/v1/counters/2/sign-in", {"staff": NAME})
    card = {"service": "social", "card": "0" * 32, "kiosk": "k1"}
    assert client.post("/api/v1/tickets", card, f"{PHONE}")[0] == 400
    assert client.post("/api/v1/tickets", card, f"visit/{CARD}")[0] == 400
    status, taken = client.post("/api/v1/tickets", card, "a-key")
    assert status == 201
    assert client.post("/api/v1/counters/2/next")[0] == 200
    assert client.post("/api/v1/counters/2/start", {"item": WORD})[0] == 422
    client.post("/api/v1/counters/2/start")
    for case in (PHONE, CARD, f"案 {CARD}"):
        assert client.post("/api/v1/counters/2/finish", {"cases": [case]})[0] == 422
    assert client.post("/api/v1/counters/2/finish", {"cases": ["2026-1", "510823202611220001"]})[0] == 200
    code = box._codes.code(taken["ticket"]["id"])
    rating = {"code": code, "score": 1, "text": f"{WORD}：态度不好 {CARD}"}
    assert client.post("/api/v1/ratings", {**rating, "tags": [PHONE]})[0] == 422
    assert client.post("/api/v1/ratings", {**rating, "tags": ["slow"]})[0] == 201


def _every_field_of_every_call(client: Client) -> None:
    """Each text of each body, and each word of a path, is once a person's; the answer does not matter."""
    good = {"service": "social", "counter": "2", "code": "0000", "score": 3, "number": "H01", "at": "3"}
    good |= {"up_to": "A001", "ticket": "A001", "staff": "101", "pin": "2468", "kind": "suspend"}
    for route in (r for r in ROUTES if r.method == "POST"):
        texts = route.takes.model_json_schema()["properties"] if route.takes.model_fields else {}
        base = {k: v for k, v in good.items() if k in texts}
        wrong = [{**base, k: [WORD] if "items" in v else WORD} for k, v in texts.items() if k != "service"]
        for body in (base, *wrong):
            client.post(route.path.format(id="2", name="k1", what="nothing", n="1"), body)
        client.post(route.path.format(id=quote(WORD), name=quote(WORD), what=quote(WORD), n="1"), base)


def _county_sees_nothing(box: Daemon, client: Client, secrets: list[str]) -> None:
    """What may be asked for by command."""
    nobody: Any = None
    doings = Doings(
        box._registrar, DEMO, Again(), restart=nobody, log=box._log, timezone=nobody, screenshot=nobody
    ).table()
    by = By(Door.CENTER)
    said = [doings[name](args, by) for name, args in (("log.tail", {"lines": 200}), ("config.show", {}))]
    text = json.dumps(said, ensure_ascii=False)
    assert len(text) > 1000 and [s for s in secrets if s in text] == []


@pytest.mark.parametrize(
    ("text", "is_personal"),
    [
        ("51000019900101123X", True),
        ("案51000019900101123x号", True),
        ("510000199001011234", False),
        ("510823202611220001", False),
        ("13900001234", True),
        ("+86 13900001234", True),
        ("12345678901", False),
        ("7f139000012345", False),
        ("2026-社-0001", False),
    ],
)
def test_a_number_of_a_person_is_known_by_its_shape_and_check_digit(text: str, is_personal: bool) -> None:
    assert has_personal_number(text, date(2026, 11, 22)) is is_personal
