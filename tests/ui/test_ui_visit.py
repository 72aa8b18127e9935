"""The touch screen in a real X11 window on a real hall: daemon, journal, a printer's twin, mouse, fingers."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from ui_played import Json, Played, says

from drivers.twins.printer import PrinterTwin
from edge import paths, settings
from edge.client import Client
from edge.daemon import Daemon
from tests.drivers.printer_wire import PrinterOnTcp
from tests.waiting import until

XVFB, XDOTOOL = shutil.which("Xvfb"), shutil.which("xdotool")


class Hall:
    """The demo hall with one device, its printer."""

    def __init__(self, folder: Path, printer: PrinterOnTcp) -> None:
        config = folder / "config"
        shutil.copytree(paths.shared("demo"), config)
        (config / "devices.toml").write_text(
            f'[link.printer]\nurl = "{printer.url}"\n'
            '[device.printer-1]\ndriver = "printer_escpos"\nlink = "printer"\nkiosk = "k1"\n',
            "utf-8",
        )
        (config / "uplink.toml").write_text("[uplink]\nenabled = false\n", "utf-8")
        (config / "boards.toml").unlink(missing_ok=True)  # it speaks of boards that are not here
        self.daemon = Daemon(settings.load(config), folder / "data")
        self.url = self.daemon.start(0)
        self.client = Client(self.url)
        self.printer = printer
        until(lambda: self.view()["devices"][0]["state"] == "ok")

    def view(self) -> Json:
        return self.client.get("/api/v1/hall")[1]

    def slips(self) -> list[str]:
        return [" ".join(line["text"] for line in s["lines"]) for s in self.printer.twin.state()["slips"]]

    def waiting(self) -> list[str]:
        return [w["number"] for w in self.client.get("/api/v1/hall/waiting")[1]["waiting"]]


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with PrinterOnTcp(PrinterTwin("printer-1")) as printer:
        hall = Hall(tmp_path_factory.mktemp("hall"), printer)
        yield hall
        hall.daemon.stop()


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    assert XVFB and XDOTOOL, "apt-get install xvfb xdotool"
    read, write = os.pipe()
    command = [XVFB, "-displayfd", str(write), "-screen", "0", "1080x1920x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as told:
        yield f":{told.readline().strip()}"
    server.terminate()
    server.wait(timeout=10)


class Window:
    """The kiosk in its window: asked over the pipe, touched by a mouse that X knows."""

    def __init__(self, hall: Hall, display: str, *more: str) -> None:
        env = {k: v for k, v in os.environ.items() if not k.startswith("SDL_")}
        self._env = env | {"DISPLAY": display, "SDL_AUDIODRIVER": "dummy", "SDL_VIDEO_WINDOW_POS": "0,0"}
        self.screen = Played("kiosk", hall.url, "--size", "1080x1920", *more, env=self._env)
        self.until = self.screen.until

    def click(self, page: Json, id: str) -> None:
        x, y, w, h = next(t["rect"] for t in page["targets"] if t["id"] == id)
        command = ["xdotool", "mousemove", str(x + w // 2), str(y + h // 2), "click", "1"]
        subprocess.run(command, env=self._env, check=True, stderr=subprocess.DEVNULL)

    def on(self, name: str) -> Json:
        return self.until(lambda p: p["page"] == name)


@pytest.fixture
def window(hall: Hall, display: str, stage: object) -> Iterator[Window]:
    """Five times as impatient as in a hall."""
    window = Window(hall, display, "--patience", "0.2")
    yield window
    window.screen.end()


def test_a_mouse_takes_a_number_its_slip_is_printed_and_the_page_goes_home_by_itself(
    hall: Hall, window: Window
) -> None:
    window.click(window.on("home"), "service:relief")
    page = window.on("number")
    number = next(t["text"] for t in page["texts"] if re.fullmatch(r"D\d{3}", t["text"]))
    page = window.until(lambda p: says(p, "请取走小票"))
    assert says(page, "在 3 号窗口办")
    assert sum(number in slip for slip in hall.slips()) == 1
    assert number in hall.waiting()
    assert says(window.on("home"), "民政救助")


def test_the_letters_d_b_find_the_allowance_its_list_is_printed_and_its_number_taken(
    hall: Hall, window: Window
) -> None:
    window.click(window.on("home"), "guides")
    for letter in "DB":
        window.click(window.on("guides"), f"key:{letter}")
    found = window.until(lambda p: says(p, "D B") and any("guide:" in t["id"] for t in p["targets"]))
    first = next(t for t in found["targets"] if t["id"].startswith("guide:"))
    assert "最低生活保障" in first["text"]
    window.click(found, first["id"])
    guide = window.on("guide")
    assert says(guide, "不收费") and says(guide, "法定时限")
    window.click(guide, "print")
    window.until(lambda p: says(p, "请取清单"))
    assert any("户口本" in slip for slip in hall.slips())
    window.click(window.on("guide"), "take")
    page = window.on("number")
    window.until(lambda p: says(p, "要带的材料"))
    number = next(t["text"] for t in page["texts"] if re.fullmatch(r"D\d{3}", t["text"]))
    ticket = hall.client.get(f"/api/v1/tickets/{number}")[1]["ticket"]
    assert ticket["item"] == first["id"].removeprefix("guide:")


def test_a_kiosk_killed_while_it_takes_a_number_loses_nothing_and_gives_none_twice(
    hall: Hall, display: str, window: Window
) -> None:
    before = hall.waiting()
    window.click(window.on("home"), "service:jobs")
    until(lambda: len(hall.waiting()) == len(before) + 1)
    window.screen.process.kill()
    again = Window(hall, display)
    try:
        home = again.on("home")
        assert len(hall.waiting()) == len(before) + 1
        again.click(home, "service:jobs")
        page = again.on("number")
        numbers = [n for n in hall.waiting() if n not in before]
        assert len(numbers) == len(set(numbers)) == 2
        assert says(page, numbers[1])
        until(lambda: all(sum(n in slip for slip in hall.slips()) == 1 for n in numbers))
    finally:
        again.screen.end()


def test_fingers_call_help_and_somebody_answers(hall: Hall, window: Window) -> None:
    window.screen.tap(window.on("home"), "help")
    window.until(lambda p: says(p, "已经通知工作人员"))
    (call,) = hall.view()["desk"]["helps"]
    assert call["kiosk"] == "k1"
    hall.client.post(f"/api/v1/hall/help/{call['id']}/answer", {"counter": "6"})
    window.until(lambda p: says(p, "工作人员这就过来"))


def test_five_touches_in_the_corner_and_a_pin_open_the_staffs_page(hall: Hall, window: Window) -> None:
    window.on("home")
    for _ in range(5):
        window.screen.say(do="tap", x=12, y=12)
    page = window.on("staff-pin")
    for digit in "130":
        window.screen.tap(page, f"key:{digit}")
    window.screen.tap(page, "next")
    page = window.until(lambda p: says(p, "请输入密码"))
    for digit in "2468":
        window.screen.tap(page, f"key:{digit}")
    assert not says(window.until(lambda p: says(p, "●")), "2468")
    window.screen.tap(page, "enter")
    window.screen.tap(window.on("staff"), "staff:pause")
    page = window.until(lambda p: says(p, "本机恢复取号"))
    assert hall.view()["desk"]["paused"] == ["k1"]
    window.screen.tap(page, "back")
    page = window.until(lambda p: p["page"] == "home" and says(p, "这台机器暂停取号"))
    assert not hall.waiting() or says(page, "暂停取号")
    events = hall.client.get("/api/v1/events?after=0&limit=1000")[1]["events"]
    paused = next(e for e in events if e["type"] == "bianmin.kiosk.paused")
    assert paused["data"]["by"] == {"door": "kiosk", "device": "k1", "staff": "130"}
