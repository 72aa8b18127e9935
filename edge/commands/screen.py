"""`bianmin screen URL`: the hall screen, or one counter's page."""

import argparse

from edge.commands.screens import become


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", metavar="URL", help="the local door, as http://127.0.0.1:8600/")
    parser.add_argument(
        "more", nargs=argparse.REMAINDER, help="options of the screen; see python -m kiosk_ui screen --help"
    )


def run(args: argparse.Namespace) -> int:
    become("screen", args.url, *args.more)
