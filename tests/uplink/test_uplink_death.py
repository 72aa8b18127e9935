"""The uplink in a process of its own, killed without warning; journal, registrar and broker are real."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge.verify import verify
from tests.broker import Broker, Recorder

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
from pathlib import Path
from edge.clock import system_clock
from edge.hall.events import CounterOpened
from edge.hall.plan import HallPlan
from edge.journal import Journal
from edge.readers.uplink import Uplink
from edge.registrar import Registrar
from edge.settings_tables import UplinkSettings

folder, url = sys.argv[1:]
plan = HallPlan("510000", "510000001", "hall", (), ())
journal = Journal(Path(folder) / "journal.db", source="/510000/510000001")
registrar = Registrar(journal, plan, system_clock("Asia/Shanghai"), tick_s=0.2)
registrar.start()
Uplink(registrar, UplinkSettings(broker=url), plan, version="0.1.0", boot="b").start()
for line in sys.stdin:
    for n in range(int(line)):
        registrar.note(CounterOpened(counter=str(n)))
    print(journal.head, flush=True)
"""


class Child:
    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def write(self, n: int) -> int:
        """Let it write n entries and return the head, as it said it."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(f"{n}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def order(self, n: int) -> None:
        """Let it write n entries and do not wait."""
        assert self._process.stdin
        self._process.stdin.write(f"{n}\n")
        self._process.stdin.flush()

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()


@contextmanager
def child(folder: Path, url: str) -> Iterator[Child]:
    command = [sys.executable, "-c", PROGRAM, str(folder), url]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Child(process)
        finally:
            process.kill()


def test_the_will_is_seen_and_retained_when_the_process_is_killed(
    tmp_path: Path, broker: Broker, center: Recorder
) -> None:
    with child(tmp_path, broker.url) as one:
        head = one.write(5)
        center.wait_for("events", lambda seen: len(seen) == head)
        one.kill()
        states = [m.json() for m in center.wait_for("status", lambda seen: len(seen) == 2)]
    assert [s["state"] for s in states] == ["online", "offline"]
    assert set(states[1]) == {"state", "since", "version", "journal", "head", "boot"}
    assert states[1]["journal"] == states[0]["journal"]
    with Recorder(broker.port, "latecomer") as later:
        will = later.wait_for("status", bool)[0]
    assert will.retained and will.json()["state"] == "offline"


def test_killed_while_sending_it_loses_nothing_and_keeps_the_order(
    tmp_path: Path, broker: Broker, center: Recorder
) -> None:
    for _ in range(3):
        already = len(center.on("events"))
        with child(tmp_path, broker.url) as one:
            one.order(150)
            center.wait_for("events", lambda seen, least=already + 40: len(seen) >= least)
            one.kill()
    with child(tmp_path, broker.url) as one:
        head = one.write(1)
        center.wait_for("events", lambda seen: seen[-1].json()["sequence"] == str(head))
    arrivals = [int(json.loads(m.payload)["sequence"]) for m in center.on("events")]
    assert list(dict.fromkeys(arrivals)) == list(range(1, head + 1))
    assert verify(tmp_path / "journal.db").problem == ""
