"""Where the door listens: on loopback whatever the network does, and there as soon as the network is up."""

import http.client
import logging
import socket
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Builder
from lan_hall import LAN, SETTINGS, Dialler

from edge import settings
from edge.daemon import Daemon
from edge.doors.gate import MOST_LINES, MOST_OF_ONE
from edge.doors.listening import HOME, listen
from edge.paths import shared
from edge.settings_door import DoorSettings
from edge.settings_tables import UplinkSettings

NOWHERE = "192.0.2.1"
"""RFC 5737: no machine has it."""
OFF = UplinkSettings(enabled=False)


def test_without_an_address_the_door_is_on_loopback_only() -> None:
    (home,) = listen("", 0)
    with home:
        assert home.getsockname()[0] == HOME


def test_the_network_finds_the_door_on_the_same_port() -> None:
    home, lan = listen(LAN, 0)
    with home, lan:
        assert [s.getsockname()[0] for s in (home, lan)] == [HOME, LAN]
        assert home.getsockname()[1] == lan.getsockname()[1]
        socket.create_connection(lan.getsockname(), timeout=5).close()


def test_a_network_that_is_not_up_yet_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        home, lan = listen(NOWHERE, 0)
    with home, lan:
        assert lan.getsockname()[0] == NOWHERE
        socket.create_connection(home.getsockname(), timeout=5).close()
    assert f"no interface has {NOWHERE} yet" in caplog.text


def test_a_port_that_is_taken_on_the_network_is_said_with_its_address() -> None:
    with socket.create_server((LAN, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"port {port} is taken by another program") as said:
            listen(LAN, port)
        assert said.value.filename == f"{LAN}:{port}"
        with socket.create_server((HOME, port)):
            pass  # nothing is left open


def test_one_machine_cannot_take_all_lines_and_the_box_gets_through(build: Builder) -> None:
    house = build(lan=SETTINGS)
    stranger = Dialler(house.port)
    with ExitStack() as lines:
        for _ in range(MOST_OF_ONE):
            lines.enter_context(socket.create_connection((LAN, house.port), timeout=5))
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            while stranger.get("/healthz"):  # the last of the lines may still be on its way
                pass
        assert house.ask.get("/healthz").status == 200
        far = lines.enter_context(
            socket.create_connection((LAN, house.port), timeout=5, source_address=("127.0.0.7", 0))
        )
        far.sendall(f"GET /healthz HTTP/1.1\r\nHost: {LAN}:{house.port}\r\n\r\n".encode())
        assert b" 200 " in far.recv(4096), "another machine is not to blame"
    while True:
        with suppress(ConnectionError, http.client.HTTPException):
            assert stranger.get("/healthz").status == 200, "and who hangs up has room again"
            break


def test_the_network_as_a_whole_has_so_many_lines(build: Builder) -> None:
    house = build(lan=SETTINGS)
    with ExitStack() as lines:
        for n in range(MOST_LINES):
            source = (f"127.0.1.{n // MOST_OF_ONE + 1}", 0)
            lines.enter_context(socket.create_connection((LAN, house.port), timeout=5, source_address=source))
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            while Dialler(house.port).get("/healthz"):
                pass
        assert house.ask.get("/healthz").status == 200


def test_the_daemon_opens_its_door_as_the_settings_say(tmp_path: Path) -> None:
    demo = settings.load(shared("demo"))
    daemon = Daemon(replace(demo, devices={}, links={}, uplink=OFF, door=DoorSettings(LAN)), tmp_path)
    url = daemon.start(0)
    try:
        stranger = Dialler(int(url.rstrip("/").rpartition(":")[2]))
        assert stranger.get("/healthz").json == {"status": "ok"}
        assert stranger.get("/api/v1/hall").reason == "not_paired"
    finally:
        daemon.stop()
