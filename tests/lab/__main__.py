"""`make lab`, `python -m tests.lab [PART...]`: drivers on devices of a real kernel, in an emulated machine.

Parts that are named are tried anew; what is known of the others stays in the result file.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.lab import results
from tests.lab.image import ROOT, Image, image, run
from tests.lab.machine import Machine, pack
from tests.lab.parts import DEVICES, FILES, PARTS
from tests.lab.power import cuts

LONGEST_S = 1800
TOOLS = ("qemu-system-x86_64", "mmdebstrap", "nbdkit", "mkfs.ext4", "cpio")
KERNEL_ILL = ("kernel BUG", "Oops", "general protection fault", "Kernel panic")


class Lab:
    def __init__(self, machine: Image, folder: Path, commit: str, here: bool) -> None:
        self._image, self._folder = machine, folder
        self._commit, self._here = commit, here
        self._code = folder / "code.tar"
        self._began = time.monotonic()
        self.tried: dict[str, results.Part] = {}
        qemu = run("qemu-system-x86_64", "--version").split()[3]
        self._machine = f"Linux {machine.release}, QEMU {qemu} without virtualisation"

    def say(self, line: str) -> None:
        print(f"{time.monotonic() - self._began:6.0f} s  {line}", flush=True)

    def pack(self) -> None:
        pack(self._image, self._code, commit="" if self._here else self._commit)

    def devices(self, parts: Sequence[str]) -> None:
        """Boot once for all of them."""
        self.say(f"a machine starts for: {', '.join(parts)}")
        told = {"do": "devices", "parts": "+".join(parts)}
        rows: list[tuple[str, str, float]] = []
        with Machine(self._image, self._code, self._folder / "console", told) as machine:
            for line in machine.lines(LONGEST_S):
                said = json.loads(line)
                if "check" in said:
                    rows.append(self._row(said))
                else:
                    self._keep(said["part"], rows, said["ended"])
                    rows = []
        for part in parts:
            if part not in self.tried:
                self._keep(part, [("failed", "the machine ended or hung before this part did", 0.0)], 0.0)
        self._show_why(parts)

    def power(self, times: int, seed: int) -> None:
        began = time.monotonic()
        rows = cuts(self._image, self._code, self._folder, times, seed, self.say)
        self._keep("power", rows, time.monotonic() - began)
        self._show_why(["power"])

    def _show_why(self, parts: Sequence[str]) -> None:
        """What the console said, when something failed; a kernel that fails is the last part's failure."""
        logs = [self._folder / name for name in ("console", "disk.log")]
        words = "\n".join(log.read_text(errors="replace") for log in logs if log.exists())
        if any(ill in words for ill in KERNEL_ILL):
            self.tried[parts[-1]]["checks"].append(("failed", "the kernel is well to the end", 0.0))
        if any(results.failed(self.tried[part]) for part in parts):
            print(words[-8000:], file=sys.stderr)

    def _row(self, said: dict[str, str]) -> tuple[str, str, float]:
        outcome = "failed" if said["why"] else "ok"
        self.say(f"{said['part']}: {outcome}: {said['check']} {said['why']}")
        sentence = said["check"] + (f": {said['why']}" if said["why"] else "")
        return outcome, sentence, float(said["s"])

    def _keep(self, part: str, rows: list[tuple[str, str, float]], took_s: float) -> None:
        self.tried[part] = {
            "commit": self._commit + ("+" if self._here else ""),
            "at": datetime.now(UTC).replace(microsecond=0),
            "machine": self._machine,
            "seconds": round(took_s),
            "checks": rows,
            "files": results.hashes(FILES[part], "" if self._here else self._commit),
        }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.lab", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; none: all")
    parser.add_argument("--here", action="store_true", help="the files as they lie here, not the last commit")
    parser.add_argument("--cuts", type=int, default=20, help="how often the power goes")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 10**6)
    args = parser.parse_args()
    unknown = set(args.parts) - set(PARTS)
    if unknown:
        parser.error(f"no part {', '.join(sorted(unknown))} (there are: {', '.join(PARTS)})")
    if missing := [tool for tool in TOOLS if not shutil.which(tool)]:
        parser.error(f"not installed: {', '.join(missing)} (make lab installs what is missing)")
    wanted = [part for part in PARTS if not args.parts or part in args.parts]
    began = time.monotonic()
    commit = run("git", "rev-parse", "HEAD", cwd=ROOT).strip()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        lab = Lab(image(lambda what: print(f"making {what}", flush=True)), Path(folder), commit, args.here)
        lab.pack()
        if devices := [part for part in wanted if part in DEVICES]:
            lab.devices(devices)
        if "power" in wanted:
            lab.power(args.cuts, args.seed)
    path = results.save(lab.tried)
    ill = {name for name, part in lab.tried.items() if results.failed(part)}
    outcome = f"failed: {', '.join(sorted(ill))}" if ill else "all well"
    print(f"{path.relative_to(ROOT)}: {time.monotonic() - began:.0f} s; {outcome}")
    return 1 if ill else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error}\n{''.join(getattr(error, '__notes__', []))}")
