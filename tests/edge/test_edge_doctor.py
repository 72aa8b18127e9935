"""`bianmin doctor`: a machine laid out in a folder, and real terminals with twins that answer or do not."""

import grp
import os
import shutil
import socket
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.twins.hall import Twins
from edge import settings
from edge.doctor import machine
from edge.doctor.findings import Level
from edge.doctor.naming import leads_to, lines_for, unnamed
from edge.doctor.plugged import Plugged, group_of, may_open, plugged
from edge.paths import shared
from edge.settings_devices import LinkSettings
from edge.settings_tables import PowerSettings, UplinkSettings

KEYBOARD = "1000000000007 ff980000000007ff febeffdff3cfffff fffffffffffffffe"
"""As a USB keyboard says it, and many a number pad."""
NUMPAD = f"{sum(1 << code - 64 for code in (69, *range(71, 84), 96, 98)):x} {1 << 14:x}"


class Machine:
    """/sys and /dev as the kernel and systemd lay them out, below a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def file(self, path: str, text: str) -> None:
        at = self.root / path
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_text(f"{text}\n")

    def link(self, path: str, to: str) -> None:
        at = self.root / path
        at.parent.mkdir(parents=True, exist_ok=True)
        at.symlink_to(to)

    def usb(self, port: str, vendor: str, product: str, name: str, serial: str = "") -> str:
        at = f"sys/devices/pci0/usb1/{port}"
        for file, text in (("idVendor", vendor), ("idProduct", product), ("product", name)):
            self.file(f"{at}/{file}", text)
        if serial:
            self.file(f"{at}/serial", serial)
        return at

    def serial(self, tty: str, port: str, name: str, serial: str = "", by_id: str = "") -> None:
        usb = self.usb(port, "1a86", "7523", name, serial)
        (self.root / usb / f"{port}:1.0" / tty).mkdir(parents=True)
        (self.root / f"sys/class/tty/{tty}").mkdir(parents=True)
        self.link(f"sys/class/tty/{tty}/device", str(self.root / usb / f"{port}:1.0" / tty))
        self.link(f"dev/serial/by-path/pci-usb-0:{port}:1.0-port0", f"../../{tty}")
        if by_id:
            self.link(f"dev/serial/by-id/{by_id}", f"../../{tty}")

    def printer(self, lp: str, port: str, serial: str = "") -> None:
        usb = self.usb(port, "04b8", "0202", "TM Printer", serial)
        (self.root / usb / f"{port}:1.0").mkdir()
        self.link(f"sys/class/usbmisc/{lp}/device", str(self.root / usb / f"{port}:1.0"))

    def keys(self, event: str, name: str, bits: str, phys: str = "usb-0000:01:00.0-1.3/input0") -> None:
        at = f"sys/class/input/{event}/device"
        self.file(f"{at}/name", name)
        self.file(f"{at}/phys", phys)
        self.file(f"{at}/id/vendor", "062a")
        self.file(f"{at}/id/product", "4101")
        self.file(f"{at}/capabilities/key", bits)

    def camera(self, video: str, name: str, index: int) -> None:
        self.file(f"sys/class/video4linux/{video}/name", name)
        self.file(f"sys/class/video4linux/{video}/index", str(index))


@pytest.fixture
def box(tmp_path: Path) -> Machine:
    made = Machine(tmp_path / "root")
    made.serial("ttyUSB0", "1-1.2", "FT232R", "A900ABCD", by_id="usb-FTDI_FT232R_A900ABCD-if00-port0")
    made.serial("ttyUSB1", "1-1.3", "USB Serial", by_id="usb-1a86_USB_Serial-if00-port0")
    made.file("sys/class/tty/tty1/dev", "4:1")
    made.printer("lp0", "1-1.4", "J4XX")
    made.keys("event3", "USB Numpad", NUMPAD)
    made.keys("event4", "USB Numpad Consumer", "0")
    made.keys("event5", "Barcode Reader", KEYBOARD, "usb-0000:01:00.0-1.1/input0")
    made.keys("event0", "Power Button", "10000000000000 0", "LNXPWRBN/button/input0")
    made.camera("video0", "Document Camera", 0)
    made.camera("video1", "Document Camera", 1)
    made.camera("video10", "bcm2835-codec-decode", 0)
    made.link("dev/v4l/by-id/usb-Doc_Camera-video-index0", "../../video0")
    return made


def named(box: Machine, *urls: str) -> list[str]:
    links = [LinkSettings(f"l{n}", url) for n, url in enumerate(urls)]
    return [d.node for d in unnamed(plugged(box.root), links, box.root)]


def test_everything_that_a_driver_could_be_for_is_found_under_a_name_that_stays(box: Machine) -> None:
    assert [(d.kind, d.node, d.url) for d in plugged(box.root)] == [
        (
            "serial",
            "/dev/ttyUSB0",
            "serial:///dev/serial/by-id/usb-FTDI_FT232R_A900ABCD-if00-port0?baud=9600",
        ),
        ("serial", "/dev/ttyUSB1", "serial:///dev/serial/by-path/pci-usb-0:1-1.3:1.0-port0?baud=9600"),
        ("printer", "/dev/usb/lp0", "usb://04b8:0202/J4XX"),
        ("keypad", "/dev/input/event3", "input:vendor=062a,product=4101,phys=usb-0000:01:00.0-1.3"),
        ("reader", "/dev/input/event5", "input:vendor=062a,product=4101,phys=usb-0000:01:00.0-1.1"),
        ("camera", "/dev/video0", "video:///dev/v4l/by-id/usb-Doc_Camera-video-index0"),
    ]
    assert plugged(box.root / "no" / "such") == []


def test_what_a_link_names_by_any_name_is_no_stranger(box: Machine) -> None:
    assert len(named(box)) == 6
    left = named(
        box,
        "rs485:///dev/serial/by-path/pci-usb-0:1-1.2:1.0-port0?baud=57600",
        "serial:///dev/ttyUSB1",
        "usb://04b8:0202",
        "input:vendor=62A,product=4101,phys=usb-0000:01:00.0-1.3",
        "video:///dev/video0",
        "tcp://127.0.0.1:9100",
    )
    assert left == ["/dev/input/event5"]
    assert named(box, "file:///dev/usb/lp0", "input:vendor=062a")[:2] == ["/dev/ttyUSB0", "/dev/ttyUSB1"]
    camera = Plugged("camera", "/dev/video0", "", "video:///dev/video0", ("camera_opencv",))
    assert not leads_to("input:vendor=062a", camera, box.root)


def test_a_node_that_this_user_may_not_open_is_told_with_its_group(box: Machine) -> None:
    port = plugged(box.root)[0]
    assert may_open(port, box.root), "no node, nothing to say"
    box.file("dev/ttyUSB0", "")
    assert may_open(port, box.root)
    assert group_of(port, box.root) == grp.getgrgid(os.getgid()).gr_name
    (box.root / "dev/ttyUSB0").chmod(0)
    if os.getuid():
        assert not may_open(port, box.root)


def test_the_lines_for_strangers_make_a_config_that_reads(box: Machine, tmp_path: Path) -> None:
    shutil.copytree(shared("demo"), tmp_path / "config")
    file, taken, text = tmp_path / "config" / "devices.toml", {"printer-1", "camera-1"}, ""
    for device in plugged(box.root):
        lines = lines_for(device, taken, counter="1", kiosk="k1")
        taken |= set(tomllib.loads(lines)["link"])
        text += f"\n{lines}\n"
    file.write_text(file.read_text("utf-8") + text)
    found = settings.load(tmp_path / "config")
    assert {"serial-1", "serial-2", "printer-2", "keypad-1", "reader-1", "camera-2"} <= set(found.devices)
    assert unnamed(plugged(box.root), found.links.values(), box.root) == []


def doctor(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "edge", "doctor", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)


def test_a_hall_of_twins_answers_and_one_that_is_pulled_is_said(box: Machine, tmp_path: Path) -> None:
    """The whole command, on real terminals and sockets."""
    twins = Twins(shared("demo"), tmp_path / "hall")
    twins.start()
    try:
        twins.ports["board-2"].fault("board-2", "mute", True)
        words = [str(twins.config), "--data", str(tmp_path / "data"), "--port", "0", "--root", str(box.root)]
        box.file("proc/uptime", "1 1")
        box.file("proc/loadavg", "0.1 0.1 0.1 1/1 1")
        box.file("proc/meminfo", "MemTotal: 4000000 kB\nMemAvailable: 3000000 kB")
        box.file("proc/self/statm", "1000 1000")
        told = doctor(*words, "--seconds", "4")
    finally:
        twins.stop()
    lines = {
        line.split()[1]: line
        for line in told.stdout.splitlines()
        if line[:4].strip() in ("ok", "warn", "fail")
    }
    assert told.returncode == 1, told.stdout + told.stderr
    for device in ("board-1", "board-6", "printer-1", "pad-1", "rating-1", "camera-1"):
        assert lines[f"device.{device}"].startswith("ok"), lines[f"device.{device}"]
    assert lines["device.board-2"].startswith("fail") and "no_answer" not in lines["device.board-2"]
    assert "没有应答" in lines["device.board-2"]
    for name in ("config", "fonts", "voice", "clock", "disk", "data", "broker", "port", "memory"):
        assert name in lines, told.stdout
    assert "[link.serial-1]" in told.stdout and 'driver = "scanner_evdev"' in told.stdout
    assert "Traceback" not in told.stderr


def test_a_config_that_does_not_read_is_said_and_the_machine_is_looked_at_all_the_same(
    box: Machine, tmp_path: Path
) -> None:
    told = doctor(str(tmp_path / "nowhere"), "--root", str(box.root))
    assert told.returncode == 1
    assert told.stdout.startswith("fail  config") and "/dev/ttyUSB0" in told.stdout


def test_a_door_that_is_taken_and_a_broker_that_is_away_are_warnings(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert machine.door(port).level is Level.WARN
        there = machine.broker(UplinkSettings(broker=f"mqtt://127.0.0.1:{port}"))
        assert there.level is Level.OK
    assert machine.broker(UplinkSettings(broker=f"mqtt://127.0.0.1:{port}")).level is Level.WARN
    missing = UplinkSettings(ca_file=str(tmp_path / "no.pem"))
    assert machine.broker(missing).level is Level.FAIL
    assert machine.broker(UplinkSettings(enabled=False)).level is Level.OK


def test_a_ups_wants_a_command_that_is_there() -> None:
    demo = settings.load(shared("demo"))
    levels = [
        next(iter(machine.mains(replace(demo, power=PowerSettings(command=command))))).level
        for command in ((), ("no-such-program",), ("true",))
    ]
    assert levels == [Level.WARN, Level.FAIL, Level.OK]
    assert list(machine.mains(replace(demo, devices={}))) == []


def test_a_disk_without_room_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.disk(tmp_path / "not" / "yet").level in (Level.OK, Level.WARN)
    monkeypatch.setattr(machine, "LEAST_FREE_MB", 10**12)
    assert machine.disk(tmp_path).level is Level.FAIL
