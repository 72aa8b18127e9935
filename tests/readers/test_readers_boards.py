"""What a counter's board says, in the widest words that fit its cells."""

import pytest

from drivers.capabilities import Colour, Geometry
from edge.hall.views import CounterView
from edge.paths import shared
from edge.readers.boards import cells, compose
from edge.texts import Texts

WIDE, USUAL, NARROW = Geometry(24, 1), Geometry(16, 1), Geometry(8, 1)


@pytest.fixture(scope="module")
def texts() -> Texts:
    return Texts.load("zh-CN", shared("texts"))


def counter(**more: object) -> CounterView:
    usual = {"id": "2", "name": "民政窗口", "state": "open", "ticket": None, "services": (), "staff": "103"}
    return CounterView(**{**usual, **more})


@pytest.mark.parametrize(
    ("more", "geometry", "text", "colour"),
    [
        ({"served_at": "12"}, WIDE, "请到12号窗口办理", Colour.GREEN),
        ({"served_at": "1"}, USUAL, "请到1号窗口办理", Colour.GREEN),
        ({"served_at": "12"}, USUAL, "请到12号窗口办理", Colour.GREEN),
        ({"served_at": "12"}, Geometry(12, 1), "请到12号窗口", Colour.GREEN),
        ({"served_at": "1"}, NARROW, "→1号", Colour.GREEN),
        ({"served_at": "1", "state": "paused", "reason": "leave"}, USUAL, "请到1号窗口办理", Colour.GREEN),
        ({"served_at": "1", "state": "closed"}, USUAL, "2号窗口未开放", Colour.YELLOW),
        ({"state": "paused", "reason": "leave"}, USUAL, "2号窗口临时离开", Colour.YELLOW),
        ({"state": "paused", "reason": "lunch"}, Geometry(12, 1), "2号午间休息", Colour.YELLOW),
        ({"state": "paused", "reason": "meeting"}, NARROW, "2号开会", Colour.YELLOW),
        ({"state": "paused", "reason": "after_cut"}, USUAL, "2号窗口正在恢复", Colour.YELLOW),
        ({"state": "paused"}, USUAL, "2号窗口暂停服务", Colour.YELLOW),
        ({"state": "paused", "reason": "of a newer version"}, USUAL, "2号窗口暂停服务", Colour.YELLOW),
    ],
)
def test_a_board_says_where_to_go_or_why_nobody_is_there(
    texts: Texts, more: dict[str, object], geometry: Geometry, text: str, colour: Colour
) -> None:
    message = compose(texts, counter(**more), geometry)
    assert (message.lines, message.colour, message.scroll) == ((text,), colour, False)
    assert cells(text) <= geometry.columns
