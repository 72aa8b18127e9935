"""Fixed views and a still kiosk and hall screen, for pictures and tests: no daemon, no clock, no window."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pygame

from edge import paths
from edge.texts import Texts
from kiosk_ui import fonts
from kiosk_ui.counter_screen import CounterScreen
from kiosk_ui.hall_screen import HallScreen
from kiosk_ui.kiosk import Kiosk, theme_for
from kiosk_ui.live import Seen
from kiosk_ui.pages.about import HoursPage, NoticesPage, PeoplePage
from kiosk_ui.pages.floor import FloorPage
from kiosk_ui.pages.guide import GuidePage
from kiosk_ui.pages.guides import GuidesPage
from kiosk_ui.pages.help import HelpPage
from kiosk_ui.pages.home import HomePage
from kiosk_ui.pages.more import MorePage
from kiosk_ui.pages.night import NightPage
from kiosk_ui.pages.number import NumberPage
from kiosk_ui.pages.page import Page, Session
from kiosk_ui.pages.pin import PinPage
from kiosk_ui.pages.rate import RatePage, ThanksPage
from kiosk_ui.pages.refused import RefusedPage
from kiosk_ui.pages.staff import StaffPage
from kiosk_ui.pages.staff_box import BoxPage, EmergencyPage, VolumePage
from kiosk_ui.pages.staff_day import DayPage
from kiosk_ui.pages.staff_lists import DevicesPage, SlipsPage, WaitingPage
from kiosk_ui.pages.taking import TakingPage
from kiosk_ui.paint import Brush
from kiosk_ui.scene import Scene, draw
from kiosk_ui.text import Typesetter
from kiosk_ui.window import choose_driver

STANDING = (1080, 1920)
LYING = (1280, 800)
WALL = (1920, 1080)
T0 = 1000.0

SECOND = {"family": "Family planning", "relief": "ꆈꌠ Social relief", "justice": "Petitions"}
"""A second language line; the Yi syllables show that a run of another script finds its font."""
SERVICES = (
    ("family", "计生服务", "生育证、婚育证明、光荣证", "users", 3),
    ("jobs", "就业服务", "就业登记、介绍、技能培训", "briefcase", 0),
    ("social", "社保和贷款", "社会保险、小额担保贷款", "file-text", 12),
    ("relief", "民政救助", "低保、五保、大病临时救助", "heart-hand", 5),
    ("farming", "农业服务", "农机、农技、水利、林业", "sprout", 0),
    ("building", "村镇建设", "土地、建房规划、拆迁", "building", 1),
    ("justice", "信访调解", "来信来访、纠纷调解、法律", "scale", 0),
    ("general", "咨询和其他", "安全咨询，不清楚办哪项", "help-circle", 0),
)
COUNTERS = (
    ("1", "计生窗口", "calling", "A012", 3),
    ("2", "劳动保障窗口", "serving", "C031", 12),
    ("3", "民政窗口", "serving", "D007", 5),
    ("4", "农业服务窗口", "open", "", 0),
    ("5", "村镇建设窗口", "paused", "", 1),
    ("6", "综合窗口", "closed", "", 0),
)
SERVED = {
    "1": ["family"],
    "2": ["jobs", "social"],
    "3": ["relief"],
    "4": ["farming"],
    "5": ["building"],
    "6": ["justice", "general"],
}
VIEW: dict[str, Any] = {
    "hall": "999001001",
    "name": "站街镇便民服务中心",
    "day": "2026-11-23",
    "seq": 120,
    "clock": {"trusted": True, "at": "2026-11-23T09:41:05+08:00"},
    "unrecorded": 0,
    "services": [
        {
            "id": id,
            "name": name,
            "open": True,
            "reason": "",
            "opens_at": "",
            "waiting": waiting,
            "about": about,
            "icon": icon,
            "area": "一楼大厅",
            "prefix": "ABCDEFGJ"[i],
        }
        for i, (id, name, about, icon, waiting) in enumerate(SERVICES)
    ],
    "counters": [
        {
            "id": id,
            "name": name,
            "state": state,
            "ticket": {"id": f"999001001-20261123-{number}", "number": number} if number else None,
            "services": SERVED[id],
            "staff": "",
            "reason": "lunch" if state == "paused" else "",
            "room": "",
            "waiting": waiting,
            "calls": 1,
        }
        for id, name, state, number, waiting in COUNTERS
    ],
    "calls": [
        {
            "seq": 20 - i,
            "number": number,
            "counter": counter,
            "kind": "call",
            "at": "2026-11-23T09:40:00+08:00",
        }
        for i, (number, counter) in enumerate(
            (("A012", "1"), ("C031", "2"), ("D007", "3"), ("A011", "1"), ("G002", "6"), ("F004", "5"))
        )
    ],
    "notices": ["请保管好号票，听到叫号后到窗口办理", "低保年审材料请于本月二十八日前交到 3 号民政窗口"],
    "devices": [
        {
            "id": "printer-1",
            "kind": "printer",
            "driver": "printer_escpos",
            "counter": "",
            "state": "ok",
            "code": "",
            "since": "2026-11-23T08:20:00+08:00",
        }
    ],
    "desk": {
        "helps": [],
        "general": ["6"],
        "emergency": None,
        "paused": [],
        "volume": None,
        "papers": [],
        "rolls": [{"printer": "printer-1", "slips": 214, "changed_at": "2026-11-22T16:00:00+08:00"}],
    },
}
TICKET = {
    "id": "999001001-20261123-D008",
    "number": "D008",
    "service": "relief",
    "item": "",
    "state": "waiting",
    "ahead": 5,
    "estimated_wait_s": 1500,
    "issued_at": "2026-11-23T09:41:05+08:00",
    "paper": "queued",
    "counter": "",
}
GUIDES = [
    {
        "id": "yi_county-01",
        "name": "城镇居民最低生活保障申请",
        "service": "relief",
        "department": "社会事务窗口",
        "promised_time": "1 个工作日",
        "legal_time": "",
        "fee": "不收费",
        "basis": "《城市居民最低生活保障条例》",
        "conditions": "家庭人均可支配收入低于我县最低生活保障标准的城镇居民",
        "materials": ["个人申请", "户口本、身份证原件及复印件", "家庭收入状况证明"],
        "steps": [
            "个人申请",
            "村（居）委会审核",
            "第一次张榜公示",
            "乡镇审查",
            "第二次张榜公示",
            "送县民政局审批",
        ],
        "complaints": ["县纪委监察局", "乡镇纪委"],
        "contact": "",
        "remark": "",
        "missing": ["legal_time", "result", "person", "contact"],
    },
    *(
        {
            "id": f"guide-{i}",
            "name": name,
            "service": service,
            "department": department,
            "promised_time": time,
            "fee": fee,
            "materials": [],
            "steps": [],
            "missing": ["materials", "steps", "basis", "contact"],
        }
        for i, (name, service, department, time, fee) in enumerate(
            (
                ("城乡低保", "relief", "民政窗口", "21 天", "不收费"),
                ("老年优待证", "relief", "民政窗口", "3 个工作日", "不收费"),
                ("流动人口婚育证明", "family", "计生窗口", "即时办理", "不收费"),
                ("农村村民宅基地用地申请的初审和上报", "building", "村镇建设窗口", "15 个工作日", ""),
                ("再就业优惠证", "jobs", "劳动保障窗口", "5 个工作日", "工本费 5 元"),
                ("大病临时救助", "relief", "民政窗口", "", "不收费"),
                ("农机具购置补贴", "farming", "农业服务窗口", "10 个工作日", "不收费"),
                ("独生子女父母光荣证", "family", "计生窗口", "3 个工作日", "不收费"),
                (
                    "农村村民建房选址定点的初审、上报和验收",
                    "building",
                    "村镇建设窗口",
                    "材料具备后一个工作日内转报县民政局",
                    "按物价部门批准的标准",
                ),
                ("林木采伐许可", "farming", "农业服务窗口", "7 个工作日", "不收费"),
            )
        )
    ),
]


GROUPS = {
    "departments": [
        {"name": n, "count": 7} for n in ("民政窗口", "计生窗口", "劳动保障窗口", "村镇建设窗口")
    ],
    "events": [
        {"name": n, "count": 5} for n in ("生孩子", "找工作", "家里有困难", "盖房子、用地", "种地养殖")
    ],
    "words": ["低保", "五保", "社保", "贷款", "准生证", "建房", "补贴"],
}
ABOUT = {
    "name": VIEW["name"],
    "phone": "0000-0000000",
    "address": "站街镇人民路 1 号",
    "complaint_phone": "0000-0000001",
    "complaint_place": "大厅入口意见箱，每周一开箱",
    "rules": ["首问负责，一次说清", "法定工作日办公，赶场天 A、B 岗都在", "办不了的，书面说明原因"],
    "facilities": ["老花镜、纸笔、印泥", "饮水机", "复印机", "轮椅"],
    "today": "ordinary",
    "hours": [
        {"day": "ordinary", "spans": ["08:30-12:00", "14:00-17:30"]},
        {"day": "duty", "spans": ["09:00-11:30"]},
    ],
    "phones": [{"counter": "3", "name": "民政窗口", "phone": "0000-0000003"}],
    "notices": [
        {
            "title": "低保年审",
            "text": "低保年审材料请于本月二十八日前交到 3 号民政窗口，逾期的请先打电话说明。",
            "kind": "notice",
            "since": "2026-11-20",
            "until": "2026-11-28",
        },
        {
            "title": "危房改造第二批名单",
            "text": "名单已张贴在大厅公开栏，有异议的请在公示期内到 5 号窗口反映。",
            "kind": "affairs",
            "since": "",
            "until": "",
        },
    ],
    "staff": [
        {
            "counter": id,
            "name": name,
            "room": "",
            "state": state,
            "reason": "lunch" if state == "paused" else "",
            "served_at": "",
            "people": [
                {"number": f"10{id}", "name": "王ＸＸ", "post": name, "here": state != "closed"},
                {"number": f"11{id}", "name": "李ＸＸ", "post": name, "here": False},
            ],
        }
        for id, name, state, _, _ in COUNTERS
    ],
    "floors": [
        {
            "id": "1f",
            "name": "一楼",
            "picture": "/api/v1/floors/1f",
            "counters": [
                {"id": id, "name": name, "at": [0.125 + 0.15 * i, 0.15]}
                for i, (id, name, _, _, _) in enumerate(COUNTERS)
            ],
            "kiosks": [{"id": "k1", "at": [0.5, 0.82]}],
        }
    ],
}
SLIPS = [
    {"ticket": "t-1", "number": "C032", "paper": "unknown", "at": "2026-11-23T09:38:00+08:00"},
    {"ticket": "t-2", "number": "A014", "paper": "failed", "at": "2026-11-23T09:31:00+08:00"},
]
WAITING = [
    {"number": f"C0{n}", "service": "social", "state": state, "since": f"2026-11-23T09:{n}:00+08:00"}
    for n, state in ((33, "waiting"), (34, "held"), (35, "no_show"), (36, "waiting"))
]


@dataclass
class StillLive:
    """Stands in for `Live`: a view that does not change, questions answered at once, commands kept."""

    seen: Seen
    guides: list[dict[str, Any]] | None = field(default_factory=lambda: list(GUIDES))
    frames: int = 0
    commands: list[tuple[str, dict[str, Any], str]] = field(default_factory=list)

    def question(self, path: str, done: Callable[[int, dict[str, Any]], None]) -> None:
        kind = path.removeprefix("/api/v1/").partition("?")[0]
        answers = {
            "guides/groups": GROUPS,
            "about": ABOUT,
            "hall/slips": {"slips": SLIPS},
            "hall/waiting": {"waiting": WAITING, "paper": None},
        }
        if kind in answers:
            done(200, answers[kind])
        elif kind == "guides" and self.guides is not None:
            done(200, {"guides": self.guides})
        elif kind.startswith("guides/") and self.guides:
            done(200, {"guide": self.guides[0]})

    def picture(self, path: str, done: Callable[[bytes], None]) -> None:
        done((paths.shared("demo") / "content/floor-1.svg").read_bytes())

    def command(
        self, path: str, body: dict[str, Any], key: str, done: Any, wanted: Any, token: str = ""
    ) -> None:
        self.commands.append((path, body, key))


def view(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(VIEW) | changes


def shut(reason: str = "closed", opens_at: str = "14:00") -> dict[str, Any]:
    """The view out of hours."""
    changed = view()
    for service in changed["services"]:
        service.update(open=False, reason=reason, opens_at=opens_at, waiting=0)
    for counter in changed["counters"]:
        counter.update(state="closed", ticket=None, waiting=0)
    changed["calls"] = []
    return changed


def printer(state: str, code: str) -> dict[str, Any]:
    changed = view()
    changed["devices"][0].update(state=state, code=code)
    return changed


@dataclass(frozen=True)
class Shot:
    """One picture: its name, its size, and how to get there."""

    name: str
    make: Callable[["Stage"], Any]
    size: tuple[int, int] = STANDING


class Stage:
    """Brush and texts, made once; `picture` draws a shot on a surface of its own."""

    def __init__(self) -> None:
        choose_driver()
        pygame.display.init()
        pygame.font.init()
        pygame.display.set_mode((64, 64))
        self.brush = Brush(Typesetter(fonts.load()))
        self.texts = [Texts.load(lang, paths.shared("texts")) for lang in ("zh-CN", "en")]

    def live(self, seen: dict[str, Any] | None, *, away_s: float = 0.0) -> StillLive:
        return StillLive(Seen(seen, T0 - away_s, away=away_s > 0))

    def kiosk(
        self,
        size: tuple[int, int] = STANDING,
        seen: dict[str, Any] | None = None,
        *,
        away_s: float = 0.0,
        large: bool = False,
        contrast: bool = False,
        english: bool = False,
        low: bool = False,
        live: StillLive | None = None,
    ) -> Kiosk:
        live = live or self.live(seen if seen is not None else view(), away_s=away_s)
        theme = theme_for(size, 0.0)
        kiosk = Kiosk(theme, self.brush, self.texts, live, "k1")  # type: ignore[arg-type]
        kiosk.presser.touched_at = T0
        kiosk.tick(T0)
        for on, key in ((large, "large"), (contrast, "contrast"), (english, "language"), (low, "low")):
            if on:
                kiosk.tap(key)
        return kiosk

    def hall(
        self, seen: dict[str, Any] | None = None, *, fresh: bool = False, away_s: float = 0.0
    ) -> HallScreen:
        live = self.live(seen if seen is not None else view(), away_s=away_s)
        screen = HallScreen(WALL, self.brush, self.texts[0], live)  # type: ignore[arg-type]
        screen.tick(T0)
        if fresh:
            calls = [{**live.seen.view["calls"][0], "seq": 99}, *live.seen.view["calls"][1:]]  # type: ignore[index]
            live.seen = replace(live.seen, view=live.seen.view | {"calls": calls})  # type: ignore[operator]
            screen.tick(T0 + 1)
        return screen

    def counter(self, id: str, seen: dict[str, Any] | None = None) -> CounterScreen:
        live = self.live(seen if seen is not None else view())
        screen = CounterScreen(WALL, self.brush, self.texts[0], live, id)  # type: ignore[arg-type]
        screen.tick(T0)
        return screen

    def picture(self, shot: Shot) -> tuple[Scene, pygame.Surface]:
        scene = shot.make(self).scene()
        surface = pygame.Surface(shot.size)
        draw(scene, surface, None)
        return scene, surface


def on(page: Callable[[Kiosk], Any], **how: Any) -> Callable[[Stage], Kiosk]:
    """A kiosk that shows this page."""

    def make(stage: Stage) -> Kiosk:
        kiosk = stage.kiosk(**how)
        kiosk.show(page(kiosk))
        return kiosk

    return make


def typed(letters: str, **how: Any) -> Callable[[Stage], Kiosk]:
    def make(stage: Stage) -> Kiosk:
        live = stage.live(view())
        live.guides = [] if letters == "ZZ" else GUIDES[:2]
        kiosk = stage.kiosk(live=live, **how)
        page = GuidesPage(kiosk)
        kiosk.show(page)
        for letter in letters:
            page.tap(f"key:{letter}", kiosk)
        return kiosk

    return make


def taking(stage: Stage) -> Kiosk:
    kiosk = stage.kiosk()
    kiosk.tap("service:relief")
    return kiosk


def asked(stage: Stage) -> Kiosk:
    kiosk = stage.kiosk()
    kiosk.show(GuidesPage(kiosk))
    kiosk.presser.touched_at = T0 - 45
    kiosk._shown_s = T0 - 45
    return kiosk


def pressed(stage: Stage) -> Kiosk:
    kiosk = stage.kiosk()
    kiosk.presser.pressed = "service:social"
    return kiosk


def many() -> dict[str, Any]:
    changed = view()
    more = [
        {**s, "id": f"{s['id']}-{n}", "icon": "file-text"} for n in (1, 2) for s in changed["services"][:7]
    ]
    changed["services"] += more
    return changed


def ticket(**changes: Any) -> Callable[[Kiosk], NumberPage]:
    return lambda kiosk: NumberPage(TICKET | changes, kiosk)


def refused(reason: str, **facts: Any) -> Callable[[Kiosk], RefusedPage]:
    return lambda kiosk: RefusedPage({"reason": reason, "detail": "大厅现在不取号"} | facts, "relief")


def guide(n: int) -> Callable[[Kiosk], GuidePage]:
    return lambda kiosk: GuidePage(GUIDES[n], HomePage())


def second_line() -> dict[str, Any]:
    changed = view()
    for service in changed["services"]:
        service["second"] = SECOND.get(service["id"], "In another language")
    return changed


def declared(kind: str, drill: bool = False) -> dict[str, Any]:
    changed = view()
    since = "2026-11-23T09:40:00+08:00"
    changed["desk"]["emergency"] = {"kind": kind, "drill": drill, "since": since}
    return changed


def paused() -> dict[str, Any]:
    changed = view()
    changed["desk"]["paused"] = ["k1"]
    return changed


def troubled() -> dict[str, Any]:
    """Devices of which two want a look."""
    changed = view()
    device = changed["devices"][0]
    changed["devices"] = [
        {**device, "state": "down", "code": "paper_out"},
        {**device, "id": "board-3", "kind": "board", "counter": "3", "state": "down", "code": "no_answer"},
        {**device, "id": "camera-1", "kind": "camera", "counter": "3"},
        {**device, "id": "rating-1", "kind": "rating", "counter": "1", "state": "unconfirmed"},
    ]
    return changed


def signed_in(page: Callable[[Page, Kiosk], Page], **how: Any) -> Callable[[Stage], Kiosk]:
    """A page of the staff."""

    def make(stage: Stage) -> Kiosk:
        kiosk = stage.kiosk(**({"seen": troubled()} | how))
        kiosk.session = Session("t", "130", "周ＸＸ", ("technician",))
        shown = page(StaffPage(), kiosk)
        kiosk.show(shown)
        shown.tick(kiosk)
        return kiosk

    return make


def tapped(make: Callable[[Stage], Kiosk], *ids: str) -> Callable[[Stage], Kiosk]:
    def then(stage: Stage) -> Kiosk:
        kiosk = make(stage)
        for id in ids:
            kiosk.tap(id)
        return kiosk

    return then


def coded(**how: Any) -> Callable[[Stage], Kiosk]:
    """The rating page with a whole code."""
    return tapped(on(lambda k: RatePage(MorePage()), **how), *(f"key:{c}" for c in "K7QM4X2B9D"))


def modes() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every way a page can look: (suffix, arguments of `Stage.kiosk`)."""
    for size, lie in ((STANDING, ""), (LYING, "-lying")):
        for key in ("", "large", "contrast", "english"):
            yield lie + (f"-{key}" if key else ""), {"size": size} | ({key: True} if key else {})
        yield f"{lie}-large-english", {"size": size, "large": True, "english": True}
    yield "-low", {"low": True}
    yield "-low-large", {"low": True, "large": True}


