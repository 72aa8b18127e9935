"""Live: pages taken by themselves and once, outlines in the stream, and no camera that makes others wait."""

import errno
import io
import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image

from edge.finder import Finder
from edge.hall.words import Door
from tests.camera.camera_hall import CameraHall
from tests.camera.small_pages import write_small_pages
from tests.waiting import until

HANGS = """
import json, sys, time
for line in sys.stdin.buffer:
    question = json.loads(line)
    [sys.stdin.buffer.read(n) for n in question["parts"]]
    time.sleep(3600)
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> list[Path]:
    return write_small_pages(tmp_path_factory.mktemp("pages"))


class Stream:
    """Motion JPEG, picture by picture."""

    def __init__(self, hall: CameraHall, counter: str) -> None:
        self._door = HTTPConnection(urlsplit(hall.url).netloc, timeout=60)
        self._door.request("GET", f"/api/v1/counters/{counter}/camera")
        self._answer: HTTPResponse = self._door.getresponse()
        self.status = self._answer.status

    def next(self) -> np.ndarray:
        head = [self._answer.readline() for _ in range(4)]
        jpeg = self._answer.read(int(head[2].partition(b": ")[2]))
        self._answer.readline()
        return np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB")).astype(int)

    def pictures(self, most: int = 600) -> Iterator[np.ndarray]:
        for _ in range(most):
            yield self.next()

    def close(self) -> None:
        self._door.close()


def green(picture: np.ndarray) -> int:
    """Points of an outline."""
    red, grass, blue = picture[..., 0], picture[..., 1], picture[..., 2]
    return int(((grass - red > 60) & (grass - blue > 40)).sum())


def feed(fifo: Path, content: bytes) -> None:
    """To whoever reads; nobody may just now."""
    try:
        end = os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
    except OSError as error:
        assert error.errno == errno.ENXIO
        return
    os.write(end, content)
    os.close(end)


def captured(hall: CameraHall) -> list[dict]:
    events = hall.client.get("/api/v1/events?limit=1000")[1]["events"]
    return [e["data"] for e in events if e["type"] == "bianmin.document.captured"]


def test_pages_are_outlined_taken_by_themselves_once_and_only_for_somebody(tmp_path, pages):
    folder = tmp_path / "pictures"
    folder.mkdir()
    shutil.copy(pages[0], folder / "now.jpg")
    with CameraHall(tmp_path / "data", {"6": folder}) as hall:
        live = hall.daemon._captures.live
        stream = Stream(hall, "6")
        assert any(green(picture) > 200 for picture in stream.pictures()), "the page is outlined"
        hall.client.post("/api/v1/counters/6/camera/auto", {"on": True})
        assert any(live("6").still > 5 for _ in stream.pictures())
        assert captured(hall) == [], "nobody is at the counter"
        ticket = hall.comes("6")["id"]
        assert any(live("6").taken for _ in stream.pictures())
        assert any([p["why"] for p in live("6").pages] == ["same"] for _ in stream.pictures())
        finder = hall.daemon._captures._work._finder
        os.kill(finder.pid(), signal.SIGKILL)
        assert any(
            finder.started > 1 and [p["why"] for p in live("6").pages] == ["same"] for _ in stream.pictures()
        ), "a new one knows the page again"
        (page,) = captured(hall)
        assert (page["ticket"], page["by"]["door"]) == (ticket, Door.DAEMON)
        shutil.copy(pages[1], folder / ".next.jpg")
        (folder / ".next.jpg").rename(folder / "now.jpg")
        assert any(live("6").taken != page["capture"] for _ in stream.pictures())
        assert len(captured(hall)) == 2
        hall.client.post("/api/v1/counters/6/camera/auto", {"on": False})
        hall.comes("6")
        assert any([p["good"] for p in live("6").pages] == [True] for _ in stream.pictures())
        for _ in range(12):
            stream.next()
        assert len(captured(hall)) == 2, "switched off"
        stream.close()


def test_the_preview_flows_and_numbers_are_given_while_the_finder_hangs(tmp_path, pages):
    with CameraHall(tmp_path / "data", {"6": pages[0].parent}) as hall:
        finder = Finder((sys.executable, "-c", HANGS))
        hall.daemon._captures._work._finder = finder
        answers: list[tuple] = []
        press = threading.Thread(
            target=lambda: answers.append(hall.client.post("/api/v1/counters/6/captures", {}))
        )
        press.start()
        until(lambda: finder.pid() and finder._turn.locked())
        stream = Stream(hall, "6")
        for _ in range(10):
            stream.next()
        given = [hall.client.post("/api/v1/tickets", {"service": "social"})[0] for _ in range(10)]
        assert (given, answers) == ([201] * 10, [])
        os.kill(finder.pid(), signal.SIGKILL)
        press.join()
        status, answer = answers[0]
        assert (status, answer["capture"]["original"]) == (201, ""), "kept as it was taken"
        stream.close()
        finder.close()


def test_presses_at_a_camera_that_hangs_and_previews_make_no_other_camera_wait(tmp_path, pages):
    stuck, good = tmp_path / "stuck", tmp_path / "good"
    stuck.mkdir()
    good.mkdir()
    os.mkfifo(stuck / "a.jpg")
    shutil.copy(pages[0], good / "b.jpg")
    hall = CameraHall(tmp_path / "data", {"3": stuck, "6": good}, within_s=30.0)
    with hall:
        answers: list[int] = []
        presses = [
            threading.Thread(
                target=lambda: answers.append(hall.client.post("/api/v1/counters/3/captures", {})[0])
            )
            for _ in range(12)
        ]
        for press in presses:
            press.start()
        streams = [Stream(hall, "6") for _ in range(12)]
        for stream in streams:
            stream.next()
        assert hall.client.post("/api/v1/counters/6/captures", {})[0] == 201
        for stream in streams:
            stream.next()
        assert answers == [], "all of them still wait for the camera that hangs"
        for press in presses:
            while press.is_alive():
                feed(stuck / "a.jpg", b"no picture")
                press.join(0.02)
        assert answers == [409] * 12
        for stream in streams:
            stream.close()


def test_a_camera_that_is_pulled_out_ends_its_preview_and_comes_back_by_itself(tmp_path, pages):
    folder = tmp_path / "pictures"
    shutil.copytree(pages[0].parent, folder)
    with CameraHall(tmp_path / "data", {"6": folder}) as hall:
        stream = Stream(hall, "6")
        stream.next()
        folder.rename(tmp_path / "away")
        with pytest.raises((IndexError, ValueError)):
            list(stream.pictures())
        stream.close()
        path = "/api/v1/counters/6/camera"
        until(lambda: hall.client.get(path)[1]["reason"] == "camera_failed")
        status, problem = hall.client.post("/api/v1/counters/6/captures", {})
        assert (status, problem["detail"]) == (409, "高拍仪没有拍成")
        (tmp_path / "away").rename(folder)
        until(lambda: gives_pictures(hall, "6"))


def gives_pictures(hall: CameraHall, counter: str) -> bool:
    stream = Stream(hall, counter)
    try:
        return stream.status == 200 and stream.next().size > 0
    finally:
        stream.close()
