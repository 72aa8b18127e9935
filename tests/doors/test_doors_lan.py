"""The door on the hall's network: a stranger gets nothing, and who is paired what he was paired for."""

import re
import socket
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from conftest import Builder, House
from lan_hall import LAN, SETTINGS, Dialler, Hall, code_for, cookie_of, signed_on

from edge.doors.callers import Lan, address_of, is_here
from edge.doors.routes import API, ROUTES, Route
from edge.texts import Texts

OPEN = {("GET", "/healthz"), ("GET", "/pair"), ("POST", "/api/v1/pair"), ("GET", "/pages/{file}")}


@pytest.fixture
def hall(build: Builder) -> Hall:
    house = build(lan=SETTINGS)
    return Hall(house, Dialler(house.port))


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory, texts: Texts) -> Iterator[Hall]:
    """One hall for all refusals: none of them leaves a trace."""
    builder = Builder(tmp_path_factory.mktemp("lan"), texts)
    house = builder(lan=SETTINGS)
    seq = house.journal.head
    yield Hall(house, Dialler(house.port))
    assert house.journal.head == seq, house.types()
    builder.close()


# --- who is calling


@pytest.mark.parametrize(
    ("peer", "dialled", "here"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.9", "127.0.0.1", True),
        ("::1", "::1", True),
        ("::ffff:127.0.0.1", "::ffff:127.0.0.1", True),
        ("192.168.1.7", "192.168.1.20", False),
        ("192.168.1.20", "192.168.1.20", False),
        ("::ffff:192.168.1.7", "::ffff:192.168.1.20", False),
        ("192.168.1.7", "127.0.0.1", False),
        ("127.0.0.1", "192.168.1.20", False),
        ("fe80::1%eth0", "fe80::2%eth0", False),
        ("", "127.0.0.1", False),
    ],
)
def test_only_both_ends_of_a_line_say_that_a_caller_is_on_this_box(
    peer: str, dialled: str, here: bool
) -> None:
    assert is_here(address_of((peer, 50000)), address_of((dialled, 8600))) is here


def test_an_ipv4_caller_of_an_ipv6_socket_is_known_by_its_ipv4_address() -> None:
    assert address_of(("::ffff:192.168.1.7", 1, 0, 0)) == ip_address("192.168.1.7")
    assert address_of("") is None and address_of(None) is None


def test_loopback_needs_no_login_beside_the_open_network(hall: Hall) -> None:
    hall.house.ask.take()
    assert hall.house.ask.post("/api/v1/counters/1/open").status == 200
    assert hall.house.ask.get("/api/v1/hall").status == 200
    assert hall.house.ask.get("/").status == 200


def test_without_the_setting_nobody_answers_on_the_network(house: House) -> None:
    with pytest.raises(ConnectionRefusedError), socket.create_connection((LAN, house.port), timeout=5):
        pass


