"""USB-serial adapters: CDC-ACM gadgets, cdc_acm, the names that udev gives; a board and two pads behind."""

import os
import tomllib
import tty
from collections.abc import Sequence
from contextlib import closing

from drivers.capabilities import BoardMessage, KeyPressed, PadKey, Rated
from drivers.twins.board import BoardTwin
from drivers.twins.pads import CallPadTwin, RatingPadTwin
from drivers.twins.wire import READ_SIZE, Twin, Wire
from edge.paths import shared
from tests.lab.inside.checking import Checks, until
from tests.lab.inside.gadget import Gadget, load
from tests.lab.inside.hall import hall, plan

IDS = (0x1A86, 0x55D4)
FF68 = tomllib.loads((shared("integrations") / "ff68.toml").read_text("utf-8"))["frame"]["clerk-pad-ff68"]
SCORES = {"0": 5, "1": 4, "2": 3, "3": 1}


class AcmEnd:
    """The far end of an adapter's cable: the gadget's own terminal."""

    def __init__(self, port: int) -> None:
        self.number = f"LAB{port}"
        self.gadget = Gadget("acm", IDS, {}, serial=self.number, port=port)
        self._name = f"/dev/ttyGS{(self.gadget.function / 'port_num').read_text().strip()}"
        self._node = self._open()

    def _open(self) -> int:
        node = os.open(self._name, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
        tty.setraw(node)
        return node

    def url(self, scheme: str, query: str) -> str:
        return f"{scheme}:///dev/serial/by-id/usb-Lab_Lab_acm_{self.number}-if00?{query}"

    def plug(self) -> None:
        """It is plugged in when made."""

    def unplug(self) -> None:
        os.close(self._node)
        self.gadget.remove()

    def watched(self) -> list[int]:
        return [self._node]

    def read(self, ready: Sequence[int]) -> bytes:
        try:
            chunk = os.read(self._node, READ_SIZE)
        except BlockingIOError:
            return b""
        except OSError:
            chunk = b""
        if not chunk:  # pulled out: the kernel has hung this terminal up
            os.close(self._node)
            self._node = self._open()
        return chunk

    def write(self, chunk: bytes) -> None:
        try:
            os.write(self._node, chunk)
        except OSError:  # nobody reads: lost, as on a real wire
            return


class Far(Wire):
    """Twins behind an adapter."""

    def __init__(self, port: int, *twins: Twin) -> None:
        self.adapter = AcmEnd(port)
        super().__init__(f"adapter-{port}", self.adapter, twins)  # type: ignore[arg-type]
        self.start()

    def close(self) -> None:
        self.stop()


def run(check: Checks) -> None:
    load("cdc_acm")
    _board(check)
    _pads(check)


def _board(check: Checks) -> None:
    with closing(Far(0, BoardTwin("board", {"address": 1}))) as far:
        url = far.adapter.url("serial", "baud=57600")
        with hall(plan(url, "board_onbon_k", id="board", address=1)) as it:
            with check("an adapter is found by the name that udev gives it, and a board behind it shows"):
                it.comes("board")
                it.handles["board"].show(BoardMessage(("A001",)))
                until(lambda: _shows(far, "A001"), "A001 on the board")
                assert far.state("board")["crc_errors"] == 0, far.state("board")
            with check("the adapter pulled out, the board is down with its link lost"):
                far.adapter.gadget.unplug()
                it.goes("board")
                assert it.states["board"][-1] == "down:link_lost", it.states
            with check("plugged in again, the board shows what it shall show now, without a hand"):
                it.handles["board"].show(BoardMessage(("A002",)))
                far.adapter.gadget.plug()
                until(lambda: _shows(far, "A002"), "A002 on the board")
                it.comes("board")
            with check("out and in three times without a pause, and the board shows"):
                for _ in range(3):
                    far.adapter.gadget.unplug()
                    far.adapter.gadget.plug()
                it.handles["board"].show(BoardMessage(("A003",)))
                until(lambda: _shows(far, "A003"), "A003 on the board")
                it.comes("board")


def _shows(far: Far, text: str) -> bool:
    return bool(far.state("board")["text"] == text)


def _pads(check: Checks) -> None:
    twins = CallPadTwin("call", {"address": 1}), RatingPadTwin("rating", {"address": 17})
    with closing(Far(1, *twins)) as far:
        url = far.adapter.url("rs485", "baud=9600")
        call = plan(url, "callpad_framed", id="call", frames=FF68, address=1)
        rating = plan(url, "rating_framed", id="rating", frames=FF68, address=17, scores=SCORES)
        both = type(call)("pads", url, call.devices + rating.devices, FF68)
        with hall(both) as it:
            with check("two pads behind one adapter are heard and answered"):
                it.comes("call")
                it.hears(lambda: far.press("call", {"key": "next"}), KeyPressed(PadKey.NEXT))
                it.hears(lambda: far.press("rating", {"score": 0}), Rated(5))
                # One without its answer would say it again later.
                until(lambda: far.state("call")["acknowledged"] == 1, "the call pad answered")
                until(lambda: far.state("rating")["acknowledged"] == 1, "the rating pad answered")
            with check("the adapter pulled out, both pads are down"):
                far.adapter.gadget.unplug()
                it.goes("call")
                it.goes("rating")
            with check("plugged in again, both are heard without a hand"):
                far.adapter.gadget.plug()
                it.comes("call")
                it.hears(lambda: far.press("call", {"key": "recall"}), KeyPressed(PadKey.RECALL))
                it.hears(lambda: far.press("rating", {"score": 3}), Rated(1))
