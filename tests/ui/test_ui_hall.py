"""The hall screen and a counter's page from views alone: what they say, in which colour, how large."""

import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from ui_stage import PAGES_BEGIN, WALL, Stage
from ui_views import ABOUT, GUIDES, asleep, crowded, declared, floors, helped, shut, view

from kiosk_ui.__main__ import _parser, _place
from kiosk_ui.hall_screen import FRESH_S, PAGE_S, HallScreen
from kiosk_ui.scene import Scene
from kiosk_ui.theme import BOARD

CAPITAL = 0.733
"""Of the type size: a capital's or digit's height (OS/2 table of Noto Sans CJK SC)."""


def texts(scene: Scene) -> list[str]:
    return [said.text for said in scene.texts]


def every_page(screen: HallScreen) -> set[str]:
    """What it says over some minutes."""
    found: set[str] = set()
    for turn in range(40):
        screen.tick(PAGES_BEGIN + turn * PAGE_S)
        found.update(texts(screen.scene()))
    return found


def show(screen: HallScreen, seen: dict[str, Any], now_s: float) -> Scene:
    screen._live.seen = replace(screen._live.seen, view=seen, at_s=now_s)
    screen.tick(now_s)
    return screen.scene()


def called(*calls: tuple[int, str, str]) -> dict[str, Any]:
    """The view after some more calls, newest first."""
    before = view()
    more = [{"seq": s, "number": n, "counter": c, "kind": "call", "at": ""} for s, n, c in calls]
    seq = before["seq"] + len(calls)
    return before | {"seq": seq, "calls": [*more, *before["calls"]][:6]}


def ground_of(scene: Scene, text: str) -> Any:
    return next(said.ground for said in scene.texts if said.text == text)


def test_two_calls_in_one_view_are_both_lit_and_fade_together(stage: Stage) -> None:
    screen = stage.hall()
    assert ground_of(screen.scene(), "A012") == BOARD.card
    at_s = PAGES_BEGIN + 1
    scene = show(screen, called((42, "E005", "4"), (41, "B009", "2")), at_s)
    assert [ground_of(scene, n) for n in ("E005", "B009", "A012")] == [BOARD.fresh, BOARD.fresh, BOARD.panel]
    screen.tick(at_s + FRESH_S)
    assert [ground_of(screen.scene(), n) for n in ("E005", "B009")] == [BOARD.card, BOARD.panel]


def test_a_recall_lights_up_and_says_what_it_is(stage: Stage) -> None:
    screen = stage.hall()
    assert "正在叫号" in texts(screen.scene())
    recalled = called((60, "C031", "2"))
    recalled["calls"][0]["kind"] = "recall"
    scene = show(screen, recalled, PAGES_BEGIN + 1)
    assert "再次呼叫" in texts(scene) and ground_of(scene, "请到 2 号窗口") == BOARD.number


def test_forty_counters_all_have_their_turn_and_who_calls_stands_there_at_once(stage: Stage) -> None:
    """The signs of the disks are texts of their own."""
    signs = {str(n + 1) for n in range(40)}
    assert signs <= every_page(stage.hall(crowded(40)))
    screen = stage.hall(crowded(40), table=True)
    assert signs <= every_page(screen)
    begin_s = PAGES_BEGIN + 400 * PAGE_S
    screen.tick(begin_s)
    assert "33" not in texts(screen.scene())
    newer = crowded(40)
    newer["seq"] += 1
    newer["calls"] = [{"seq": newer["seq"], "number": "A099", "counter": "33", "kind": "call", "at": ""}]
    scene = show(screen, newer, begin_s + 1)
    assert {"33", "A099", "请到 33 号窗口"} <= set(texts(scene))


def test_the_general_counters_page_says_who_waits_for_help_until_somebody_goes(stage: Stage) -> None:
    words = "取号机 k1 有人求助（09:38 起）"
    screen = stage.counter("6", helped())
    assert words in texts(screen.scene())
    assert words not in texts(show(screen, view(), PAGES_BEGIN + 1))
    assert words not in texts(stage.counter("3", helped()).scene())


def test_a_closed_day_dims_to_a_clock_that_never_stands_still_for_long(stage: Stage) -> None:
    for screen in (stage.hall(asleep()), stage.counter("3", asleep())):
        assert screen.page() == screen.shot_name() == "night"
        scene = screen.scene()
        assert any("11月24日" in said for said in texts(scene)) and "09:41" in texts(scene)
        where = set()
        for minute in range(5):
            screen.tick(PAGES_BEGIN + 60 * minute)
            scene = screen.scene()
            where.add(scene.texts[0].rect.top)
            assert all(scene.rect.contains(said.rect) for said in scene.texts)
        assert len(where) == 5
        assert show(screen, view(), PAGES_BEGIN + 600).name != "night"
        told = asleep()
        told["desk"] = declared("evacuate")["desk"]
        assert show(screen, told, PAGES_BEGIN + 601).name == "emergency"


