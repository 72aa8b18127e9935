"""Pairings over time: codes that end, tokens that outlive the daemon, streams that end with their pairing."""

import http.client
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import Builder, House
from lan_hall import LAN, SETTINGS, Dialler, Hall, code_for, signed_on

from edge.capture_files import Meant
from edge.client import Client, ServerAway, read_token
from edge.doors.pairings import CODE_S, MOST_CODES, MOST_PAIRED, Kind, Pairings, Wish
from edge.doors.problems import Problem
from edge.errors import JournalError
from tests.ui.ui_played import Played, says

SCREEN = Wish("二楼大屏", Kind.SCREEN, "", "130")


class Hands:
    """A clock's, moved by the test."""

    def __init__(self) -> None:
        self.at_s = 1000.0

    def __call__(self) -> float:
        return self.at_s


@pytest.fixture
def hall(build: Builder) -> Hall:
    house = build(lan=SETTINGS)
    return Hall(house, Dialler(house.port))


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def pairings(tmp_path: Path, hands: Hands) -> Pairings:
    return Pairings(tmp_path / "paired.json", hands)


@contextmanager
def stream(caller: Dialler, path: str) -> Iterator[http.client.HTTPResponse]:
    """Its first bytes have come."""
    connection = http.client.HTTPConnection(LAN, caller.port, timeout=10)
    headers = {"Cookie": f"bianmin-pairing={caller.cookie}"} if caller.cookie else {}
    if caller.token:
        headers["Authorization"] = f"Bearer {caller.token}"
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    try:
        assert answer.status == 200, answer.read()
        assert answer.readline()
        yield answer
    finally:
        answer.close()
        connection.close()


def ends(answer: http.client.HTTPResponse) -> bool:
    """Reads until the other end hangs up; a line that stays open is a TimeoutError."""
    try:
        while answer.readline():
            pass
    except (ConnectionResetError, http.client.IncompleteRead):
        return True
    return True


def revoke(house: House, name: str) -> None:
    listed = house.ask.get("/api/v1/pairings").json["paired"]
    (id,) = [p["id"] for p in listed if p["name"] == name]
    assert house.ask("POST", f"/api/v1/pairings/{id}/revoke", {}, signed_on(house)).status == 200


# --- codes


def test_a_code_ends_after_ten_minutes(pairings: Pairings, hands: Hands) -> None:
    first, second = pairings.offer(SCREEN), pairings.offer(SCREEN)
    hands.at_s += CODE_S - 0.1
    assert pairings.redeem(first, "10.0.0.1") == SCREEN
    hands.at_s += 0.1
    with pytest.raises(Problem, match="wrong_pairing_code"):
        pairings.redeem(second, "10.0.0.1")


def test_guessers_share_their_tries_and_get_new_ones_later(pairings: Pairings, hands: Hands) -> None:
    code = pairings.offer(SCREEN)
    wrong = "00000000" if code != "00000000" else "11111111"
    for n in range(30):
        with pytest.raises(Problem, match="wrong_pairing_code"):
            pairings.redeem(wrong, f"10.0.0.{n}")
    with pytest.raises(Problem, match="too_many_tries"):
        pairings.redeem(code, "10.0.0.99")
    hands.at_s += CODE_S
    assert pairings.redeem(pairings.offer(SCREEN), "10.0.0.99") == SCREEN


def test_codes_that_nobody_uses_are_few(pairings: Pairings) -> None:
    codes = [pairings.offer(SCREEN) for _ in range(MOST_CODES + 1)]
    assert len(set(codes)) == len(codes)
    with pytest.raises(Problem, match="wrong_pairing_code"):
        pairings.redeem(codes[0], "10.0.0.1")
    assert all(pairings.redeem(code, "10.0.0.1") for code in codes[1:])


def test_what_is_paired_has_an_end(pairings: Pairings) -> None:
    tokens = [pairings.add(SCREEN, "now")[1] for _ in range(MOST_PAIRED)]
    with pytest.raises(Problem, match="too_many_paired"):
        pairings.add(SCREEN, "now")
    pairings.revoke(pairings.all()[0].id, "130")
    assert pairings.find(tokens[0]) is None and pairings.find(tokens[1]) is not None
    assert pairings.add(SCREEN, "now")


# --- what is kept


