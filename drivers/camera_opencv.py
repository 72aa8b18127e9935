"""Document cameras: USB ones through Video4Linux and OpenCV; video files and folders of pictures instead.

OpenCV costs 80 MB and its grab can hang, so the camera lives in a child process, started by `VideoLink` as
`python -m drivers.camera_opencv URL` and asked by lines of JSON. The Video4Linux part was tried on the
kernel's virtual camera (vivid, in the lab), never on a real one.
"""

import errno
import fcntl
import json
import logging
import os
import struct
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from drivers.capabilities import OK, DeviceInfo, DeviceStatus, Glance, Mark, Photo, State
from drivers.errors import DeviceFault, Fault
from drivers.folder_camera import (
    DOUBTFUL,
    GOOD,
    JPEG_QUALITY,
    PLAIN_QUALITY,
    PLAIN_SIDE,
    SHOWN_QUALITY,
    SHOWN_SIDE,
    THICK,
    FolderCamera,
)

log = logging.getLogger(__name__)

LINKS = ("video", "folder")

START_S = 12.0
"""The child imports OpenCV and opens the camera in it."""
CHECK_S = 4.0
# OpenCV pull requests 10671, 11047, 13145: V4L2 keeps four buffers, so a frame read after a
# pause is old; five are dropped.
STALE_FRAMES = 5
SELECT_TIMEOUT_S = 3
USUAL_SIZE = "2592x1944"
BLACK_SIZE, BLACK_LEVEL, BLACK_SPREAD = (64, 48), 10, 4
"""A picture is black when its channels' means and spreads, looked at so small, stay under these, of 255."""
# linux/videodev2.h: _IOWR('V', 8, struct v4l2_requestbuffers), of 20 bytes; and two of its fields' words.
VIDIOC_REQBUFS, V4L2_VIDEO_CAPTURE, V4L2_MMAP = 0xC0145608, 1, 1


@dataclass(frozen=True)
class Options:
    within_s: float = 5.0
    """How long one picture may take."""

    def __post_init__(self) -> None:
        if not 0.5 <= self.within_s <= 30:
            raise ValueError(f"within_s: {self.within_s} (0.5 to 30)")


class Link(Protocol):
    """What this driver needs of `drivers.links_video.VideoLink`."""

    def ask(self, do: str, within_s: float, **more: object) -> tuple[dict[str, object], bytes]: ...


class Driver:
    """A DocumentCamera."""

    def __init__(self, link: Link, options: Options) -> None:
        self._link = link
        self._options = options

    def start(self) -> DeviceInfo:
        """Open the camera. Blocks up to 12 s. Raises DeviceFault, LinkLost."""
        facts, _ = self._ask("start", START_S)
        return DeviceInfo(model=str(facts.get("model", "")), facts={"size": str(facts.get("size", ""))})

    def check(self) -> DeviceStatus:
        try:
            facts, _ = self._ask("check", CHECK_S)
        except DeviceFault as fault:
            return DeviceStatus(State.DOWN, fault.code, fault.detail)
        if facts.get("mode"):
            return DeviceStatus(State.DEGRADED, Fault.WRONG_MODE, str(facts["mode"]))
        return OK

    def capture(self) -> Photo:
        return _photo(*self._ask("capture", self._options.within_s))

    def preview(self, marks: Sequence[Mark] = (), *, plain: bool = False) -> Glance:
        drawn = [{"corners": mark.corners, "good": mark.good} for mark in marks]
        facts, jpegs = self._ask("preview", self._options.within_s, marks=drawn, plain=plain)
        size = facts.get("shown")
        if not isinstance(size, int) or not 0 < size <= len(jpegs):
            raise DeviceFault(
                Fault.BAD_PICTURE, f"the camera's process gave {len(jpegs)} bytes, {size} shown"
            )
        return Glance(_photo(facts, jpegs[:size]), jpegs[size:])

    def _ask(self, do: str, within_s: float, **more: object) -> tuple[dict[str, object], bytes]:
        facts, payload = self._link.ask(do, within_s, **more)
        if facts.get("ok") is not True:
            code = str(facts.get("code"))
            raise DeviceFault(Fault(code) if code in list(Fault) else Fault.BUG, str(facts.get("detail", "")))
        return facts, payload


def _photo(facts: dict[str, object], jpeg: bytes) -> Photo:
    width, height = facts.get("width"), facts.get("height")
    if not jpeg or not isinstance(width, int) or not isinstance(height, int):
        raise DeviceFault(Fault.BAD_PICTURE, f"the camera's process gave {len(jpeg)} bytes and no size")
    return Photo(jpeg, width, height)


