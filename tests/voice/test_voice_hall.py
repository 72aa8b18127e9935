"""The voice of a real hall: its daemon's calls, recalls, volume and emergency, in the samples of the card."""

import shutil
import threading
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from edge import paths, settings
from edge.client import Client
from edge.daemon import Daemon
from kiosk_ui.voice.pack import Pack
from kiosk_ui.voice.phrase import Part, Speech
from kiosk_ui.voice.service import Voice
from kiosk_ui.voice.speaker import Speaker
from tests.waiting import until

Json = dict[str, Any]
API = "/api/v1"


class Hall:
    """The demo hall without a device."""

    def __init__(self, folder: Path) -> None:
        config = folder / "config"
        shutil.copytree(paths.shared("demo"), config)
        (config / "devices.toml").write_text("", "utf-8")
        file = config / "hall.toml"
        file.write_text(file.read_text("utf-8").replace('printer = "printer-1"', ""), "utf-8")
        (config / "uplink.toml").write_text("[uplink]\nenabled = false\n", "utf-8")
        (config / "boards.toml").unlink(missing_ok=True)
        self.daemon = Daemon(settings.load(config), folder / "data")
        self.url = self.daemon.start(0)
        self.client = Client(self.url)

    def do(self, path: str, body: Json | None = None, token: str = "") -> Json:
        status, answer = self.client.post(f"{API}{path}", body, token=token)
        assert status in (200, 201), answer
        return answer


class Noted(Speech):
    """Notes what it is asked for."""

    def __init__(self, packs: list[Pack]) -> None:
        super().__init__(packs)
        self.said: list[str] = []

    def call(self, number: str, counter: str, repeat: int) -> list[Part]:
        self.said.append(f"{number} {counter}")
        return super().call(number, counter, repeat)

    def words(self, phrase: str, repeat: int = 0) -> list[Part]:
        self.said.append(phrase)
        return super().words(phrase, repeat)


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    hall = Hall(tmp_path)
    yield hall
    hall.daemon.stop()


def test_a_hall_is_heard(hall: Hall, pack: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    card = tmp_path / "card.raw"
    monkeypatch.setenv("SDL_AUDIODRIVER", "disk")
    monkeypatch.setenv("SDL_DISKAUDIOFILE", str(card))
    monkeypatch.setenv("SDL_DISKAUDIODELAY", "4")
    hall.do("/counters/3/open")
    number = hall.do("/tickets", {"service": "relief"})["ticket"]["number"]
    hall.do("/counters/3/next")
    views = cast(Generator[Json | None, None, None], hall.client.views(threading.Event()))
    next(view for view in views if view and view["calls"])
    views.close()
    speech = Noted([pack])
    said = speech.said
    voice = Voice(Client(hall.url, "voice-hall"), speech, Speaker(), "1f")
    thread = threading.Thread(target=voice.run, name="voice")
    thread.start()
    try:
        until(lambda: voice._view)
        hall.do("/counters/3/recall")
        until(lambda: voice.said == 1)
        assert said == [f"{number} 3"], "the recall, and not the call before the voice was there"
        hall.do("/counters/3/finish")
        hall.do("/tickets", {"service": "relief"})
        hall.do("/counters/3/next")
        until(lambda: voice.said == 2)
        status, answer = hall.client.post(f"{API}/counters/3/undo")
        assert (status, answer["reason"]) == (409, "call_said")
        manager = {"staff": "120", "pin": "135790", "kiosk": "k1"}
        token = hall.do("/staff/sign-on", manager)["session"]["token"]
        hall.do("/hall/volume", {"percent": 0}, token)
        hall.do("/tickets", {"service": "relief"})
        hall.do("/counters/3/next")
        until(lambda: len(said) == 3)
        hall.do("/counters/3/undo")
        hall.do("/hall/emergency", {"kind": "suspend"}, token)
        until(lambda: voice.said == 3)
        assert said[3] == "suspend" and any(card.read_bytes()[-30000:]), "no volume silences an emergency"
        screens = hall.client.get(f"{API}/health")[1]["screens"]
        assert [(s["name"], s["state"]) for s in screens] == [("voice-hall", "ok")]
    finally:
        voice.stop()
        thread.join(40)
    assert not thread.is_alive()
