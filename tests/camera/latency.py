"""`python -m tests.camera.latency`: how long a number takes while cameras, finder and page work are busy.

Prints milliseconds, median and the slowest of a hundred, at rest and busy, in turns, and their ratio: each
time two cameras are looked at, pages are taken by themselves at one, and a clerk presses at the other.
"""

import os
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from drivers.twins.pages import write_pages
from tests.camera.camera_hall import CameraHall

ROUNDS, NUMBERS = 5, 60


def numbers(hall: CameraHall) -> list[float]:
    took = []
    for _ in range(NUMBERS):
        begun = time.perf_counter()
        assert hall.client.post("/api/v1/tickets", {"service": "social"})[0] == 201
        took.append(1000 * (time.perf_counter() - begun))
    return took


@contextmanager
def busy(hall: CameraHall, done: list[int]) -> Iterator[None]:
    """Two previews are read, and somebody presses; `done` counts pictures and pages."""
    stop = threading.Event()

    def look(counter: str) -> None:
        door = HTTPConnection(urlsplit(hall.url).netloc, timeout=60)
        door.request("GET", f"/api/v1/counters/{counter}/camera")
        stream = door.getresponse()
        while not stop.is_set():
            head = [stream.readline() for _ in range(4)]
            stream.read(int(head[2].partition(b": ")[2]))
            stream.readline()
            done[0] += 1
        door.close()

    def press() -> None:
        while not stop.is_set():
            done[1] += hall.client.post("/api/v1/counters/6/captures", {})[0] == 201

    threads = [threading.Thread(target=look, args=(c,)) for c in ("3", "6")]
    threads.append(threading.Thread(target=press))
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def told(name: str, took: list[float]) -> float:
    middle = statistics.median(took)
    slow = statistics.quantiles(took, n=100)[-1]
    print(
        f"{name:8}  {len(took)} numbers  median {middle:6.1f} ms  slowest of 100 {slow:6.1f} ms", flush=True
    )
    return middle


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_pages(Path(folder) / "pictures")
        pictures = Path(folder) / "pictures"
        with CameraHall(Path(folder) / "data", {"3": pictures, "6": pictures}) as hall:
            hall.comes("3")
            hall.comes("6")
            hall.client.post("/api/v1/counters/3/camera/auto", {"on": True})
            hall.client.post("/api/v1/counters/6/captures", {})
            rest, loaded, done = [], [], [0, 0]
            begun = time.monotonic()
            for _ in range(ROUNDS):
                rest += numbers(hall)
                with busy(hall, done):
                    loaded += numbers(hall)
            took_s = time.monotonic() - begun
        print(f"{len(os.sched_getaffinity(0))} cores, load {os.getloadavg()[0]:.1f}, {took_s:.0f} s in all")
        ratio = told("busy", loaded) / told("at rest", rest)
        print(f"ratio {ratio:.2f}; meanwhile {done[0]} pictures of two previews, {done[1]} pages pressed")


if __name__ == "__main__":
    main()
