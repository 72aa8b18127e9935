"""Boards on real wires: what the far end shows of the hall, with one dead, in the dark, or without a word."""

import datetime as dt
import io
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from drivers import board_framed, board_onbon_k
from drivers.capabilities import State
from drivers.twins.board import BoardTwin
from drivers.twins.board_digits import DigitsTwin
from drivers.twins.board_line import LineBoardTwin
from drivers.twins.wire import PtyEnd, Wire
from edge.hall.desk_views import DeskView, EmergencyView
from edge.hall.views import CallView, ClockView, CounterView, HallView, TicketAt
from edge.hall.words import Now
from edge.paths import shared
from edge.readers.boards import Boards
from edge.settings_boards import BoardRules, BoardsPlan, Notice
from edge.supervisor import DeviceOnLink, LinkPlan, Supervisor
from edge.texts import Texts

FRAMES = tomllib.loads((shared("integrations") / "boards.toml").read_text("utf-8"))["frame"]
AT = dt.datetime(2026, 11, 22, 2, 0, tzinfo=dt.UTC)


class Deaf:
    """A listener that notes states."""

    def heard(self, device: str, reading: object) -> str:
        return ""

    def changed(self, device: str, status: object) -> None:
        return None


class Hall:
    """A pair with boards at its far end, the supervisor, and the boards' reader looked through by hand."""

    def __init__(self, place: Path, twins: list[Any], driver: Any, **more: Any) -> None:
        self.wire = Wire("pair", PtyEnd(place / "pair"), twins)
        self.wire.start()
        options = more.pop("options", {})
        rows = [(twin.name, {"address": n, **options}) for n, twin in enumerate(twins, 1)]
        name = driver.__name__.rpartition(".")[2]
        devices = tuple(DeviceOnLink(id, name, driver.Options(**table)) for id, table in rows)
        plan = LinkPlan("pair", self.wire.end.url("rs485", "baud=57600"), devices, more.pop("frames", None))
        self.supervisor = Supervisor([plan], Deaf())
        self.supervisor.start()
        texts = Texts.load("zh-CN", shared("texts"))
        counters = more.pop("counters", {id: id[-1] for id, _ in rows})
        registrar: Any = SimpleNamespace()
        self.boards = Boards(registrar, self.supervisor.handles, counters, texts, **more)
        self.ahead_s = 0.0
        self.trusted = True
        self._view = view()

    def show(self, shown: HallView) -> None:
        self._view = shown
        self.turn()

    def turn(self) -> None:
        now = Now(AT + dt.timedelta(seconds=self.ahead_s), AT.date(), self.trusted, "boot", 0.0)
        self.boards.look(self._view, now, time.monotonic() + self.ahead_s)

    def text(self, board: str) -> str:
        return str(self.wire.state(board)["text"])

    def state(self, board: str) -> State:
        return self.supervisor.handles[board].status().state

    def until(self, seen: Callable[[], bool]) -> None:
        """Go round as the reader's thread does until the far end shows it."""
        deadline = time.monotonic() + 15
        while not seen():
            assert time.monotonic() < deadline, {id: self.text(id) for id in self.wire.twins}
            self.turn()
            threading.Event().wait(0.01)

    def close(self) -> None:
        self.supervisor.stop()
        self.wire.stop()


def view(*counters: CounterView, **more: Any) -> HallView:
    usual: dict[str, Any] = {"hall": "1", "name": "便民", "day": "2026-11-22", "seq": 1, "unrecorded": 0}
    empty: dict[str, Any] = dict.fromkeys(("services", "calls", "notices", "devices"), ())
    return HallView(**{**usual, **empty, "clock": ClockView(True, ""), "counters": counters, **more})


def called(id: str, number: str, calls: int = 1) -> CounterView:
    return CounterView(id, f"{id}号", "calling", TicketAt(number, number), (), "101", calls=calls)


def idle(id: str) -> CounterView:
    return CounterView(id, "民政", "open", None, (), "101")


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Callable[..., Hall]]:
    made: list[Hall] = []

    def make(*args: Any, **more: Any) -> Hall:
        made.append(Hall(tmp_path, *args, **more))
        return made[-1]

    yield make
    for one in made:
        one.close()


def cards(count: int) -> list[BoardTwin]:
    return [BoardTwin(f"board-{n}", {"address": n}) for n in range(1, count + 1)]


