"""`bianmin voice URL`: says calls aloud, one for each loudspeaker."""

import argparse

from edge.commands.screens import become


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", metavar="URL", help="the local door, as http://127.0.0.1:8600/")
    parser.add_argument(
        "more", nargs=argparse.REMAINDER, help="options of the voice; see python -m kiosk_ui voice --help"
    )


def run(args: argparse.Namespace) -> int:
    become("voice", args.url, *args.more)
