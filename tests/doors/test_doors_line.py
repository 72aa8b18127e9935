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


def test_what_the_box_complains_of_stands_on_the_page_and_in_the_status(house: House) -> None:
    well = {"undervoltage": False, "throttled": False, "disk_errors": 0, "disk_read_only": False}
    ill = {"undervoltage": True, "throttled": True, "disk_errors": 7, "disk_read_only": False}
    for host, is_said in ((well, False), (ill, True)):
        page, status = told(house, {"uplink": {}, "host": {"temperature_c": 50.0, **host}, "screens": []})
        for said in (page, status):
            assert ("供电不足" in said, "正在降频" in said, "文件系统错误" in said) == (is_said,) * 3
            assert "磁盘只读" not in said


def told(house: House, facts: dict[str, object]) -> tuple[str, str]:
    """The page, and what `bianmin status` prints."""
    page = Page(TEXTS).draw(house.registrar.view, facts, only_hall=True)
    status = io.StringIO()
    Console(width=140, file=status).print(tables(house.ask.get("/api/v1/hall").json, facts, TEXTS))
    return page, status.getvalue()


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
    for said in told(house, facts):
        for known in (CLOCK, REFUSED, "本机还没有证书"):
            assert said.count(known) == (known in words)


def test_the_status_tells_the_brokers_own_word_and_what_was_not_believed(house: House) -> None:
    line = {
        "code": "",
        "why": "the broker refused: Quota exceeded",
        "refused": 12,
        "refused_why": "no receipt",
    }
    facts = {"uplink": {"connected": False, "lag": 3, **line}, "host": {}, "screens": []}
    _, status = told(house, facts)
    assert "the broker refused: Quota exceeded" in status and "12 × no receipt" in status
