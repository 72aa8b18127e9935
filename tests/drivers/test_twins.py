"""The twins of the demo hall as a process: its config copy, its control door, its end."""

import io
import json
import os
import signal
import socket
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from conftest import HERE
from PIL import Image

from drivers import board_onbon_k
from drivers.capabilities import BoardMessage
from drivers.errors import LinkLost
from drivers.framing import Line
from drivers.links import open_link
from tests.waiting import until

ROOT = HERE.parents[1]
DEMO = ROOT / "config" / "demo"


class Hall:
    def __init__(self, folder, stdin=subprocess.PIPE):
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "drivers.twins", str(DEMO), "--at", str(folder)],
            cwd=ROOT,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        self.ready = json.loads(line)
        self.devices = tomllib.loads((folder / "config" / "devices.toml").read_text(encoding="utf-8"))

    def call(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(
            f"http://127.0.0.1:{self.ready['control']}{path}", data, timeout=10
        ) as answer:
            raw = answer.read()
        return json.loads(raw) if answer.headers["Content-Type"] == "application/json" else raw

    def url(self, device):
        return self.devices["link"][self.devices["device"][device]["link"]]["url"]

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
        code = self.process.wait(10)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe:
                pipe.close()
        return code


@pytest.fixture(scope="module")
def hall(tmp_path_factory):
    made = Hall(tmp_path_factory.mktemp("hall") / "at")
    yield made
    assert made.end() == 0


def test_the_copy_differs_from_the_hall_in_its_urls_only(hall):
    original = tomllib.loads((DEMO / "devices.toml").read_text(encoding="utf-8"))
    assert hall.devices["device"] == original["device"]
    for name, link in original["link"].items():
        assert {**hall.devices["link"][name], "url": ""} == {**link, "url": ""}
        assert hall.devices["link"][name]["url"] != link["url"]
    assert (hall.folder / "config" / "hall.toml").read_bytes() == (DEMO / "hall.toml").read_bytes()
    assert json.loads((hall.folder / "control.json").read_text()) == {"port": hall.ready["control"]}


def test_every_device_of_the_demo_hall_has_a_twin(hall):
    twins = {twin["id"]: twin["kind"] for twin in hall.call("/twins")["twins"]}
    assert twins == {id: table["driver"].partition("_")[0] for id, table in hall.devices["device"].items()}


def test_every_twin_tells_its_state_and_shows_its_picture(hall):
    for twin in hall.call("/twins")["twins"]:
        state = hall.call(f"/twins/{twin['id']}")
        assert state["kind"] == twin["kind"] and state["faults"] == []
        assert Image.open(io.BytesIO(hall.call(f"/twins/{twin['id']}/picture"))).width > 100


def test_a_board_driver_reaches_its_twin_by_the_copys_url(hall):
    link = open_link(hall.url("board-2"))
    try:
        driver = board_onbon_k.Driver(Line(link, board_onbon_k.FRAMES), board_onbon_k.Options(address=2))
        driver.start()
        driver.show(BoardMessage(("A002到2号",)))
        assert hall.call("/twins/board-2")["text"] == "A002到2号"
        assert hall.call("/twins/board-1")["frames"] == 0
    finally:
        link.close()


def test_an_unplugged_wire_is_gone_and_comes_back_under_its_name(hall):
    assert hall.call("/twins/board-4/fault", {"name": "unplugged", "on": True})["faults"] == ["unplugged"]
    assert hall.call("/twins/board-5")["faults"] == ["unplugged"]
    with pytest.raises(LinkLost):
        open_link(hall.url("board-4"))
    assert hall.call("/twins/board-4/fault", {"name": "unplugged", "on": False})["faults"] == []
    open_link(hall.url("board-4")).close()


def test_a_network_printer_hangs_up_when_unplugged_and_listens_again(hall):
    host, _, port = hall.url("printer-1").removeprefix("tcp://").partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as caller:
        caller.sendall(b"\x10\x04\x01")
        assert caller.recv(1) == b"\x12"
        hall.call("/twins/printer-1/fault", {"name": "unplugged", "on": True})
        assert caller.recv(1) == b""
    with pytest.raises(OSError):
        socket.create_connection((host, int(port)), timeout=5)
    hall.call("/twins/printer-1/fault", {"name": "unplugged", "on": False})
    with socket.create_connection((host, int(port)), timeout=5) as caller:
        caller.sendall(b"\x10\x04\x01")
        assert caller.recv(1) == b"\x12"


def test_an_unplugged_camera_has_no_pictures(hall):
    assert hall.call("/twins/camera-1")["pictures"]
    hall.call("/twins/camera-1/fault", {"name": "unplugged", "on": True})
    assert hall.call("/twins/camera-1")["pictures"] == []
    hall.call("/twins/camera-1/fault", {"name": "unplugged", "on": False})
    assert hall.call("/twins/camera-1")["pictures"]


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("/twins/board-9", None, 404, "board-1"),
        ("/nothing", None, 404, "nothing at"),
        ("/twins/pad-1/press", {"key": "nxt"}, 400, "there are: next"),
        ("/twins/rating-1/press", {"score": 5}, 400, "0..3"),
        ("/twins/board-1/press", {"key": "next"}, 400, "no keys"),
        ("/twins/board-1/fault", {"name": "paper_out"}, 400, "there are: mute"),
        ("/twins/printer-1/fault", {"name": "babble"}, 400, "there are: paper_out"),
        ("/twins/board-1/fault", {"name": "mute", "on": "yes"}, 400, "true or false"),
        ("/twins/board-1/fault", ["mute"], 400, "JSON object"),
    ],
)
def test_the_control_door_says_what_was_wrong(hall, path, body, status, words):
    with pytest.raises(urllib.error.HTTPError) as caught:
        hall.call(path, body)
    assert caught.value.code == status
    assert words in caught.value.read().decode()


def test_the_twins_end_with_their_standard_input(tmp_path):
    hall = Hall(tmp_path)
    hall.process.stdin.close()
    assert hall.process.wait(10) == 0
    assert not any((tmp_path / "links").iterdir())
    hall.process.stdin = None
    hall.end()


def test_the_twins_end_with_their_parent_however_it_dies(tmp_path):
    code = (
        "import subprocess, sys, time\n"
        f"words = ['-m', 'drivers.twins', {str(DEMO)!r}, '--at', {str(tmp_path)!r}]\n"
        "quiet = {'stdin': subprocess.DEVNULL, 'stdout': subprocess.PIPE}\n"
        "p = subprocess.Popen([sys.executable, *words], **quiet)\n"
        "p.stdout.readline(); print(p.pid, flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    pid = int(parent.stdout.readline())
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    until(lambda: not alive(pid), within_s=10)


def alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in ("Z", "X")


@pytest.mark.parametrize("wrong", ["no such folder", "a taken place"])
def test_a_wrong_folder_is_one_line_and_status_2(tmp_path, wrong):
    (tmp_path / "config").mkdir()
    source = DEMO if wrong == "a taken place" else tmp_path / "nothing"
    done = subprocess.run(
        [sys.executable, "-m", "drivers.twins", str(source), "--at", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)


def test_the_help_teaches():
    done = subprocess.run(
        [sys.executable, "-m", "drivers.twins", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for word in ("control.json", "/press", "/fault", "paper_out", "unplugged", "bianmin run"):
        assert word in done.stdout
