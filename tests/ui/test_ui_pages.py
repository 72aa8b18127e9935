"""The kiosk's further pages: how one comes to them, what they say and ask, and that all of them end."""

import string
from collections.abc import Callable
from dataclasses import replace

import pytest
from ui_shots import citizens_pages, staffs_pages
from ui_stage import LYING, STANDING, Stage, StillLive, staffs_menu, ticket
from ui_views import GUIDES, T0, declared, paused, shut, troubled, view

from kiosk_ui.kiosk import SHIFT_S, Kiosk
from kiosk_ui.pages.guide import GuidePage
from kiosk_ui.pages.guides import GuidesPage
from kiosk_ui.pages.home import HomePage
from kiosk_ui.pages.more import MorePage
from kiosk_ui.pages.page import Session
from kiosk_ui.pages.rate import RatePage
from kiosk_ui.pages.staff import StaffPage
from kiosk_ui.pages.staff_pair import PairPage
from kiosk_ui.touch import Contact

ENDLESS = {"home", "home-second", "night", "emergency"}
"""Pages that stay: the first one, and those that wait for the hall."""


def words(kiosk: Kiosk) -> str:
    return " | ".join(said.text for said in kiosk.scene().texts)


def ids(kiosk: Kiosk) -> list[str]:
    return [t.id for t in kiosk.scene().targets]


def told(live: StillLive, **desk: object) -> None:
    """The hall's view changes at its desk."""
    now = live.seen.view or {}
    changed = now | {"desk": now["desk"] | desk, "seq": now["seq"] + 1}
    live.seen = replace(live.seen, view=changed)


@pytest.mark.parametrize(
    ("name", "make"), [*citizens_pages({}), *staffs_pages({})], ids=lambda v: str(v)[:24]
)
def test_every_page_but_the_first_goes_home_by_itself(
    stage: Stage, name: str, make: Callable[[Stage], Kiosk]
) -> None:
    kiosk = make(stage)
    before = kiosk.scene().name
    kiosk.tick(T0 + 500)
    assert kiosk.scene().name == (before if name in ENDLESS else "home")


def test_every_page_of_a_citizen_is_reached_by_touch(stage: Stage) -> None:
    ways = {
        "guides": ("guides",),
        "guide": ("guides", f"guide:{GUIDES[0]['id']}"),
        "more": ("more",),
        "hours": ("more", "more:hours"),
        "notices": ("more", "more:notices"),
        "people": ("more", "more:people"),
        "floor": ("more", "more:floor"),
        "rate": ("more", "more:rate"),
        "help": ("help",),
    }
    for name, way in ways.items():
        kiosk = stage.kiosk()
        for id in way:
            assert id in ids(kiosk), (name, id)
            kiosk.tap(id)
        assert kiosk.scene().name == name
        assert {"large", "contrast", "language", "help", "home"} <= set(ids(kiosk))


def test_every_page_of_the_staff_is_reached_from_its_menu(stage: Stage) -> None:
    for key in ("slips", "waiting", "devices", "day", "volume", "emergency", "pair", "box"):
        kiosk = staffs_menu(on_lan=True)(stage)
        assert f"staff:{key}" in ids(kiosk)
        kiosk.tap(f"staff:{key}")
        assert kiosk.scene().name == f"staff-{key}"
        kiosk.tap("back")
        assert kiosk.scene().name == "staff"


def test_a_number_is_two_touches_away_at_most(stage: Stage) -> None:
    kiosk = stage.kiosk()
    assert sum(id.startswith("service:") for id in ids(kiosk)) == 8
    live = stage.live(view())
    kiosk = stage.kiosk(live=live)
    kiosk.tap("service:relief")
    assert [c[0] for c in live.commands] == ["/api/v1/tickets"]


# --- help, pause, emergency, night --------------------------------------------------------------------------


def test_help_says_what_became_of_the_call(stage: Stage) -> None:
    live = stage.live(view())
    kiosk = stage.kiosk(live=live)
    kiosk.tap("help")
    assert live.commands[0][:2] == ("/api/v1/hall/help", {"kiosk": "k1"})
    told(live, helps=[{"id": "h", "kiosk": "k1", "at": ""}])
    kiosk.tick(T0 + 1)
    assert "已经通知工作人员" in words(kiosk)
    told(live, helps=[])
    kiosk.tick(T0 + 2)
    assert "工作人员这就过来" in words(kiosk)
    kiosk.tap("help")
    assert len(live.commands) == 1, "who waits for help does not call again from here"
    kiosk.tap("back")
    assert kiosk.scene().name == "home"


