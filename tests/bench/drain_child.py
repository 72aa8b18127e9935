"""`python -m tests.bench.drain_child hall|bare FOLDER URL`: a journal's entries to a broker; one JSON line.

`hall` is the product's own uplink, `bare` is paho with a window of the same size and nothing else.
"""

import json
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

from edge import settings
from edge.clock import system_clock
from edge.commands.run import TURN_S
from edge.entries import canonical
from edge.journal import Journal, entries_after
from edge.readers.uplink import Uplink
from edge.registrar import Registrar
from edge.settings_tables import UplinkSettings
from tests.crash.rounds import ROOT

WINDOW = 20


def resident_mb() -> float:
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def hall(folder: Path, url: str) -> dict[str, float]:
    plan = settings.load(ROOT / "config/demo").plan
    journal = Journal(folder / "journal.db", source=f"/{plan.county}/{plan.hall}")
    registrar = Registrar(journal, plan, system_clock(plan.timezone))
    registrar.start()
    uplink = Uplink(registrar, UplinkSettings(broker=url, window=WINDOW), plan, version="0", boot="b")
    before_mb, head, most_mb = resident_mb(), journal.head, 0.0
    uplink.start()
    pause = threading.Event()
    while not uplink.status()["connected"]:
        pause.wait(0.005)
    began = time.perf_counter()
    while uplink.status()["cursor"] < head:
        most_mb = max(most_mb, resident_mb())
        pause.wait(0.05)
    took_s = time.perf_counter() - began
    uplink.stop()
    registrar.stop()
    journal.close()
    return {"entries": head, "took_s": took_s, "before_mb": before_mb, "most_mb": most_mb}


def bare(folder: Path, url: str) -> dict[str, float]:
    client = Client(CallbackAPIVersion.VERSION2, "bare", protocol=MQTTv5)
    room, there = threading.Semaphore(WINDOW), threading.Event()
    client.max_inflight_messages_set(WINDOW)
    client.on_connect = lambda *a: there.set()
    client.on_publish = lambda *a: room.release()
    client.connect(urlsplit(url).hostname or "", urlsplit(url).port or 0, 30)
    client.loop_start()
    there.wait(10)
    began, n = time.perf_counter(), 0
    for entry in entries_after(folder / "journal.db", 0):
        room.acquire()
        client.publish("bianmin/v1/000000/000000000/events", canonical(entry.cloud()), qos=1)
        n += 1
    for _ in range(WINDOW):
        room.acquire()
    took_s = time.perf_counter() - began
    client.disconnect()
    client.loop_stop()
    return {"entries": n, "took_s": took_s}


if __name__ == "__main__":
    sys.setswitchinterval(TURN_S)  # as the daemon does
    work = {"hall": hall, "bare": bare}[sys.argv[1]]
    print(json.dumps(work(Path(sys.argv[2]), sys.argv[3])))
