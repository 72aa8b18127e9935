"""A hall of device twins: programs that play every printer, board, pad and camera of a config folder.

Makes FOLDER/config, a copy of DIR whose links lead to the twins; run the unchanged daemon on it:

    python -m drivers.twins config/demo --at /tmp/hall
    bianmin run /tmp/hall/config --data /tmp/hall/data

Prints one JSON line when all is ready, {"ready": true, "control": PORT, "config": "FOLDER/config"},
and writes FOLDER/control.json. Ends with Ctrl-C, SIGTERM, the end of a piped input, or its parent.

The control door on loopback shows what each device understood, presses its keys and breaks it:

    curl localhost:PORT/twins
    curl localhost:PORT/twins/board-1
    curl localhost:PORT/twins/board-1/picture -o board.png
    curl localhost:PORT/twins/pad-1/press -d '{"key": "next"}'      (recall, pause, call with "digits" ...)
    curl localhost:PORT/twins/rating-1/press -d '{"score": 0}'      (the key's own value, 0 to 3; a keypad's
                                                                     label; a screen's Content)
    curl localhost:PORT/twins/printer-1/fault -d '{"name": "paper_out", "on": true}'

    curl localhost:PORT/twins/card-1/press -d '{}'                  (lay a made-up card down; {"lift": true})
    curl localhost:PORT/twins/scanner-1/press -d '{"text": "A012"}'
    curl localhost:PORT/twins/ups-1/fault -d '{"name": "on_battery", "on": true}'

Faults: printer paper_out near_end cover_open cutter overheated offline power half_job mute one_way slow
cut_off; board mute slow busy dark lying_checksum; pads mute deaf lying_checksum slow bounce; keypads mute
bounce numlock babble drip; pads with a screen mute slow babble bounce; id card reader mute lying_checksum
unreadable sticky slow; scanner mute; UPS on_battery low replace stale mute; all unplugged; all on a serial
wire babble, drip.
"""

import argparse
import ctypes
import json
import os
import select
import signal
import stat
import sys
import threading
from pathlib import Path

from drivers.twins.control import ControlDoor
from drivers.twins.hall import NoTwins, Twins

PR_SET_PDEATHSIG = 1
"""prctl(2): the signal that this process gets when the thread that started it ends."""


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m drivers.twins",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("config", metavar="DIR", type=Path, help="a hall's config folder")
    parser.add_argument(
        "--at", metavar="FOLDER", type=Path, required=True, help="where the copy and the wires go"
    )
    parser.add_argument(
        "--control", metavar="PORT", type=int, default=0, help="the control door's port (any)"
    )
    args = parser.parse_args(argv)
    ended = _when_to_end()
    try:
        twins = Twins(args.config, args.at)
        door = ControlDoor(twins.ports, args.control)
    except (NoTwins, OSError) as error:
        print(f"twins: {error}", file=sys.stderr)
        return 2
    twins.start()
    door.start()
    for missing in twins.without:
        print(f"twins: {missing}", file=sys.stderr)
    (args.at / "control.json").write_text(json.dumps({"port": door.port}), encoding="utf-8")
    print(json.dumps({"ready": True, "control": door.port, "config": str(twins.config)}), flush=True)
    select.select([ended], [], [])
    door.stop()
    twins.stop()
    return 0


def _when_to_end() -> int:
    """A descriptor that can be read at a signal, at the parent's death, at the end of a piped standard input.

    The interpreter itself writes to it in a signal; a handler may come late, or in the middle of a lock.
    """
    end, write = os.pipe()
    os.set_blocking(write, False)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)  # first: a signal in between would be lost
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    mode = os.fstat(0).st_mode
    if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
        threading.Thread(target=_watch_input, args=(write,), name="input", daemon=True).start()
    return end


def _watch_input(write: int) -> None:
    while os.read(0, 4096):
        pass
    os.write(write, b"!")


if __name__ == "__main__":
    sys.exit(main())