def test_three_boards_on_a_pair_go_on_while_the_fourth_is_dead_and_it_comes_back_by_itself(
    hall: Callable[..., Hall],
) -> None:
    made = hall(cards(4), board_onbon_k)
    made.wire.fault("board-3", "mute", True)
    made.show(view(*(called(str(n), f"A00{n}") for n in range(1, 5))))
    made.until(lambda: all(f"A00{n}" in made.text(f"board-{n}") for n in (1, 2, 4)))
    made.until(lambda: made.state("board-3") is State.DOWN)
    for number in range(10, 15):
        made.show(view(*(called(str(n), f"B0{number + n}", number) for n in range(1, 5))))
        made.until(lambda now=number: all(f"B0{now + n}" in made.text(f"board-{n}") for n in (1, 2, 4)))
    assert [made.state(f"board-{n}") for n in (1, 2, 4)] == [State.OK] * 3
    made.wire.fault("board-3", "mute", False)
    made.until(lambda: "B017" in made.text("board-3"))
    made.until(lambda: made.state("board-3") is State.OK)


def test_a_board_whose_power_failed_for_a_moment_shows_the_call_again(hall: Callable[..., Hall]) -> None:
    made = hall(cards(1), board_onbon_k)
    made.show(view(called("1", "A001")))
    made.until(lambda: "A001" in made.text("board-1"))
    made.wire.fault("board-1", "dark", True)
    made.wire.fault("board-1", "dark", False)
    assert made.text("board-1") == ""
    made.ahead_s = 31.0
    made.until(lambda: "A001" in made.text("board-1"))


def test_a_board_that_was_dark_for_long_is_told_light_clock_and_call_again(hall: Callable[..., Hall]) -> None:
    rules = BoardRules(light={"00:00": 40}, set_clock=True)
    made = hall(cards(1), board_onbon_k, plan=BoardsPlan(usual=rules))
    made.show(view(called("1", "A001")))
    made.until(lambda: "A001" in made.text("board-1"))
    state = made.wire.state("board-1")
    assert (state["brightness"], state["clock"][:16]) == (6, "2026-11-22 10:00")
    made.wire.fault("board-1", "dark", True)
    made.until(lambda: made.state("board-1") is State.DOWN)
    made.show(view(called("1", "A002", 2)))
    made.wire.fault("board-1", "dark", False)
    made.until(lambda: "A002" in made.text("board-1"))
    state = made.wire.state("board-1")
    assert (state["brightness"], state["clock"][:13]) == (6, "2026-11-22 10")


def test_a_board_is_dark_at_night_but_not_for_a_call(hall: Callable[..., Hall]) -> None:
    made = hall(cards(1), board_onbon_k, plan=BoardsPlan(BoardRules(light={"00:00": 0, "20:00": 60})))
    made.show(view(idle("1")))
    made.until(lambda: made.wire.state("board-1")["on"] is False)
    assert Image.open(io.BytesIO(made.wire.picture("board-1"))).convert("L").getextrema()[1] < 100
    made.show(view(called("1", "A001"), seq=2))
    made.until(lambda: made.wire.state("board-1")["on"] is True and "A001" in made.text("board-1"))
    assert made.wire.state("board-1")["brightness"] == 9
    made.show(view(idle("1"), seq=3))
    made.until(lambda: made.wire.state("board-1")["on"] is False)


def test_an_emergency_blinks_on_every_board_and_ends_as_it_was(hall: Callable[..., Hall]) -> None:
    made = hall(cards(2), board_onbon_k, counters={"board-1": "1"})
    made.show(view(called("1", "A001")))
    made.until(lambda: "A001" in made.text("board-1") and "便民" in made.text("board-2"))
    desk = DeskView(emergency=EmergencyView("evacuate", False, ""))
    made.show(view(called("1", "A001"), desk=desk, seq=2))
    for ahead_s, text in ((0.0, "请有序撤离"), (1.1, " "), (3.1, "请有序撤离")):
        made.ahead_s = ahead_s
        made.until(lambda text=text: made.text("board-1") == made.text("board-2") == text)
    made.show(view(called("1", "A001"), seq=3))
    made.until(lambda: "A001" in made.text("board-1") and "便民" in made.text("board-2"))


