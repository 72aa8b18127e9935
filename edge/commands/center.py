"""`bianmin center DIR`: the county's receiver in the foreground."""

import argparse
import importlib.metadata
import logging
import sys
from pathlib import Path

from edge.stop_signals import StopSignals


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


def run(args: argparse.Namespace) -> int:
    """Raises ConfigError."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    try:
        from edge.center.center import open_center
        from edge.center.settings import load
        from edge.center.store import StoreError
    except ImportError as error:
        print(f"bianmin: the center needs {error.name}: pip install 'bianmin-edge[center]'", file=sys.stderr)
        return 1
    signals = StopSignals()
    settings = load(args.folder)
    try:
        center = open_center(
            settings, args.data, name=args.name, version=importlib.metadata.version("bianmin-edge")
        )
    except (OSError, StoreError) as error:
        print(f"bianmin: {str(error).splitlines()[0]}", file=sys.stderr)
        return 1
    try:
        while not signals.wait(60.0):
            pass
    finally:
        center.stop()
    return 0