def citizens_pages(how: dict[str, Any]) -> Iterator[tuple[str, Callable[[Stage], Kiosk]]]:
    yield "home", on(lambda k: HomePage(), **how)
    yield "home-second", on(lambda k: HomePage(), **({"seen": second_line()} | how))
    yield "number", on(ticket(paper="printed"), **how)
    yield "number-item", on(ticket(paper="printed", item="yi_county-01"), **how)
    yield "guides", on(GuidesPage, **how)
    yield "guides-events", tapped(on(GuidesPage, **how), "mode:events")
    yield "guides-group", tapped(on(GuidesPage, **how), "mode:departments", "group:0")
    yield "guide", on(guide(0), **how)
    yield "refused", on(refused("closed", opens_at="14:00"), **how)
    yield "more", on(lambda k: MorePage(), **how)
    yield "hours", on(lambda k: HoursPage(MorePage(), k), **how)
    yield "notices", on(lambda k: NoticesPage(MorePage(), k), **how)
    yield "people", on(lambda k: PeoplePage(MorePage(), k), **how)
    yield "floor", on(lambda k: FloorPage(MorePage(), k), **how)
    yield "rate", on(lambda k: RatePage(MorePage()), **how)
    yield "rate-score", coded(**how)
    yield "help", on(lambda k: HelpPage(HomePage(), k), **how)
    yield "night", on(lambda k: NightPage(), **({"seen": shut()} | how))
    yield "emergency", on(lambda k: HomePage(), **({"seen": declared("evacuate", drill=True)} | how))


