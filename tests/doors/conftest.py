"""A real hall behind a real door on a free port: journal and registrar on disk, HTTP over real sockets."""

import hashlib
import http.client
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from edge.capture_files import Meant
from edge.capture_files import Stored as Page
from edge.doors.cards import Cards, Place
from edge.doors.ears import Ears
from edge.doors.house import Front
from edge.doors.http import Door
from edge.doors.pads import Pads
from edge.doors.pairings import Pairings
from edge.doors.scans import Scans
from edge.guides import Guide, Guides
from edge.hall.commands import NoteCapture
from edge.hall.event_values import DeviceKnown
from edge.hall.events import DaemonStarted, DeviceChanged, Event
from edge.hall.plan import Counter, HallPlan, Hours, Kiosk, Post, Rules, Service
from edge.hall.words import By, Now, Refused, Request
from edge.health import Health
from edge.journal import Journal
from edge.looking import Live
from edge.paths import shared
from edge.public import AboutTable, FloorTable, LeaderTable, NoticeTable, Public, ShowTable
from edge.rating_codes import RatingCodes
from edge.readers.attendance import Attendance
from edge.registrar import Registrar
from edge.settings_staff import Person, hash_pin
from edge.texts import Texts
from tests.threads import none_left

Json = dict[str, Any]

PLAN = HallPlan(
    county="999001",
    hall="999001001",
    name="站街镇便民服务中心",
    services=(
        Service("social", "社保", "A", icon="users"),
        Service("relief", "民政救助", "B"),
        Service("tiny", "只有两个号", "C", first=1, last=2),
        Service("night", "夜间业务", "D", hours=(Hours("22:00", "23:00"),)),
    ),
    counters=(
        Counter("1", "社保窗口", ("social",)),
        Counter("2", "民政窗口", ("relief",)),
        Counter("3", "综合窗口", general=True),
    ),
    posts=(Post("1", "101", "102"), Post("2", "102"), Post("3", "103")),
    kiosks=(Kiosk("k1", "printer-1"),),
    priorities=("elderly",),
    notices=("请保管好号票",),
    rules=Rules(start_after_call_s=0),
)
DEVICES = (
    DeviceKnown(id="printer-1", kind="printer", driver="printer_escpos"),
    DeviceKnown(id="board-1", kind="board", driver="board_onbon_k", counter="1"),
    DeviceKnown(id="camera-1", kind="camera", driver="camera_opencv", counter="3"),
)
PLACES = {
    "card-k1": Place(kiosk="k1"),
    "card-1": Place("1"),
    "scanner-k1": Place(kiosk="k1"),
    "scanner-1": Place("1"),
}
GUIDES = Guides(
    [
        Guide(
            "dibao",
            "最低生活保障金审核",
            service="relief",
            letters="zdshbzjsh",
            pinyin="zuidishenghuobaozhangjinshenhe",
            materials=("户口本",),
        ),
        Guide("shebao", "社会保险登记", service="social", letters="shbxdj"),
    ]
)

PUBLIC = Public(
    AboutTable(address="站街镇人民路 1 号", complaint_place="大厅门口意见箱"),
    ShowTable(phone=False, photo=True),
    (
        NoticeTable("低保年审", since=date(2026, 11, 20), until=date(2026, 11, 28)),
        NoticeTable("上月的通知", until=date(2026, 10, 31)),
    ),
    {"1f": FloorTable("一楼", "floor-1.svg"), "gone": FloorTable("没有图", "none.png")},
    shared("demo") / "content",
    (LeaderTable("书记", dates=(date(2026, 11, 30),)), LeaderTable("镇长")),
)
STAFF = {
    p.number: p
    for p in (
        Person("101", "王ＸＸ", "社保", frozenset({"clerk"}), hash_pin("2468"), "0000-1", "floor-1.svg"),
        Person("130", "周ＸＸ", "设备维护", frozenset({"technician"}), hash_pin("135790")),
    )
}


