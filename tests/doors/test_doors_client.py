"""The client: it resends with one key, waits for a daemon that is away, and never shows half a view."""

import http.server
import socket
import threading
import time
from base64 import b64encode
from collections.abc import Iterator

import pytest
from conftest import Builder, House

from edge.client import Client, ServerAway
from edge.doors.shots import PNG


class CutWire:
    """A TCP wire to the door that swallows the first answers: asked, done, and never heard of."""

    def __init__(self, port: int, swallow: int) -> None:
        self._to = port
        self._swallow = swallow
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.asked = 0
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            with near, socket.create_connection(("127.0.0.1", self._to)) as far:
                self.asked += 1
                request = near.recv(65536)
                while b"\r\n\r\n" not in request or not self._whole(request):
                    request += near.recv(65536)
                far.sendall(request.replace(str(self.port).encode(), str(self._to).encode()))
                answer = b""
                while chunk := far.recv(65536):
                    answer += chunk
                if self.asked > self._swallow:
                    near.sendall(answer)

    @staticmethod
    def _whole(request: bytes) -> bool:
        head, _, body = request.partition(b"\r\n\r\n")
        length = next((h for h in head.split(b"\r\n") if h.lower().startswith(b"content-length:")), b":0")
        return len(body) >= int(length.split(b":")[1])

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


@pytest.fixture
def cut_wire(house: House) -> Iterator[CutWire]:
    wire = CutWire(house.port, swallow=2)
    yield wire
    wire.close()


def test_an_answer_lost_on_the_wire_gives_one_ticket(house: House, cut_wire: CutWire) -> None:
    status, body = Client(f"http://127.0.0.1:{cut_wire.port}").post("/api/v1/tickets", {"service": "social"})
    assert (status, body["ticket"]["number"], cut_wire.asked) == (201, "A001", 3)
    assert house.types().count("TicketIssued") == 1


def test_two_calls_without_a_key_are_two_requests(house: House) -> None:
    client = Client(house.url)
    numbers = [client.post("/api/v1/tickets", {"service": "social"})[1]["ticket"]["number"] for _ in range(2)]
    assert numbers == ["A001", "A002"]
    assert [client.post("/api/v1/counters/1/open", key="k")[0] for _ in range(2)] == [200, 200]


def test_a_refusal_is_an_answer_and_no_fault(house: House) -> None:
    status, body = Client(house.url).post("/api/v1/counters/1/next")
    assert (status, body["reason"]) == (409, "counter_closed")
    assert Client(house.url).get("/api/v1/tickets/Z999")[0] == 404


def test_nobody_there_is_said_after_its_patience(free_port: int) -> None:
    with pytest.raises(ServerAway, match=str(free_port)):
        Client(f"http://127.0.0.1:{free_port}", patience_s=0.5).get("/api/v1/hall")


def test_a_closed_client_gives_up_at_once(free_port: int) -> None:
    client = Client(f"http://127.0.0.1:{free_port}", patience_s=60)
    threading.Timer(0.1, client.close).start()
    with pytest.raises(ServerAway):
        client.get("/api/v1/hall")


def test_another_program_at_this_address_is_nobody(free_port: int) -> None:
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>")

        def log_message(self, *args: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", free_port), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        with pytest.raises(ServerAway):
            Client(f"http://127.0.0.1:{free_port}", patience_s=0).get("/api/v1/hall")
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("url", ["https://127.0.0.1:8600", "ftp://x", "http://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="local door"):
        Client(url)


def test_views_come_go_and_come_back_when_the_daemon_restarts(build: Builder) -> None:
    house = build()
    stop = threading.Event()
    views = Client(house.url, "hall-1").views(stop)
    assert first(views)["services"][0]["waiting"] == 0
    house.ask.take()
    assert first(views)["services"][0]["waiting"] == 1
    build.close()
    assert next(views) is None
    build(port=house.port)
    assert first(views)["services"][0]["waiting"] == 1
    stop.set()
    assert list(views) == []


def first(views: Iterator[dict | None]) -> dict:
    """The next view, however often the daemon was away before it."""
    return next(view for view in views if view is not None)


def test_a_watcher_of_a_quiet_hall_stops_when_told(house: House) -> None:
    stop, seen = threading.Event(), []
    ready = threading.Event()

    def watch() -> None:
        for view in Client(house.url).views(stop):
            seen.append(view)
            ready.set()

    watcher = threading.Thread(target=watch)
    watcher.start()
    assert ready.wait(5)
    stop.set()
    watcher.join(5)
    assert not watcher.is_alive()
    assert len(seen) == 1


def test_a_watcher_that_looks_away_leaves_no_thread(house: House) -> None:
    views = Client(house.url, "w").views(threading.Event())
    next(views)
    views.close()
    assert not [t for t in threading.enumerate() if t.name == "client-w"]


def test_a_screen_that_draws_is_heard_and_never_disturbed(house: House, free_port: int) -> None:
    assert Client(house.url, "kiosk-1").alive(12)
    assert house.door.screens()[0]["frames"] == 12
    assert house.door.screenshot("kiosk-2") is None, "nobody of this name draws"
    began = time.monotonic()
    assert not Client(f"http://127.0.0.1:{free_port}", "kiosk-1").alive(12)
    assert time.monotonic() - began < 5


def test_a_picture_goes_to_who_waits_for_it_and_nobody_waits_beyond_the_end(house: House) -> None:
    screen = Client(house.url, "kiosk-1")
    told: list[bytes | None] = []
    screen.alive(12)
    waiting = threading.Thread(target=lambda: told.append(house.door.screenshot("kiosk-1")))
    waiting.start()
    while not (wanted := screen.alive(13)["screen"]["wanted"]):
        assert waiting.is_alive()
    assert house.door.screenshot("kiosk-1") is None, "one at a time"
    picture = {"wanted": wanted, "png": b64encode(PNG + b"...").decode()}
    path = "/api/v1/screens/kiosk-1/picture"
    assert screen.post(path, {**picture, "wanted": "another"})[1] == {"taken": False}
    assert screen.post(path, picture)[1] == {"taken": True}
    waiting.join(10)
    assert told == [PNG + b"..."] and screen.post(path, picture)[1] == {"taken": False}
    house.door.hurry()
    assert house.door.screenshot("kiosk-1") is None


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])
