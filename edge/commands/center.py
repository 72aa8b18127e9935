"""`bianmin center DIR`: the county's receiver and its fleet page in the foreground; beside it its desk."""

import argparse
import getpass
import importlib.metadata
import logging
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from edge.commands import center_desk
from edge.commands.folders import take_data, take_settings
from edge.paths import shared
from edge.stop_signals import StopSignals
from edge.texts import Texts

if TYPE_CHECKING:
    from edge.center.center import Center
    from edge.center.settings import CenterFile

log = logging.getLogger(__name__)

EVERY_S = 3600.0
FEW_DAYS = 60
"""The county's own certificates are renewed by hand: who starts the center is told in time."""


def configure(parser: argparse.ArgumentParser) -> None:
    take_settings(parser, "a folder with center.toml")
    take_data(parser, "where a SQLite store lies", Path("/var/lib/bianmin-center"))
    parser.add_argument(
        "--name", default="1", help="this worker's, where several share the work (%(default)s)"
    )
    parser.add_argument(
        "--password", metavar="NAME", help="ask for a password and print the lines for center.toml"
    )
    center_desk.configure(parser)


def run(args: argparse.Namespace) -> int:
    """Raises ConfigError."""
    try:
        from edge.center.logins import password_hash
        from edge.center.settings import load
        from edge.center.store import StoreError
    except ImportError as error:
        print(f"bianmin: the center needs {error.name}: pip install 'bianmin-edge[center]'", file=sys.stderr)
        return 1
    if args.password:
        print(f'[login.{args.password}]\npassword = "{password_hash(getpass.getpass())}"')
        return 0
    settings = load(args.folder)
    try:
        return center_desk.run(args, settings) if args.desk else _serve(args, settings)
    except (OSError, StoreError) as error:
        print(f"bianmin: {str(error).splitlines()[0]}", file=sys.stderr)
        return 1


def _serve(args: argparse.Namespace, settings: "CenterFile") -> int:
    """Raises ConfigError, OSError, StoreError."""
    from edge.center.center import open_center
    from edge.center.web import Web

    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    signals, texts = StopSignals(), Texts.load("zh-CN", shared("texts"))
    with ExitStack() as stack:
        version = importlib.metadata.version("bianmin-edge")
        center = open_center(settings, args.data, name=args.name, version=version)
        stack.callback(center.stop)
        if settings.enrolment.listen:
            _open_enrolment(center, texts, stack)
        if settings.center.listen:
            page = Web(center, texts)
            stack.callback(page.stop)
            host = settings.center.listen.rpartition(":")[0]
            print(f"http://{host}:{page.start()}/", flush=True)
        while not signals.wait(EVERY_S):
            pass
    return 0


def _open_enrolment(center: "Center", texts: Texts, stack: ExitStack) -> None:
    """Raises ConfigError, OSError."""
    from edge.center.authority import ending_soon
    from edge.center.enrolment_door import EnrolmentDoor
    from edge.center.enrolments import open_enrolments

    said = center.settings.enrolment
    for warning in ending_soon([Path(said.ca_file), Path(said.cert_file)], FEW_DAYS):
        log.warning("%s: make another with bianmin center DIR issue", warning)
    enrolments = open_enrolments(center.store, said)
    door = EnrolmentDoor(enrolments, texts, said.listen, Path(said.cert_file), Path(said.key_file))
    stack.callback(door.stop)
    print(f"https://{said.listen.rpartition(':')[0]}:{door.start()}/ (enrolment)", flush=True)