def staffs_pages(how: dict[str, Any]) -> Iterator[tuple[str, Callable[[Stage], Kiosk]]]:
    yield "staff-pin", on(lambda k: PinPage(), **how)
    yield "staff", signed_in(lambda menu, k: menu, **how)
    yield "staff-slips", signed_in(SlipsPage, **how)
    yield "staff-reprint", tapped(signed_in(SlipsPage, **how), "type", "key:C", "key:0")
    yield "staff-waiting", signed_in(WaitingPage, **how)
    yield "staff-devices", signed_in(DevicesPage, **how)
    yield "staff-day", signed_in(DayPage, **how)
    yield "staff-volume", signed_in(VolumePage, **how)
    yield "staff-emergency", signed_in(EmergencyPage, **how)
    yield "staff-box", signed_in(BoxPage, **how)
    yield "staff-box-sure", tapped(signed_in(BoxPage, **how), "box:poweroff")


def every_page() -> Iterator[Shot]:
    """All pages in all modes, and the special states once."""
    for suffix, how in modes():
        for name, make in (*citizens_pages(how), *staffs_pages(how)):
            yield Shot(name + suffix, make, how.get("size", STANDING))
    yield from states()
    yield from walls()


def states() -> Iterator[Shot]:
    yield Shot("home-pressed", pressed)
    yield Shot("home-taking", taking)
    yield Shot("home-closed", on(lambda k: HomePage(), seen=shut()))
    yield Shot("home-full", on(lambda k: HomePage(), seen=shut("full", "")))
    yield Shot("home-away", on(lambda k: HomePage(), away_s=200.0))
    yield Shot("home-away-lying", on(lambda k: HomePage(), away_s=200.0, size=LYING), LYING)
    yield Shot("home-no-paper", on(lambda k: HomePage(), seen=printer("down", "paper_out")))
    yield Shot("home-no-paper-large", on(lambda k: HomePage(), seen=printer("down", "paper_out"), large=True))
    yield Shot("home-many", on(lambda k: HomePage(), seen=many()))
    yield Shot("home-many-lying", on(lambda k: HomePage(), seen=many(), size=LYING), LYING)
    yield Shot("number-printing", on(ticket(estimated_wait_s=None)))
    yield Shot("number-failed", on(ticket(paper="failed", ahead=0, estimated_wait_s=0)))
    yield Shot("number-unknown", on(ticket(paper="unknown", number="AB1024")))
    yield Shot("number-called", on(ticket(paper="printed", state="called", counter="3")))
    yield Shot("number-failed-lying", on(ticket(paper="failed"), size=LYING), LYING)
    yield Shot("guides-letters", typed("DB"))
    yield Shot("guides-letters-lying", typed("DBSQ", size=LYING), LYING)
    yield Shot("guides-none", typed("ZZ"))
    yield Shot("guide-little", on(guide(4)))
    yield Shot("guide-long-time", on(guide(9)))
    yield Shot("guide-long-time-lying", on(guide(9), size=LYING), LYING)
    yield Shot("refused-full", on(refused("full")))
    yield Shot("refused-other", on(refused("busy")))
    yield Shot("taking", on(lambda k: TakingPage(T0)))
    yield Shot("taking-slow", on(lambda k: TakingPage(T0 - 5)))
    yield Shot("taking-slow-lying", on(lambda k: TakingPage(T0 - 5), size=LYING), LYING)
    yield Shot("home-paused", on(lambda k: HomePage(), seen=paused()))
    yield Shot("home-paused-lying", on(lambda k: HomePage(), seen=paused(), size=LYING), LYING)
    yield Shot("emergency-suspend", on(lambda k: HomePage(), seen=declared("suspend")))
    yield Shot("refused-paused", on(refused("kiosk_paused")))
    yield Shot("guides-list-low", tapped(on(GuidesPage, low=True), "list"))
    yield Shot("thanks", on(lambda k: ThanksPage()))
    yield Shot("starting", lambda s: s.kiosk(live=s.live(None)))
    yield Shot("still-here", asked)


def walls() -> Iterator[Shot]:
    yield Shot("wall-calls", lambda s: s.hall(), WALL)
    yield Shot("wall-fresh", lambda s: s.hall(fresh=True), WALL)
    yield Shot("wall-two-calls", lambda s: s.hall(view(calls=VIEW["calls"][:2])), WALL)
    yield Shot("wall-one-call", lambda s: s.hall(view(calls=VIEW["calls"][:1])), WALL)
    yield Shot("wall-welcome", lambda s: s.hall(shut()), WALL)
    yield Shot("wall-away", lambda s: s.hall(away_s=400.0), WALL)
    yield Shot("wall-starting", lambda s: s.hall({}), WALL)
    yield Shot("counter-calling", lambda s: s.counter("1"), WALL)
    yield Shot("counter-serving", lambda s: s.counter("2"), WALL)
    yield Shot("counter-open", lambda s: s.counter("4"), WALL)
    yield Shot("counter-paused", lambda s: s.counter("5"), WALL)
    yield Shot("counter-missing", lambda s: s.counter("9"), WALL)