class Clock:
    """The box's time, held by the test."""

    def __init__(self) -> None:
        at = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
        self.now = Now(at, at.date(), trusted=True, boot="boot-1", uptime_s=100.0)
        self.goes = threading.Event()
        """Cleared: whoever asks for the time hangs, as in a library that does not come back."""
        self.goes.set()

    def __call__(self) -> Now:
        assert self.goes.wait(30)
        return self.now

    def trust(self, trusted: bool) -> None:
        self.now = replace(self.now, trusted=trusted)


@dataclass(frozen=True)
class Stored:
    content: bytes
    media_type: str
    name: str
    counter: str


@dataclass
class Cameras:
    """A camera that always has the same page; what is under test is the door."""

    registrar: Registrar
    taken: list[str] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    sight: Live = field(default_factory=Live)

    def has(self, counter: str) -> bool:
        return counter == "3"

    def take(
        self, counter: str, request: Request, by: By, meant: Meant, *, strict: bool = False
    ) -> tuple[Event, ...]:
        if counter != "3":
            raise Refused("no_camera", counter=counter)
        if strict:
            raise Refused("page_not_good", why="blurred,glare")
        if request.key and (before := self.registrar.remembered(request)) is not None:
            return before
        id = f"capture-{len(self.taken) + 1}"
        self.taken.append(id)
        note = NoteCapture(
            by=by,
            request=request,
            counter=counter,
            capture=id,
            digest="ab" * 32,
            size_bytes=4,
            item=meant.item,
            material=meant.material,
        )
        events = self.registrar.ask(note).events
        for e in events:
            self.pages.append(Page(id, counter, e.ticket, e.digest, e.size_bytes, e.item, e.material))
        return events

    def frame(self, counter: str) -> None:
        raise Refused("camera_failed", counter=counter)

    def live(self, counter: str) -> Live:
        return self.sight

    def set_auto(self, counter: str, on: bool, meant: Meant) -> Live:
        version = self.sight.version + 1
        self.sight = replace(self.sight, version=version, auto=on, item=meant.item, material=meant.material)
        return self.sight

    def of_counter(self, counter: str) -> tuple[Page, ...]:
        at = next(c.ticket for c in self.registrar.view.counters if c.id == counter)
        return self.of_ticket(at.id) if at else ()

    def of_ticket(self, ticket: str) -> tuple[Page, ...]:
        return tuple(p for p in self.pages if p.ticket == ticket)

    def codes(self, capture: str) -> list[Json]:
        return [{"kind": "QRCode", "text": "A001"}]

    def fetch(self, capture: str, counter: str, form: str, *, number: int = 1, purpose: str = "") -> Stored:
        self.ticket_of(capture, counter)
        return Stored(b"\xff\xd8\xff\xd9", "image/jpeg", f"{capture}.jpg", "3")

    def bound(self, ticket: str, counter: str, *, material: int = 0, purpose: str = "") -> Stored:
        if not self.of_ticket(ticket):
            raise Refused("no_pages")
        return Stored(b"%PDF-", "application/pdf", f"{ticket}.pdf", "3")

    def ticket_of(self, capture: str, counter: str) -> str:
        found = next((p for p in self.pages if p.id == capture), None)
        if found is None:
            raise Refused("no_capture", capture=capture)
        if counter not in ("", "3"):
            raise Refused("other_counters", counter=counter)
        return found.ticket

    def move(self, capture: str, counter: str, meant: Meant) -> Page:
        self.ticket_of(capture, counter)
        moved = {
            p.id: replace(p, item=meant.item, material=meant.material) for p in self.pages if p.id == capture
        }
        self.pages = [moved.get(p.id, p) for p in self.pages]
        return moved[capture]

    def remove(self, capture: str, counter: str) -> None:
        self.ticket_of(capture, counter)
        self.pages = [p for p in self.pages if p.id != capture]


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    content: bytes

    @property
    def json(self) -> Json:
        return json.loads(self.content)

    @property
    def reason(self) -> str:
        """The stable key of a refusal, which must be a whole problem document."""
        assert self.headers["Content-Type"].startswith("application/problem+json"), self.content
        problem = self.json
        assert problem["status"] == self.status
        assert problem["title"]
        assert problem["type"] == f"urn:bianmin:problem:{problem['reason']}"
        assert any("一" <= c <= "鿿" for c in problem["detail"]), problem
        return str(problem["reason"])


