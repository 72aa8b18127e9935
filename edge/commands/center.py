"""`bianmin center DIR`: the county's receiver and its fleet page in the foreground."""

import argparse
import getpass
import importlib.metadata
import logging
import sys
from contextlib import ExitStack
from pathlib import Path

from edge.paths import shared
from edge.stop_signals import StopSignals
from edge.texts import Texts

EVERY_S = 3600.0


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", type=Path, help="a folder with center.toml")
    parser.add_argument(
        "--data",
        metavar="D",
        type=Path,
        default=Path("/var/lib/bianmin-center"),
        help="where a SQLite store lies (%(default)s)",
    )
    parser.add_argument(
        "--name", default="1", help="this worker's, where several share the work (%(default)s)"
    )
    parser.add_argument(
        "--password", metavar="NAME", help="ask for a password and print the lines for center.toml"
    )


def run(args: argparse.Namespace) -> int:
    """Raises ConfigError."""
    try:
        from edge.center.center import open_center
        from edge.center.logins import password_hash
        from edge.center.settings import load
        from edge.center.store import StoreError
        from edge.center.web import Web
    except ImportError as error:
        print(f"bianmin: the center needs {error.name}: pip install 'bianmin-edge[center]'", file=sys.stderr)
        return 1
    if args.password:
        print(f'[login.{args.password}]\npassword = "{password_hash(getpass.getpass())}"')
        return 0
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    signals = StopSignals()
    settings = load(args.folder)
    version = importlib.metadata.version("bianmin-edge")
    with ExitStack() as stack:
        try:
            center = open_center(settings, args.data, name=args.name, version=version)
            stack.callback(center.stop)
            if settings.center.listen:
                page = Web(center, Texts.load("zh-CN", shared("texts")))
                stack.callback(page.stop)
                host = settings.center.listen.rpartition(":")[0]
                print(f"http://{host}:{page.start()}/", flush=True)
        except (OSError, StoreError) as error:
            print(f"bianmin: {str(error).splitlines()[0]}", file=sys.stderr)
            return 1
        while not signals.wait(EVERY_S):
            pass
    return 0
