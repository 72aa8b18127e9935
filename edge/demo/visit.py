"""One citizen's visit, each stage checked at the far end: what twin, screen and county understood."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from edge.client import Client
from edge.demo.children import Child
from edge.demo.house import House

Json = dict[str, Any]

WAIT_S = 15.0
"""How long a stage may take before it counts as not seen; each usually takes well under a second."""
PAGE_S = 40.0
"""A page may take long where the finder's process has yet to start."""


@dataclass(frozen=True)
class Stage:
    name: str
    seen: bool
    detail: str


class NotSeen(Exception):
    pass


def until(what: str, look: Callable[[], Any], within_s: float = WAIT_S) -> Any:
    """Look again and again until it is there. Raises NotSeen."""
    deadline = time.monotonic() + within_s
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise NotSeen(what)
        time.sleep(0.05)


class Visit:
    """A citizen at the kiosk, for the first counter that has call pad, board and rating pad."""

    def __init__(self, house: House) -> None:
        self._house = house
        devices = house.settings.devices.values()
        kinds = {(d.kind, d.counter): d.id for d in devices}
        self.counter = next(d.counter for d in devices if d.kind == "rating")
        self.pad = kinds["callpad", self.counter]
        self.board = kinds["board", self.counter]
        self.rating = kinds["rating", self.counter]
        self.camera_counter = next((d.counter for d in devices if d.kind == "camera"), "")
        self.printer = next(d.id for d in devices if d.kind == "printer")
        served = house.settings.plan.counter(self.counter)
        assert served is not None
        service = house.settings.plan.service(served.services[0])
        assert service is not None
        self.service = service
        self.number = ""
        self.ticket = ""
        self.ahead = 0

    def stages(self) -> Iterator[Stage]:
        """Runs one after another; a stage whose forerunner failed is tried all the same."""
        for name, check in (
            ("touch", self._touch),
            ("slip", self._slip),
            ("call", self._call),
            ("board", self._board),
            ("hall_screen", self._hall_screen),
            ("rating", self._rating),
            ("capture", self._capture),
        ):
            yield self._stage(name, check)

    def county(self) -> Iterator[Stage]:
        """The border, last of all: it kills the daemon."""
        yield self._stage("events", self._events)
        yield self._stage("will", self._will)

    def _stage(self, name: str, check: Callable[[], str]) -> Stage:
        try:
            return Stage(name, True, check())
        except NotSeen as missing:
            return Stage(name, False, f"not seen: {missing}")
        except Exception as error:  # noqa: BLE001  the demo says what went wrong and goes on
            return Stage(name, False, f"{type(error).__name__}: {error}")

    # 1
    def _touch(self) -> str:
        kiosk = self._kiosk()
        wanted = f"service:{self.service.id}"
        target = until(wanted, lambda: find_target(kiosk, wanted))
        x, y, w, h = target["rect"]
        kiosk.tell({"do": "tap", "x": x + w // 2, "y": y + h // 2})
        issued = self._house.county.event("bianmin.ticket.issued", WAIT_S, service=self.service.id)
        if issued is None:
            raise NotSeen("TicketIssued at the county")
        data = issued["data"]
        self.number, self.ticket, self.ahead = data["number"], data["ticket"], data["ahead"]
        if data["by"].get("door") != "kiosk":
            raise NotSeen("a ticket that came from the kiosk")
        return f"{self.number} {self.service.name}"

    # 2
    def _slip(self) -> str:
        slip = until("slip", lambda: self._decoded_slip())
        text = "\n".join(line["text"] for line in slip["lines"])
        for wanted in (self.number, self.service.name):
            if wanted not in text:
                raise NotSeen(f"{wanted} on the slip: {text!r}")
        ahead = re.compile(rf"(?<!\d){self.ahead}(?![\d:-])")
        if not any(ahead.search(line["text"]) for line in slip["lines"] if self.number not in line["text"]):
            raise NotSeen(f"{self.ahead} ahead on the slip: {text!r}")
        code = until("QR code", lambda: read_code(self._house.twins.picture(self.printer)), 2)
        return f"{self.number}, {self.service.name}, QR {code}"

    def _decoded_slip(self) -> Json | None:
        slips = self._house.twins.state(self.printer)["slips"]
        whole = [s for s in slips if s["cut"] and any(self.number in line["text"] for line in s["lines"])]
        return whole[-1] if whole else None

    # 3
    def _call(self) -> str:
        self._house.twins.press(self.pad, key="next")
        called = self._house.county.event("bianmin.ticket.called", WAIT_S, ticket=self.ticket)
        if called is None or called["data"]["counter"] != self.counter:
            raise NotSeen("TicketCalled at the county")
        if called["data"]["by"].get("device") != self.pad:
            raise NotSeen(f"a call by {self.pad}")
        return f"{self.pad} -> {self.number} -> {self.counter}"

    # 4
    def _board(self) -> str:
        def shown() -> Json | None:
            state = self._house.twins.state(self.board)
            text = state["text"]
            return state if self.number in text and self.counter in text else None

        state = until(f"{self.number} on {self.board}", shown)
        if not state["crc_ok"]:
            raise NotSeen("a frame with the right CRC")
        return str(state["text"])

    # 5
    def _hall_screen(self) -> str:
        screen = self._house.screen
        assert screen is not None

        def drawn() -> bool:
            texts = [t["text"] for t in screen.ask({"do": "targets"})["texts"]]
            return any(self.number in t for t in texts) and any(self.counter in t for t in texts)

        until(f"{self.number} on the hall screen", drawn)
        path = self._house.shots / "hall-screen.png"
        screen.ask({"do": "shot", "path": str(path)})
        return picture_size(path)

    # 6
    def _rating(self) -> str:
        county, twins = self._house.county, self._house.twins
        if county.event("bianmin.service.started", WAIT_S, ticket=self.ticket) is None:
            raise NotSeen("ServiceStarted at the county")
        best = self._best_mark()
        twins.press(self.pad, key="next")
        if county.event("bianmin.service.finished", WAIT_S, ticket=self.ticket) is None:
            raise NotSeen("ServiceFinished at the county")
        twins.press(self.rating, score=best)
        rated = county.event("bianmin.service.rated", WAIT_S, ticket=self.ticket)
        if rated is None or rated["data"]["score"] != 5:
            raise NotSeen("ServiceRated with 5")
        time.sleep(0.5)  # longer than the pad's own bounce time: a second press, not a repeated frame
        presses = twins.state(self.rating)["acknowledged"]
        twins.press(self.rating, score=best)
        until("second press answered", lambda: twins.state(self.rating)["acknowledged"] > presses)
        after = int(rated["sequence"])
        self._settle()
        again = [
            e for e in county.events if e["type"] == "bianmin.service.rated" and int(e["sequence"]) > after
        ]
        if any(e["data"]["ticket"] == self.ticket for e in again):
            raise NotSeen("one rating only")
        return f"{self.number}: {rated['data']['score']}"

    def _best_mark(self) -> int:
        """The pad's own value that stands for 5, as its table in devices.toml says."""
        scores = self._house.settings.devices[self.rating].options.scores
        return int(next(raw for raw, score in scores.items() if score == 5))

    # 7
    def _capture(self) -> str:
        patient = Client(self._house.client.url, timeout_s=PAGE_S)
        status, answer = patient.post(f"/api/v1/counters/{self.camera_counter}/captures", {})
        if status >= 300:
            raise NotSeen(f"a capture: {answer}")
        noted = self._house.county.event("bianmin.document.captured", WAIT_S, counter=self.camera_counter)
        if noted is None:
            raise NotSeen("DocumentCaptured at the county")
        id = noted["data"]["capture"]
        if sha256_at(f"{self._house.client.url}/api/v1/captures/{id}") != noted["data"]["digest"]:
            raise NotSeen("the page with this digest")
        return f"{id}, SHA-256 {noted['data']['digest'][:12]}…"

    # 8
    def _events(self) -> str:
        county = self._house.county
        self._settle()
        head = self._house.client.get("/api/v1/hall")[1]["seq"]
        if not county.wait_for_seq(head, WAIT_S):
            raise NotSeen(f"entry {head}")
        if wrong := county.out_of_order():
            raise NotSeen(f"order: {', '.join(wrong[:3])}")
        birth = county.status("online")
        if birth is None:
            raise NotSeen("the retained birth")
        return f"{len(county.events)} CloudEvents"

    def _will(self) -> str:
        self._house.kill_daemon()
        will = self._house.county.status("offline", WAIT_S)
        if will is None:
            raise NotSeen("the will")
        return "SIGKILL -> offline"

    def _settle(self) -> None:
        """Wait until the county has all that the journal holds now."""
        head = self._house.client.get("/api/v1/hall")[1]["seq"]
        self._house.county.wait_for_seq(head, WAIT_S)

    def _kiosk(self) -> Child:
        assert self._house.kiosk is not None
        return self._house.kiosk


def find_target(screen: Child, id: str) -> Json | None:
    targets = screen.ask({"do": "targets"})["targets"]
    return next((t for t in targets if t["id"] == id), None)


def read_code(png: bytes) -> str:
    """The QR code in a picture, or nothing. OpenCV's own reader misses one in fifty of our slips."""
    import zxingcpp
    from PIL import Image

    with Image.open(BytesIO(png)) as picture:
        found = zxingcpp.read_barcodes(picture.convert("L"))
    return str(found[0].text) if found else ""


def picture_size(path: Path) -> str:
    from PIL import Image

    with Image.open(path) as picture:
        return f"{path.name} {picture.width}x{picture.height}"


def sha256_at(url: str) -> str:
    """Of what the local door hands out."""
    with urlopen(url, timeout=WAIT_S) as answer:
        return sha256(answer.read()).hexdigest()
