"""The camera driver through its real child process: a folder of pictures, and a camera that is not there."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from drivers.camera_opencv import Driver, Options
from drivers.capabilities import State
from drivers.errors import DeviceFault, Fault, LinkLost
from drivers.links import open_link
from drivers.twins.pages import write_pages


@pytest.fixture
def opened():
    links = []

    def open_camera(url: str) -> Driver:
        links.append(open_link(url))
        return Driver(links[-1], Options())

    yield open_camera
    for link in links:
        link.close()


def picture(path: Path, colour: str) -> bytes:
    Image.new("RGB", (64, 48), colour).save(path)
    return path.read_bytes()


def test_pictures_of_a_folder_are_taken_in_turn_and_a_jpeg_stays_as_it_is(tmp_path, opened):
    red, blue = picture(tmp_path / "a.jpg", "red"), picture(tmp_path / "b.jpg", "blue")
    (tmp_path / "corners.json").write_text("{}")
    camera = opened(f"folder://{tmp_path}")
    assert camera.start().facts == {"size": "2 pictures"}
    assert camera.check().state is State.OK
    photos = [camera.capture() for _ in range(3)]
    assert [p.jpeg for p in photos] == [red, blue, red]
    assert (photos[0].width, photos[0].height) == (64, 48)


def test_another_kind_of_picture_becomes_a_jpeg(tmp_path, opened):
    picture(tmp_path / "a.png", "red")
    camera = opened(f"folder://{tmp_path}")
    camera.start()
    with Image.open(io.BytesIO(camera.capture().jpeg)) as taken:
        assert (taken.format, taken.size) == ("JPEG", (64, 48))


def test_the_demos_pages_can_be_taken(tmp_path, opened):
    write_pages(tmp_path)
    camera = opened(f"folder://{tmp_path}")
    camera.start()
    first, second = camera.capture(), camera.capture()
    assert (first.width, first.height) == (1920, 1440)
    assert first.jpeg != second.jpeg


@pytest.mark.parametrize("damage", [b"", b"no picture", b"\xff\xd8\xff\xe0 broken"])
def test_a_damaged_picture_is_a_fault_and_the_next_one_is_taken(tmp_path, opened, damage):
    (tmp_path / "a.jpg").write_bytes(damage)
    good = picture(tmp_path / "b.jpg", "red")
    camera = opened(f"folder://{tmp_path}")
    camera.start()
    with pytest.raises(DeviceFault) as caught:
        camera.capture()
    assert caught.value.code is Fault.BAD_PICTURE
    assert camera.capture().jpeg == good


def test_a_picture_cut_short_is_a_fault(tmp_path, opened):
    whole = write_pages(tmp_path)[0].read_bytes()
    for path in tmp_path.glob("*.jpg"):
        path.write_bytes(whole[: len(whole) // 3])
    camera = opened(f"folder://{tmp_path}")
    camera.start()
    with pytest.raises(DeviceFault) as caught:
        camera.capture()
    assert caught.value.code is Fault.BAD_PICTURE


def test_an_empty_folder_does_not_start_and_later_does(tmp_path, opened):
    camera = opened(f"folder://{tmp_path}")
    with pytest.raises(DeviceFault) as caught:
        camera.start()
    assert caught.value.code is Fault.NO_ANSWER
    assert camera.check().code is Fault.NO_ANSWER
    picture(tmp_path / "a.jpg", "red")
    camera.start()
    assert camera.check().state is State.OK


def test_a_camera_that_is_not_plugged_in_does_not_start(opened):
    camera = opened("video:///dev/video99?size=1920x1080")
    with pytest.raises(DeviceFault) as caught:
        camera.start()
    assert caught.value.code is Fault.NO_ANSWER


def test_a_child_that_dies_is_a_lost_link(tmp_path, opened):
    picture(tmp_path / "a.jpg", "red")
    camera = opened(f"folder://{tmp_path}")
    camera.start()
    camera._link._child.kill()
    with pytest.raises(LinkLost):
        camera.capture()


def test_the_child_answers_nonsense_with_a_refusal_and_ends_with_its_input(tmp_path):
    picture(tmp_path / "a.jpg", "red")
    command = [sys.executable, "-m", "drivers.camera_opencv", f"folder://{tmp_path}"]
    asked = b'{"do": "dance"}\nnot json\n[]\n{"do": "check"}\n'
    ran = subprocess.run(command, input=asked, capture_output=True, timeout=20, check=True)
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [(a["ok"], a.get("code")) for a in answers] == [
        (False, "refused"),
        (False, "refused"),
        (False, "refused"),
        (True, None),
    ]


def test_a_folder_camera_needs_no_opencv(tmp_path):
    picture(tmp_path / "a.jpg", "red")
    script = (
        "import io, sys; from pathlib import Path\n"
        "from drivers.camera_opencv import camera_of, serve\n"
        "out = io.BytesIO()\n"
        f"serve(camera_of('folder://{tmp_path}'), iter([b'{{\"do\": \"capture\"}}']), out)\n"
        "assert b'\"ok\": true' in out.getvalue() and 'cv2' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=20)


@pytest.mark.parametrize("url", ["tcp://1.2.3.4:5", "video:///dev/video0?size=big"])
def test_a_url_that_is_no_camera_ends_the_child_with_one_line(url):
    command = [sys.executable, "-m", "drivers.camera_opencv", url]
    ran = subprocess.run(command, capture_output=True, timeout=20, text=True, check=False)
    assert ran.returncode == 2
    assert len(ran.stderr.splitlines()) == 1
