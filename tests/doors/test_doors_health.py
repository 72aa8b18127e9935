"""The box's health: its figures, the watchdog that is fed by real progress, and systemd's datagrams."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import House

from edge.hall.commands import StartNumbers
from edge.hall.words import By, Door
from edge.health import Health, notify
from edge.host import host_facts


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """The far end of `$NOTIFY_SOCKET`."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(tmp_path / "notify"))
        sock.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "60000")
        yield sock


def health_of(house: House, beats: dict[str, float], stuck_s: float = 20.0) -> Health:
    return Health(
        house.registrar,
        Path("/"),
        version="1",
        beats=lambda: beats,
        uplink=dict,
        screens=list,
        stuck_s=stuck_s,
    )


def test_ready_reaches_systemd_by_path_and_by_abstract_name(
    systemd: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    notify("READY=1")
    assert systemd.recv(100) == b"READY=1"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        name = f"bianmin-test-{os.getpid()}"
        sock.bind(f"\0{name}")
        sock.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")
        notify("STOPPING=1")
        assert sock.recv(100) == b"STOPPING=1"


def test_without_systemd_nothing_is_said_and_nothing_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    notify("READY=1")


def test_the_watchdog_is_fed_while_all_threads_turn_and_not_while_one_hangs(
    systemd: socket.socket, house: House
) -> None:
    beats = {"link pads": time.monotonic() + 3600}
    health = health_of(house, beats)
    health.start()
    try:
        assert systemd.recv(100) == b"WATCHDOG=1"
        beats["link pads"] = time.monotonic() - 3600
        assert health.stuck() == ["link pads"]
        systemd.settimeout(0.3)
        with pytest.raises(TimeoutError):
            for _ in range(3):  # what was under way may still come
                systemd.recv(100)
        beats["link pads"] = time.monotonic() + 3600
        systemd.settimeout(5)
        assert systemd.recv(100) == b"WATCHDOG=1"
    finally:
        health.stop()


def test_a_registrar_that_hangs_is_seen_and_the_door_still_shows_the_hall(house: House) -> None:
    health = health_of(house, {}, stuck_s=0.3)
    assert health.stuck() == []
    house.clock.goes.clear()
    try:
        deadline = time.monotonic() + 5
        while not health.stuck() and time.monotonic() < deadline:
            threading.Event().wait(0.02)
        assert health.trouble() == "hangs: registrar"
        assert house.ask.get("/api/v1/hall").status == 200
    finally:
        house.clock.goes.set()


def test_the_doors_beat_goes_on_while_it_has_nothing_to_do(house: House) -> None:
    before = house.door.beat()
    deadline = time.monotonic() + 5
    while house.door.beat() == before and time.monotonic() < deadline:
        threading.Event().wait(0.02)
    assert house.door.beat() > before


def test_the_report_has_host_clock_screens_uplink_and_devices(house: House) -> None:
    house.clock.trust(False)
    report = house.ask.get("/api/v1/health").json
    assert report["host"]["disk_free_mb"] > 0
    assert report["host"]["memory_free_mb"] > 0
    assert report["host"]["uptime_s"] > 0
    assert report["uplink"] == {"connected": True, "lag": 7}
    assert {d["id"]: d["state"] for d in report["devices"]} == {
        "printer-1": "ok",
        "board-1": "ok",
        "camera-1": "down",
    }
    assert report["trouble"] == ""


def box(root: Path, files: dict[str, str]) -> Path:
    """A /proc and /sys as a box has them."""
    whole = {
        "proc/uptime": "350735.47 234388.90\n",
        "proc/loadavg": "0.20 0.18 0.12 1/80 11206\n",
        "proc/meminfo": "MemTotal:        3884956 kB\nMemFree: 100 kB\nMemAvailable:    3000000 kB\n",
        "proc/self/statm": "9000 5120 1000 1 0 3000 0\n",
        **files,
    }
    for name, content in whole.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    return root


def test_a_raspberry_pi_tells_its_temperature_and_its_weak_supply(tmp_path: Path) -> None:
    pi = box(
        tmp_path,
        {
            "sys/class/thermal/thermal_zone0/temp": "48686\n",
            "sys/class/thermal/thermal_zone1/temp": "51234\n",
            "sys/class/hwmon/hwmon0/name": "cpu_thermal\n",
            "sys/class/hwmon/hwmon1/name": "rpi_volt\n",
            "sys/class/hwmon/hwmon1/in0_lcrit_alarm": "1\n",
        },
    )
    facts = host_facts(tmp_path, pi)
    assert (facts["temperature_c"], facts["undervoltage"]) == (51.2, True)
    assert (facts["memory_total_mb"], facts["memory_free_mb"], facts["daemon_mb"]) == (3793, 2929, 20)
    assert (facts["uptime_s"], facts["load"]) == (350735, 0.2)


def test_what_a_box_cannot_measure_is_left_out(tmp_path: Path) -> None:
    facts = host_facts(
        tmp_path / "no such folder", box(tmp_path, {"sys/class/thermal/thermal_zone0/temp": "?"})
    )
    assert not {"temperature_c", "undervoltage", "disk_free_mb"} & set(facts)


def status(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "edge", "status", *args], capture_output=True, text=True, timeout=30
    )


def test_status_prints_queues_devices_and_the_box(house: House) -> None:
    house.ask.take()
    mute = {"frames": 0, "state": "down", "code": "no_sound_card"}
    house.ask.post("/api/v1/screens/voice-hall/alive", mute)
    told = status(house.url)
    assert told.returncode == 0, told.stderr
    for words in (
        "站街镇便民服务中心",
        "社保窗口",
        "printer-1",
        "离线",
        "7 条待传",
        "voice-hall",
        "没有声卡",
    ):
        assert words in told.stdout
    assert "最近正常" in told.stdout and "重发" in told.stdout
    as_json = json.loads(status(house.url, "--json").stdout)
    assert as_json["hall"]["services"][0]["waiting"] == 1
    assert as_json["health"]["host"]["uptime_s"] > 0


def test_status_and_page_ask_for_the_last_numbers_of_a_lost_journal(house: House) -> None:
    assert house.registrar.view.numbers_in_doubt == ()
    house.registrar.ask(StartNumbers(by=By(Door.DAEMON), in_doubt=True))
    for told in (status(house.url).stdout, house.ask.get("/").content.decode()):
        assert "起号待核对：A B" in told
    for service in house.registrar.view.services:
        house.ask.post("/api/v1/day/numbers", {"service": service.id, "last": 1})
    for told in (status(house.url).stdout, house.ask.get("/").content.decode()):
        assert "起号待核对" not in told


def test_status_says_in_one_line_that_no_daemon_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
    told = status(f"http://127.0.0.1:{port}")
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr.startswith("bianmin: no daemon answers") and told.stderr.count("\n") == 1
    assert status("https://x").returncode == 2