@pytest.mark.parametrize(
    ("more", "name"),
    [((), "hall"), (("--zone", "2f"), "hall-2f"), (("--counter", "3"), "counter-3"), (("--name", "w"), "w")],
)
def test_two_screens_of_a_hall_are_not_taken_for_one(more: tuple[str, ...], name: str) -> None:
    args = _parser().parse_args(["screen", "http://127.0.0.1:1", *more])
    assert (args.name or _place(args)) == name


def test_an_undone_call_and_another_journal_light_nothing_up(stage: Stage) -> None:
    screen = stage.hall()
    undone = view(seq=130)
    undone["calls"] = undone["calls"][1:]
    scene = show(screen, undone, PAGES_BEGIN + 1)
    assert BOARD.fresh not in {said.ground for said in scene.texts}
    spare = called((60, "F001", "5")) | {"seq": 3}
    assert ground_of(show(screen, spare, PAGES_BEGIN + 2), "F001") == BOARD.card


def test_the_call_does_not_move_while_strip_and_playlist_turn_their_pages(stage: Stage) -> None:
    screen = stage.hall()
    places = []
    for turn in range(6):
        screen.tick(PAGES_BEGIN + turn * PAGE_S)
        places.append([(s.text, s.rect) for s in screen.scene().texts if 130 < s.rect.centery < 750])
    assert len(places[0]) == 14
    assert all(place == places[0] for place in places)


def test_a_zone_has_its_own_counters_calls_and_services_and_those_without_a_floor(stage: Stage) -> None:
    said = every_page(stage.hall(floors(), zone="1f"))
    assert {"A012", "C031", "D007", "G002", "综合窗口", "民政救助", "站街镇便民服务中心 · 一楼"} <= said
    assert not {"F004", "农业服务窗口", "村镇建设"} & said


def test_all_of_the_playlist_comes_with_its_dates_and_who_is_on_duty(stage: Stage) -> None:
    said = every_page(stage.hall())
    whole = "".join(sorted(said))
    assert {"请保管好号票，听到叫号后到窗口办理", "值班领导：副镇长 陈ＸＸ"} <= said
    assert "低保年审" in whole and "至11月28日" in whole and "监督投诉 0000-0000001" in whole
    posters = every_page(stage.hall(shut()))
    assert {n["title"] for n in ABOUT["notices"]} <= posters
    assert {"通知  至11月28日", "公开栏", "办事提示"} <= posters


def test_every_service_says_how_many_wait_and_every_counter_why_it_is_paused(stage: Stage) -> None:
    said = every_page(stage.hall())
    assert {"社保和贷款", "等候 12 人", "无需等候", "午间休息", "未开放", "空闲"} <= said
    assert {str(n) for n in range(1, 13)} <= every_page(stage.hall(crowded()))


def test_nobody_is_named_and_no_item_beside_a_number(stage: Stage) -> None:
    said = " ".join(every_page(stage.hall()) | every_page(stage.hall(table=True)))
    people = {p["name"] for post in ABOUT["staff"] for p in post["people"]}
    assert not [name for name in people if name in said]
    beside = "".join(s.text for s in stage.hall(table=True).scene().texts if s.rect.bottom < 750)
    items = {g["name"] for g in GUIDES} | {s["about"] for s in view()["services"]}
    assert "A012" in beside and not [name for name in items if name in beside]


@pytest.mark.parametrize("make", [Stage.hall, lambda s, seen: s.counter("1", seen)], ids=["hall", "counter"])
def test_an_emergency_lies_over_everything_and_goes_again(
    stage: Stage, make: Callable[[Stage, dict[str, Any]], HallScreen]
) -> None:
    screen = make(stage, declared("evacuate", True))
    said = texts(screen.scene())
    assert "请立即离开大厅" in said and "这是演练" in said and "A012" not in said
    assert "A012" in texts(show(screen, view(), PAGES_BEGIN + 1))


def test_without_the_daemon_the_last_picture_says_its_age_and_what_was_told_stays(stage: Stage) -> None:
    screen = stage.hall()
    screen._live.seen = replace(screen._live.seen, away=True)
    screen._live.question = lambda path, done: done(0, {})
    screen.tick(PAGES_BEGIN + 400)
    said = texts(screen.scene())
    assert "画面停在 6 分钟前" in said and "A012" in said and screen.told.about["leader"]
    assert "画面停在 6 分钟前" not in texts(show(screen, view(), PAGES_BEGIN + 401))


