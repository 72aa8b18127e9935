"""The fleet in a real browser: red first, a hall's page, a login; and the same as JSON and metrics."""

import base64
import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from edge.center.center import Center
from edge.center.logins import password_hash
from edge.center.receiver import Place, Receiver
from edge.center.settings import CenterFile, CenterTable, HallTable, HoursTable, LoginTable, load
from edge.center.store import Store
from edge.center.web import Web
from edge.errors import ConfigError
from edge.mqtt_values import Broker as Address
from edge.paths import shared
from edge.texts import Texts
from tests.browser import chromium
from tests.center.conftest import HALL, entries

ALWAYS = HoursTable("00:00", "24:00", ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
OTHER, THIRD = "510000/510000002", "510000/510000003"
BASE = CenterFile(
    CenterTable("510000", "示例县", listen="127.0.0.1:0"),
    hours=ALWAYS,
    hall={"510000001": HallTable("站街镇便民服务中心"), "510000002": HallTable("旺苍镇便民服务中心")},
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with chromium(tmp_path_factory.mktemp("browser")) as driver:
        yield driver


def ago(**kinds: float) -> str:
    return (datetime.now(UTC) - timedelta(**kinds)).isoformat(timespec="milliseconds")


def health(*, printer: str = "ok", code: str = "", since: str = "") -> str:
    long, now = ago(hours=5), ago(seconds=4)
    paper = {"id": "printer-1", "kind": "printer", "driver": "printer_escpos", "counter": "", "errors": 3}
    board = {"id": "board-1", "kind": "board", "driver": "board_onbon_k", "counter": "1", "errors": 0}
    said = {
        "devices": [
            {**paper, "state": printer, "code": code, "since": since or ago(hours=2), "last_ok": now},
            {**board, "state": "ok", "code": "", "since": long, "last_ok": now},
        ],
        "host": {"temperature_c": 51.5, "disk_free_mb": 20100, "clock_trusted": True},
        "uplink": {"lag": 0, "oldest": ""},
        "queues": [{"id": "social", "name": "社会保障", "waiting": 7}],
    }
    return json.dumps(said)


def online(journal: str, head: int, state: str = "online") -> str:
    return json.dumps({"state": state, "journal": journal, "head": head, "version": "0.1.0"})


@pytest.fixture
def county(tmp_path: Path) -> Store:
    """Three halls: one well, one with a printer down for two hours, one that has gone."""
    store = Store(f"sqlite:///{tmp_path}/center.db")
    mine = [replace(a, day=str(datetime.now(ALWAYS.zone).date())) for a in entries(12)]
    store.keep(mine)
    store.keep(entries(5, journal="fedcba9876543210", hall=OTHER))
    store.told({(HALL, "status"): online(mine[0].journal, 12), (HALL, "health"): health()})
    store.told({(OTHER, "status"): online("fedcba9876543210", 9)})
    store.told({(OTHER, "health"): health(printer="down", code="link_lost")})
    store.told({(THIRD, "status"): online("0000000000000000", 0, "offline")})
    with store.engine.begin() as tx:
        long_ago = ago(hours=6)[:23] + "Z"
        tx.exec_driver_sql(f"UPDATE hall SET status_at = '{long_ago}' WHERE hall = '{THIRD}'")
    return store


@pytest.fixture
def serve(county: Store) -> Iterator[Callable[..., int]]:
    with ExitStack() as stack:
        stack.callback(county.close)

        def start(settings: CenterFile = BASE) -> int:
            receiver = Receiver(Address.at("mqtt://127.0.0.1:1"), Place("510000"), county)
            page = Web(Center(settings, county, receiver), Texts.load("zh-CN", shared("texts")))
            stack.callback(page.stop)
            return page.start()

        yield start


def ask(
    port: int, path: str, method: str = "GET", body: str = "", **headers: str
) -> tuple[int, str, dict[str, str]]:
    door = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {k.replace("_", "-"): v for k, v in headers.items()}
    door.request(method, path, body or None, headers)
    answer = door.getresponse()
    text = answer.read().decode()
    door.close()
    return answer.status, text


def test_red_comes_first_and_a_hall_has_its_page(
    browser: webdriver.Chrome, serve: Callable[..., int]
) -> None:
    browser.get(f"http://127.0.0.1:{serve()}/")
    halls = browser.find_elements(By.CSS_SELECTOR, ".hall")
    names = [h.find_element(By.TAG_NAME, "h2").text for h in halls]
    assert names == ["510000003", "旺苍镇便民服务中心", "站街镇便民服务中心"]
    assert "大厅离线" in halls[0].text and "设备故障" in halls[1].text and "printer-1" in halls[1].text
    assert "还差 4 条未到" in halls[1].text and "记录已到齐" in halls[2].text and "12" in halls[2].text
    assert [h.get_attribute("class").split()[1] for h in halls] == ["red", "red", "online"]
    halls[2].find_element(By.TAG_NAME, "a").click()
    page = browser.find_element(By.TAG_NAME, "main").text
    for wanted in ("站街镇便民服务中心", "社会保障", "7", "printer-1", "board-1", "51.5", "A012", "12 / 12"):
        assert wanted in page, wanted
    assert [m for m in browser.get_log("browser") if m["level"] == "SEVERE"] == []


def test_the_page_follows_without_a_reload_and_says_when_the_center_is_gone(
    browser: webdriver.Chrome, serve: Callable[..., int], county: Store
) -> None:
    browser.get(f"http://127.0.0.1:{serve()}/")
    browser.execute_script("window.sameDocument = true")
    county.told({(OTHER, "health"): health()})
    wait = WebDriverWait(browser, 12, poll_frequency=0.1)
    wait.until(lambda b: b.find_elements(By.CSS_SELECTOR, ".hall.online").__len__() == 2)
    assert browser.execute_script("return window.sameDocument")


def test_who_has_no_login_sees_nothing(browser: webdriver.Chrome, serve: Callable[..., int]) -> None:
    port = serve(replace(BASE, login={"county": LoginTable(password_hash("开门"))}))
    assert ask(port, "/")[0] == 303 and ask(port, "/halls/510000/510000001")[0] == 303
    for path in ("/api/v1/fleet", "/metrics"):
        status, text = ask(port, path)
        assert status == 401 and "51000" not in text
    browser.get(f"http://127.0.0.1:{port}/")
    browser.find_element(By.NAME, "name").send_keys("county")
    browser.find_element(By.NAME, "password").send_keys("wrong")
    wait = WebDriverWait(browser, 10, poll_frequency=0.1)
    browser.find_element(By.TAG_NAME, "button").click()
    assert "不对" in wait.until(lambda b: b.find_element(By.CSS_SELECTOR, ".bad")).text
    browser.find_element(By.NAME, "name").send_keys("county")
    browser.find_element(By.NAME, "password").send_keys("开门")
    browser.find_element(By.TAG_NAME, "button").click()
    wait.until(lambda b: b.find_elements(By.CSS_SELECTOR, ".hall"))
    browser.find_element(By.CSS_SELECTOR, "header button").click()
    wait.until(lambda b: b.find_elements(By.NAME, "password"))


def test_a_machine_logs_in_with_every_question(serve: Callable[..., int]) -> None:
    port = serve(replace(BASE, login={"zabbix": LoginTable(password_hash("x"))}))
    right, wrong = (base64.b64encode(f"zabbix:{p}".encode()).decode() for p in ("x", "y"))
    status, text = ask(port, "/api/v1/fleet", Authorization=f"Basic {right}")
    assert status == 200 and len(json.loads(text)["halls"]) == 3
    assert ask(port, "/api/v1/fleet", Authorization=f"Basic {wrong}")[0] == 401
    wrong = urlencode({"name": "a", "password": "b"})
    form = "application/x-www-form-urlencoded"
    tries = [ask(port, "/login", "POST", wrong, Content_Type=form)[0] for _ in range(12)]
    assert tries[0] == 403 and tries[-1] == 429


def test_json_and_metrics_say_the_same(serve: Callable[..., int]) -> None:
    port = serve()
    fleet = json.loads(ask(port, "/api/v1/fleet")[1])["halls"]
    by_hall = {h["hall"]: h for h in fleet}
    assert [a["kind"] for a in by_hall[OTHER]["alarms"]] == ["device_down"]
    assert by_hall[HALL]["stored"] == 12 and by_hall[HALL]["today"] == {"bianmin.ticket.issued": 12}
    text = ask(port, "/metrics")[1]
    assert f'bianmin_hall_state{{hall="{HALL}",state="online"}} 1.0' in text
    assert f'bianmin_hall_alarms{{hall="{OTHER}",kind="device_down"}} 1.0' in text
    assert f'bianmin_hall_lag{{hall="{OTHER}"}} 4.0' in text
    one = json.loads(ask(port, f"/api/v1/halls/{HALL}")[1])
    assert one["events"][0]["data"]["number"] == "A012"
    assert ask(port, "/api/v1/halls/510000/999")[0] == 404


def test_a_foreign_name_is_turned_away(serve: Callable[..., int]) -> None:
    assert ask(serve(), "/", Host="evil.example")[0] == 403


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ('county = "51"', "center.county: must be six digits"),
        ('county = "510000"\nlisten = "0.0.0.0:8700"', "without a [login.NAME]"),
        ('county = "510000"\nlisten = "here"', "must be like"),
        ('county = "510000"\nbrokr = "x"', "did you mean"),
        ('county = "510000"\n[hours]\nopens = "9"', "must be like"),
        ('county = "510000"\n[hours]\ndays = ["funday"]', "no day"),
    ],
)
def test_a_wrong_file_is_one_line(tmp_path: Path, line: str, what: str) -> None:
    (tmp_path / "center.toml").write_text(f"[center]\n{line}\n", "utf-8")
    with pytest.raises(ConfigError) as no:
        load(tmp_path)
    assert len(no.value.problems) == 1 and what in no.value.problems[0]


def test_the_example_of_the_product_is_a_center() -> None:
    assert load(shared("center")).center.county == "999001"