@dataclass
class Caller:
    """One who talks HTTP to the door, byte for byte as told."""

    port: int

    def __call__(
        self, method: str, path: str, body: Json | bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        sent = dict(headers or {})
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        if raw is not None and not any(k.lower() == "content-type" for k in sent):
            sent["Content-Type"] = "application/json"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, raw, sent)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def post(self, path: str, body: Json | bytes | None = None, key: str = "") -> Answer:
        return self("POST", path, body, {"Idempotency-Key": key} if key else {})

    def take(self, service: str = "social", **more: str) -> Json:
        answer = self.post("/api/v1/tickets", {"service": service, **more})
        assert answer.status == 201, answer.content
        return answer.json["ticket"]


@dataclass
class House:
    registrar: Registrar
    journal: Journal
    door: Door
    port: int
    clock: Clock
    codes: RatingCodes
    cameras: Cameras
    kept_texts: list[str]
    ask: Caller
    ears: Ears
    """What the readers of PLACES say."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def types(self) -> list[str]:
        return [type(e.event).__name__ for e in self.journal.read_after(0, 10_000)]


@pytest.fixture(scope="session")
def texts() -> Texts:
    return Texts.load("zh-CN", shared("texts"))


class Builder:
    """Opens houses on one data folder, one after another as after a restart; closes what is still open."""

    def __init__(self, data: Path, texts: Texts) -> None:
        self._data = data
        self._texts = texts
        self._open: list[Callable[[], None]] = []

    def __call__(self, port: int = 0, plan: HallPlan = PLAN, **more: Any) -> House:
        clock, codes = Clock(), RatingCodes(b"k" * 32)
        journal = Journal(self._data / "journal.sqlite", source=f"/{plan.county}/{plan.hall}")
        self._open.append(journal.close)
        registrar = Registrar(journal, plan, clock, tick_s=0.1)
        registrar.start()
        self._open.append(registrar.stop)
        registrar.note(DaemonStarted(version="0.1.0", boot="boot-1", devices=DEVICES))
        for device in DEVICES[:2]:
            registrar.note(DeviceChanged(device=device.id, state="ok"))
        cameras, kept = Cameras(registrar), []

        def keep_text(text: str, ticket: str) -> str:
            kept.append(text)
            return f"text-{len(kept)}"

        health = Health(
            registrar,
            self._data,
            version="0.1.0",
            beats=dict,
            uplink=lambda: {"connected": True, "lag": 7},
            screens=lambda: door.screens(),
        )
        cards = Cards(PLACES, lambda number: hashlib.sha256(b"salt" + number).hexdigest())
        scans = Scans(registrar, codes, cards, PLACES)
        attendance = Attendance(registrar, self._data / "attendance.seen")
        attendance.start()
        self._open.append(attendance.stop)
        ears = Ears(registrar, Pads(registrar, {}), cards, scans, attendance)
        door = Door(
            registrar,
            texts=self._texts,
            guides=GUIDES,
            codes=codes,
            keep_text=keep_text,
            front=Front(PLAN, PUBLIC, STAFF),
            pairings=Pairings(self._data / "paired.json"),
            cameras=cameras,
            cards=cards,
            scans=scans,
            facts=health.report,
            version="0.1.0",
            port=port,
            **more,
        )
        opened = door.start()
        self._open.append(door.stop)
        return House(registrar, journal, door, opened, clock, codes, cameras, kept, Caller(opened), ears)

    def close(self) -> None:
        while self._open:
            self._open.pop()()


@pytest.fixture
def build(tmp_path: Path, texts: Texts) -> Iterator[Builder]:
    with none_left():
        builder = Builder(tmp_path, texts)
        yield builder
        builder.close()


@pytest.fixture
def house(build: Builder) -> House:
    return build()


@pytest.fixture
def ask(house: House) -> Caller:
    return house.ask