def test_a_call_for_help_that_does_not_get_through_says_where_to_go(stage: Stage) -> None:
    kiosk = stage.kiosk(away_s=30)
    kiosk.tap("help")
    kiosk.tick(T0 + 1)
    assert "呼叫没有送到" in words(kiosk) and "请直接到咨询台" in words(kiosk)


def test_a_paused_kiosk_asks_for_no_number_and_still_has_the_guides(stage: Stage) -> None:
    live = stage.live(paused())
    kiosk = stage.kiosk(live=live)
    assert "这台机器暂停取号" in words(kiosk)
    kiosk.tap("service:relief")
    assert kiosk.scene().name == "refused" and live.commands == []
    kiosk.show(GuidePage(GUIDES[0], HomePage()))
    assert "take" not in ids(kiosk)


def test_an_emergency_is_over_everything_until_it_ends_but_the_staff_gets_in(stage: Stage) -> None:
    live = stage.live(view())
    kiosk = stage.kiosk(live=live)
    kiosk.tap("guides")
    told(live, emergency={"kind": "evacuate", "drill": False, "since": ""})
    assert kiosk.scene().name == "emergency" and ids(kiosk) == []
    kiosk.home()
    for n in range(5):
        kiosk.presser.feed(Contact(True, 5, 5), kiosk.scene(), T0 + n / 4)
    kiosk.tick(T0 + 2)
    assert kiosk.scene().name == "staff-pin"
    told(live, emergency=None)
    kiosk.home()
    assert kiosk.scene().name == "home"


def test_out_of_hours_the_screen_dims_shows_when_it_opens_and_wakes_by_touch(stage: Stage) -> None:
    live = stage.live(shut())
    kiosk = stage.kiosk(live=live)
    kiosk.tick(T0 + 61)
    assert kiosk.scene().name == "night"
    assert "14:00 开始取号" in words(kiosk)
    kiosk.tap("wake")
    assert kiosk.scene().name == "home"
    kiosk.tick(T0 + 200)
    live.seen = replace(live.seen, view=view())
    kiosk.tick(T0 + 201)
    assert kiosk.scene().name == "home", "back by itself"


def test_all_numbers_given_is_no_night(stage: Stage) -> None:
    kiosk = stage.kiosk(seen=shut("full", ""))
    kiosk.tick(T0 + 61)
    assert kiosk.scene().name == "home"


# --- guides and papers --------------------------------------------------------------------------------------


def test_guides_are_found_by_words_departments_and_occasions_and_by_a_keyboard(stage: Stage) -> None:
    live = stage.live(view())
    asked: list[str] = []
    question = live.question
    live.question = lambda path, done: (asked.append(path), question(path, done))[1]  # type: ignore[method-assign]
    kiosk = stage.kiosk(live=live)
    kiosk.show(GuidesPage(kiosk))
    kiosk.tap("word:0")
    assert asked[-1].startswith("/api/v1/guides?q=%E4%BD%8E%E4%BF%9D&")
    kiosk.tap("mode:departments")
    kiosk.tap("group:1")
    assert asked[-1].startswith("/api/v1/guides?department=%E8%AE%A1%E7%94%9F")
    kiosk.tap("mode:events")
    kiosk.tap("group:0")
    assert asked[-1].startswith("/api/v1/guides?event=%E7%94%9F%E5%AD%A9%E5%AD%90&")
    kiosk.tap("mode:letters")
    kiosk.presser.typed = "大病"
    kiosk.tick(T0 + 1)
    assert asked[-1].startswith("/api/v1/guides?q=%E5%A4%A7%E7%97%85&")
    assert "大病" in words(kiosk)


