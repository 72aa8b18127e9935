"""A screen's picture for the county: asked for over the border, what a person typed and names blank in it."""

import base64
import io
import json
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pygame
import pytest
from ui_played import Played
from ui_shots import every_page
from ui_stage import Shot, Stage, code_given, coded, on, signed_in, tapped, typed
from ui_views import ABOUT

from edge import paths, settings
from edge.clock import system_clock
from edge.daemon import Daemon
from kiosk_ui.pages.pin import PinPage
from kiosk_ui.pages.staff_pair import PairedPage
from kiosk_ui.shot import BLANK, LONGEST, MOST_BYTES, blanked, png
from tests.broker import Broker, Recorder

Json = dict[str, Any]
NAMES = {p["name"] for post in ABOUT["staff"] for p in post["people"]} | {ABOUT["leader"]["name"], "周ＸＸ"}


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    (tmp_path / "broker").mkdir()
    with Broker(tmp_path / "broker") as broker:
        yield broker


@pytest.fixture
def url(broker: Broker, tmp_path: Path) -> Iterator[str]:
    """The demo hall without a device, on this broker."""
    config = tmp_path / "config"
    shutil.copytree(paths.shared("demo"), config)
    (config / "devices.toml").write_text("", "utf-8")
    (config / "boards.toml").unlink()
    hall, uplink = config / "hall.toml", config / "uplink.toml"
    hall.write_text(hall.read_text("utf-8").replace('printer = "printer-1"', ""), "utf-8")
    uplink.write_text(uplink.read_text("utf-8").replace(":1883", f":{broker.port}"), "utf-8")
    loaded = settings.load(config)
    box = system_clock(loaded.plan.timezone)
    daemon = Daemon(loaded, tmp_path / "data", lambda: replace(box(), trusted=True))
    yield daemon.start(0)
    daemon.stop()


@pytest.fixture
def kiosk(url: str) -> Iterator[Played]:
    kiosk = Played("kiosk", url, "--name", "k1", "--size", "1080x1920")
    yield kiosk
    kiosk.end()


def ask(county: Recorder, id: str, **args: str) -> Json:
    """The last reply to a command."""
    now = datetime.now(UTC)
    said = {
        "id": id,
        "issued_at": now.isoformat(),
        "expires_at": (now + timedelta(hours=1)).isoformat(),
        "name": "screenshot",
        "args": args,
    }
    county.publish("bianmin/v1/999001/999001001/commands", json.dumps(said).encode())
    ends = ("done", "refused", "failed")
    replies = county.wait_for(
        "replies", lambda m: any(r.json()["id"] == id and r.json()["state"] in ends for r in m), 30
    )
    return replies[-1].json()


def test_the_county_sees_what_a_touch_screen_shows_but_not_what_was_typed(
    broker: Broker, kiosk: Played, tmp_path: Path
) -> None:
    kiosk.tap(kiosk.until(lambda p: p["page"] == "home"), "guides")
    page = kiosk.until(lambda p: p["page"] == "guides")
    for letter in "DB":
        kiosk.tap(page, f"key:{letter}")
    page = kiosk.until(lambda p: any(t["text"] == "D B" for t in p["texts"]))
    with Recorder(broker.port, "county") as county:
        county.wait_for("status", lambda m: m[-1].json()["state"] == "online")
        reply = ask(county, "shot-1", screen="k1")
        nobody = ask(county, "shot-2", screen="k9")
    assert (reply["state"], reply["reason"]) == ("done", "")
    assert (nobody["state"], nobody["reason"]) == ("refused", "no_screen")
    shot = base64.b64decode(reply["result"]["png"])
    seen = pygame.image.load(io.BytesIO(shot), "k1.png")
    assert seen.get_size() == (540, 960) and len(shot) <= MOST_BYTES
    typed_at = next(t["rect"] for t in page["texts"] if t["text"] == "D B")
    middle = (typed_at[0] + typed_at[2] // 2) // 2, (typed_at[1] + typed_at[3] // 2) // 2
    assert seen.get_at(middle)[:3] == BLANK
    colours = {seen.get_at((x, y))[:3] for x in range(0, 540, 9) for y in range(0, 960, 16)}
    assert len(colours) > 20, "the rest of the page is there"


def test_no_name_and_nothing_typed_leaves_the_house(stage: Stage) -> None:
    named = set()
    for shot in every_page():
        if any(mode in shot.name for mode in ("-large", "-contrast", "-english", "-low")):
            continue
        scene = shot.make(stage).scene()
        for said in scene.texts:
            if any(name in said.text for name in NAMES) or said.text.startswith("●"):
                named.add(shot.name)
                assert any(rect.contains(said.rect) for rect in scene.private), f"{shot.name}: {said.text}"
    assert {"people", "staff", "wall-calls", "counter-serving"} <= named


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (typed("DBSQ"), "D B S Q"),
        (coded(), "K 7 Q M 4 X 2 B 9 D"),
        (tapped(on(lambda k: PinPage()), "key:1", "key:3"), "1 3"),
        (tapped(on(lambda k: PinPage()), "key:1", "next", "key:3", "key:5"), "● ●"),
        (signed_in(lambda menu, k: menu), "周ＸＸ"),
        (code_given(), "4821 0935"),
        (signed_in(PairedPage), "3 号窗口"),
    ],
    ids=["letters", "a rating's code", "a staff number", "a PIN", "who has signed on", "a code", "a PC"],
)
def test_what_is_private_is_one_colour_in_the_picture(
    stage: Stage, make: Callable[[Stage], Any], words: str
) -> None:
    scene, surface = stage.picture(Shot("private", make))
    said = next(t for t in scene.texts if words in t.text)
    copy = blanked(surface, scene)
    ink = [(x, y) for x in range(said.rect.left, said.rect.right) for y in (said.rect.centery, said.rect.top)]
    assert {copy.get_at(at)[:3] for at in ink} == {BLANK}
    assert len({surface.get_at(at)[:3] for at in ink}) > 1


def test_a_picture_that_is_too_large_becomes_smaller() -> None:
    noise = pygame.image.frombytes(random.Random(7).randbytes(1600 * 1200 * 3), (1600, 1200), "RGB")
    content = png(noise)
    assert 50_000 < len(content) <= MOST_BYTES
    assert max(pygame.image.load(io.BytesIO(content), "x.png").get_size()) < LONGEST
