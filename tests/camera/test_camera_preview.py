"""What a counter's camera sees, live: Motion JPEG at the door, and a page is taken meanwhile."""

import http.client
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image

from drivers.camera_opencv import Options
from drivers.links import open_link
from drivers.loader import load as load_driver
from drivers.twins.pages import write_pages
from edge.client import Client
from edge.clock import system_clock
from edge.daemon import Daemon
from edge.settings import load
from tests.crash.rounds import ROOT
from tests.printing.hall_bench import wait_for


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
        wait_for(lambda: daemon._supervisor.handles["camera-1"].status().code is None)
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
    assert Client(hall).post("/api/v1/counters/6/captures")[0] == 201
    later = [next_picture(stream) for _ in range(5)]
    assert later[-1] != first, "the folder's next picture"
    door.close()
    assert len(list((tmp_path / "data/captures").rglob("*.sealed"))) == 1


def test_a_counter_without_a_camera_has_nothing_to_see(hall):
    assert Client(hall).get("/api/v1/counters/1/camera")[0] == 409
    assert Client(hall).get("/api/v1/counters/99/camera")[0] == 404


def test_a_film_is_seen_small(tmp_path):
    import cv2
    import numpy as np

    out = cv2.VideoWriter(str(tmp_path / "a.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10, (1280, 960))
    out.write(np.full((960, 1280, 3), 180, np.uint8))
    out.release()
    link = open_link(f"video://{Path(tmp_path / 'a.avi')}")
    try:
        camera = load_driver("camera_opencv").Driver(link, Options())
        camera.start()
        seen, taken = camera.preview(), camera.capture()
        assert ((seen.width, seen.height), (taken.width, taken.height)) == ((640, 480), (1280, 960))
    finally:
        link.close()
