"""What is wrong with the line to the county is said in plain words, on the page and by `bianmin status`."""

import io

import pytest
from conftest import House
from rich.console import Console

from edge.commands.status import tables
from edge.doors.page import Page
from edge.paths import shared
from edge.texts import Texts

TEXTS = Texts.load("zh-CN", shared("texts"))
CLOCK = "时钟不可信，证书可能被误判为已过期或还没有生效，请先把时间对准"
REFUSED = "县中心没有签发新证书"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"code": "clock"}, [CLOCK]),
        ({"code": "", "certificate": {"ends": "", "code": "renewal_refused", "why": ""}}, [REFUSED]),
        ({"code": "clock", "certificate": {"code": "renewal_refused"}}, [CLOCK, REFUSED]),
        ({"code": "not_enrolled", "certificate": {"code": "not_enrolled"}}, ["本机还没有证书"]),
        ({"code": ""}, []),
        ({}, []),
    ],
)
def test_page_and_status_say_what_is_wrong_with_the_line(
    line: dict[str, object], words: list[str], house: House
) -> None:
    facts = {"uplink": {"connected": False, "lag": 3, **line}, "host": {}, "screens": []}
    page = Page(TEXTS).draw(house.registrar.view, facts, only_hall=True)
    status = io.StringIO()
    Console(width=140, file=status).print(tables(house.ask.get("/api/v1/hall").json, facts, TEXTS))
    for said in (page, status.getvalue()):
        for known in (CLOCK, REFUSED, "本机还没有证书"):
            assert said.count(known) == (known in words)
