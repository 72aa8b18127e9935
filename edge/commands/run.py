"""`bianmin run DIR`: the daemon in the foreground; systemd or a person holds it."""

import argparse
import contextlib
import ctypes
import gc
import logging
import sys

from edge.commands.folders import take_data, take_settings
from edge.stop_signals import StopSignals

DEFAULT_PORT = 8600
TURN_S = 0.0005
"""A thread computes so long while others wait; Python's own 5 ms are longer than the answer of a number."""
M_ARENA_MAX = -8
"""malloc.h, glibc"""


def configure(parser: argparse.ArgumentParser) -> None:
    take_settings(parser, "the config folder, as /etc/bianmin or config/demo")
    take_data(parser, "journal, side store and captures")
    parser.add_argument(
        "--port",
        metavar="P",
        type=_port,
        default=DEFAULT_PORT,
        help="the local door (%(default)s; 0: any free port, printed)",
    )
    parser.add_argument("--verbose", action="store_true", help="log every byte on every wire")


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text}: a port is a number from 0 to 65535")
    return int(text)


def share_heap() -> None:
    """Let all threads share one heap: glibc gives each its own, and two dozen of them keep megabytes each."""
    with contextlib.suppress(OSError, AttributeError):  # another C library: it does as it likes
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def give_back() -> None:
    """Return what only the start needed; what stays is not searched by the collector any more."""
    gc.collect()
    gc.freeze()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def run(args: argparse.Namespace) -> int:
    """Exit status: 2 where only a person can mend it, 1 where another start may help.

    Raises ConfigError, JournalError.
    """
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.DEBUG if args.verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    share_heap()
    sys.setswitchinterval(TURN_S)
    from edge.daemon import Daemon
    from edge.settings import load

    signals = StopSignals()
    daemon = Daemon(load(args.folder), args.data)
    try:
        url = daemon.start(args.port)
    except OSError as error:
        print(f"bianmin: {error.strerror or error}: {error.filename or args.port}", file=sys.stderr)
        return 1
    print(url, flush=True)
    give_back()
    return daemon.wait(signals)
