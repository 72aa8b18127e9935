"""The screens as processes: fingers through SDL's queue, numbers from a real port, pictures on the disk."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pygame
import pytest
from ui_door import StandInDoor
from ui_played import Played, says
from ui_stage import Stage


@pytest.fixture
def door() -> Iterator[StandInDoor]:
    door = StandInDoor().start()
    yield door
    door.stop()


@pytest.fixture
def play(stage: Stage) -> Iterator[Callable[..., Played]]:
    screens: list[Played] = []

    def start(*args: str) -> Played:
        screens.append(Played(*args))
        return screens[-1]

    yield start
    for screen in screens:
        screen.end()


def test_a_finger_on_a_tile_takes_one_number_though_the_first_answer_is_lost(
    door: StandInDoor, play: Callable[..., Played], tmp_path: Path
) -> None:
    door.break_first_answer = True
    screen = play("kiosk", door.url, "--name", "k1", "--size", "1080x1920", "--shots", str(tmp_path))
    home = screen.until(lambda p: p["page"] == "home")
    assert says(home, "民政救助")
    screen.tap(home, "service:relief")
    page = screen.until(lambda p: p["page"] == "number")
    assert says(page, "D008")
    assert says(page, "正在打印小票")
    assert door.bodies[0] == {"service": "relief", "kiosk": "k1"}
    assert len(door.keys) == 2 and len(set(door.keys)) == 1 and len(door.tickets) == 1
    door.paper("printed")
    page = screen.until(lambda p: says(p, "请取走小票"))
    answer = screen.ask(do="shot", path=str(tmp_path / "own.png"))
    assert answer == {"shot": str(tmp_path / "own.png")}
    screen.tap(page, "done")
    screen.until(lambda p: p["page"] == "home")
    assert screen.quit() == 0
    for name in ("home", "number", "own"):
        assert pygame.image.load(tmp_path / f"{name}.png").get_size() == (1080, 1920)


def test_a_refusal_is_said_in_words_and_left_by_a_touch(
    door: StandInDoor, play: Callable[..., Played]
) -> None:
    door.refusal = {
        "status": 409,
        "reason": "full",
        "detail": "今天的号已取完，请到咨询台",
        "title": "refused",
    }
    screen = play("kiosk", door.url, "--size", "1280x800")
    screen.tap(screen.until(lambda p: p["page"] == "home"), "service:jobs")
    page = screen.until(lambda p: p["page"] == "refused")
    assert says(page, "今天的号已取完")
    screen.tap(page, "done")
    screen.until(lambda p: p["page"] == "home")
    assert screen.quit() == 0


def test_guides_are_found_by_their_letters_and_give_the_number(
    door: StandInDoor, play: Callable[..., Played]
) -> None:
    screen = play("kiosk", door.url, "--size", "1080x1920")
    screen.tap(screen.until(lambda p: p["page"] == "home"), "guides")
    page = screen.until(lambda p: p["page"] == "guides" and says(p, "老年优待证"))
    screen.tap(page, "key:D")
    screen.tap(page, "key:B")
    page = screen.until(lambda p: says(p, "D B") and not says(p, "老年优待证"))
    assert door.questions == ["", "D", "DB"]
    screen.tap(page, "guide:yi_county-01")
    page = screen.until(lambda p: p["page"] == "guide")
    assert says(page, "不收费") and says(page, "户口本、身份证原件及复印件")
    screen.tap(page, "take")
    screen.until(lambda p: p["page"] == "number" and says(p, "D008"))
    assert door.bodies == [{"service": "relief", "kiosk": "k1", "item": "yi_county-01"}]


def test_a_kiosk_without_its_daemon_says_so_and_comes_back_by_itself(play: Callable[..., Played]) -> None:
    door = StandInDoor().start()
    screen = play("kiosk", door.url, "--size", "1080x1920")
    screen.until(lambda p: p["page"] == "home" and says(p, "请点一下要办的事"))
    door.stop()
    page = screen.until(lambda p: says(p, "暂时不能取号") and says(p, "秒前"))
    screen.tap(page, "service:relief")
    assert screen.ask(do="targets")["page"] == "home"
    again = StandInDoor(door.port).start()
    try:
        screen.until(lambda p: says(p, "请点一下要办的事"))
    finally:
        again.stop()


def test_the_hall_screen_announces_a_new_call_and_is_alive(
    door: StandInDoor, play: Callable[..., Played]
) -> None:
    screen = play("screen", door.url, "--name", "wall", "--size", "1920x1080")
    screen.until(lambda p: p["page"] == "calls" and says(p, "A012"))
    call = {"seq": 21, "number": "E005", "counter": "4", "kind": "call", "at": "2026-11-23T09:42:00+08:00"}
    door.change(calls=[call, *door.view["calls"][:5]])
    page = screen.until(lambda p: says(p, "E005"))
    assert says(page, "请到 4 号窗口") and says(page, "A012") and not page["targets"]
    assert door.alive and door.alive[0][0] == "/api/v1/screens/wall/alive"
    assert screen.quit() == 0


def test_a_wrong_command_is_answered_and_does_not_end_the_screen(
    door: StandInDoor, play: Callable[..., Played]
) -> None:
    screen = play("screen", door.url, "--counter", "2")
    assert "no such command" in screen.ask(do="dance")["error"]
    assert "error" in screen.ask(do="tap", x="left")
    assert screen.process.stdin
    screen.process.stdin.write("not json\n")
    assert "error" in screen.ask(do="targets")
    page = screen.until(lambda p: p["page"] == "counter")
    assert says(page, "C031") and says(page, "劳动保障窗口")
    screen.process.stdin.close()
    assert screen.process.wait(timeout=15) == 0
