"""Why the box started: switched off in order, a power cut, or a watchdog; noted once for each boot."""

import json
from collections.abc import Iterable
from pathlib import Path

from edge.entries import Entry
from edge.hall.events import DaemonStopped
from edge.host import number
from edge.keys import write_secret

FILE = "boot.json"
CLEAN, POWER_CUT, WATCHDOG, UNCLEAN = "clean", "power_cut", "watchdog", "unclean"
_RSTS = "proc/device-tree/chosen/bootloader/rsts"
_POWER_ON = 0x1000
# Raspberry Pi documentation, conditional.adoc: the raw PM_RSTS register at the start, four bytes, big-endian.
# Bit 12, "had power-on reset", as in Broadcom's register header; a restart and a watchdog both set bit 5.
# Not seen on a box of ours.
_CARDRESET = 0x20
# Linux, include/uapi/linux/watchdog.h: WDIOF_CARDRESET, "card previously reset the CPU".


def why_booted(data: Path, boot: str, last: Iterable[Entry], root: Path = Path("/")) -> str:
    """`clean`, `power_cut`, `watchdog`, `unclean` (one of the two), or empty: nobody knows.

    `last`: the journal's newest entries. Later starts of the daemon within this boot say the same.
    """
    try:
        noted = json.loads((data / FILE).read_text("utf-8"))
        if noted["boot"] == boot:
            return str(noted["why"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    why = _judged(boot, last, root)
    write_secret(data / FILE, json.dumps({"boot": boot, "why": why}).encode())
    return why


def _judged(boot: str, last: Iterable[Entry], root: Path) -> str:
    before = [entry for entry in last if entry.stamp.boot != boot]
    if not before:
        return ""
    if isinstance(before[-1].event, DaemonStopped):
        return CLEAN
    if (number(root / "sys/class/watchdog/watchdog0/bootstatus") or 0) & _CARDRESET:
        return WATCHDOG
    try:
        register = int.from_bytes((root / _RSTS).read_bytes(), "big")
    except OSError:
        return UNCLEAN
    return POWER_CUT if register & _POWER_ON else WATCHDOG
