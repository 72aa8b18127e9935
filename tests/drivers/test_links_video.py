"""A camera's link: its child process, whole, hanging, babbling and dead."""

import sys
import threading

import pytest

from drivers.errors import LinkLost
from drivers.links_video import VideoLink
from tests.waiting import until

LONG_S = 20.0
"""A wait that only a failing test would sit out."""

CHILD = """
import json, sys, time
for line in sys.stdin:
    do = json.loads(line)["do"]
    if do == "hang":
        time.sleep(60)
    elif do == "babble":
        print("this is no JSON", flush=True)
    elif do == "die":
        sys.exit(3)
    elif do == "huge":
        print(json.dumps({"ok": True, "bytes": 10**12}), flush=True)
    else:
        picture = bytes(range(256)) * 1000 if do == "capture" else b""
        print(json.dumps({"ok": True, "did": do, "bytes": len(picture)}), flush=True)
        sys.stdout.buffer.write(picture)
        sys.stdout.buffer.flush()
"""


@pytest.fixture
def camera():
    link = VideoLink("folder:///pages", (sys.executable, "-c", CHILD))
    yield link
    link.close()


def test_the_child_answers_with_fields_and_bytes(camera):
    assert camera.ask("start", LONG_S) == ({"ok": True, "did": "start", "bytes": 0}, b"")
    answer, picture = camera.ask("capture", LONG_S)
    assert (answer["did"], picture) == ("capture", bytes(range(256)) * 1000)
    assert camera.ask("check", LONG_S)[0]["did"] == "check"


@pytest.mark.parametrize(
    ("do", "words"), [("hang", "no answer"), ("babble", "babbles"), ("die", "ended"), ("huge", "answers")]
)
def test_a_child_that_hangs_babbles_or_dies_is_killed_and_a_lost_link(camera, do, words):
    camera.ask("start", LONG_S)
    with pytest.raises(LinkLost, match=words):
        camera.ask(do, 0.05 if do == "hang" else LONG_S)
    until(lambda: camera._child.poll() is not None)
    with pytest.raises(LinkLost):
        camera.read(LONG_S)
    with pytest.raises(LinkLost):
        camera.ask("check", LONG_S)


def test_the_child_ends_with_its_input(camera):
    camera.ask("start", LONG_S)
    camera.close()
    assert camera._child.returncode == 0


def test_waiting_on_a_camera_is_woken(camera):
    camera.ask("start", LONG_S)
    threading.Timer(0.02, camera.wake).start()
    assert camera.read(LONG_S) == b""
