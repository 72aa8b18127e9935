"""Hall, broker and center killed in turn while numbers are given: the store equals the journal in the end.

The broker keeps its default persistence, which loses what it had acknowledged (measured); the hall's clock is
set by hand, since a hall obeys no `resend` on a clock that nobody knows to be right.
"""

import contextlib
import http.client
import itertools
import json
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from edge.center.store import Store, lines
from edge.journal import entries_after
from tests.broker import Broker
from tests.county.proxy import Line
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[2]
HALL, QUICK_HALL, CENTER = "edge", "tests.county.quick_hall", "tests.county.quick_center"
SERVICES = ("family", "jobs", "social", "relief", "farming", "building", "justice", "general")
"""Of the demo hall: a service has 999 numbers, and some thousand are taken."""
PAUSE_S = 0.02
"""Between two numbers."""
TOGETHER_S = 150.0
"""For everything to come together after the last kill; the center's questions are spread over minutes."""


@dataclass
class Program:
    """A child that prints its address; killed and started again."""

    args: list[str]
    log: Path
    process: subprocess.Popen[str] | None = None
    port: int = 0

    def start(self) -> None:
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.args], cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self.process.stdout
        address = self.process.stdout.readline().strip()
        self.port = urlsplit(address).port or 0
        assert self.port, self.log.read_text("utf-8")[-3000:]

    def kill(self, how: int = signal.SIGKILL) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(60)


@dataclass
class Crowd:
    """Takes numbers from a hall that may not be there; those that were answered are written down."""

    hall: Program
    answered: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    """What went wrong where no number was answered."""
    slowest_s: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="crowd")
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        services = itertools.cycle(SERVICES)
        while not self._stop.wait(PAUSE_S):
            began = time.monotonic()
            try:
                status, said = post(self.hall.port, "/api/v1/tickets", {"service": next(services)})
            except (OSError, http.client.HTTPException, ValueError) as error:
                self.missed.append(repr(error))
                continue
            self.slowest_s = max(self.slowest_s, time.monotonic() - began)
            if status == 201:
                self.answered.append(said["ticket"]["id"])
            else:
                self.missed.append(str(said))


def post(port: int, path: str, body: dict[str, str]) -> tuple[int, dict[str, dict[str, str]]]:
    door = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with contextlib.closing(door):
        door.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        answer = door.getresponse()
        return answer.status, json.loads(answer.read())


@contextlib.contextmanager
def county(folder: Path, url: str, *, lines: bool = False) -> Iterator["County"]:
    """A hall, a broker and a center on a fresh folder; `url` is the center's store.

    `lines`: each speaks to the broker over a line that can be spoiled, and notices within seconds.
    """
    keeps = ("persistence true", f"persistence_location {folder}/", "autosave_interval 1800")
    with contextlib.ExitStack() as stack:
        broker = Broker(folder, *keeps, absent=True)
        broker.start()
        stack.callback(broker.kill)
        spoiled = [stack.enter_context(Line(broker.port)) for _ in range(2)] if lines else []
        of_hall, of_center = [line.url for line in spoiled] or [broker.url] * 2
        config = folder / "config"
        shutil.copytree(ROOT / "config/demo", config)
        uplink = config / "uplink.toml"
        uplink.write_text(uplink.read_text("utf-8").replace("mqtt://127.0.0.1:1883", of_hall), "utf-8")
        (folder / "center").mkdir()
        (folder / "center/center.toml").write_text(
            f'[center]\ncounty = "{_county(config)}"\nbroker = "{of_center}"\nstore = "{url}"\n'
            'listen = "127.0.0.1:0"\n',
            "utf-8",
        )
        data = folder / "data"
        run = ["run", str(config), "--data", str(data), "--port", "0"]
        hall = Program([QUICK_HALL if lines else HALL, *run], folder / "hall.log")
        center = Program([CENTER, str(folder / "center"), "--data", str(folder)], folder / "center.log")
        for program in (hall, center):
            program.start()
            stack.callback(program.kill)
        here = datetime.now(ZoneInfo("Asia/Shanghai"))
        post(hall.port, "/api/v1/day/open", {"date": f"{here:%Y-%m-%d}", "time": f"{here:%H:%M}"})
        yield County(hall, center, broker, data / "journal.db", url, *spoiled)


def _county(config: Path) -> str:
    return str(tomllib.loads((config / "hall.toml").read_text("utf-8"))["hall"]["county"])


@dataclass
class County:
    hall: Program
    center: Program
    broker: Broker
    journal: Path
    url: str
    hall_line: Line | None = None
    center_line: Line | None = None

    def round(self, who: str, dice: random.Random) -> None:
        """Kill one of the three, at a moment that nobody chose, and start it again."""
        time.sleep(dice.uniform(0.1, 1.2))
        if who == "broker":
            self.broker.kill()
            time.sleep(dice.uniform(0.0, 0.6))
            self.broker.start()
        else:
            program: Program = getattr(self, who)
            program.kill()
            time.sleep(dice.uniform(0.0, 0.6))
            program.start()

    def comes_together(self, crowd: Crowd) -> tuple[int, int]:
        """Wait until the store is the journal; how many entries, how many numbers that were answered.

        Raises AssertionError.
        """
        store = Store(self.url)
        try:
            until(lambda: self._is_same(store), "the store is the journal", TOGETHER_S)
            body = [json.loads(text) for _, text, _ in lines(store, self._id())]
        finally:
            store.close()
        issued = [b["data"]["ticket"] for b in body if b["type"] == "bianmin.ticket.issued"]
        assert len(issued) == len(set(issued)), "a number was given twice"
        missing = set(crowd.answered) - set(issued)
        assert not missing, f"answered and not in the store: {sorted(missing)[:5]}"
        return len(body), len(crowd.answered)

    def _id(self) -> str:
        return next(entries_after(self.journal, 0)).cloud()["journal"]

    def _is_same(self, store: Store) -> bool:
        time.sleep(0.5)
        mine = [(e.seq, e.body, e.chain) for e in entries_after(self.journal, 0)]
        return list(lines(store, self._id())) == mine


def run(folder: Path, url: str, rounds: int, seed: int, say: bool = False) -> str:
    """All rounds; a sentence on what came of it. Raises AssertionError."""
    dice, killed = random.Random(seed), {"hall": 0, "center": 0, "broker": 0}
    with county(folder, url) as all_three:
        crowd = Crowd(all_three.hall)
        crowd.start()
        try:
            for n in range(1, rounds + 1):
                who = ("broker", "hall", "center")[n % 3]  # each in turn, a round begins with the hall
                all_three.round(who, dice)
                killed[who] += 1
                if say:
                    print(f"round {n}: {who} killed, {len(crowd.answered)} numbers answered", flush=True)
        finally:
            crowd.stop()
        began = time.monotonic()
        entries, answered = all_three.comes_together(crowd)
    told = ", ".join(f"{who} {n} times" for who, n in killed.items())
    return (
        f"{rounds} rounds, seed {seed}: killed {told}; {answered} numbers answered, {entries} entries in the "
        f"store as in the journal, each once, {time.monotonic() - began:.0f} s after the last kill"
    )
