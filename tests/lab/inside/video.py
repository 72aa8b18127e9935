"""A document camera: vivid, the kernel's virtual one, by Video4Linux and OpenCV in its child process."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from drivers.capabilities import Photo
from drivers.errors import DriverError, Fault
from edge.errors import DeviceUnavailable
from tests.lab.inside.checking import Checks, until
from tests.lab.inside.gadget import load
from tests.lab.inside.hall import Hall, hall, plan

NODE = Path("/dev/v4l/by-path/platform-vivid.0-video-index0")
DRIVER = Path("/sys/bus/platform/drivers/vivid")


def capture(it: Hall) -> Photo:
    photo = it.handles["device"].ask(lambda camera: camera.capture(), within_s=60)
    assert isinstance(photo, Photo)
    return photo


def run(check: Checks) -> None:
    load("vivid n_devs=1 node_types=0x1 vid_cap_nr=0")
    until(NODE.exists, "the camera's name")
    with hall(plan(f"video://{NODE}?size=640x360", "camera_opencv", within_s=30.0)) as it:
        with check("a camera is found by its port's name and opened"):
            it.comes("device")
        with check("a picture is taken: a JPEG of the size that was asked for, and not of one colour"):
            photo = capture(it)
            with Image.open(io.BytesIO(photo.jpeg)) as picture:
                assert picture.format == "JPEG" and picture.size == (photo.width, photo.height)
                assert picture.size == (640, 360), picture.size
                assert len(picture.convert("L").getcolors() or ()) > 20
        with check("its cable pulled, it is down, and a picture is refused"):
            (DRIVER / "unbind").write_text("vivid.0")
            it.goes("device")
            try:
                capture(it)
            except (DriverError, DeviceUnavailable):
                pass
            else:
                raise AssertionError("a picture without a camera")
        with check("plugged in again, it takes pictures without a hand"):
            (DRIVER / "bind").write_text("vivid.0")
            it.comes("device")
            assert len(capture(it).jpeg) > 2000
        with check("pulled out between two pictures and in again at once, the next try comes through"):
            (DRIVER / "unbind").write_text("vivid.0")
            (DRIVER / "bind").write_text("vivid.0")
            until(lambda: _takes(it), "a picture")

    with _held() as holder, hall(plan(f"video://{NODE}", "camera_opencv", within_s=30.0)) as it:
        with check("held by another program, it says so"):
            until(lambda: it.handles["device"].status().code is Fault.IN_USE, "the word in_use")
        with check("let go of, it comes without a hand"):
            holder.kill()
            it.comes("device")
            assert len(capture(it).jpeg) > 2000


@contextmanager
def _held() -> Iterator[subprocess.Popen[bytes]]:
    """Another program takes pictures of the camera, and goes on holding it."""
    words = (sys.executable, "-m", "drivers.camera_opencv", f"video://{NODE}")
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdin and other.stdout
        other.stdin.write(b'{"do": "capture"}\n')
        other.stdin.flush()
        answer = json.loads(other.stdout.readline())
        assert answer["ok"] and other.stdout.read(answer["bytes"])
        try:
            yield other
        finally:
            other.kill()


def _takes(it: Hall) -> bool:
    try:
        return bool(capture(it).jpeg)
    except (DriverError, DeviceUnavailable):
        return False
