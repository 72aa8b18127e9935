"""`bianmin doctor` among real device nodes: what is named answers, and the lines for the rest work."""

import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from edge.paths import shared
from tests.lab.inside import serial, usbprinter, video
from tests.lab.inside.checking import Checks, until
from tests.lab.inside.gadget import load
from tests.lab.inside.hidpad import HidPad

FOLDER = Path("/run/doctor")
PAD = (0x1A2C, 0x2D43)
NAMED = f"""
[link.paper]
url = "{usbprinter.url("node")}"

[device.printer-1]
driver = "printer_escpos"
link = "paper"
kiosk = "k1"

[link.pad]
url = "input:vendor={PAD[0]:04x},product={PAD[1]:04x}"

[device.pad-1]
driver = "callpad_evdev"
link = "pad"
counter = "1"
"""


def bianmin(*words: str) -> str:
    command = [sys.executable, "-m", "edge", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def doctor() -> list[str]:
    return bianmin("doctor", str(FOLDER), "--data", "/run/data", "--seconds", "20").splitlines()


def has(lines: list[str], *words: str) -> None:
    assert any(all(word in line for word in words) for line in lines), f"{words} in: {' | '.join(lines)}"


def run(check: Checks) -> None:
    load("usblp", "cdc_acm", "evdev", "usbhid", "hid_generic", "vivid n_devs=1 node_types=0x1")
    shutil.copytree(shared("demo"), FOLDER)
    (FOLDER / "boards.toml").unlink(missing_ok=True)  # of boards that are not here
    devices = FOLDER / "devices.toml"
    devices.write_text(NAMED)
    pad, reader = HidPad(PAD, 0), HidPad((0x0C2E, 0x0B61), 2)
    with usbprinter.printer(port=3), closing(serial.Far(1)) as adapter:
        until(
            lambda: list(Path("/dev/serial/by-id").glob(f"*{adapter.adapter.number}*")), "the adapter's name"
        )
        until(video.NODE.exists, "the camera's name")
        lines = doctor()
        with check("what is named in the config answers"):
            has(lines, "ok", "device.printer-1")
            has(lines, "ok", "device.pad-1")
            has(lines, "plugged.printer", "/dev/usb/lp0", "named in devices.toml")
            has(lines, "plugged.keypad", "(1a2c:2d43)", "named in devices.toml")
        with check("an adapter, a camera and a reader that nobody named are seen"):
            has(lines, "warn", "plugged.serial", "/dev/ttyACM0", "no config names it")
            has(lines, "warn", "plugged.camera", "vivid", "no config names it")
            has(lines, "warn", "plugged.", "(0c2e:0b61)", "no config names it")
        with check("with the lines that it prints the config is whole, and it asks for no more"):
            added = lines[next(n for n, line in enumerate(lines) if line.startswith("# Add")) :]
            devices.write_text("\n".join([NAMED, *added, ""]))
            problems = bianmin("check", str(FOLDER))
            again = doctor()
            assert not [line for line in again if "no config names it" in line], (problems, again)
            has(again, "ok", "plugged.camera", "named in devices.toml")
            has(again, "ok", "device.keypad-1")
    pad.gadget.remove()
    reader.gadget.remove()
