"""Every route of the table: it is there, it is described, and it answers as described."""

import json
import re
from base64 import b64encode
from typing import Any

import jsonschema
import pytest
from conftest import Caller, House

from drivers.readings import CardShown, Scanned
from edge.doors.routes import ROUTES
from edge.doors.shots import PNG
from edge.hall.event_json import EVENTS
from edge.hall.events import SlipUnknown
from edge.hall.reasons import No

Json = dict[str, Any]


@pytest.fixture
def document(ask: Caller) -> Json:
    return ask.get("/api/v1/openapi.json").json


def operation_of(document: Json, method: str, path: str) -> Json:
    """The operation that a real path belongs to."""
    for template, operations in document["paths"].items():
        pattern = re.sub(r"\{\w+\}", "[^/]+", template)
        if re.fullmatch(pattern, path.partition("?")[0]) and method.lower() in operations:
            return operations[method.lower()]
    raise AssertionError(f"{method} {path} is not described")


def check_answer(
    document: Json,
    ask: Caller,
    method: str,
    path: str,
    body: Json | None = None,
    headers: Json | None = None,
) -> Json:
    """Ask, and hold the answer against its description: the status, the media type and the schema."""
    answer = ask(method, path, body, headers)
    operation = operation_of(document, method, path)
    described = operation["responses"].get(str(answer.status))
    assert described, f"{method} {path}: {answer.status} is not described: {answer.content!r}"
    media = answer.headers["Content-Type"].partition(";")[0]
    schema = described["content"][media]["schema"]
    whole = {
        "$ref": "#/s",
        "s": strict(schema),
        "components": {"schemas": strict(document["components"]["schemas"])},
    }
    jsonschema.Draft202012Validator(whole).validate(answer.json)
    return answer.json


