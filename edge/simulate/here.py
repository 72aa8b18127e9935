"""A broker and a center on this machine, for a trial without either: Debian's mosquitto, and workers."""

import contextlib
import os
import resource
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from edge.simulate.marks import TRIAL_COUNTY

START_S = 20.0
_PROGRAMS = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"


class NotStarted(Exception):
    """A part did not come up; the message says what a person can do."""


@dataclass(frozen=True)
class Here:
    broker: str
    """Its URL."""
    page: str
    """Of the fleet."""
    processes: dict[str, list[int]]
    """Ids by `broker`, `center`."""


@contextlib.contextmanager
def here(folder: Path, store: str, workers: int, county: str = TRIAL_COUNTY) -> Iterator[Here]:
    """Until the end of the block. Raises NotStarted, with the end of a log."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # a connection is a file, also to the broker
    with contextlib.ExitStack() as stack:
        port = _free_port()
        broker = _broker(folder, port, stack)
        url = f"mqtt://127.0.0.1:{port}"
        pages, ids = [], []
        for n in range(1, workers + 1):
            process, said = _worker(folder, f"{n}", url, store, county, listens=n == 1, stack=stack)
            ids.append(process.pid)
            pages.append(said)
        yield Here(url, pages[0] if pages else "", {"broker": [broker.pid], "center": ids})


def _broker(folder: Path, port: int, stack: contextlib.ExitStack) -> subprocess.Popen[str]:
    program = shutil.which("mosquitto", path=_PROGRAMS)
    if program is None:
        raise NotStarted("mosquitto is not installed: apt-get install mosquitto")
    config, log = folder / "mosquitto.conf", folder / "mosquitto.log"
    lines = [f"listener {port} 127.0.0.1", "allow_anonymous true", "persistence false", "log_type error"]
    lines += ["max_inflight_messages 200", "max_queued_messages 1000000"]
    config.write_text("\n".join([*lines, *(["user root"] if os.geteuid() == 0 else []), ""]), "utf-8")
    process = _start([program, "-c", str(config)], log, stack)
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
            return process
        _over_within(process, 0.05)
    raise NotStarted(f"mosquitto did not start: {_last_words(log)}")


def _worker(
    folder: Path,
    name: str,
    broker: str,
    store: str,
    county: str,
    *,
    listens: bool,
    stack: contextlib.ExitStack,
) -> tuple[subprocess.Popen[str], str]:
    """One of the center's, and what it says when its page is open; returns once it hears the halls."""
    own = folder / f"center-{name}"
    own.mkdir()
    log = folder / f"center-{name}.log"
    (own / "center.toml").write_text(
        f'[center]\ncounty = "{county}"\nname = "trial"\nbroker = "{broker}"\nstore = "{store}"\n'
        f'share = "trial"\nlisten = "{"127.0.0.1:0" if listens else ""}"\n',
        "utf-8",
    )
    command = [sys.executable, "-m", "edge", "center", str(own), "--data", str(folder), "--name", name]
    process = _start(command, log, stack)
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        if "center: connected" in log.read_text("utf-8", "replace"):
            said = process.stdout.readline().strip() if listens and process.stdout else ""
            return process, said
        _over_within(process, 0.05)
    raise NotStarted(f"the center did not start: {_last_words(log)}")


def _start(command: list[str], log: Path, stack: contextlib.ExitStack) -> subprocess.Popen[str]:
    with log.open("ab") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
    stack.callback(_stop, process)
    return process


def _stop(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.terminate()
    if not _over_within(process, 20.0):
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()


def _over_within(process: subprocess.Popen[str], within_s: float) -> bool:
    try:
        process.wait(within_s)
    except subprocess.TimeoutExpired:
        return False
    return True


def _last_words(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cpu_s(pid: int) -> float:
    """Of a process, of its children that live, and of those that have ended, so far; 0: it is gone."""
    total_s = 0.0
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rsplit(")", 1)[1].split()
        total_s += sum(int(f) for f in fields[11:15]) / os.sysconf("SC_CLK_TCK")  # proc(5): with children's
        for task in Path(f"/proc/{pid}/task").iterdir():
            total_s += sum(cpu_s(int(child)) for child in (task / "children").read_text("ascii").split())
    except OSError:
        return total_s
    return total_s
