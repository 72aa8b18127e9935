"""What a simulated hall says of its health: a box, a screen and the devices of a middling hall, all well."""

from typing import Any

from edge.entries import canonical

_DEVICES = (
    ("printer-1", "printer", "printer_escpos", ""),
    ("board-hall", "board", "board_framed", ""),
    *((f"board-{n}", "board", "board_framed", f"c{n}") for n in range(1, 5)),
    *((f"pad-{n}", "callpad", "callpad_framed", f"c{n}") for n in range(1, 5)),
    *((f"rating-{n}", "rating", "rating_framed", f"c{n}") for n in range(1, 5)),
)
_HOST = {
    "disk_free_mb": 22_000,
    "disk_total_mb": 29_000,
    "uptime_s": 86_400,
    "load": 0.2,
    "memory_free_mb": 1_300,
    "memory_total_mb": 1_900,
    "daemon_mb": 66,
    "temperature_c": 51.0,
    "undervoltage": False,
    "clock_trusted": True,
}


WELL = {"connected": True, "lag_s": 0, "oldest": "", "why": "", "code": "", "drops": 0, "receipts": 0}
"""Of a line."""


def health(at: str, version: str, uplink: dict[str, Any]) -> bytes:
    """As `edge.health` says it; `at` is an ISO time."""
    lines = [
        {"id": id, "kind": kind, "driver": driver, "counter": counter, "state": "ok", "code": ""}
        | {"since": at, "last_ok": at}
        for id, kind, driver, counter in _DEVICES
    ]
    said = {
        "version": version,
        "host": _HOST,
        "queues": [{"id": f"s{n}", "name": f"s{n}", "waiting": n} for n in range(1, 4)],
        "screens": [],
        "trouble": "",
        "at": at,
        "uplink": uplink,
        "devices": lines,
    }
    return canonical(said).encode()