@pytest.mark.parametrize("size", [STANDING, LYING])
def test_a_whole_pinyin_can_be_spelt_on_the_pad(stage: Stage, size: tuple[int, int]) -> None:
    kiosk = stage.kiosk(size)
    kiosk.show(GuidesPage(kiosk))
    asked: list[str] = []
    kiosk.ask = lambda path, done: asked.append(path)  # type: ignore[method-assign]
    keys = {t.text: t.id for t in kiosk.scene().targets if t.id.startswith("key:")}
    assert "".join(sorted(keys)) == string.ascii_uppercase
    for letter in "SHENGYUZHENG":
        kiosk.tap(keys[letter])
    assert "q=SHENGYUZHENG" in asked[-1]
    assert "SHENGYUZHENG" in [said.text for said in kiosk.scene().texts]


def test_what_a_guide_does_not_say_is_named(stage: Stage) -> None:
    kiosk = stage.kiosk()
    kiosk.show(GuidePage(GUIDES[0], HomePage()))
    seen = words(kiosk)
    while "page:next" in ids(kiosk):
        kiosk.tap("page:next")
        seen += words(kiosk)
    assert "不收费" in seen and "法定时限 | 请到窗口咨询" in seen
    assert "资料里没有写：办理结果、办理人员、咨询电话" in seen.replace(" | ", "")


def test_the_list_on_paper_is_followed_to_its_end(stage: Stage) -> None:
    live = stage.live(view())
    kiosk = stage.kiosk(live=live)
    kiosk.show(GuidePage(GUIDES[0], HomePage()))
    kiosk.tap("print")
    kiosk.tap("print")
    assert [c[:2] for c in live.commands] == [(f"/api/v1/guides/{GUIDES[0]['id']}/print", {"kiosk": "k1"})]
    page = kiosk._page
    assert isinstance(page, GuidePage)
    page._print._told(202, {"paper": {"id": "p", "state": "queued"}})
    assert "正在打印…" in words(kiosk)
    told(live, papers=[{"id": "p", "state": "printed"}])
    assert "请取清单" in words(kiosk)
    page._print._told(409, {"reason": "no_printer"})
    assert "没打出来" in words(kiosk)


def test_the_number_page_says_what_to_bring(stage: Stage) -> None:
    kiosk = stage.kiosk()
    kiosk.show(ticket(item="yi_county-01")(kiosk))
    assert "要带的材料" in words(kiosk) and "户口本" in words(kiosk) and "print" in ids(kiosk)
    assert "在 3 号窗口办，一楼大厅等候" in words(kiosk).replace(" | ", "")


# --- rating and the staff -----------------------------------------------------------------------------------


def test_a_rating_takes_the_code_then_one_face_and_says_what_was_wrong(stage: Stage) -> None:
    live = stage.live(view())
    kiosk = stage.kiosk(live=live)
    kiosk.show(RatePage(MorePage()))
    for letter in "K7QM4X2B9D":
        kiosk.tap(f"key:{letter}")
    kiosk.tap("score:5")
    kiosk.tap("score:1")
    assert [c[:2] for c in live.commands] == [("/api/v1/ratings", {"code": "K7QM4X2B9D", "score": 5})]
    page = kiosk._page
    assert isinstance(page, RatePage)
    page._told(422, {"reason": "wrong_code"}, kiosk)
    assert "K 7" not in words(kiosk) and "key:0" in ids(kiosk)
    page._told(201, {}, kiosk)
    assert kiosk.scene().name == "thanks"


def test_what_was_typed_and_who_signed_on_are_gone_on_return(stage: Stage) -> None:
    live = stage.live(view())
    kiosk = stage.kiosk(live=live)
    kiosk.show(RatePage(MorePage()))
    kiosk.tap("key:K")
    kiosk.tick(T0 + 61)
    kiosk.show(RatePage(MorePage()))
    assert "K" not in words(kiosk).split(" | ")[2:3]
    kiosk.session = Session("secret", "130", "周ＸＸ", ())
    kiosk.show(StaffPage())
    kiosk.tick(T0 + 600)
    assert kiosk.session is None
    assert live.commands[-1][0] == "/api/v1/staff/sign-off"


def test_a_page_of_the_staff_whose_session_is_over_goes_home(stage: Stage) -> None:
    kiosk = stage.kiosk()
    page = StaffPage()
    kiosk.session = Session("t", "130", "周ＸＸ", ())
    kiosk.show(page)
    kiosk.tap("staff:paper")
    page._told(401, {"reason": "no_session"}, kiosk)
    assert kiosk.scene().name == "home"


