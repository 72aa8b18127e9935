"""The pairing page in a real browser on the hall's network: from the first knock to the counter's page."""

import re
from pathlib import Path

from conftest import Builder
from lan_hall import LAN, SETTINGS, code_for
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser import chromium


def test_a_clerks_browser_is_forwarded_paired_and_brought_to_its_counter(
    build: Builder, tmp_path: Path
) -> None:
    house = build(lan=SETTINGS)
    at = f"http://{LAN}:{house.port}"
    with chromium(tmp_path / "browser") as browser:
        wait = WebDriverWait(browser, 10, poll_frequency=0.05)

        def says(words: str) -> None:
            wait.until(lambda b: words in b.find_element(By.ID, "answer").text)

        browser.get(f"{at}/counter/3")
        assert browser.current_url == f"{at}/pair"
        field = browser.find_element(By.ID, "code")
        assert browser.switch_to.active_element == field, "ready to type"
        assert field.size["height"] >= 60, "big enough for a finger"
        code = code_for(house, "3", name="3 号窗口电脑")
        field.send_keys(f"{(int(code) + 1) % 10**8:08}\n")
        says("配对码不对")
        wide = code.translate({ord(d): chr(ord(d) + 0xFEE0) for d in "0123456789"})
        field.send_keys(f"{wide[:4]} {wide[4:]}\n")  # as a Chinese keyboard types them
        wait.until(lambda b: b.current_url == f"{at}/counter/3")
        assert "综合窗口" in browser.find_element(By.TAG_NAME, "h1").text
        assert browser.execute_script("return document.cookie") == "", "no script reads the token"
        browser.get(f"{at}/pair")
        wait.until(lambda b: b.current_url == f"{at}/counter/3")
        told = [e["message"] for e in browser.get_log("browser")]
        assert [line for line in told if not re.search(r"\b(401|422|409)\b", line)] == []