def strict(schema: Any) -> Any:
    """The same schema, which takes nothing that it does not name."""
    if isinstance(schema, list):
        return [strict(s) for s in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {k: strict(v) for k, v in schema.items()}
    if inner.get("type") == "object" and "properties" in inner and "additionalProperties" not in inner:
        inner["additionalProperties"] = False
    return inner


def test_the_document_has_every_route_and_no_other(document: Json) -> None:
    described = {(m.upper(), p) for p, ms in document["paths"].items() for m in ms}
    assert described == {(r.method, r.path) for r in ROUTES}
    ids = [o["operationId"] for ms in document["paths"].values() for o in ms.values()]
    assert len(ids) == len(set(ids))


def test_the_door_serves_exactly_the_described_methods(document: Json, ask: Caller) -> None:
    for template, operations in document["paths"].items():
        path = re.sub(r"\{\w+\}", "1", template)
        answer = ask("DELETE", path)
        assert answer.reason == "wrong_method"
        assert set(answer.headers["Allow"].split(",")) == {m.upper() for m in operations}, path


def test_the_document_is_openapi_3_1_with_sound_schemas(document: Json) -> None:
    assert document["openapi"] == "3.1.0"
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    refs = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert refs <= set(document["components"]["schemas"])


def test_the_document_lists_every_event_type_and_every_reason_with_its_sentence(document: Json) -> None:
    assert set(document["x-events"]) == set(EVENTS)
    assert set(document["x-reasons"]["hall"]) == {str(no) for no in No}
    for reasons in document["x-reasons"].values():
        for reason, said in reasons.items():
            assert said["text"], f"no sentence for {reason}"


def test_every_json_answer_is_as_described(document: Json, house: House) -> None:
    ask = house.ask
    asked = set()

    def check(method: str, path: str, body: Json | None = None, headers: Json | None = None) -> Json:
        asked.add(operation_of(document, method, path)["operationId"])
        return check_answer(document, ask, method, path, body, headers)

    def verb(counter: str, name: str, body: Json | None = None) -> Json:
        return check("POST", f"/api/v1/counters/{counter}/{name}", body)["counter"]

    assert check("GET", "/healthz") == {"status": "ok"}
    assert check("GET", "/api/v1/hall")["name"] == "站街镇便民服务中心"
    assert check("GET", "/api/v1/health")["uplink"]["lag"] == 7
    assert check("GET", "/api/v1/guides?q=dibao") == {"guides": []}
    assert check("GET", "/api/v1/guides?q=zdsh")["guides"][0]["id"] == "dibao"
    assert check("GET", "/api/v1/guides/dibao")["guide"]["name"] == "最低生活保障金审核"
    assert check("POST", "/api/v1/screens/hall-1/alive", {"frames": 25})["screen"]["name"] == "hall-1"

    first = check("POST", "/api/v1/tickets", {"service": "social", "kiosk": "k1", "item": "shebao"})["ticket"]
    assert (first["number"], first["ahead"], first["paper"]) == ("A001", 0, "queued")
    for service in ("social", "social", "relief", "relief"):
        check("POST", "/api/v1/tickets", {"service": service})
    assert check("GET", f"/api/v1/tickets/{first['id']}")["ticket"]["history"][0]["what"] == "issued"
    assert check("GET", "/api/v1/tickets/a1")["ticket"]["id"] == first["id"]
    assert check("POST", f"/api/v1/tickets/{first['id']}/reprint")["reason"] == "slip_busy"
    assert (
        check("POST", f"/api/v1/tickets/{first['id']}/paper", {"state": "printed"})["reason"]
        == "slip_not_unknown"
    )

    assert verb("1", "open")["state"] == "open"
    assert verb("1", "sign-in", {"staff": "102"})["staff"] == "102"
    assert check("GET", "/api/v1/counters/1/why")["next"]["number"] == "A001"
    assert verb("1", "next")["ticket"] == {"id": first["id"], "number": "A001"}
    assert verb("1", "recall")["calls"] == 2
    assert verb("1", "start", {"item": "shebao"})["state"] == "serving"
    assert verb("1", "hold")["ticket"] is None
    assert verb("1", "resume")["ticket"]["number"] == "A001"
    assert verb("1", "finish", {"outcome": "accepted", "cases": ["2026-1"]})["state"] == "open"
    assert verb("1", "call", {"ticket": "A003"})["ticket"]["number"] == "A003"
    assert verb("1", "no-show")["ticket"] is None
    assert verb("1", "next")["ticket"]["number"] == "A002"
    assert verb("1", "transfer", {"counter": "3"})["ticket"] is None
    assert verb("1", "pause", {"reason": "lunch"})["state"] == "paused"
    assert verb("2", "cover", {"at": "1"})["served_at"] == "1"
    assert verb("2", "uncover")["served_at"] == ""
    assert verb("1", "sign-out")["staff"] == ""
    assert verb("1", "close")["state"] == "closed"
    verb("3", "open")
    keyed = check("POST", "/api/v1/hall/key-in", {"number": "h1", "service": "relief", "taken_at": "09:40"})
    assert (keyed["ticket"]["number"], keyed["ticket"]["by_hand"]) == ("H01", True)
    assert verb("3", "call", {"ticket": "H01"})["state"] == "calling"
    assert verb("3", "undo")["state"] == "open"
    verb("3", "call", {"ticket": "H01"})
    said = check("POST", "/api/v1/counters/3/said", {"call": house.registrar.view.calls[0].seq})
    assert said["counter"]["state"] == "calling"
    assert check("POST", "/api/v1/counters/3/undo")["reason"] == "call_said"
    verb("3", "finish")
    assert verb("3", "reopen")["ticket"]["number"] == "H01"
    asked_for = check("POST", "/api/v1/hall/print-waiting")
    assert (asked_for["paper"]["state"], asked_for["waiting"][0]["number"]) == ("queued", "A002")
    assert len(check("GET", "/api/v1/hall/waiting")["waiting"]) == 4
    verb("3", "close")

    told = check("POST", "/api/v1/screens/wall/picture", {"wanted": "x", "png": b64encode(PNG).decode()})
    assert told == {"taken": False}
    code = house.codes.code(first["id"])
    rated = check("POST", "/api/v1/ratings", {"code": code, "score": 5, "tags": ["quick"]})
    assert rated == {"rating": {"ticket": first["id"], "score": 5}}
    assert check("POST", "/api/v1/counters/3/captures")["capture"]["id"] == "capture-1"
    assert check("GET", "/api/v1/counters/3/captures") == {"captures": []}
    page = {"counter": "3", "item": "dibao", "material": 1}
    assert check("POST", "/api/v1/captures/capture-1/move", page)["page"]["material"] == 1
    assert check("POST", "/api/v1/captures/capture-1/remove", {"counter": "3"}) == {}
    assert check("POST", "/api/v1/captures/capture-1/remove")["reason"] == "no_capture"
    assert check("POST", "/api/v1/counters/3/camera/auto", {"on": True})["camera"]["auto"] is True
    bad = check("POST", "/api/v1/counters/3/captures", {"check": True})
    assert (bad["reason"], bad["faults"]) == ("page_not_good", "blurred,glare")
    assert "画面模糊" in bad["detail"] and "有反光" in bad["detail"]
    checklist = check("GET", f"/api/v1/tickets/{first['id']}/checklist?item=dibao")["checklist"]
    assert checklist["missing"] == [m["number"] for m in checklist["materials"]]
    assert check("POST", "/api/v1/tickets/B002/cancel")["ticket"]["state"] == "cancelled"
    left = check("POST", "/api/v1/day/numbers", {"service": "relief", "last": 900})["services"]
    assert {"service": "relief", "left": 99} in left and house.ask.take("relief")["number"] == "B901"
    served = check("POST", "/api/v1/hall/served-by-hand", {"service": "relief", "up_to": "B001"})
    assert len(served["tickets"]) == 1
    assert check("POST", "/api/v1/hall/clear")["reason"] == "no_cut"
    assert check("POST", "/api/v1/day/open", {"date": "2020-01-01", "time": "08:30"})["reason"]
    lost = house.ask.take("social", kiosk="k1")
    house.registrar.note(SlipUnknown(ticket=lost["id"], printer="printer-1", code="offline"))
    assert check("GET", "/api/v1/hall/slips")["slips"][0]["number"] == lost["number"]
    assert check("POST", "/api/v1/day/close")["day"] == "2026-11-23"

    assert check("POST", "/api/v1/hall/help", {"kiosk": "k1"})["desk"]["general"] == ["3"]
    help_id = house.registrar.view.desk.helps[0].id
    assert check("POST", f"/api/v1/hall/help/{help_id}/answer", {"counter": "3"})["desk"]["helps"] == []
    assert check("GET", "/api/v1/about")["complaint_place"] == "大厅门口意见箱"
    signed = check("POST", "/api/v1/staff/sign-on", {"staff": "130", "pin": "135790", "kiosk": "k1"})
    bearer = {"Authorization": f"Bearer {signed['session']['token']}"}
    assert check("POST", "/api/v1/hall/emergency", {"kind": "suspend"}, bearer)["desk"]["emergency"]
    assert check("POST", "/api/v1/hall/emergency/end", {}, bearer)["desk"]["emergency"] is None
    assert check("POST", "/api/v1/hall/volume", {"percent": 30}, bearer)["desk"]["volume"] == 30
    assert check("POST", "/api/v1/kiosks/k1/pause", {}, bearer)["desk"]["paused"] == ["k1"]
    assert check("POST", "/api/v1/kiosks/k1/resume", {}, bearer)["desk"]["paused"] == []
    assert check("POST", "/api/v1/printers/paper-changed", {}, bearer)["desk"]["rolls"][0]["slips"] == 0
    assert check("POST", "/api/v1/printers/test", {"kiosk": "k1"}, bearer)["paper"]["state"] == "queued"
    assert check("POST", "/api/v1/guides/dibao/print", {"kiosk": "k1"})["reason"] == "paper_busy"
    assert check("POST", "/api/v1/box/restart", {}, bearer)["reason"] == "not_here"
    wish = {"name": "2 号窗口电脑", "kind": "counter", "counter": "2"}
    assert check("POST", "/api/v1/pairings", wish, bearer)["reason"] == "not_on_lan"
    assert check("POST", "/api/v1/pair", {"code": "12345678"})["reason"] == "wrong_pairing_code"
    assert check("GET", "/api/v1/pairings") == {"paired": [], "on_lan": False}
    assert check("GET", "/api/v1/paired") == {"paired": None}
    assert check("POST", "/api/v1/pairings/gone/revoke", {}, bearer)["reason"] == "no_pairing"
    assert check("POST", "/api/v1/staff/sign-off", {}, bearer) == {}
    assert check("GET", "/api/v1/guides/groups") == {"departments": [], "events": [], "words": []}
    house.ears.heard("card-1", CardShown("11010519491231002X", "测＊甲"))
    assert check("GET", "/api/v1/counters/1/card")["card"]["name"] == "测＊甲"
    house.ears.heard("scanner-k1", Scanned(house.codes.code(first["id"])))
    assert check("GET", "/api/v1/kiosks/k1/scan")["scan"]["number"] == "A001"
    assert check("GET", "/api/v1/hall")["scans"][0]["ticket"] == first["id"]
    entries = check("GET", "/api/v1/events?after=0&limit=5")
    assert [e["sequence"] for e in entries["events"]] == ["1", "2", "3", "4", "5"]
    assert entries["head"] == house.journal.head

    json_answers = {r.name for r in ROUTES if r.media == "application/json"} - {"get_openapi_json"}
    assert asked == json_answers, f"never asked: {json_answers - asked}"


def test_each_event_of_a_visit_is_as_the_document_says(document: Json, house: House) -> None:
    house.ask.take()
    for verb in ("open", "next", "start"):
        house.ask.post(f"/api/v1/counters/1/{verb}", key=f"key-{verb}")
    entries = house.ask.get("/api/v1/events").json["events"]
    assert {"bianmin.ticket.issued", "bianmin.ticket.called"} <= {e["type"] for e in entries}
    components = {"schemas": strict(document["components"]["schemas"])}
    for entry in entries:
        whole = {**document["x-events"][entry["type"]], "components": components}
        jsonschema.Draft202012Validator(whole).validate(entry["data"])


def test_metrics_are_prometheus_text_with_queues_devices_and_lag(house: House) -> None:
    house.ask.take()
    house.ask.post("/api/v1/screens/hall-1/alive", {"frames": 1})
    answer = house.ask.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain")
    text = answer.content.decode()
    for line in (
        'bianmin_waiting{service="social"} 1.0',
        'bianmin_counter{counter="1",state="closed"} 1.0',
        'bianmin_device{device="camera-1",kind="camera",state="down"} 1.0',
        "bianmin_uplink_lag 7.0",
    ):
        assert line in text.splitlines()
    assert 'bianmin_screen_age_seconds{screen="hall-1"}' in text


def test_a_stored_page_is_handed_out_as_it_is(ask: Caller) -> None:
    id = ask.post("/api/v1/counters/3/captures").json["capture"]["id"]
    answer = ask.get(f"/api/v1/captures/{id}")
    assert (answer.status, answer.content) == (200, b"\xff\xd8\xff\xd9")
    assert answer.headers["Content-Type"] == "image/jpeg"


def test_a_page_is_for_a_material_and_what_is_missing_is_known(ask: Caller) -> None:
    ask.post("/api/v1/counters/3/open")
    guide = next(g for g in ask.get("/api/v1/guides?limit=500").json["guides"] if g["materials"])
    wish = {"service": guide["service"], "item": guide["id"]}
    ticket = ask.post("/api/v1/tickets", wish).json["ticket"]["id"]
    ask.post("/api/v1/counters/3/call", {"ticket": ticket})
    checked = ask.get(f"/api/v1/tickets/{ticket}/checklist").json["checklist"]
    numbers = [m["number"] for m in checked["materials"]]
    assert (checked["missing"], checked["others"]) == (numbers, [])
    assert [m["text"] for m in checked["materials"]] == list(guide["materials"])
    taken = ask.post("/api/v1/counters/3/captures", {"material": 1}).json["capture"]
    assert (taken["item"], taken["material"], taken["ticket"]) == (guide["id"], 1, ticket)
    loose = ask.post("/api/v1/counters/3/captures").json["capture"]
    checked = ask.get(f"/api/v1/tickets/{ticket}/checklist").json["checklist"]
    assert checked["missing"] == numbers[1:]
    assert checked["materials"][0]["captures"] == [taken["id"]]
    assert checked["others"] == [loose["id"]]
    listed = ask.get("/api/v1/counters/3/captures").json["captures"]
    assert [p["id"] for p in listed] == [taken["id"], loose["id"]]
    assert ask.get(f"/api/v1/captures/{taken['id']}?counter=3").status == 200
    others = ask.get(f"/api/v1/captures/{taken['id']}?counter=1")
    assert (others.status, others.reason) == (403, "other_counters")
    assert ask.post("/api/v1/counters/3/captures", {"material": 99}).json["reason"] == "no_material"
    assert ask.get(f"/api/v1/tickets/{ticket}/checklist?item=none").json["reason"] == "no_guide"


def test_the_page_and_all_that_it_needs_come_from_the_door_itself(ask: Caller) -> None:
    page = ask.get("/")
    assert page.headers["Content-Type"].startswith("text/html")
    assert page.headers["Content-Security-Policy"].startswith("default-src 'self'")
    html = page.content.decode()
    assert "社保窗口" in html
    needed = re.findall(r'<(?:link|script|img)[^>]* (?:src|href)="([^"]+)"', html)
    assert needed and all(path.startswith("/pages/") for path in needed)
    for path in needed:
        assert ask.get(path).status == 200
    assert ask.get("/pages/..%2Fhttp.py").reason == "no_such_path"


def test_a_screen_that_says_that_it_draws_is_known_to_health(house: House) -> None:
    house.ask.post("/api/v1/screens/hall-1/alive", {"frames": 3})
    screens = house.ask.get("/api/v1/health").json["screens"]
    assert [(s["name"], s["frames"]) for s in screens] == [("hall-1", 3)]
    for n in range(40):
        answer = house.ask.post(f"/api/v1/screens/s{n}/alive")
    assert answer.reason == "too_many_screens"


def test_healthz_says_503_only_when_the_journal_cannot_be_written(house: House) -> None:
    assert house.ask.get("/healthz").status == 200
    house.journal.close()
    refused = house.ask.post("/api/v1/tickets", {"service": "social"})
    assert (refused.status, refused.reason) == (503, "disk_failed")
    health = house.ask.get("/healthz")
    assert (health.status, health.reason) == (503, "registrar_failed")
    assert house.ask.get("/api/v1/hall").status == 200
    events = house.ask.get("/api/v1/events")
    assert (events.status, events.reason) == (503, "disk_failed")
