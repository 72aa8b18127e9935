"""A ticket printer's other end: takes ESC/POS on a socket, answers for its state, keeps the slips.

`python -m drivers.twins.printer --render OUT.png` reads ESC/POS from standard input, draws what came out last
and prints how much of the roll it took, as JSON.
"""

import argparse
import json
import socket
import sys
import threading
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from drivers.twins.receipt import length_mm, render
from drivers.twins.thermal import Code, Dots, Interpreter, Line, Logo, Sheet

KEPT_SLIPS = 50
STOPS = ("paper_out", "cover_open", "cutter", "overheated", "offline")
FAULTS = (*STOPS, "near_end", "mute", "one_way", "slow", "cut_off", "power", "half_job")
SLOW_BYTES, SLOW_PAUSE_S = 64, 0.02
"""A slow printer works off so many bytes, then rests so long: about 3 kB/s."""


class PrinterTwin:
    """One printer; several connections one after the other, as a network printer has them.

    Faults, each with an optional `after` in bytes of the next job: `paper_out`, `cover_open`, `cutter`,
    `overheated`, `offline` stop it (what was sent waits inside, and goes on when the fault ends), `near_end`
    warns, `mute` hears and says nothing, `one_way` prints and never answers, `slow` takes its time, `cut_off`
    loses the connection, `power` is the cable: all that waited inside is lost; `half_job` loses what is sent
    to be printed, and answers. A cutter stays in error after the jam until it is told to recover.

    Options beside the driver's: `queue_status` (GS r), `real_time` (DLE EOT), `automatic_status` (GS a):
    false where it does not know the command.
    """

    def __init__(self, name: str, options: Mapping[str, Any] | None = None) -> None:
        options = options or {}
        self.name = name
        self._width = int(options.get("width_dots", 576))
        self._charset = str(options.get("encoding", "gb18030")).replace("raster", "gb18030")
        self._answers_queue = bool(options.get("queue_status", True))
        self._answers_now = bool(options.get("real_time", True))
        self._answers_changes = bool(options.get("automatic_status", True))
        self._lock = threading.Lock()
        self._machine = Interpreter(self._width, self._charset, answers_queue=self._answers_queue)
        self._waiting: deque[int] = deque()
        self._slips: deque[Sheet] = deque(maxlen=KEPT_SLIPS)
        self._printed = 0
        self._bytes = 0
        self._recent = b""
        self._faults: dict[str, int] = {}
        self._jammed = False
        """The cutter's error, which outlives the jam."""
        self._told = b""
        """The group that was sent last."""
        self._unasked = bytearray()
        self._connections = 0
        self._sockets: set[socket.socket] = set()
        self._closing = threading.Event()

    # --- the wire

    def serve_connection(self, sock: socket.socket) -> None:
        """Talk to one caller until he hangs up, the fault `cut_off` strikes, or `close`. Blocks."""
        with self._lock:
            self._connections += 1
            self._sockets.add(sock)
        try:
            sock.settimeout(None)
            while not self._closing.is_set() and (chunk := sock.recv(1024)):
                answer, goes_on = self.receive(chunk)
                if answer:
                    sock.sendall(answer)
                if not goes_on:
                    return
        except OSError:
            return  # the caller is gone: a printer does not mind
        finally:
            with self._lock:
                self._sockets.discard(sock)
            sock.close()

    def receive(self, chunk: bytes) -> tuple[bytes, bool]:
        """Take bytes as they came; returns the answer and whether the connection lives. Blocks when slow."""
        answer = bytearray()
        for at in range(0, len(chunk), SLOW_BYTES):
            part = chunk[at : at + SLOW_BYTES]
            if self._active("slow"):
                self._closing.wait(SLOW_PAUSE_S)
            with self._lock:
                alive = self._accept(part, answer)
            if not alive:
                return bytes(answer), False
        return bytes(answer), True

    def close(self) -> None:
        """End all connections."""
        self._closing.set()
        with self._lock:
            sockets = list(self._sockets)
        for sock in sockets:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def _accept(self, part: bytes, answer: bytearray) -> bool:
        for b in part:
            self._bytes += 1
            for name, left in self._faults.items():
                self._faults[name] = max(0, left - 1)
            self._jammed = self._jammed or self._struck("cutter")
            if self._struck("cut_off"):
                del self._faults["cut_off"]
                return False
            if self._struck("power"):
                self._lose_all()
            if self._struck("mute") or self._struck("power"):
                continue
            said = self._at_once(b)
            if not self._struck("half_job"):
                self._waiting.append(b)
            said += self._work() + self._changes()
            if not self._struck("one_way"):
                answer += said
        return True

    def _at_once(self, b: int) -> bytes:
        """DLE EOT n and DLE ENQ n are seen in the raw stream, even inside a picture (SNBC manual)."""
        self._recent = (self._recent + bytes((b,)))[-3:]
        if self._recent in (b"\x10\x05\x01", b"\x10\x05\x02") and not self._struck("cutter"):
            if self._jammed and b == 2:
                self._waiting.clear()
                self._machine = self._new_machine()
            self._jammed = False
        if self._answers_now and self._recent[:2] == b"\x10\x04" and len(self._recent) == 3 and 1 <= b <= 4:
            return bytes((self._status_byte(b),))
        return b""

    def _work(self) -> bytes:
        """Work off what waits, unless something holds the printer."""
        machine, said = self._machine, b""
        while self._waiting and not self._stopped():
            machine.paper_answer = 0x03 if self._struck("near_end") else 0x00
            machine.feed(self._waiting.popleft())
            for sheet in machine.done:
                sheet.mm = length_mm(sheet)
                self._slips.append(sheet)
                self._printed += 1
            machine.done.clear()
            if machine.told_now and self._answers_changes:
                self._told = self._group()
                machine.replies += self._told
            machine.told_now = False
            said += bytes(machine.replies)
            machine.replies.clear()
        return said

    def _changes(self) -> bytes:
        """The group of GS a, when it is another one than was sent last."""
        if not (self._machine.automatic and self._answers_changes) or self._group() == self._told:
            return b""
        self._told = self._group()
        return self._told

    def _new_machine(self) -> Interpreter:
        """As after switching on; the paper that hangs out of it still hangs there."""
        machine = Interpreter(self._width, self._charset, answers_queue=self._answers_queue)
        machine.sheet, machine.unknown = self._machine.sheet, self._machine.unknown
        machine.sounds = self._machine.sounds
        return machine

    def _lose_all(self) -> None:
        self._waiting.clear()
        self._machine = self._new_machine()
        self._jammed = False

    # --- states

    def fault(self, name: str, on: bool, after: int = 0) -> None:
        """Bring a fault about, at once or after so many more bytes, or end it. Raises ValueError."""
        if name not in FAULTS:
            raise ValueError(f"no fault {name!r} (there are: {', '.join(FAULTS)})")
        with self._lock:
            if on:
                self._faults[name] = after
            else:
                self._faults.pop(name, None)
            if self._struck("power"):
                self._lose_all()
            self._jammed = self._jammed or self._struck("cutter")
            if not any(self._struck(n) for n in ("mute", "power")):
                said = self._work() + self._changes()
                self._tell(b"" if self._struck("one_way") else said)

    def unasked(self) -> bytes:
        """What it has to say by itself, where it is on no connection of its own."""
        with self._lock:
            said, self._unasked = bytes(self._unasked), bytearray()
        return said

    def _tell(self, said: bytes) -> None:
        """Say something unasked on every open connection."""
        if not self._sockets:
            self._unasked += said
        for sock in self._sockets if said else ():
            try:
                sock.sendall(said)
            except OSError:
                continue

    def _struck(self, name: str) -> bool:
        return self._faults.get(name) == 0

    def _active(self, name: str) -> bool:
        with self._lock:
            return self._struck(name)

    def _stopped(self) -> bool:
        return self._jammed or any(self._struck(n) for n in STOPS)

    def _status_byte(self, n: int) -> int:
        paper, cover = self._struck("paper_out"), self._struck("cover_open")
        flags = {
            1: 0x08 * self._stopped(),
            2: 0x04 * cover + 0x20 * paper + 0x40 * (self._jammed or self._struck("overheated")),
            3: 0x08 * self._jammed + 0x40 * self._struck("overheated"),
            4: 0x0C * (self._struck("near_end") or paper) + 0x60 * paper,
        }
        return 0x12 | flags[n]

    def _group(self) -> bytes:
        """The four bytes of GS a (SNBC manual)."""
        paper, cover = self._struck("paper_out"), self._struck("cover_open")
        errors = 0x08 * self._jammed + 0x40 * self._struck("overheated")
        sensors = 0x03 * self._struck("near_end") + 0x0C * paper
        return bytes((0x10 | 0x08 * self._stopped() | 0x20 * cover, errors, sensors, 0))

    # --- what a person would see

    def state(self) -> dict[str, Any]:
        with self._lock:
            half = self._machine.sheet
            return {
                "kind": "printer",
                "printed": self._printed,
                "slips": [_told(s) for s in self._slips],
                "half": None if half.blank else _told(half),
                "waiting_bytes": len(self._waiting),
                "bytes": self._bytes,
                "connections": self._connections,
                "faults": sorted(self._faults),
                "sounds": self._machine.sounds,
                "unknown_commands": list(self._machine.unknown),
            }

    def picture(self) -> bytes:
        """PNG of the newest slip; a half one, torn, while it hangs in the printer; blank before the first."""
        with self._lock:
            half = self._machine.sheet
            sheet = half if not half.blank else (self._slips[-1] if self._slips else Sheet())
            sheet = Sheet(list(sheet.items), sheet.cut)
        return render(sheet, self._width)