def test_a_new_call_blinks_for_3_s_and_then_stands(hall: Callable[..., Hall]) -> None:
    made = hall(cards(1), board_onbon_k)
    made.show(view(idle("1")))
    made.until(lambda: "民政" in made.text("board-1"))
    made.show(view(called("1", "A001"), seq=2))
    for ahead_s, lit in ((0.0, True), (1.1, False), (1.6, True), (2.6, False), (3.1, True), (20.0, True)):
        made.ahead_s = ahead_s
        made.until(lambda lit=lit: ("A001" in made.text("board-1")) is lit)
    frames = made.wire.state("board-1")["frames"]
    made.turn()
    assert made.wire.state("board-1")["frames"] - frames <= 1


def test_who_comes_to_wait_makes_no_board_anew(hall: Callable[..., Hall]) -> None:
    made = hall(cards(2), board_onbon_k, plan=BoardsPlan(own={"board-2": BoardRules(idle=("{waiting}",))}))
    made.show(view(idle("1"), idle("2")))
    made.until(lambda: "民政" in made.text("board-1") and made.text("board-2") == "0")
    before = made.wire.state("board-1")["frames"]
    made.show(view(*(replace(idle(id), waiting=3) for id in "12"), seq=2))
    made.until(lambda: made.text("board-2") == "3")
    assert made.wire.state("board-1")["frames"] - before <= 1, "but for a question how it is"


def test_an_idle_board_turns_its_pages_and_a_dated_notice_ends(hall: Callable[..., Hall]) -> None:
    until = dt.date(2026, 11, 22)
    plan = BoardsPlan(notices=(Notice("明日停电", until=until), Notice("每周五休市")))
    made = hall(cards(1), board_onbon_k, plan=plan, facts=lambda counter: {"phone": "0000-2"})
    made.show(view(idle("1")))
    for ahead_s, text in ((0.0, "1号 民政"), (6.1, "电话：0000-2"), (12.2, "明日停电"), (18.3, "每周五休市")):
        made.ahead_s = ahead_s
        made.until(lambda text=text: text in made.text("board-1"))
    made.ahead_s = 24 * 3600.0
    made.until(lambda: made.text("board-1") != "")
    seen = set()
    for _ in range(6):
        made.ahead_s += 6.1
        before = made.wire.state("board-1")["frames"]
        made.until(lambda before=before: made.wire.state("board-1")["frames"] > before)
        seen.add(made.text("board-1"))
    assert "每周五休市" in seen and "明日停电" not in seen


def test_a_board_of_the_hall_lets_new_calls_go_before_its_playlist(hall: Callable[..., Hall]) -> None:
    made = hall(cards(1), board_onbon_k, counters={}, plan=BoardsPlan(notices=(Notice("明日停电"),)))
    old = CallView(7, "A001", "1", "call", "")
    made.show(view(calls=(old,)))
    made.until(lambda: "便民" in made.text("board-1"))
    made.show(view(calls=(CallView(8, "A002", "3", "call", ""), old), seq=2))
    made.until(lambda: made.text("board-1") == "A002到3号窗口")
    made.ahead_s = 21.0
    made.until(lambda: "便民" in made.text("board-1"))


def test_line_boards_are_told_thrice_and_stay_unconfirmed(hall: Callable[..., Hall]) -> None:
    twins = [LineBoardTwin(f"board-{n}", {"address": n}) for n in (1, 2)]
    made = hall(twins, board_framed, frames=FRAMES["board-line"], plan=BoardsPlan(BoardRules(blink=False)))
    made.until(lambda: made.state("board-1") is State.UNCONFIRMED)
    made.show(view(called("1", "A001"), called("2", "A002")))
    made.until(lambda: made.text("board-1") == "A001到1号窗口" and made.text("board-2") == "A002到2号窗口")
    made.until(lambda: made.wire.state("board-1")["frames"] >= 3)
    assert made.state("board-1") is State.UNCONFIRMED


def test_digits_show_the_number_and_nothing_else(hall: Callable[..., Hall]) -> None:
    twin = DigitsTwin("board-1", {"address": 1})
    frames = FRAMES["board-modbus-digits"]
    made = hall(
        [twin], board_framed, frames=frames, options={"columns": 4}, plan=BoardsPlan(BoardRules(blink=False))
    )
    made.show(view(called("1", "A012")))
    made.until(lambda: made.text("board-1") == "012")
    made.show(view(idle("1"), seq=2))
    made.until(lambda: made.text("board-1") == "")
    picture = Image.open(io.BytesIO(made.wire.picture("board-1"))).convert("L")
    assert picture.getextrema()[1] < 100
