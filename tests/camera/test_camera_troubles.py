"""A camera that hangs, dies, is black or in another mode: a state of its own, and the hall goes on."""

import fcntl
import os
import pty
import shutil
import signal
import subprocess
import sys
import termios
import threading
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from drivers.camera_opencv import Driver, Options, is_held
from drivers.capabilities import State
from drivers.errors import DeviceFault, Fault, LinkLost
from drivers.links import open_link
from edge.client import Client
from edge.clock import system_clock
from edge.daemon import Daemon
from edge.hall.events import DocumentCaptured, TicketIssued
from edge.journal import entries_after
from edge.settings import load
from edge.verify import verify
from tests.crash.rounds import ROOT
from tests.waiting import until

IS_HELD = """
import os, sys
from drivers.camera_opencv import is_held
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
print(is_held(sys.argv[1]))
"""


def film(path: Path, *levels: int) -> str:
    """A video file of 640x480, a frame for each level of grey; with some structure unless black."""
    out = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (640, 480))
    for level in levels:
        frame = np.full((480, 640, 3), level, np.uint8)
        frame[100:300, 100:300] = level // 2
        out.write(frame)
    out.release()
    return f"video://{path}"


@pytest.fixture
def opened():
    links = []

    def open_camera(url: str) -> Driver:
        links.append(open_link(url))
        return Driver(links[-1], Options(within_s=1.0))

    yield open_camera
    for link in links:
        link.close()


def test_a_video_file_gives_its_frames_in_turn_and_begins_again(tmp_path, opened):
    camera = opened(film(tmp_path / "a.avi", 200, 100))
    assert camera.start().facts == {"size": "640x480"}
    assert camera.check().state is State.OK
    photos = [camera.capture().jpeg for _ in range(3)]
    assert photos[0] == photos[2] != photos[1]


def test_another_mode_than_asked_for_is_said_and_pictures_come(tmp_path, opened):
    camera = opened(film(tmp_path / "a.avi", 200) + "?size=1920x1080")
    camera.start()
    status = camera.check()
    assert (status.state, status.code) == (State.DEGRADED, Fault.WRONG_MODE)
    assert "640x480 instead of 1920x1080" in status.detail
    assert camera.capture().width == 640


def test_a_black_picture_is_a_fault_until_there_is_light(tmp_path, opened):
    camera = opened(film(tmp_path / "a.avi", 0, 0, 200, 200))
    camera.start()
    with pytest.raises(DeviceFault) as caught:
        camera.capture()
    assert caught.value.code is Fault.BAD_PICTURE
    assert camera.check().code is Fault.BAD_PICTURE
    assert camera.check().state is State.OK
    assert camera.capture().jpeg


def test_a_grab_that_never_returns_is_ended_at_its_deadline(tmp_path, opened):
    os.mkfifo(tmp_path / "a.jpg")  # whoever reads it waits for ever
    camera = opened(f"folder://{tmp_path}")
    camera.start()
    with pytest.raises(LinkLost, match="no answer"):
        camera.capture()
    until(lambda: camera._link._child.poll() == -signal.SIGKILL)


def test_a_device_that_another_program_opened_for_itself_is_held():
    """Who may not break the lock, as the daemon's user, is told EBUSY when it opens it."""
    ours, theirs = pty.openpty()
    try:
        name = os.ttyname(theirs)
        Path(name).chmod(0o666)
        script = ["-c", IS_HELD, name]
        free = subprocess.run([sys.executable, *script], capture_output=True, text=True, check=True)
        fcntl.ioctl(theirs, termios.TIOCEXCL)
        held = subprocess.run([sys.executable, *script], capture_output=True, text=True, check=True)
        assert (free.stdout, held.stdout) == ("False\n", "True\n")
    finally:
        os.close(ours)
        os.close(theirs)


@pytest.mark.parametrize("path", ["/dev/null", "/nowhere", "/dev/zero"])
def test_what_is_no_camera_is_held_by_nobody(path):
    assert not is_held(path)


def test_the_hall_goes_on_while_its_camera_hangs_and_is_killed_and_heals(tmp_path):
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    shutil.copytree(ROOT / "config/demo", tmp_path / "hall")
    settings = load(tmp_path / "hall")
    camera = settings.devices["camera-1"]
    link = replace(settings.links["camera"], url=f"folder://{pictures}")
    settings = replace(
        settings,
        links={"camera": link},
        devices={"camera-1": replace(camera, options=Options(within_s=1.0))},
        uplink=replace(settings.uplink, enabled=False),
    )
    os.mkfifo(pictures / "a.jpg")
    daemon = Daemon(settings, tmp_path / "data", system_clock("Asia/Shanghai"))
    client = Client(daemon.start(0))
    try:
        handle = daemon._supervisor.handles["camera-1"]
        until(lambda: handle.status().code is None)
        answers: list[tuple] = []
        page = threading.Thread(target=lambda: answers.append(client.post("/api/v1/counters/6/captures")))
        page.start()
        numbers = [client.post("/api/v1/tickets", {"service": "social"})[0] for _ in range(10)]
        page.join()
        assert numbers == [201] * 10
        assert answers[0][1]["reason"] == "camera_failed"
        until(lambda: handle.status().state is State.DOWN or handle.tally.opened > 1)
        (pictures / "a.jpg").unlink()
        Image.effect_noise((640, 480), 80).convert("RGB").save(pictures / "b.jpg")
        until(lambda: handle.tally.opened > 1 and handle.status().state is State.OK)
        os.kill(camera_process(), signal.SIGKILL)
        assert client.post("/api/v1/tickets", {"service": "social"})[0] == 201
        until(lambda: handle.tally.opened > 2 and handle.status().state is State.OK)
        assert client.post("/api/v1/counters/6/captures")[0] == 201
    finally:
        daemon.stop()
    events = [e.event for e in entries_after(tmp_path / "data/journal.db", 0)]
    assert sum(isinstance(e, TicketIssued) for e in events) == 11
    assert sum(isinstance(e, DocumentCaptured) for e in events) == 1
    assert verify(tmp_path / "data/journal.db").bad_seq == 0


def camera_process() -> int:
    """The camera's process: of ours, the one that was started as it."""
    me = str(os.getpid())
    for status in Path("/proc").glob("[0-9]*/status"):
        lines = status.read_text("utf-8").splitlines()
        words = (status.parent / "cmdline").read_bytes()
        if f"PPid:\t{me}" in lines and b"drivers.camera_opencv" in words:
            return int(status.parent.name)
    raise AssertionError("the camera has no process")
