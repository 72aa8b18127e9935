"""Bad callers and bad bytes get a clear no: a status, a stable reason, a sentence, and no traceback."""

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
from conftest import Builder, Caller, House
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.doors.http import Door
from edge.doors.problems import Problem
from edge.doors.tries import Tries
from edge.texts import Texts

TICKETS = "/api/v1/tickets"
FUZZ = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory, texts: Texts) -> Iterator[Caller]:
    """One door for all refusals: none of them leaves a trace in the hall."""
    builder = Builder(tmp_path_factory.mktemp("standing"), texts)
    house = builder()
    seq = house.journal.head
    yield house.ask
    assert house.journal.head == seq, house.types()
    builder.close()


def heard(port: int, sent: bytes) -> bytes:
    """Say these bytes to the door and hear what comes until it hangs up or has answered."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as sock:
        sock.sendall(sent)
        chunks = b""
        while chunk := sock.recv(65536):
            chunks += chunk
        return chunks


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:{port}"]
)
def test_a_foreign_host_is_refused(standing: Caller, host: str) -> None:
    answer = standing.get("/api/v1/hall", Host=host.format(port=standing.port))
    assert (answer.status, answer.reason) == (403, "foreign_host")


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "[::1]:{port}", "LOCALHOST:{port}"])
def test_the_door_knows_its_own_names(standing: Caller, host: str) -> None:
    assert standing.get("/api/v1/hall", Host=host.format(port=standing.port)).status == 200


def test_two_hosts_or_none_are_refused(standing: Caller) -> None:
    own = f"Host: 127.0.0.1:{standing.port}\r\n"
    two = f"GET /healthz HTTP/1.1\r\n{own}Host: evil.example\r\n\r\n"
    assert b" 200 " not in heard(standing.port, two.encode())
    assert b"foreign_host" in heard(standing.port, b"GET /healthz HTTP/1.0\r\n\r\n")


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "https://127.0.0.1:{port}", "http://127.0.0.1:1"]
)
def test_a_foreign_origin_is_refused_and_issues_nothing(standing: Caller, origin: str) -> None:
    headers = {"Origin": origin.format(port=standing.port)}
    answer = standing("POST", TICKETS, {"service": "social"}, headers)
    assert (answer.status, answer.reason) == (403, "foreign_origin")


def test_the_doors_own_page_may_post(house: House) -> None:
    headers = {"Origin": f"http://localhost:{house.port}"}
    assert house.ask("POST", TICKETS, {"service": "social"}, headers).status == 201


@pytest.mark.parametrize(
    "media",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=gbk",
        "application/jsonx",
        "",
    ],
)
def test_a_body_that_is_not_declared_as_json_is_refused(standing: Caller, media: str) -> None:
    answer = standing("POST", TICKETS, b'{"service": "social"}', {"Content-Type": media})
    assert (answer.status, answer.reason) == (415, "not_json")


def test_a_form_without_a_body_is_refused_and_a_bare_post_is_not(ask: Caller) -> None:
    form = ask("POST", "/api/v1/counters/1/open", None, {"Content-Type": "application/x-www-form-urlencoded"})
    assert form.reason == "not_json"
    assert ask("POST", "/api/v1/counters/1/open").status == 200
    assert ask("POST", "/api/v1/counters/1/close", b"").status == 200


def test_a_body_above_256_kb_is_refused(standing: Caller) -> None:
    answer = standing.post(TICKETS, b'{"service": "' + b"x" * 300_000 + b'"}')
    assert (answer.status, answer.reason) == (413, "too_large")


def test_a_compressed_body_is_not_unpacked(standing: Caller) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert standing("POST", TICKETS, b"\x1f\x8b\x08\x00\x00", headers).reason == "bad_json"


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"\xff\xfe{}",
        b'{"service": NaN',
        b"[" * 100_000,
        b"\xef\xbb\xbf{}",
        b'{"service": "\\ud800"}',
        b"{} {}",
    ],
)
def test_what_is_no_json_is_refused(standing: Caller, raw: bytes) -> None:
    answer = standing.post(TICKETS, raw)
    assert (answer.status, answer.reason) == (400, "bad_json")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"service": ""},
        {"service": 1},
        {"service": None},
        {"service": "social", "priorty": "elderly"},
        {"service": "social\n"},
        {"service": "x" * 65},
        ["social"],
        "social",
    ],
)
def test_a_body_of_another_shape_is_refused(standing: Caller, body: object) -> None:
    answer = standing.post(TICKETS, body)  # type: ignore[arg-type]
    assert (answer.status, answer.reason) == (422, "bad_body")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/counters/1/transfer", {}),
        ("/counters/1/transfer", {"service": "social", "counter": "2"}),
        ("/counters/1/call", {}),
        ("/counters/1/next", {"ticket": "A001"}),
        ("/counters/1/finish", {"outcome": "perhaps"}),
        ("/counters/1/finish", {"cases": ["x"] * 21}),
        ("/tickets/A001/paper", {"state": "unknown"}),
        ("/day/open", {"date": "2026-02-30", "time": "08:00"}),
        ("/day/open", {"date": "2026-02-03", "time": "25:00"}),
        ("/ratings", {"code": "ABCDEFGH", "score": 6}),
        ("/ratings", {"code": "ABCDEFGH", "score": True}),
        ("/screens/a/alive", {"frames": -1}),
        ("/screens/a/picture", {"wanted": "x", "png": "bm8gcGljdHVyZQ=="}),
        ("/screens/a/picture", {"wanted": "x", "png": "***"}),
    ],
)
def test_each_verb_checks_its_own_body(standing: Caller, path: str, body: dict[str, object]) -> None:
    answer = standing.post(f"/api/v1{path}", body)
    assert (answer.status, answer.reason) == (422, "bad_body")


@pytest.mark.parametrize(
    ("method", "path", "reason"),
    [
        ("GET", "/nowhere", "no_such_path"),
        ("GET", "/api/v1/tickets/Z999", "no_ticket"),
        ("GET", "/api/v1/tickets/999001001-20200101-A001", "no_ticket"),
        ("POST", "/api/v1/tickets/Z999/cancel", "no_ticket"),
        ("POST", "/api/v1/counters/99/next", "no_counter"),
        ("GET", "/api/v1/counters/99/why", "no_counter"),
        ("POST", "/api/v1/counters/99/captures", "no_counter"),
        ("GET", "/api/v1/guides/nothing", "no_guide"),
        ("GET", "/api/v1/captures/nothing", "no_capture"),
        ("GET", "/pages/door.py", "no_such_path"),
    ],
)
def test_what_a_path_names_and_nobody_has_is_404(
    standing: Caller, method: str, path: str, reason: str
) -> None:
    answer = standing(method, path)
    assert (answer.status, answer.reason) == (404, reason)


@pytest.mark.parametrize(
    ("path", "body", "status", "reason"),
    [
        ("/tickets", {"service": "nothing"}, 422, "no_service"),
        ("/tickets", {"service": "social", "priority": "friend"}, 422, "no_priority"),
        ("/tickets", {"service": "night"}, 409, "closed"),
        ("/counters/1/next", None, 409, "counter_closed"),
        ("/counters/1/recall", None, 409, "no_ticket_here"),
        ("/counters/1/captures", None, 409, "no_camera"),
        ("/hall/served-by-hand", {"service": "nothing", "up_to": "A001"}, 422, "no_service"),
    ],
)
def test_the_halls_no_has_its_reason(
    standing: Caller, path: str, body: dict[str, object] | None, status: int, reason: str
) -> None:
    answer = standing.post(f"/api/v1{path}", body)
    assert (answer.status, answer.reason) == (status, reason)


def test_a_service_whose_numbers_are_used_up_says_full(ask: Caller) -> None:
    assert [ask.take("tiny")["number"] for _ in range(2)] == ["C001", "C002"]
    answer = ask.post(TICKETS, {"service": "tiny"})
    assert (answer.status, answer.reason) == (409, "full")


def test_nobody_waiting_and_a_paused_counter_are_refused(ask: Caller) -> None:
    ask.post("/api/v1/counters/1/open")
    assert ask.post("/api/v1/counters/1/next").reason == "nobody_waiting"
    unknown = ask.post("/api/v1/counters/1/call", {"ticket": "A999"})
    assert (unknown.status, unknown.reason) == (409, "no_ticket")
    ask.post("/api/v1/counters/1/pause", {"reason": "lunch"})
    assert ask.post("/api/v1/counters/1/next").reason == "counter_paused"


@pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=0", "limit=1001", f"after={2**63}"])
def test_a_query_out_of_range_is_refused(standing: Caller, query: str) -> None:
    answer = standing.get(f"/api/v1/events?{query}")
    assert (answer.status, answer.reason) == (400, "bad_query")


@pytest.mark.parametrize("id", ["x", "-1", "9" * 30, "1.5"])
def test_a_last_event_id_that_is_no_number_is_refused(standing: Caller, id: str) -> None:
    answer = standing.get("/api/v1/events/stream", Last_Event_ID=id)
    assert (answer.status, answer.reason) == (400, "bad_query")


@pytest.mark.parametrize("key", ["", "x" * 201, "a\tb"])
def test_a_key_that_is_none_is_refused(standing: Caller, key: str) -> None:
    answer = standing("POST", TICKETS, {"service": "social"}, {"Idempotency-Key": key})
    assert (answer.status, answer.reason) == (400, "bad_key")


def test_no_clerks_door_can_rate(standing: Caller) -> None:
    assert standing.post("/api/v1/counters/1/rate", {"score": 5}).reason == "no_such_path"
    assert standing.post("/api/v1/ratings", {"counter": "1", "score": 5}).reason == "bad_body"


def test_a_guesser_of_codes_is_stopped_and_others_go_on(house: House) -> None:
    ticket = house.ask.take()
    for verb in ("open", "next", "start", "finish"):
        house.ask.post(f"/api/v1/counters/1/{verb}")
    wrong = {"code": "0000000000", "score": 1}
    reasons = [house.ask.post("/api/v1/ratings", wrong).reason for _ in range(11)]
    assert reasons == ["wrong_code"] * 10 + ["too_many_tries"]
    right = {"code": house.codes.code(ticket["id"]), "score": 1}
    stopped = house.ask.post("/api/v1/ratings", right)
    assert (stopped.status, stopped.reason) == (429, "too_many_tries")
    assert 0 < int(stopped.headers["Retry-After"]) <= 60
    assert house.ask.get("/api/v1/hall").status == 200


def test_tries_are_forgotten_after_a_minute_and_counted_for_each_caller() -> None:
    now = [0.0]
    tries = Tries(most=2, within_s=60, clock=lambda: now[0])
    for at in (0.0, 30.0):
        now[0] = at
        tries.check("a")
        tries.wrong("a")
    with pytest.raises(Problem):
        tries.check("a")
    tries.check("b")
    now[0] = 61.0
    tries.check("a")


def test_a_rating_binds_once_and_its_words_stay_in_the_house(house: House) -> None:
    ticket = house.ask.take()
    code = house.codes.code(ticket["id"])
    assert house.ask.post("/api/v1/ratings", {"code": code, "score": 2}).reason == "nothing_to_rate"
    for verb in ("open", "next", "start", "finish"):
        house.ask.post(f"/api/v1/counters/1/{verb}")
    words = {"code": code.lower(), "score": 2, "text": "等了太久"}
    first = house.ask.post("/api/v1/ratings", words, key="r1")
    again = house.ask.post("/api/v1/ratings", words, key="r1")
    assert (first.status, first.json) == (again.status, again.json)
    assert house.ask.post("/api/v1/ratings", {"code": code, "score": 5}).reason == "already_rated"
    assert house.kept_texts == ["等了太久"]
    rated = [e.event for e in house.journal.read_after(0, 1000) if type(e.event).__name__ == "ServiceRated"]
    assert [(r.score, r.text, r.by.door) for r in rated] == [(2, "text-1", "code")]
    assert "等了太久" not in "".join(e.body for e in house.journal.read_after(0, 1000))


@FUZZ
@given(raw=st.binary(max_size=300) | st.text(max_size=80).map(str.encode), path=st.sampled_from(range(4)))
def test_no_bytes_make_the_door_stumble(house: House, raw: bytes, path: int) -> None:
    paths = ("/tickets", "/counters/1/finish", "/ratings", "/day/open")
    answer = house.ask.post(f"/api/v1{paths[path]}", raw)
    assert answer.status in (200, 400, 409, 415, 422, 429)
    if answer.status != 200:
        assert answer.reason


@FUZZ
@given(
    body=st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["service", "item", "priority", "kiosk", "x"]), inner, max_size=4
            )
        ),
        max_leaves=8,
    )
)
def test_no_json_makes_the_door_stumble(house: House, body: object) -> None:
    answer = house.ask.post(TICKETS, body)  # type: ignore[arg-type]
    assert answer.status in (400, 415, 422)
    assert answer.reason
    assert "TicketIssued" not in house.types()


@pytest.mark.parametrize(
    "sent",
    [
        b"\x00\xff\x16\x03",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    ],
)
def test_what_is_no_http_is_answered_and_the_door_stays_open(standing: Caller, sent: bytes) -> None:
    assert b" 200 " not in heard(standing.port, sent)
    assert standing.get("/healthz").status == 200


def test_a_taken_port_is_said_in_one_sentence(house: House) -> None:
    second = Door(
        house.registrar,
        texts=house.door._texts,
        guides=house.door._guides,
        codes=house.codes,
        keep_text=lambda text, ticket: "",
        front=house.door._front,
        pairings=house.door._pairings,
        port=house.port,
    )
    with pytest.raises(OSError, match=f"port {house.port} is taken by another program") as said:
        second.start()
    assert said.value.filename == f"127.0.0.1:{house.port}"
    assert house.ask.get("/healthz").status == 200


def test_the_daemons_import_of_the_door_brings_no_scanner_and_no_screen() -> None:
    code = "import sys, edge.doors.http; print(*{m.partition('.')[0] for m in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not {"cv2", "numpy", "pygame", "rich", "selenium"} & set(loaded.split())