def test_notices_are_asked_for_again_on_a_new_day_and_soon_after_a_failure(stage: Stage) -> None:
    screen = stage.hall()
    asked: list[str] = []
    answers = iter([(0, {}), (200, ABOUT | {"leader": None}), (200, ABOUT)])

    def question(path: str, done: Callable[[int, dict[str, Any]], None]) -> None:
        asked.append(path)
        done(*next(answers))

    screen._live.question = question
    show(screen, view(day="2026-11-24"), PAGES_BEGIN + 10)
    screen.tick(PAGES_BEGIN + 12)
    assert asked == ["/api/v1/about"] and screen.told.leader() == "副镇长 陈ＸＸ"
    screen.tick(PAGES_BEGIN + 16)
    assert len(asked) == 2 and screen.told.leader() == ""
    screen.tick(PAGES_BEGIN + 200)
    assert len(asked) == 2


def test_a_counters_sign_has_items_time_fee_phones_and_who_serves(stage: Stage) -> None:
    said = every_page(stage.counter("3"))
    assert {"D007", "办理中  等候 5 人", "城镇居民最低生活保障申请", "1 个工作日 · 不收费"} <= said
    assert {"咨询 0000-0000003", "监督投诉 0000-0000001", "民政窗口  王ＸＸ  103"} <= said
    assert {"城乡低保", "老年优待证", "大病临时救助"} <= said
    assert "王ＸＸ" not in " ".join(every_page(stage.counter("6"))), "nobody is there"
    assert "午间休息" in every_page(stage.counter("5"))


INCHES = 55
"""Of the screen in a hall of eight metres (facts: 43 to 65)."""


def minutes_of_arc(size_px: int, distance_m: float) -> float:
    width_mm = INCHES * 25.4 * 16 / math.hypot(16, 9)
    high_mm = size_px * CAPITAL * width_mm / WALL[0]
    return math.degrees(math.atan(high_mm / 1000 / distance_m)) * 60


@pytest.mark.parametrize(("seen", "how"), [(view(), {}), (view(), {"table": True}), (crowded(), {})])
def test_the_call_can_be_read_from_eight_metres(
    stage: Stage, seen: dict[str, Any], how: dict[str, Any]
) -> None:
    """On a 55" screen: 30 minutes of arc are easy to read, 20 the least (facts/standards: far reading)."""
    scene = stage.hall(seen, **how).scene()
    sizes: dict[str, int] = {}
    for said in scene.texts:
        sizes[said.text] = max(said.size, sizes.get(said.text, 0))
    newest = seen["calls"][0]
    number = minutes_of_arc(sizes[newest["number"]], 8)
    go_to = minutes_of_arc(sizes[f"请到 {newest['counter']} 号窗口"], 8)
    assert number >= 42, f"0.7 degrees: {number:.0f}′"
    assert go_to >= 20, f"{go_to:.0f}′"
    if not how:
        before = minutes_of_arc(sizes[seen["calls"][1]["number"]], 8)
        assert before >= 18, f"0.3 degrees: {before:.0f}′"


def test_a_counters_number_can_be_read_from_eight_metres(stage: Stage) -> None:
    scene = stage.counter("2").scene()
    assert minutes_of_arc(next(s.size for s in scene.texts if s.text == "C031"), 8) >= 60


MADE: dict[str, Callable[[Stage, tuple[int, int]], HallScreen]] = {
    "hall": lambda s, size: s.hall(size=size, fresh=True),
    "table": lambda s, size: s.hall(size=size, table=True, english=True),
    "welcome": lambda s, size: s.hall(shut(), size=size),
    "crowded": lambda s, size: s.hall(crowded(), size=size),
    "crowded-table": lambda s, size: s.hall(crowded(), size=size, table=True),
    "counter": lambda s, size: s.counter("3", size=size),
    "counter-long": lambda s, size: s.counter("1", crowded(), size=size, english=True),
}


@pytest.mark.parametrize("size", [(1024, 768), (1280, 800), (3840, 2160), (1080, 1920)], ids=str)
@pytest.mark.parametrize("name", MADE)
def test_on_any_monitor_no_text_is_cut_or_lies_over_another(
    stage: Stage, size: tuple[int, int], name: str
) -> None:
    screen = MADE[name](stage, size)
    for turn in range(6):
        screen.tick(PAGES_BEGIN + turn * PAGE_S)
        scene = screen.scene()
        for said in scene.texts:
            assert scene.rect.contains(said.rect) and not said.text.endswith("…"), said
        for one, other in itertools.combinations(scene.texts, 2):
            assert not one.rect.colliderect(other.rect), (one, other)
