"""What a board says, composed to its cells: calls, where to go, idle pages, notices."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.capabilities import Colour, Geometry, Script
from edge.guides import Guide, Guides
from edge.hall.desk_views import DeskView, EmergencyView
from edge.hall.plan import Counter, HallPlan, Hours, Service
from edge.hall.views import CallView, ClockView, CounterView, HallView, TicketAt
from edge.paths import shared
from edge.public import NoticeTable
from edge.readers.board_facts import facts_of, notices_of
from edge.readers.board_pages import (
    Board,
    cells,
    counter_pages,
    hall_pages,
    shown_notices,
    wrap,
)
from edge.readers.boards import light_of
from edge.settings_boards import BoardColours, BoardRules, Notice
from edge.texts import Texts

WIDE, USUAL, NARROW, TALL = Geometry(24, 1), Geometry(16, 1), Geometry(8, 1), Geometry(16, 2)


@pytest.fixture(scope="module")
def texts() -> Texts:
    return Texts.load("zh-CN", shared("texts"))


def counter(**more: object) -> CounterView:
    usual = {"id": "2", "name": "民政窗口", "state": "open", "ticket": None, "services": (), "staff": "103"}
    return CounterView(**{**usual, **more})


def hall(*counters: CounterView, **more: object) -> HallView:
    usual = {
        "hall": "999001001",
        "name": "站街镇便民服务中心",
        "day": "2026-11-22",
        "seq": 1,
        "clock": ClockView(True, "2026-11-22T08:00:00+08:00"),
        "unrecorded": 0,
        "services": (),
        "counters": counters,
        "calls": (),
        "notices": (),
        "devices": (),
    }
    return HallView(**{**usual, **more})


def lines(texts: Texts, board: Board, of: CounterView, *others: CounterView) -> list[tuple[str, ...]]:
    return [page.message.lines for page in counter_pages(texts, board, of, hall(of, *others))]


CALLED = {"ticket": TicketAt("x-A012", "A012"), "state": "calling"}


# --- a sentence in the widest words that fit ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "geometry", "text", "colour"),
    [
        (CALLED, WIDE, "请A012号到2号窗口", Colour.RED),
        (CALLED, USUAL, "A012到2号窗口", Colour.RED),
        (CALLED, NARROW, "A012→2", Colour.RED),
        (CALLED, TALL, "请A012号|到2号窗口", Colour.RED),
        (CALLED, Geometry(8, 2), "A012→2", Colour.RED),
        (CALLED, Geometry(10, 2), "请A012号|到2号窗口", Colour.RED),
        ({"served_at": "12"}, WIDE, "请到12号窗口办理", Colour.GREEN),
        ({"served_at": "1"}, USUAL, "请到1号窗口办理", Colour.GREEN),
        ({"served_at": "12"}, USUAL, "请到12号窗口办理", Colour.GREEN),
        ({"served_at": "12"}, Geometry(12, 1), "请到12号窗口", Colour.GREEN),
        ({"served_at": "1"}, NARROW, "→1号", Colour.GREEN),
        ({"served_at": "1", "state": "paused", "reason": "leave"}, USUAL, "请到1号窗口办理", Colour.GREEN),
        ({"served_at": "1", "state": "closed"}, USUAL, "2号窗口未开放", Colour.YELLOW),
        ({"state": "paused", "reason": "leave"}, USUAL, "2号窗口临时离开", Colour.YELLOW),
        ({"state": "paused", "reason": "lunch"}, Geometry(12, 1), "2号午间休息", Colour.YELLOW),
        ({"state": "paused", "reason": "lunch"}, TALL, "2号窗口|午间休息", Colour.YELLOW),
        ({"state": "paused", "reason": "meeting"}, NARROW, "2号开会", Colour.YELLOW),
        ({"state": "paused", "reason": "after_cut"}, USUAL, "2号窗口正在恢复", Colour.YELLOW),
        ({"state": "paused"}, USUAL, "2号窗口暂停服务", Colour.YELLOW),
        ({"state": "paused", "reason": "of a newer version"}, USUAL, "2号窗口暂停服务", Colour.YELLOW),
    ],
)
def test_a_board_says_a_call_or_where_to_go_or_why_nobody_is_there(
    texts: Texts, more: dict[str, object], geometry: Geometry, text: str, colour: Colour
) -> None:
    (page,) = counter_pages(texts, Board(geometry), counter(**more), hall(counter(**more)))
    message = page.message
    assert ("|".join(message.lines), message.colour, message.scroll) == (text, colour, False)
    assert all(cells(line) <= geometry.columns for line in message.lines)


def test_only_what_fits_in_no_wording_moves(texts: Texts) -> None:
    (page,) = counter_pages(texts, Board(Geometry(4, 1)), counter(**CALLED), hall())
    assert (page.message.lines, page.message.scroll) == (("A012→2",), True)


# --- where to go --------------------------------------------------------------------------------------------


def test_a_paused_counter_says_why_and_who_serves_instead(texts: Texts) -> None:
    away = counter(state="paused", reason="lunch", services=("relief", "farming"))
    some = counter(id="3", services=("farming",), state="open")
    whole = counter(id="5", services=("family", "relief", "farming"), state="serving")
    assert lines(texts, Board(USUAL), away, some, whole) == [("2号窗口午间休息",), ("请到5号窗口办理",)]
    assert lines(texts, Board(USUAL), away, some) == [("2号窗口午间休息",), ("请到3号窗口办理",)]
    assert lines(texts, Board(TALL), away, some) == [("2号窗口午间休息", "请到3号窗口办理")]


@pytest.mark.parametrize("state", ["closed", "paused"])
def test_nobody_is_sent_to_a_counter_where_nobody_sits(texts: Texts, state: str) -> None:
    away = counter(state="closed", services=("relief",))
    other = counter(id="5", services=("relief",), state=state)
    assert lines(texts, Board(USUAL), away, other) == [("2号窗口未开放",)]
    held = counter(id="5", services=("relief",), state="open", served_at="6")
    assert lines(texts, Board(USUAL), away, held) == [("2号窗口未开放",)]


# --- an idle counter ----------------------------------------------------------------------------------------

PLAN = HallPlan(
    county="999001",
    hall="999001001",
    name="站街镇便民服务中心",
    phone="0000-1",
    hours=(Hours("08:30", "12:00"), Hours("14:00", "17:30")),
    services=(Service("relief", "民政救助", "D"), Service("farming", "农业服务", "E")),
    counters=(
        Counter("2", "民政窗口", services=("relief", "farming"), phone="0000-2"),
        Counter("3", "农业窗口", services=("farming",), general=True),
    ),
)


def test_an_idle_board_hangs_out_name_services_fee_and_phone(texts: Texts) -> None:
    guides = Guides(
        [Guide("a", "低保", "relief", fee="不收费"), Guide("b", "农机证", "farming", fee="不收费")]
    )
    facts = facts_of(PLAN, guides, texts, "2")
    assert facts["hours"] == "08:30-12:00 14:00-17:30"
    pages = counter_pages(texts, Board(USUAL, facts=facts), counter(), hall())
    assert [(page.message.lines, page.message.scroll) for page in pages] == [
        (("2号 民政窗口",), False),
        (("办理：民政救助、农业服务",), True),
        (("收费：不收费",), False),
        (("电话：0000-2",), False),
    ]
    assert {page.message.colour for page in pages} == {Colour.GREEN}
    assert pages[0].stays_s == 6.0 < pages[1].stays_s
    tall = counter_pages(texts, Board(TALL, facts=facts), counter(), hall())
    assert [page.message.lines for page in tall[:2]] == [
        ("2号窗口", "民政窗口"),
        ("办理：民政救助、", "农业服务"),
    ]


def test_a_fee_that_is_not_known_is_never_called_free(texts: Texts) -> None:
    free, unknown = Guide("a", "低保", "relief", fee="不收费"), Guide("b", "补助", "relief")
    dear = Guide("c", "鉴定", "relief", fee="150元")

    def fee(*guides: Guide) -> str:
        return facts_of(PLAN, Guides(guides), texts, "2")["fee"]

    assert fee() == ""
    assert fee(unknown) == ""
    assert fee(free) == "不收费"
    assert fee(free, unknown) == "低保：不收费"
    assert fee(free, dear, unknown) == "低保：不收费 鉴定：150元"
    more = [Guide(str(n), f"补助{n}", "relief", fee="不收费") for n in range(3)]
    assert fee(free, *more, dear) == "低保、补助0等4项：不收费 鉴定：150元"


def test_what_the_hall_wrote_goes_instead_and_a_page_without_its_fact_is_left_out(texts: Texts) -> None:
    rules = BoardRules(
        idle=("{name}等候{waiting}人", "咨询{phone}", "现在{time}"), colours=BoardColours(idle=Colour.RED)
    )
    board = Board(WIDE, rules, {"phone": "0000-2", "time": ""})
    pages = counter_pages(texts, board, counter(waiting=4), hall())
    assert [page.message.lines for page in pages] == [("民政窗口等候4人",), ("咨询0000-2",)]
    assert {page.message.colour for page in pages} == {Colour.RED}
    board = Board(WIDE, rules, {"phone": "0000-2", "time": "08:05"})
    assert counter_pages(texts, board, counter(), hall())[-1].message.lines == ("现在08:05",)


def test_a_board_whose_pages_have_nothing_to_say_shows_its_name(texts: Texts) -> None:
    board = Board(USUAL, BoardRules(idle=("现在{time}",), notices=False))
    assert lines(texts, board, counter()) == [("2号 民政窗口",)]
    assert [page.message.lines for page in hall_pages(texts, board, hall(name="便民"), [])] == [("便民",)]


def test_a_code_takes_its_cells_from_the_text_where_it_fits(texts: Texts) -> None:
    rules = BoardRules(code="https://h.example/q")
    facts = {"phone": "0000-12345"}
    wide = Geometry(16, 2, picture_dots=32, picture_columns=4)
    pages = counter_pages(texts, Board(wide, rules, facts), counter(), hall())
    assert {page.message.code for page in pages} == {"https://h.example/q"}
    assert [page.message.lines for page in pages] == [("2号窗口", "民政窗口"), ("电话：", "0000-12345")]
    low = Geometry(16, 1, picture_dots=16, picture_columns=2)
    assert not counter_pages(texts, Board(low, rules, facts), counter(), hall())[0].message.code
    assert not counter_pages(texts, Board(wide, rules, facts), counter(**CALLED), hall())[0].message.code


# --- notices ------------------------------------------------------------------------------------------------


def test_notices_follow_the_idle_pages_and_a_call_goes_before_all(texts: Texts) -> None:
    board = Board(USUAL, notices=("医保缴费本月底截止，请尽快办理", "明日停电"))
    pages = counter_pages(texts, board, counter(), hall())
    assert [(p.message.lines[0], p.message.scroll, p.message.colour) for p in pages[1:]] == [
        ("医保缴费本月底截止，请尽快办理", True, Colour.YELLOW),
        ("明日停电", False, Colour.YELLOW),
    ]
    assert lines(texts, board, counter(**CALLED)) == [("A012到2号窗口",)]
    quiet = Board(USUAL, BoardRules(notices=False), notices=("明日停电",))
    assert len(lines(texts, quiet, counter())) == 1


def test_a_board_that_cannot_move_shows_a_long_notice_in_pieces(texts: Texts) -> None:
    board = Board(Geometry(10, 1, scrolls=False), notices=("医保缴费本月底截止，请尽快办理",))
    assert lines(texts, board, counter())[1:] == [("医保缴费本",), ("月底截止，",), ("请尽快办理",)]


NOV = dt.datetime(2026, 11, 22, 9, 30)


@pytest.mark.parametrize(
    ("notice", "now", "shown"),
    [
        (Notice("a"), NOV, True),
        (Notice("a"), None, True),
        (Notice("a", since=dt.date(2026, 11, 22)), NOV, True),
        (Notice("a", since=dt.date(2026, 11, 23)), NOV, False),
        (Notice("a", until=dt.date(2026, 11, 22)), NOV, True),
        (Notice("a", until=dt.date(2026, 11, 21)), NOV, False),
        (Notice("a", until=dt.date(2026, 11, 30)), None, False),
        (Notice("a", hours=(Hours("08:30", "12:00"),)), NOV, True),
        (Notice("a", hours=(Hours("14:00", "17:30"),)), NOV, False),
        (Notice("a", boards=frozenset({"board-1"})), NOV, True),
        (Notice("a", boards=frozenset({"board-2"})), NOV, False),
    ],
)
def test_a_notice_is_there_in_its_days_hours_and_places(
    notice: Notice, now: dt.datetime | None, shown: bool
) -> None:
    assert shown_notices([notice], "board-1", now, ("b",)) == (("a", "b") if shown else ("b",))


def test_the_halls_own_notices_come_with_their_dates_and_none_twice(texts: Texts) -> None:
    until = dt.date(2026, 11, 30)
    made = notices_of(
        [NoticeTable("停电", "明日 8 时起", until=until), NoticeTable("招标", "长" * 300)], texts
    )
    assert [(notice.text, notice.until) for notice in made] == [("停电：明日 8 时起", until), ("招标", None)]
    assert shown_notices(made, "b", NOV, ("招标",)) == ("停电：明日 8 时起", "招标")


# --- emergency ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "drill", "text"),
    [
        ("evacuate", False, "请有序撤离"),
        ("evacuate", True, "演练：请有序撤离"),
        ("suspend", False, "暂停办理，请稍候"),
    ],
)
def test_an_emergency_goes_before_everything_on_every_board(
    texts: Texts, kind: str, drill: bool, text: str
) -> None:
    view = hall(desk=DeskView(emergency=EmergencyView(kind, drill, "")))
    for pages in (
        counter_pages(texts, Board(USUAL), counter(**CALLED), view),
        hall_pages(texts, Board(USUAL), view, [CallView(1, "A012", "2", "call", "")]),
    ):
        assert [(page.message.lines, page.message.colour) for page in pages] == [((text,), Colour.RED)]


# --- a board of the hall ------------------------------------------------------------------------------------


def test_a_board_of_the_hall_shows_the_new_calls_then_its_playlist(texts: Texts) -> None:
    calls = [CallView(n, f"A0{n}", str(n), "call", "") for n in (12, 11, 10)]
    one, three = Board(USUAL, notices=("明日停电",)), Board(Geometry(16, 3))
    assert hall_pages(texts, one, hall(), calls)[0].message.lines == ("A012到12号窗口",)
    assert hall_pages(texts, three, hall(), calls)[0].message.lines == (
        "A012到12号窗口",
        "A011到11号窗口",
        "A010到10号窗口",
    )
    playlist = hall_pages(texts, one, hall(), [])
    assert [page.message.lines for page in playlist] == [("站街镇便民服务中心",), ("明日停电",)]
    assert playlist[0].message.scroll


# --- boards without Chinese ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "latin", "digits"),
    [
        (CALLED, "A012 2", "012"),
        ({}, "2", ""),
        ({"state": "paused", "reason": "lunch"}, "--", ""),
        ({"state": "closed"}, "--", ""),
        ({"served_at": "5"}, "> 5", ""),
    ],
)
def test_a_board_without_chinese_says_it_in_letters_or_digits(
    texts: Texts, more: dict[str, object], latin: str, digits: str
) -> None:
    for script, text in ((Script.LATIN, latin), (Script.DIGITS, digits)):
        board = Board(Geometry(8, 1, script=script), facts={"phone": "0000"}, notices=("明日停电",))
        assert lines(texts, board, counter(**more)) == [(text,)]
    alarm = hall(desk=DeskView(emergency=EmergencyView("evacuate", False, "")))
    (page,) = counter_pages(texts, Board(Geometry(8, 1, script=Script.LATIN)), counter(), alarm)
    assert page.message.lines == ("--",)


def test_a_ticker_shows_what_the_hall_wrote_in_letters(texts: Texts) -> None:
    rules = BoardRules(idle=("COUNTER {counter}", "{name}"))
    ticker = Board(
        Geometry(16, 1, script=Script.LATIN), rules, notices=("明日停电", "NO POWER TOMORROW 8-12")
    )
    pages = counter_pages(texts, ticker, counter(), hall())
    assert [(p.message.lines[0], p.message.scroll) for p in pages] == [
        ("COUNTER 2", False),
        ("NO POWER TOMORROW 8-12", True),
    ]
    of_hall = hall_pages(texts, Board(ticker.geometry, notices=ticker.notices), hall(), [])
    assert [p.message.lines for p in of_hall] == [("NO POWER TOMORROW 8-12",)]
    digits = Board(Geometry(4, 1, script=Script.DIGITS), rules, notices=("8-12",))
    assert [p.message.lines for p in hall_pages(texts, digits, hall(), [])] == [("",)]


# --- lines and light ----------------------------------------------------------------------------------------


def test_lines_are_of_a_length_and_keep_words_whole() -> None:
    assert wrap("办理：民政救助、农业服务", 16) == ["办理：民政救助、", "农业服务"]
    assert wrap("办理：民政救助、农业服务", 14) == ["办理：民政救", "助、农业服务"]
    assert wrap("逢场天窗口提前半小时开门", 16) == ["逢场天窗口提", "前半小时开门"]
    assert wrap("电话：0000-12345", 12) == ["电话：", "0000-12345"]
    assert wrap("请到3号窗口，谢谢", 12) == ["请到3号窗", "口，谢谢"]
    assert wrap("abcdefghijkl", 5) == ["abcd", "efgh", "ijkl"]
    assert wrap("", 16) == [""]


@given(st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), max_size=80), st.integers(2, 40))
def test_lines_lose_nothing_and_are_never_too_long(text: str, columns: int) -> None:
    found = wrap(text, columns)
    assert found and all(cells(line) <= columns for line in found)
    assert "".join("".join(found).split()) == "".join(text.split())


def test_light_follows_the_hours_and_is_never_dimmed_by_a_clock_nobody_trusts() -> None:
    rules = BoardRules(light={"07:30": 100, "18:00": 40, "21:00": 0})
    at = {
        clock: light_of(rules, dt.datetime.fromisoformat(f"2026-11-22T{clock}"))
        for clock in ("07:29", "07:30", "18:00", "23:59")
    }
    assert at == {"07:29": 0, "07:30": 100, "18:00": 40, "23:59": 0}
    assert light_of(rules, None) == 100
    assert light_of(BoardRules(), NOV) is None