def test_switching_the_box_off_asks_once_more(stage: Stage) -> None:
    live = stage.live(view())
    kiosk = stage.kiosk(live=live)
    kiosk.session = Session("t", "130", "周ＸＸ", ("technician",))
    kiosk.show(StaffPage())
    kiosk.tap("staff:box")
    kiosk.tap("box:poweroff")
    assert live.commands == []
    kiosk.tap("sure")
    assert live.commands[-1][0] == "/api/v1/box/poweroff"
    kiosk.tap("box:screen")
    kiosk.tap("sure")
    assert kiosk.ended


def test_whoever_pairs_gets_a_code_to_write_down_and_asks_twice_before_it_ends(stage: Stage) -> None:
    assert "staff:pair" not in ids(staffs_menu(on_lan=False)(stage)), "nobody comes from the network"
    kiosk = staffs_menu(on_lan=True)(stage)
    live = kiosk._live
    assert isinstance(live, StillLive)
    kiosk.tap("staff:pair")
    kiosk.tap("pair:3")
    wish = {"name": "3 号窗口", "kind": "counter", "counter": "3"}
    assert live.commands[-1][:2] == ("/api/v1/pairings", wish)
    page = kiosk._page
    assert isinstance(page, PairPage)
    page._told(201, {"pairing_code": {"code": "48210935"}}, kiosk)
    assert "4821 0935" in words(kiosk)
    kiosk.tap("back")
    assert "4821" not in words(kiosk)
    kiosk.tap("pair:screen")
    assert live.commands[-1][:2] == ("/api/v1/pairings", {"name": "屏幕", "kind": "screen", "counter": ""})
    page._told(403, {"reason": "no_role", "detail": "这一项要由主任或设备维护人员操作"}, kiosk)
    assert "这一项要由主任" in words(kiosk)
    kiosk.tap("list")
    kiosk.tick(T0)
    count = len(live.commands)
    kiosk.tap("out:b2")
    assert len(live.commands) == count
    kiosk.tap("out:b2")
    assert live.commands[-1][0] == "/api/v1/pairings/b2/revoke"


def test_bad_devices_come_first_with_what_to_do(stage: Stage) -> None:
    kiosk = stage.kiosk(seen=troubled())
    kiosk.show(StaffPage())
    kiosk.tap("staff:devices")
    said = words(kiosk)
    assert said.index("缺纸") < said.index("正常")
    assert "打开上盖换纸" in said


# --- the screen itself --------------------------------------------------------------------------------------


def test_everything_moves_by_some_pixels_against_images_that_stick(stage: Stage) -> None:
    kiosk = stage.kiosk()
    places = set()
    for n in range(5):
        kiosk.now_s = T0 + n * SHIFT_S
        scene = kiosk.scene()
        places.add(scene.targets[0].rect.topleft)
        assert scene.items[0].rect == scene.rect
    assert len(places) == 5
    assert max(x for x, _ in places) - min(x for x, _ in places) <= 6


def test_in_low_reach_whatever_is_touched_lies_in_the_lower_half(stage: Stage) -> None:
    for _, make in (*citizens_pages({"low": True}), *staffs_pages({"low": True})):
        kiosk = make(stage)
        scene = kiosk.scene()
        for target in scene.targets:
            assert target.rect.top >= scene.rect.h * 0.45 or target.id == "wake", (scene.name, target)


def test_large_type_is_four_tenths_larger_and_shows_fewer_tiles(stage: Stage) -> None:
    def tiles(kiosk: Kiosk) -> int:
        return sum(t.id.startswith("service:") for t in kiosk.scene().targets)

    kiosk = stage.kiosk()
    small = kiosk._theme.type(40)
    before = tiles(kiosk)
    kiosk.tap("large")
    assert kiosk._theme.type(40) == round(small * 1.4)
    assert tiles(kiosk) < before


def test_pages_speak_where_the_hall_wants_it(stage: Stage) -> None:
    said: list[str] = []
    kiosk = stage.kiosk()
    kiosk._speak = said.append
    kiosk.home()
    kiosk.show(ticket()(kiosk))
    assert said == ["请点一下要办的事", "您的号码 D 0 0 8"]


def test_an_emergency_drill_says_that_it_is_one(stage: Stage) -> None:
    assert "这是演练" in words(stage.kiosk(seen=declared("evacuate", drill=True)))
    assert "这是演练" not in words(stage.kiosk(seen=declared("evacuate")))
