"""The live page in a real browser: it shows the hall, follows it, and says when it cannot."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import pytest
from conftest import PLAN, Builder, House
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser import chromium


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with chromium(tmp_path_factory.mktemp("browser")) as driver:
        yield driver


def show(browser: webdriver.Chrome, house: House, width: int = 1280, height: int = 800) -> None:
    browser.get("about:blank")
    complaints(browser)  # what the last page had to say when its door closed
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600},
    )
    browser.get(house.url)


def text(browser: webdriver.Chrome, css: str) -> str:
    return str(browser.execute_script("return document.querySelector(arguments[0])?.innerText ?? ''", css))


def wait_for(browser: webdriver.Chrome, css: str, wanted: str) -> None:
    WebDriverWait(browser, 10, poll_frequency=0.05).until(lambda b: wanted in text(b, css))


def complaints(browser: webdriver.Chrome) -> list[str]:
    return [entry["message"] for entry in browser.get_log("browser")]


def test_a_new_call_shows_without_a_reload(browser: webdriver.Chrome, house: House) -> None:
    house.ask.take()
    show(browser, house)
    assert "今天还没有叫号" in text(browser, "#calls")
    browser.execute_script("window.sameDocument = true; document.getElementById('devices').mark = 1")
    house.ask.post("/api/v1/counters/1/open")
    house.ask.post("/api/v1/counters/1/next")
    wait_for(browser, "#calls .now", "A001")
    assert "请到 1 号窗口" in text(browser, "#calls .now")
    assert "叫号中" in text(browser, "#counters")
    assert text(browser, "#spoken") == "请 A001 到 1 号窗口"
    assert browser.execute_script("return window.sameDocument") is True
    assert browser.execute_script("return document.getElementById('devices').mark") == 1, (
        "swapped for nothing"
    )
    assert complaints(browser) == []


def test_a_help_call_stands_on_the_page_and_in_its_title_until_somebody_goes(
    browser: webdriver.Chrome, house: House
) -> None:
    show(browser, house)
    ordinary = browser.title
    house.ask.post("/api/v1/hall/help", {"kiosk": "k1"})
    wait_for(browser, ".help", "取号机 k1 需要帮助")
    assert browser.title == f"(1) 有人求助 · {ordinary}"
    parts = "return [...document.getElementById('hall').children].map((part) => part.id.split('-')[0])"
    assert browser.execute_script(parts)[:3] == ["head", "help", "calls"], "in its place, without a reload"
    browser.find_element(By.CSS_SELECTOR, ".help button").click()
    WebDriverWait(browser, 10, poll_frequency=0.05).until(lambda b: b.title == ordinary)
    assert text(browser, ".help") == "" and house.registrar.view.desk.helps == ()
    events = house.ask.get("/api/v1/events?limit=500").json["events"]
    assert [e["data"]["counter"] for e in events if e["type"] == "bianmin.help.answered"] == ["3"]
    assert complaints(browser) == []


def test_the_page_shows_the_whole_hall(browser: webdriver.Chrome, house: House) -> None:
    for _ in range(3):
        house.ask.take("relief")
    show(browser, house)
    assert text(browser, "h1") == "站街镇便民服务中心"
    queues = text(browser, "#queues")
    assert re.search(r"民政救助\s+3 人", queues)
    assert "21:50 开始" in queues
    devices = text(browser, "#devices")
    assert "printer-1" in devices
    assert re.search(r"camera-1\s*离线", devices)
    assert "7 条待传" in text(browser, "#box")
    assert "请保管好号票" in text(browser, "#notices")


def test_the_page_needs_no_script(browser: webdriver.Chrome, house: House) -> None:
    house.ask.take()
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        show(browser, house)
        assert "社保" in browser.find_element(By.ID, "queues").text
        assert "1 人" in browser.find_element(By.ID, "queues").text
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_a_box_that_is_away_is_said_and_followed_again(browser: webdriver.Chrome, build: Builder) -> None:
    house = build()
    show(browser, house)
    banner = browser.find_element(By.ID, "away")
    assert not banner.is_displayed()
    build.close()
    WebDriverWait(browser, 10, poll_frequency=0.05).until(lambda b: banner.is_displayed())
    assert "社保窗口" in text(browser, "#counters"), "the last known hall stays on the page"
    house = build(port=house.port)
    house.ask.take()
    WebDriverWait(browser, 15, poll_frequency=0.05).until(lambda b: not banner.is_displayed())
    wait_for(browser, "#queues", "1 人")


def test_names_with_angle_brackets_are_text(browser: webdriver.Chrome, build: Builder) -> None:
    house = build(plan=replace(PLAN, name="<script>document.title='x'</script>厅", notices=('<b id="b">&',)))
    show(browser, house)
    assert text(browser, "h1") == "<script>document.title='x'</script>厅"
    assert not browser.find_elements(By.ID, "b")


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844), (320, 640), (768, 1024)])
def test_nothing_is_cut_off_or_overlaps(
    browser: webdriver.Chrome, house: House, width: int, height: int
) -> None:
    for service in ("social", "relief", "social"):
        house.ask.take(service)
    for counter in ("1", "2", "3"):
        house.ask.post(f"/api/v1/counters/{counter}/open")
        house.ask.post(f"/api/v1/counters/{counter}/next")
    show(browser, house, width, height)
    wait_for(browser, "#calls .now", "号窗口")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    clipped = browser.execute_script(
        """return [...document.querySelectorAll('#hall *')].filter(e => e.clientWidth
             && !e.classList.contains('unseen') && e.scrollWidth > e.clientWidth + 1
             && getComputedStyle(e).display !== 'inline').map(e => e.className + ': ' + e.innerText)"""
    )
    assert clipped == []
    cards = browser.execute_script(
        """return [...document.querySelectorAll('.card')].map(e => e.getBoundingClientRect().toJSON())"""
    )
    assert len(cards) == 5
    assert not [(a, b) for a, b in combinations(cards, 2) if overlap(a, b)]


def overlap(a: dict[str, float], b: dict[str, float]) -> bool:
    beside = a["right"] <= b["left"] or b["right"] <= a["left"]
    below = a["bottom"] <= b["top"] or b["bottom"] <= a["top"]
    return not (beside or below)
