"""How often a batch is flushed, counted by strace."""

import json
import subprocess
import tempfile
from pathlib import Path

from tests.bench.figures import Figure
from tests.crash.rounds import ROOT, child


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        calls = Path(name) / "calls"
        strace = ["strace", "-f", "-qq", "-o", str(calls), "-e", "trace=fsync,fdatasync,getpgid"]
        args = [*strace, *child(Path(name), "--callers", "8", "--numbers", "50")]
        done = subprocess.run(args, cwd=ROOT, capture_output=True, text=True, check=True)
        batches = json.loads(done.stdout.splitlines()[-1].removeprefix("end "))["batches"]
        _, between, _ = calls.read_text().split("getpgid(0)")
    flushes = sum("sync(" in line for line in between.splitlines())
    ratio = flushes / batches
    return [Figure("flushes a batch", f"{flushes}", f"{batches} batches", ratio, "= 1", flushes == batches)]
