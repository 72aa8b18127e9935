"""A whole hall on one machine: twins, broker, the unchanged daemon, kiosk and hall screen."""

import json
import os
import shutil
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edge import settings
from edge.client import Client
from edge.demo.children import Child, NotStarted, broker, free_port, scratch
from edge.demo.county import County

Json = dict[str, Any]

KIOSK_SIZE, SCREEN_SIZE = "1080x1920", "1920x1080"
KIOSK_WINDOW, SCREEN_WINDOW = "486x864", "1024x576"
"""On a desk's monitor both shall fit; drawn by millimetres, they look the same, only smaller."""
PLACES = {"kiosk": "24,48", "screen": "534,48"}
"""Side by side, where the desktop follows SDL_VIDEO_WINDOW_POS."""


class Twins:
    """The control door of the device twins: what each of them decoded, and their buttons and faults."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}"

    def state(self, device: str) -> Json:
        return self._call(f"/twins/{device}")

    def picture(self, device: str) -> bytes:
        with urllib.request.urlopen(f"{self._url}/twins/{device}/picture", timeout=5) as answer:
            return bytes(answer.read())

    def press(self, device: str, **what: object) -> Json:
        return self._call(f"/twins/{device}/press", what)

    def fault(self, device: str, name: str, on: bool = True) -> Json:
        return self._call(f"/twins/{device}/fault", {"name": name, "on": on})

    def _call(self, path: str, body: Json | None = None) -> Json:
        request = urllib.request.Request(
            self._url + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=5) as answer:
            found: Json = json.load(answer)
            return found


class House:
    """Starts everything, in order; `close` ends everything, in the other order."""

    def __init__(
        self,
        example: Path,
        *,
        data: Path | None = None,
        port: int = 0,
        headless: bool = True,
        say: Callable[[str], None] = lambda what: None,
    ) -> None:
        self._say = say
        self.folder = scratch()
        self.data = data or self.folder / "data"
        self._own_port = port
        self.shots = self.folder / "pictures"
        self.shots.mkdir()
        self._children: list[Child] = []
        self._windows = not headless and bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
        self._example = example
        self.kiosk: Child | None = None
        self.screen: Child | None = None
        self.daemon: Child | None = None
        self._county: County | None = None
        self.url = ""

    def open(self) -> None:
        """Everything at once. Raises NotStarted."""
        self.start_twins()
        self.start_broker()
        self.start_daemon()
        self.start_screens()

    def start_twins(self) -> None:
        self._say("device twins")
        words = ["drivers.twins", str(self._example), "--at", str(self.folder)]
        twins = self._keep(self._python("twins", words))
        ready = json.loads(twins.line(lambda line: line.startswith("{")))
        self.twins = Twins(int(ready["control"]))
        self.config = Path(ready["config"])
        self.broker_port = free_port()
        settings.change(self.config / "uplink.toml", "uplink.broker", f"mqtt://127.0.0.1:{self.broker_port}")
        self.settings = settings.load(self.config)

    def start_broker(self) -> None:
        """The broker, and the county that listens to it."""
        self._say("broker")
        self.broker = self._keep(broker(self.folder, self.broker_port))
        plan = self.settings.plan
        self._county = County(self.broker_port, f"bianmin/v1/{plan.county}/{plan.hall}")

    @property
    def county(self) -> County:
        """Raises NotStarted while there is no broker."""
        if self._county is None:
            raise NotStarted("the broker is not running")
        return self._county

    def kill_broker(self) -> None:
        self.broker.kill()
        self._children.remove(self.broker)
        self._hang_up()

    def _hang_up(self) -> None:
        if self._county is not None:
            self._county.close()
            self._county = None

    def start_daemon(self, env: dict[str, str] | None = None) -> None:
        self._say("daemon")
        words = ["edge", "run", str(self.config), "--data", str(self.data), "--port", str(self._own_port)]
        self.daemon = self._keep(self._python("daemon", words, env))
        self.url = self.daemon.line(lambda line: line.startswith("http"))
        self.client = Client(self.url)

    def start_screens(self) -> None:
        self._say("screens")
        kiosk, screen = (KIOSK_WINDOW, SCREEN_WINDOW) if self._windows else (KIOSK_SIZE, SCREEN_SIZE)
        self.kiosk = self._screen("kiosk", "--name", "k1", "--size", kiosk)
        self.screen = self._screen("screen", "--size", screen)
        if self._windows:
            self._keep(self._python("voice", ["kiosk_ui", "voice", self.url]))

    def _screen(self, kind: str, *words: str) -> Child:
        headless = {"SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"}
        env = {"SDL_VIDEO_WINDOW_POS": PLACES[kind]} if self._windows else headless
        command = ["kiosk_ui", kind, self.url, *words, "--play", "-", "--shots", str(self.shots)]
        child = self._keep(Child.python(kind, command, self.folder / f"{kind}.log", env))
        child.ask({"do": "targets"}, within_s=30)
        return child

    def _python(self, name: str, words: list[str], env: dict[str, str] | None = None) -> Child:
        return Child.python(name, words, self.folder / f"{name}.log", env)

    def _keep(self, child: Child) -> Child:
        self._children.append(child)
        return child

    def kill_daemon(self) -> None:
        """As a power cut would end it."""
        if self.daemon is not None:
            self.daemon.kill()
            self._children.remove(self.daemon)
            self.daemon = None

    def close(self) -> None:
        self._hang_up()
        for child in reversed(self._children):
            child.stop()
        self._children.clear()

    def sweep(self) -> None:
        """Remove what the demo wrote, pictures too."""
        shutil.rmtree(self.folder, ignore_errors=True)


__all__ = ["House", "NotStarted", "Twins"]
