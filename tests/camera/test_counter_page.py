"""A counter's page in a real browser: seen, outlined, taken, listed, moved, removed, and out as one PDF."""

import hashlib
from collections.abc import Iterator

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from drivers.twins.pages import write_pages
from tests.browser import chromium
from tests.camera.camera_hall import CameraHall

WAIT_S = 80


@pytest.fixture
def browser(tmp_path) -> Iterator[webdriver.Chrome]:
    with chromium(tmp_path / "browser", 1366) as driver:
        yield driver


class Desk:
    """What a clerk sees and does."""

    def __init__(self, browser: webdriver.Chrome) -> None:
        self._browser = browser

    def text(self, css: str) -> str:
        return str(self.run("return document.querySelector(arguments[0])?.innerText ?? ''", css))

    def run(self, script: str, *words: object) -> object:
        return self._browser.execute_script(script, *words)

    def sees(self, css: str, words: str) -> None:
        WebDriverWait(self._browser, WAIT_S, 0.05).until(lambda _: words in self.text(css))

    def pages(self) -> dict[str, list[str]]:
        """Material to the ids of its pages."""
        found: dict[str, list[str]] = self.run(
            """return Object.fromEntries([...document.querySelectorAll('.material')].map(m => [
                 m.querySelector('input').value,
                 [...m.querySelectorAll('[data-capture]')].map(p => p.dataset.capture)]))"""
        )  # type: ignore[assignment]
        return found

    def has(self, **counts: int) -> None:
        wanted = {name.removeprefix("m"): count for name, count in counts.items()}
        WebDriverWait(self._browser, WAIT_S, 0.05).until(
            lambda _: all(len(self.pages().get(m, ())) == n for m, n in wanted.items())
        )

    def click(self, css: str) -> None:
        self._browser.find_element(By.CSS_SELECTOR, css).click()

    def asks(self, path: str) -> tuple[int, str, str]:
        """Status, media type and the SHA-256 of what the page's own browser gets."""
        status, media, sha256 = self._browser.execute_async_script(
            """const done = arguments[1];
               fetch(arguments[0]).then(async (said) => {
                 const got = await crypto.subtle.digest('SHA-256', await said.arrayBuffer());
                 const hex = [...new Uint8Array(got)].map(b => b.toString(16).padStart(2, '0')).join('');
                 done([said.status, said.headers.get('Content-Type'), hex]);
               });""",
            path,
        )
        return status, media, sha256


def test_a_clerk_takes_a_tickets_pages_and_gets_them_as_one_pdf(tmp_path, browser):
    write_pages(tmp_path / "pictures")[2].unlink()
    with CameraHall(tmp_path / "data", {"6": tmp_path / "pictures"}) as hall:
        ticket = hall.comes("6")
        browser.get(hall.url)
        desk = Desk(browser)
        desk.click("#counters a.sign")
        assert desk.text("#papers h2") == ticket["number"]
        assert desk.text(".materials").count("缺") == len(hall.guide.materials)
        desk.sees("#advice", "可以拍了")
        assert desk.run("return document.getElementById('view').naturalWidth") == 640
        desk.click("#take")
        desk.has(m1=1, m2=0)
        desk.click("#auto")
        desk.has(m1=1, m2=1)
        first, second = desk.pages()["1"][0], desk.pages()["2"][0]
        desk.run(
            """const to = document.querySelector('[data-capture="' + arguments[0] + '"] [data-move]');
               to.value = '3'; to.dispatchEvent(new Event('change', {bubbles: true}));""",
            first,
        )
        desk.has(m1=0, m2=1, m3=1)
        assert desk.text(".materials").count("缺") == len(hall.guide.materials) - 2
        pdf = str(desk.run("return document.getElementById('pdf').getAttribute('href')"))
        assert desk.text("#pdf") == "整套 PDF（2 页）"
        status, media, sha256 = desk.asks(pdf)
        assert (status, media) == (200, "application/pdf")
        assert desk.asks(f"/api/v1/captures/{first}?counter=1")[0] == 403, "this browser is counter 6"
        assert desk.asks("/api/v1/captures/20200101-0123456789abcdef")[0] == 404
        events = hall.client.get("/api/v1/events?limit=1000")[1]["events"]
        out = [e["data"] for e in events if e["type"] == "bianmin.document.handed_over"]
        assert {(e["ticket"], e["counter"], e["to"]) for e in out} == {(ticket["id"], "6", "door")}
        assert [e["digest"] for e in out] == [sha256] * 2
        assert hashlib.sha256(hall.client.fetch(pdf)).hexdigest() == sha256, "the same pages, the same bytes"
        for _ in range(2):
            desk.click(f'[data-capture="{second}"] [data-remove]')
        desk.has(m2=0, m3=1)
        assert desk.text("#pdf") == "整套 PDF（1 页）"
        told = [entry["message"] for entry in browser.get_log("browser") if "403" not in entry["message"]]
        assert [line for line in told if "404" not in line] == []