def _told(sheet: Sheet) -> dict[str, Any]:
    lines: list[dict[str, Any]] = []
    for item in sheet.items:
        if isinstance(item, Line):
            cell = item.cells[0]
            lines.append({"text": item.text, "size": cell.high, "align": item.align, "bold": cell.bold})
    return {
        "lines": lines,
        "text": "\n".join(line["text"] for line in lines),
        "qr": [i.data for i in sheet.items if isinstance(i, Code)],
        "pictures": sum(isinstance(i, Dots) for i in sheet.items),
        "logos": [i.number for i in sheet.items if isinstance(i, Logo)],
        "cut": sheet.cut,
        "knife": sheet.knife,
        "mm": sheet.mm,
    }


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m drivers.twins.printer", description=__doc__)
    parser.add_argument("--render", metavar="OUT.png", type=Path, required=True)
    parser.add_argument("--width-dots", type=int, choices=(384, 576), default=576)
    parser.add_argument("--encoding", choices=("gb18030", "gbk", "gb2312", "raster"), default="gb18030")
    args = parser.parse_args(argv)
    twin = PrinterTwin("render", {"width_dots": args.width_dots, "encoding": args.encoding})
    twin.receive(sys.stdin.buffer.read())
    args.render.write_bytes(twin.picture())
    slips = twin.state()["slips"]
    json.dump({"mm": sum(slip["mm"] for slip in slips), "sheets": len(slips)}, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
