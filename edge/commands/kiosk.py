"""`bianmin kiosk URL`: the touch screen."""

import argparse

from edge.commands.screens import become


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", metavar="URL", help="the local door, as http://127.0.0.1:8600/")
    parser.add_argument(
        "more", nargs=argparse.REMAINDER, help="options of the screen; see python -m kiosk_ui kiosk --help"
    )


def run(args: argparse.Namespace) -> int:
    become("kiosk", args.url, *args.more)
