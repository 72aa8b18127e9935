"""The whole daemon on devices of this machine: a slip by usblp, a key by HID, a call by CDC-ACM."""

import http.client
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from drivers.twins.board import BoardTwin
from edge.paths import shared
from tests.lab.inside import serial, usbprinter
from tests.lab.inside.checking import Checks, until
from tests.lab.inside.gadget import load
from tests.lab.inside.hidpad import HidPad

FOLDER = Path("/run/visit")
PAD = (0x1A2C, 0x2D43)
DEVICES = """
[link.paper]
url = "{paper}"

[device.printer-1]
driver = "printer_escpos"
link = "paper"
kiosk = "k1"

[link.pad]
url = "{pad}"

[device.pad-1]
driver = "callpad_evdev"
link = "pad"
counter = "1"

[link.boards]
url = "{boards}"

[device.board-1]
driver = "board_onbon_k"
link = "boards"
counter = "1"
address = 1
"""


class Door:
    """The daemon's local door."""

    def __init__(self, url: str) -> None:
        self._http = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)

    def __call__(self, method: str, path: str, body: dict[str, str] | None = None) -> Any:
        headers = {"Content-Type": "application/json"}
        self._http.request(method, f"/api/v1/{path}", json.dumps(body or {}), headers)
        answer = self._http.getresponse()
        said = json.loads(answer.read())
        assert answer.status < 300, f"{method} {path}: {answer.status} {said}"
        return said

    def states(self) -> dict[str, str]:
        return {device["id"]: device["state"] for device in self("GET", "hall")["devices"]}

    def counter(self) -> dict[str, Any]:
        return dict(next(c for c in self("GET", "hall")["counters"] if c["id"] == "1"))

    def take(self, service: str) -> dict[str, str]:
        return dict(self("POST", "tickets", {"service": service, "kiosk": "k1"})["ticket"])

    def paper(self, ticket: dict[str, str]) -> str:
        return str(self("GET", f"tickets/{ticket['id']}")["ticket"]["paper"])


@contextmanager
def daemon() -> Iterator[Door]:
    command = [sys.executable, "-m", "edge", "run", str(FOLDER), "--data", "/run/visit-data", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield Door(process.stdout.readline().strip())
        finally:
            process.terminate()


def run(check: Checks) -> None:
    load("usblp", "cdc_acm", "evdev", "usbhid", "hid_generic")
    shutil.copytree(shared("demo"), FOLDER)
    (FOLDER / "boards.toml").unlink(missing_ok=True)  # of boards that are not here
    pad = HidPad(PAD, 0)
    with usbprinter.printer(3) as printer, closing(serial.Far(1, BoardTwin("board", {"address": 1}))) as far:
        words = {
            "paper": usbprinter.url("node"),
            "pad": f"input:vendor={PAD[0]:04x},product={PAD[1]:04x}",
            "boards": far.adapter.url("serial", "baud=57600"),
        }
        (FOLDER / "devices.toml").write_text(DEVICES.format(**words))
        with daemon() as door:
            _visit(check, door, pad, printer, far)
            _everything_pulled(check, door, pad, printer, far)
    pad.gadget.remove()


def _visit(check: Checks, door: Door, pad: HidPad, printer: usbprinter.UsbPrinter, far: serial.Far) -> None:
    with check("printer, pad and board come up"):
        until(lambda: "down" not in door.states().values(), "all three up")
    with check("a number is taken, and its slip comes out and is confirmed"):
        door("POST", "counters/1/open")
        ticket = door.take(door.counter()["services"][0])
        until(lambda: door.paper(ticket) == "printed", "the slip")
        assert ticket["number"] in printer.twin.state()["slips"][-1]["text"]
    with check("Enter on the pad calls it, and the board shows it"):
        pad.press("enter")
        until(lambda: ticket["number"] in far.state("board")["text"], "the number on the board")
        assert door.counter()["ticket"]["number"] == ticket["number"]


def _prints(door: Door) -> bool:
    """One more number; on a busy host an emulated printer's word may come too late, and then another."""
    ticket = door.take(door.counter()["services"][0])
    return bool(until(lambda: _ended(door.paper(ticket)), "the slip's end") == "printed")


def _ended(paper: str) -> str:
    return paper if paper in ("printed", "failed", "unknown") else ""


def _everything_pulled(
    check: Checks, door: Door, pad: HidPad, printer: usbprinter.UsbPrinter, far: serial.Far
) -> None:
    cables = (pad.gadget, printer.gadget, far.adapter.gadget)
    with check("all three pulled out: numbers are given all the same, and the slip is said to be missing"):
        for cable in cables:
            cable.unplug()
        until(lambda: set(door.states().values()) == {"down"}, "all three down")
        ticket = door.take(door.counter()["services"][0])
        until(lambda: door.paper(ticket) == "failed", "the slip's failure")
    with check("all plugged in again: nothing is printed late, the pad calls and the board shows"):
        printed = printer.twin.state()["printed"]
        for cable in cables:
            cable.plug()
        until(lambda: "down" not in door.states().values(), "all three up")
        door("POST", "counters/1/finish")
        pad.press("enter")
        until(lambda: ticket["number"] in far.state("board")["text"], "the next number on the board")
        assert printer.twin.state()["printed"] == printed
        until(lambda: _prints(door), "a slip that is printed")