def test_a_token_outlives_the_daemon_and_a_revoked_one_does_not_come_back(build: Builder) -> None:
    house = build(lan=SETTINGS)
    first = Hall(house, Dialler(house.port))
    browser, screen = first.browser("2"), first.screen()
    build.close()
    house = build(port=house.port, lan=SETTINGS)
    assert browser.post("/api/v1/counters/2/open").status == 200
    assert screen.get("/api/v1/hall").status == 200
    listed = house.ask.get("/api/v1/pairings").json["paired"]
    assert [(p["kind"], p["counter"]) for p in listed] == [("counter", "2"), ("screen", "")]
    assert {p["by"] for p in listed} == {"130"}
    house.ask("POST", f"/api/v1/pairings/{listed[1]['id']}/revoke", {}, signed_on(house))
    assert screen.get("/api/v1/hall").reason == "not_paired"
    build.close()
    build(port=house.port, lan=SETTINGS)
    assert screen.get("/api/v1/hall").reason == "not_paired"
    assert browser.get("/api/v1/hall").status == 200


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"[]", b'{"paired": 1}', b'{"paired": [{"id": "1"}]}', b'{"paired": [{"kind": "king"}]}'],
)
def test_a_damaged_file_lets_nobody_in_and_stops_nothing(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "paired.json"
    file.write_bytes(content)
    found = Pairings(file)
    assert found.all() == [] and "nobody is paired any more" in caplog.text
    _, token = found.add(SCREEN, "now")
    assert Pairings(file).find(token) is not None


def test_a_pairing_that_cannot_be_written_is_none(tmp_path: Path) -> None:
    (tmp_path / "no-folder").touch()
    found = Pairings(tmp_path / "no-folder" / "paired.json")
    with pytest.raises(JournalError):
        found.add(SCREEN, "now")
    assert found.all() == []


# --- streams


def test_a_revoked_pairing_ends_its_streams_at_once_and_no_others(hall: Hall) -> None:
    house = hall.house
    browser, other = hall.browser("3"), hall.browser("1")
    code = code_for(house, name="二楼大屏")
    screen = Dialler(house.port, token=hall.stranger.post("/api/v1/pair", {"code": code}).json["token"])
    with (
        stream(browser, "/api/v1/counters/3/camera/stream") as seen,
        stream(screen, "/api/v1/view/stream?screen=hall-2") as views,
        stream(screen, "/api/v1/events/stream") as entries,
    ):
        revoke(house, "二楼大屏")
        assert ends(views) and ends(entries)
        assert screen.get("/api/v1/hall").reason == "not_paired"
        house.cameras.set_auto("3", True, Meant("", 0))
        assert b"seen" in b"".join(seen.readline() for _ in range(4)), "another's goes on"
    assert other.get("/api/v1/hall").status == 200


def test_a_screens_program_follows_the_hall_by_its_token(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    screen, stop = hall.screen(), threading.Event()
    client = Client(f"http://{LAN}:{hall.house.port}", "hall-2", token=screen.token)
    assert client.get("/api/v1/paired")[1]["paired"]["kind"] == "screen"
    assert client.alive(1)["screen"]["name"] == "hall-2"
    assert client.post("/api/v1/counters/1/open")[0] == 403
    views = client.views(stop)
    first = next(views)
    assert first is not None and first["name"] == "站街镇便民服务中心"
    hall.house.ask.take()
    while (view := next(views)) is not None and view["services"][0]["waiting"] == 0:
        pass
    with caplog.at_level(logging.WARNING, "edge.client"):
        revoke(hall.house, "测试机")
        assert [next(views) for _ in range(3)] == [None] * 3
    stop.set()
    assert list(views) == []
    said = [r.getMessage() for r in caplog.records if r.name == "edge.client"]
    assert len(said) == 1 and "401: 这台设备还没有配对" in said[0], "once, not at each try"


# --- the command


def bianmin(*words: str, said: str = "") -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "edge", *words], input=said, capture_output=True, text=True, timeout=60
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def test_by_hand_a_screen_is_let_in_and_shown_out(hall: Hall, tmp_path: Path) -> None:
    here, there = ("--url", hall.house.url), f"http://{LAN}:{hall.house.port}"
    file = tmp_path / "far" / "token"
    file.parent.mkdir()
    wish = ("pair", "code", "--screen", "--name", "二楼大屏", "--staff", "130", *here)
    status, said = bianmin(*wish, said="000000\n")
    assert (status, said) == (2, "bianmin: 工号或密码不对\n")
    status, said = bianmin(*wish, said="135790\n")
    assert status == 0, said
    code = said[:9]
    status, said = bianmin("pair", "take", there, "--token-file", str(file), said=f"{code}\n")
    assert (status, said) == (0, f"{file}: paired as 二楼大屏\n")
    assert file.stat().st_mode & 0o777 == 0o600
    assert Client(there, token=read_token(file)).get("/api/v1/hall")[0] == 200
    assert bianmin("pair", "take", there, "--token-file", str(file), "--code", code)[0] == 2, "used"
    status, said = bianmin("pair", "list", *here)
    (id,) = [p["id"] for p in hall.house.ask.get("/api/v1/pairings").json["paired"]]
    assert status == 0 and id in said and "二楼大屏" in said
    status, said = bianmin("pair", "revoke", id, "--staff", "130", *here, said="135790\n")
    assert (status, said) == (0, f"{id}: not paired any more\n")
    assert Client(there, token=read_token(file)).get("/api/v1/hall")[0] == 401
    status, said = bianmin("status", there, "--token-file", str(file))
    assert status == 1 and "这台设备还没有配对" in said
    status, said = bianmin("status", there, "--token-file", str(tmp_path / "none"))
    assert status == 2 and "bianmin pair take" in said


def test_a_client_without_a_token_hears_why(hall: Hall) -> None:
    with pytest.raises(ServerAway, match="401"):
        Client(f"http://{LAN}:{hall.house.port}", patience_s=0).fetch("/api/v1/floors/1f")


def test_a_hall_screen_on_another_machine_shows_the_hall(hall: Hall, tmp_path: Path) -> None:
    at, file = f"http://{LAN}:{hall.house.port}", tmp_path / "token"
    wanted = ("screen", at, "--token-file", str(file), "--name", "hall-2", "--size", "1280x720")
    status, said = bianmin(*wanted)
    assert status == 2 and "bianmin pair take" in said
    file.write_text(hall.screen().token)
    screen = Played(*wanted, env={**os.environ, "SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"})
    try:
        hall.house.ask.take()
        for verb in ("open", "next"):
            hall.house.ask.post(f"/api/v1/counters/1/{verb}")
        screen.until(lambda page: says(page, "A001"), within_s=60)
        screen.until(lambda _: "hall-2" in [s["name"] for s in hall.house.door.screens()], within_s=60)
        assert screen.quit() == 0
    finally:
        screen.end()