# --- strangers


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: r.name)
def test_a_stranger_gets_nothing_but_health_and_the_pairing_page(standing: Hall, route: Route) -> None:
    path = re.sub(r"\{\w+\}", "1", route.path)
    answer = standing.stranger(route.method, path, {} if route.method == "POST" else None)
    if (route.method, route.path) in OPEN:
        assert answer.status != 401
    else:
        assert (answer.status, answer.reason) == (401, "not_paired")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_no_header_makes_a_stranger_somebody(standing: Hall) -> None:
    for more in (
        {"X_Forwarded_For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"X_Real_IP": "127.0.0.1"},
        {"Authorization": "Bearer " + "A" * 43},
        {"Authorization": "Basic cm9vdDpyb290"},
        {"Authorization": "Bearer \xff\xfe"},
        {"Cookie": "bianmin-pairing=" + "A" * 43},
        {"Cookie": "bianmin-counter=1.00000000000000000000000000000000"},
    ):
        assert standing.stranger.get("/api/v1/hall", **more).reason == "not_paired", more


def test_what_there_is_is_no_strangers_business(standing: Hall) -> None:
    assert standing.stranger.get("/nowhere").reason == "not_paired"
    assert standing.stranger("DELETE", "/api/v1/hall").reason == "not_paired"


def test_a_strangers_browser_is_sent_to_the_pairing_page(standing: Hall) -> None:
    html = "text/html,application/xhtml+xml,*/*;q=0.8"
    for path in ("/", "/counter/3", "/nowhere"):
        answer = standing.stranger.get(path, Accept=html)
        assert (answer.status, answer.headers["Location"]) == (303, "/pair")
    page = standing.stranger.get("/pair", Accept=html)
    assert page.status == 200 and "配对" in page.content.decode()
    needed = re.findall(r'(?:href|src)="([^"]+)"', page.content.decode())
    assert needed and {standing.stranger.get(path).status for path in needed} == {200}


@pytest.mark.parametrize("name", ["evil.example", "localhost", "127.0.0.1", "127.0.0.3", "[::1]"])
def test_on_the_network_the_box_has_its_own_names_only(standing: Hall, name: str) -> None:
    answer = Dialler(standing.house.port, name=name).get("/healthz")
    assert (answer.status, answer.reason) == (403, "foreign_host")


@pytest.mark.parametrize("name", [LAN, "hall.lan", "HALL.LAN"])
def test_the_box_is_known_by_address_and_by_its_said_name(standing: Hall, name: str) -> None:
    assert Dialler(standing.house.port, name=name).get("/healthz").status == 200


def test_here_the_names_of_the_network_are_foreign(standing: Hall) -> None:
    port = standing.house.port
    assert standing.house.ask.get("/healthz", Host=f"hall.lan:{port}").reason == "foreign_host"
    assert standing.house.ask.get("/healthz", Host=f"{LAN}:{port}").reason == "foreign_host"


def test_a_foreign_page_cannot_use_a_paired_browser(hall: Hall) -> None:
    browser = hall.browser("1")
    port = hall.house.port
    for origin in ("http://evil.example", f"http://localhost:{port}", f"http://hall.lan:{port + 1}", "null"):
        assert browser.post("/api/v1/counters/1/open", Origin=origin).reason == "foreign_origin"
    assert browser.post("/api/v1/counters/1/open", Origin=f"http://{LAN}:{port}").status == 200


# --- codes


def test_a_code_is_made_by_a_person_of_a_role_on_the_box(hall: Hall) -> None:
    wish = {"name": "2 号窗口电脑", "kind": "counter", "counter": "2"}
    assert hall.house.ask.post("/api/v1/pairings", wish).reason == "no_session"
    clerk = signed_on(hall.house, "101", "2468")
    assert hall.house.ask("POST", "/api/v1/pairings", wish, clerk).reason == "no_role"
    keeper = signed_on(hall.house)
    away = hall.browser("1")("POST", "/api/v1/pairings", wish, **keeper)
    assert (away.status, away.reason) == (403, "not_for_this_device")
    assert hall.house.ask("POST", "/api/v1/pairings", {**wish, "counter": "9"}, keeper).reason == "no_counter"
    for bad in ({**wish, "counter": ""}, {**wish, "kind": "screen"}, {**wish, "kind": "kiosk"}):
        assert hall.house.ask("POST", "/api/v1/pairings", bad, keeper).reason == "bad_body"
    said = hall.house.ask("POST", "/api/v1/pairings", wish, keeper).json["pairing_code"]
    assert re.fullmatch(r"[0-9]{8}", said["code"]) and said["valid_s"] == 600


def test_a_code_opens_once(hall: Hall) -> None:
    code = code_for(hall.house)
    assert hall.stranger.post("/api/v1/pair", {"code": f"{code[:4]}-{code[4:]}"}).status == 201
    again = hall.stranger.post("/api/v1/pair", {"code": code})
    assert (again.status, again.reason) == (422, "wrong_pairing_code")


def test_guessing_codes_ends_soon_and_the_box_itself_goes_on(hall: Hall) -> None:
    code = code_for(hall.house)
    wrong = {"code": "00000000" if code != "00000000" else "11111111"}
    reasons = [hall.stranger.post("/api/v1/pair", wrong).reason for _ in range(6)]
    assert reasons == ["wrong_pairing_code"] * 5 + ["too_many_tries"]
    right = hall.stranger.post("/api/v1/pair", {"code": code})
    assert (right.status, right.reason) == (429, "too_many_tries")
    assert int(right.headers["Retry-After"]) > 500
    assert hall.house.ask.get("/api/v1/hall").status == 200


def test_the_token_is_a_browsers_cookie_or_a_programs_word_and_kept_by_nobody(
    hall: Hall, tmp_path: Path
) -> None:
    code = code_for(hall.house, "2", name="2 号窗口电脑")
    said = hall.stranger.post("/api/v1/pair", {"code": code, "cookie": True})
    assert said.json["token"] == ""
    flags = {part.strip().lower() for part in said.headers["Set-Cookie"].split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/"} <= flags
    secret = cookie_of(said)
    assert len(secret) >= 43, "256 bits"
    screen = hall.screen()
    assert screen.token and screen.token != secret
    kept = (tmp_path / "paired.json").read_text("utf-8")
    assert secret not in kept and screen.token not in kept and "2 号窗口电脑" in kept
    assert (tmp_path / "paired.json").stat().st_mode & 0o777 == 0o600
    listed = hall.house.ask.get("/api/v1/pairings").content.decode()
    assert secret not in listed and "digest" not in listed


# --- what the paired may


def test_a_counters_browser_has_its_own_counters_verbs_and_pages(hall: Hall) -> None:
    house, browser = hall.house, hall.browser("3")
    house.ask.take("relief")
    assert browser.get("/api/v1/paired").json["paired"]["counter"] == "3"
    assert browser.get("/counter/3").status == 200
    assert browser.post("/api/v1/counters/3/open").status == 200
    assert browser.post("/api/v1/counters/3/next").json["counter"]["ticket"]["number"] == "B001"
    assert browser.get("/api/v1/counters/3/why").status == 200
    assert browser.get("/api/v1/counters/3/card").json == {"card": None}
    page = browser.post("/api/v1/counters/3/captures").json["capture"]["id"]
    assert browser.get(f"/api/v1/captures/{page}").status == 200
    assert browser.get("/api/v1/hall").status == 200
    assert browser.get("/").status == 200


def test_a_counters_browser_has_nothing_of_another_counter(hall: Hall) -> None:
    house, browser = hall.house, hall.browser("1")
    house.ask.post("/api/v1/counters/3/open")
    ticket = house.ask.take("relief")["id"]
    house.ask.post("/api/v1/counters/3/next")
    page = house.ask.post("/api/v1/counters/3/captures").json["capture"]["id"]
    for route in (r for r in ROUTES if r.names_counter):
        path = route.path.replace("{id}", "3")
        answer = browser(route.method, path, {} if route.method == "POST" else None)
        assert (answer.status, answer.reason) == (403, "not_for_this_device"), path
    assert browser.get(f"/api/v1/captures/{page}").reason == "other_counters"
    assert browser.get(f"/api/v1/captures/{page}?counter=3").reason == "other_counters"
    assert browser.post(f"/api/v1/captures/{page}/remove", {"counter": "3"}).reason == "other_counters"
    assert browser.get(f"/api/v1/tickets/{ticket}/pdf?counter=3").reason == "other_counters"
    assert browser.get(f"/api/v1/tickets/{ticket}/checklist?item=dibao").reason == "other_counters"
    assert hall.browser("3").get(f"/api/v1/tickets/{ticket}/checklist?item=dibao").status == 200
    cookie = house.ask.get("/counter/3").headers["Set-Cookie"].partition(";")[0]
    both = browser.get(f"/api/v1/captures/{page}", Cookie=f"bianmin-pairing={browser.cookie}; {cookie}")
    assert both.status == 403, "this box's own cookie does not widen it"
    house.ask.post("/api/v1/hall/help", {"kiosk": "k1"})
    help_id = house.registrar.view.desk.helps[0].id
    other = browser.post(f"/api/v1/hall/help/{help_id}/answer", {"counter": "3"})
    assert other.reason == "not_for_this_device"


def test_a_screen_reads_and_says_that_it_draws_and_no_more(hall: Hall) -> None:
    screen = hall.screen()
    for path in ("/api/v1/hall", "/api/v1/about", "/api/v1/health", "/metrics", "/", "/api/v1/paired"):
        assert screen.get(path).status == 200, path
    assert screen.post("/api/v1/screens/hall-2/alive", {"frames": 3}).status == 200
    for route in (r for r in ROUTES if r.lan in (Lan.COUNTER, Lan.NOBODY)):
        path = re.sub(r"\{\w+\}", "1", route.path)
        answer = screen(route.method, path, {} if route.method == "POST" else None)
        assert (answer.status, answer.reason) == (403, "not_for_this_device"), path


def test_what_is_the_halls_is_done_on_the_box(hall: Hall) -> None:
    browser = hall.browser("1")
    for path in ("/day/close", "/tickets", "/hall/clear", "/hall/key-in", "/ratings", "/hall/help"):
        answer = browser.post(f"/api/v1{path}")
        assert (answer.status, answer.reason) == (403, "not_for_this_device"), path


def test_a_verb_of_a_role_wants_a_pin_as_well(hall: Hall) -> None:
    browser = hall.browser("1")
    volume = ("/api/v1/hall/volume", {"percent": 30})
    assert browser.post(*volume).reason == "no_session"
    wrong = browser.post("/api/v1/staff/sign-on", {"staff": "130", "pin": "000000"})
    assert (wrong.status, wrong.reason) == (401, "wrong_pin")
    said = browser.post("/api/v1/staff/sign-on", {"staff": "101", "pin": "2468"})
    clerk = Dialler(hall.house.port, token=said.json["session"]["token"], cookie=browser.cookie)
    assert clerk.post(*volume).json["desk"]["volume"] == 30
    assert clerk.post("/api/v1/box/restart").reason == "no_role"
    without = Dialler(hall.house.port, token=clerk.token)
    assert without.post(*volume).reason == "not_paired", "a PIN alone opens nothing on the network"


def test_every_route_of_a_counter_is_held_to_it_and_making_codes_stays_on_the_box() -> None:
    assert all(r.lan is Lan.COUNTER for r in ROUTES if r.names_counter)
    assert all(r.lan is Lan.COUNTER for r in ROUTES if "/captures/" in r.path or r.path.endswith("/pdf"))
    assert {r.lan for r in ROUTES if r.path.startswith(f"{API}/pairings")} == {Lan.NOBODY}
    assert {(r.method, r.path) for r in ROUTES if r.lan is Lan.ANYBODY} == OPEN


def test_the_document_says_who_may_over_the_network(standing: Hall) -> None:
    document = standing.house.ask.get("/api/v1/openapi.json").json
    assert set(document["components"]["securitySchemes"]) == {"staff", "browser", "paired"}
    operations = {(m.upper(), path): o for path, ms in document["paths"].items() for m, o in ms.items()}
    ways = {key: o["security"] for key, o in operations.items()}
    assert ways["GET", "/healthz"] == [{}]
    assert ways["GET", "/api/v1/hall"] == [{}, {"browser": []}, {"paired": []}]
    assert ways["POST", "/api/v1/hall/volume"] == [{"staff": []}, {"staff": [], "browser": []}]
    assert ways["POST", "/api/v1/pairings"] == [{"staff": []}]
    assert "on this box only" in operations["POST", "/api/v1/day/close"]["description"]
    assert {key for key, o in operations.items() if "401" not in o["responses"]} == OPEN