# --- the child process --------------------------------------------------------------------------------------


class Camera(Protocol):
    def start(self) -> dict[str, Any]: ...

    def check(self) -> str:
        """Empty, or what is not as the config asks, though pictures come."""

    def capture(self) -> Photo: ...

    def preview(self, marks: Sequence[Mark], *, plain: bool) -> Glance: ...


class V4lCamera:
    """A UVC camera through OpenCV, its order of settings as others reported it; tried on vivid only.

    A video file instead of a device gives its frames in turn, and begins again at its end.
    """

    def __init__(self, path: str, size: str, fourcc: str) -> None:
        """`size`: as `1920x1080`; empty: the usual one, and another is no trouble."""
        self._path, self._size, self._fourcc = path, size, fourcc
        self._camera: Any = None
        self._cv2: Any = None
        self._mode = ""
        self._was_black = False

    @property
    def _is_file(self) -> bool:
        return Path(self._path).is_file()

    def start(self) -> dict[str, Any]:
        self._close()
        # Read once, when the library is loaded: a dead camera ends a grab after so long, instead of 10 s.
        os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", str(SELECT_TIMEOUT_S))
        try:
            import cv2
        except ImportError as error:
            raise DeviceFault(Fault.NOT_OPENED, f"OpenCV is not installed: {error}") from error
        self._cv2 = cv2
        camera = cv2.VideoCapture(self._path, cv2.CAP_ANY if self._is_file else cv2.CAP_V4L2)
        if not camera.isOpened():
            raise self._silent("cannot be opened as a camera")
        if not self._is_file:
            width, _, height = (self._size or USUAL_SIZE).partition("x")
            # The format first: large YUYV pictures exceed USB 2, and the nearest mode is taken silently.
            camera.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*self._fourcc))
            camera.set(cv2.CAP_PROP_FRAME_WIDTH, int(width))
            camera.set(cv2.CAP_PROP_FRAME_HEIGHT, int(height))
            camera.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        self._camera = camera
        got = "x".join(str(int(camera.get(p))) for p in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
        self._mode = f"{got} instead of {self._size}" if self._size and got != self._size else ""
        return {"model": self._path, "size": got}

    def check(self) -> str:
        if self._camera is None or not Path(self._path).exists():
            self._close()
            raise DeviceFault(Fault.NO_ANSWER, f"{self._path}: the camera is gone")
        if self._was_black:
            self._frame()
        return self._mode

    def capture(self) -> Photo:
        return self._encoded(self._frame(), JPEG_QUALITY)

    def preview(self, marks: Sequence[Mark], *, plain: bool) -> Glance:
        medium = self._within(self._frame(fresh=False), PLAIN_SIDE)
        small = self._within(medium, SHOWN_SIDE)
        size = [small.shape[1], small.shape[0]]
        numpy = sys.modules["numpy"]  # OpenCV's own, which came with it
        for mark in marks:
            outline = numpy.rint(numpy.multiply(mark.corners, size)).astype("int32")
            colour = (GOOD if mark.good else DOUBTFUL)[::-1]
            self._cv2.polylines(small, [outline], True, colour, THICK, self._cv2.LINE_AA)
        shown = self._encoded(small, SHOWN_QUALITY)
        return Glance(shown, self._encoded(medium, PLAIN_QUALITY).jpeg if plain else b"")

    def _within(self, frame: Any, side: int) -> Any:
        """A copy whose longer side has at most so many pixels."""
        share = min(1.0, side / max(frame.shape[:2]))
        return self._cv2.resize(frame, None, fx=share, fy=share, interpolation=self._cv2.INTER_AREA)

    def _encoded(self, frame: Any, quality: int) -> Photo:
        good, jpeg = self._cv2.imencode(".jpg", frame, [self._cv2.IMWRITE_JPEG_QUALITY, quality])
        if not good:
            raise DeviceFault(Fault.BAD_PICTURE, f"{self._path}: the picture cannot be encoded")
        height, width = frame.shape[:2]
        return Photo(jpeg.tobytes(), int(width), int(height))

    def _frame(self, *, fresh: bool = True) -> Any:
        """What lies under the camera now, or, not `fresh`, lay there some frames ago.

        Raises DeviceFault: nothing comes, or it is black.
        """
        if self._camera is None:
            self.start()
        if fresh and not self._is_file:
            for _ in range(STALE_FRAMES):
                self._camera.grab()
        good, frame = self._camera.read()
        if not good and self._is_file:
            self.start()
            good, frame = self._camera.read()
        if not good:
            self._close()
            raise self._silent(f"no picture within {SELECT_TIMEOUT_S} s")
        mean, spread = self._cv2.meanStdDev(self._cv2.resize(frame, BLACK_SIZE))
        self._was_black = bool(mean.max() < BLACK_LEVEL and spread.max() < BLACK_SPREAD)
        if self._was_black:
            raise DeviceFault(Fault.BAD_PICTURE, f"{self._path}: the picture is black (a cap, no light)")
        return frame

    def _silent(self, why: str) -> DeviceFault:
        if is_held(self._path):
            return DeviceFault(Fault.IN_USE, f"{self._path}: another program holds it")
        return DeviceFault(Fault.NO_ANSWER, f"{self._path}: {why}")

    def _close(self) -> None:
        if self._camera is not None:
            self._camera.release()
            self._camera = None


def is_held(path: str) -> bool:
    """Does another program stream from this camera? False where nobody can say; tried on vivid only."""
    try:
        device = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    except OSError as error:
        return error.errno == errno.EBUSY
    try:
        # Asking for no buffers changes nothing; who is not the queue's owner is told EBUSY (the kernel's
        # videobuf2-v4l2.c, vb2_ioctl_reqbufs, and uvc_v4l2.c, uvc_acquire_privileges).
        fcntl.ioctl(device, VIDIOC_REQBUFS, struct.pack("5I", 0, V4L2_VIDEO_CAPTURE, V4L2_MMAP, 0, 0))
    except OSError as error:
        return error.errno == errno.EBUSY
    finally:
        os.close(device)
    return False


def camera_of(url: str) -> Camera:
    """Raises ValueError for a URL that is no camera's."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    if parts.scheme == "folder":
        return FolderCamera(Path(unquote(parts.path)))
    if parts.scheme == "video":
        size, fourcc = options.get("size", ""), options.get("fourcc", "MJPG")
        width, _, height = (size or USUAL_SIZE).partition("x")
        if not (width.isdigit() and height.isdigit() and len(fourcc) == 4):
            raise ValueError(f"{url!r}: size must be like {USUAL_SIZE}, fourcc like MJPG")
        return V4lCamera(unquote(parts.path), size, fourcc)
    raise ValueError(
        f"{url!r} is no camera (folder:///path, video:///dev/v4l/by-id/... or video:///file.avi)"
    )


def serve(camera: Camera, questions: Iterator[bytes], out: BinaryIO) -> None:
    """Answer until the questions end."""
    for line in questions:
        answer, payload = _answer(camera, line)
        out.write(json.dumps({**answer, "bytes": len(payload)}).encode() + b"\n" + payload)
        out.flush()


def _answer(camera: Camera, line: bytes) -> tuple[dict[str, Any], bytes]:
    try:
        question = json.loads(line)
    except ValueError:
        question = None
    try:
        match question.get("do") if isinstance(question, dict) else question:
            case "start":
                return {"ok": True, **camera.start()}, b""
            case "check":
                return {"ok": True, "mode": camera.check()}, b""
            case "capture":
                photo = camera.capture()
                return {"ok": True, "width": photo.width, "height": photo.height}, photo.jpeg
            case "preview":
                glance = camera.preview(_marks(question), plain=bool(question.get("plain")))
                shown = glance.shown
                size = {"width": shown.width, "height": shown.height, "shown": len(shown.jpeg)}
                return {"ok": True, **size}, shown.jpeg + glance.plain
            case other:
                return {"ok": False, "code": Fault.REFUSED, "detail": f"unknown: {other!r}"}, b""
    except DeviceFault as fault:
        return {"ok": False, "code": fault.code, "detail": fault.detail}, b""
    except Exception as error:
        log.exception("camera: %r", line)
        return {"ok": False, "code": Fault.BUG, "detail": repr(error)}, b""


def _marks(question: dict[str, Any]) -> list[Mark]:
    told = question.get("marks") or ()
    return [Mark(tuple((float(x), float(y)) for x, y in m["corners"]), bool(m["good"])) for m in told]


def main(argv: list[str]) -> int:
    logging.basicConfig(level=logging.WARNING, format="camera: %(message)s")
    try:
        camera = camera_of(argv[0])
    except (IndexError, ValueError) as error:
        sys.stderr.write(f"python -m drivers.camera_opencv URL: {error}\n")
        return 2
    serve(camera, iter(sys.stdin.buffer.readline, b""), sys.stdout.buffer)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
