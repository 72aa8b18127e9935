"""What a counter's camera sees, live: Motion JPEG at the door, and a page is taken meanwhile."""

import http.client
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import cv2
import numpy as np
import pytest
from PIL import Image

from drivers.camera_opencv import Options
from drivers.capabilities import Mark
from drivers.links import open_link
from drivers.loader import load as load_driver
from drivers.twins.pages import write_pages
from edge.client import Client
from edge.clock import system_clock
from edge.daemon import Daemon
from edge.settings import load
from tests.crash.rounds import ROOT
from tests.waiting import until


@pytest.fixture
def hall(tmp_path) -> Iterator[str]:
    """The door of the demo hall, whose only device is a folder camera at counter 6."""
    (tmp_path / "pictures").mkdir()
    write_pages(tmp_path / "pictures")
    demo = load(ROOT / "config/demo")
    link = replace(demo.links["camera"], url=f"folder://{tmp_path / 'pictures'}")
    settings = replace(
        demo,
        links={"camera": link},
        devices={"camera-1": demo.devices["camera-1"]},
        uplink=replace(demo.uplink, enabled=False),
    )
    daemon = Daemon(settings, tmp_path / "data", system_clock("Asia/Shanghai"))
    url = daemon.start(0)
    try:
        until(lambda: daemon._supervisor.handles["camera-1"].status().code is None)
        yield url
    finally:
        daemon.stop()


def next_picture(stream: http.client.HTTPResponse) -> bytes:
    assert stream.readline() == b"--picture\r\n"
    assert stream.readline() == b"Content-Type: image/jpeg\r\n"
    name, _, size = stream.readline().partition(b": ")
    assert (name, stream.readline()) == (b"Content-Length", b"\r\n")
    picture = stream.read(int(size))
    assert stream.readline() == b"\r\n"
    return picture


def test_the_counter_sees_what_the_camera_sees_and_takes_a_page_meanwhile(hall, tmp_path):
    door = http.client.HTTPConnection(urlsplit(hall).netloc, timeout=30)
    door.request("GET", "/api/v1/counters/6/camera")
    stream = door.getresponse()
    assert stream.status == 200
    assert stream.headers["Content-Type"] == "multipart/x-mixed-replace; boundary=picture"
    first, second = next_picture(stream), next_picture(stream)
    with Image.open(io.BytesIO(first)) as seen:
        assert (seen.format, seen.size) == ("JPEG", (640, 480))
    assert first == second
    assert Client(hall, timeout_s=30).post("/api/v1/counters/6/captures")[0] == 201
    later = [next_picture(stream) for _ in range(5)]
    assert later[-1] != first, "the folder's next picture"
    door.close()
    assert len(list((tmp_path / "data/captures").rglob("*.json"))) == 1


def test_a_counter_without_a_camera_has_nothing_to_see(hall):
    assert Client(hall).get("/api/v1/counters/1/camera")[0] == 409
    assert Client(hall).get("/api/v1/counters/99/camera")[0] == 404


@pytest.fixture
def opened():
    links = []

    def open_camera(url: str) -> Any:
        links.append(open_link(url))
        camera = load_driver("camera_opencv").Driver(links[-1], Options())
        camera.start()
        return camera

    yield open_camera
    for link in links:
        link.close()


def film(folder: Path) -> str:
    out = cv2.VideoWriter(str(folder / "a.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10, (1280, 960))
    out.write(np.full((960, 1280, 3), 180, np.uint8))
    out.release()
    return f"video://{folder / 'a.avi'}"


def still(folder: Path) -> str:
    Image.new("RGB", (1280, 960), (180, 180, 180)).save(folder / "a.jpg")
    return f"folder://{folder}"


def pixels(jpeg: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB")).astype(int)


@pytest.mark.parametrize("source", [film, still])
def test_marks_are_drawn_on_what_people_see_and_not_on_what_the_finder_gets(tmp_path, opened, source):
    camera = opened(source(tmp_path))
    square = ((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75))
    bare = camera.preview()
    assert (bare.shown.width, bare.shown.height, bare.plain) == (640, 480, b"")
    assert np.ptp(pixels(bare.shown.jpeg)) < 12
    seen = camera.preview((Mark(square, good=True),), plain=True)
    green, grey = pixels(seen.shown.jpeg)[240, 160], pixels(seen.shown.jpeg)[240, 320]
    assert green[1] - green[0] > 60
    assert np.ptp(grey) < 12
    assert pixels(seen.plain).shape == (960, 1280, 3)
    assert np.ptp(pixels(seen.plain)) < 12
    amber = pixels(camera.preview((Mark(square, good=False),)).shown.jpeg)[240, 160]
    assert amber[0] - amber[2] > 60
    assert camera.capture().width == 1280


def test_a_picture_grows_no_larger_for_the_finder(tmp_path, opened):
    Image.new("RGB", (600, 400), (180, 180, 180)).save(tmp_path / "a.png")
    seen = opened(f"folder://{tmp_path}").preview(plain=True)
    assert (seen.shown.width, seen.shown.height) == (600, 400)
    assert pixels(seen.plain).shape == (400, 600, 3)
