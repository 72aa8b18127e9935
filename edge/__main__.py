"""The command line of the product: reads the command's name and hands over to its file in `edge.commands`."""

import argparse
import importlib
import os
import sys
from types import ModuleType

from edge.errors import ConfigError, JournalError

COMMANDS = {
    "run": "the hall's daemon on a config folder",
    "demo": "a whole hall of device twins with simulated citizens",
    "check": "every problem of a config folder, one line each",
    "doctor": "the machine, what is plugged in, what answers",
    "kiosk": "the touch screen",
    "screen": "the hall screen, or one counter's page",
    "voice": "calls said aloud",
    "pair": "let browsers and screens of the hall's network in, and out",
    "status": "devices and queues of a running daemon as a table",
    "scan": "find the page in pictures of a document camera",
    "paper-preview": "a paper as it will leave the printer",
    "content": "service guides from a table, and what they lack",
    "report": "a day's or a month's sheet as table, CSV, XLSX or JSON",
    "backup": "one file with all that a spare box needs, while the daemon goes on",
    "restore": "a backup into an empty data folder",
    "enroll": "a new box's certificate for the county, once, by a code",
    "center": "the county's receiver of many halls",
    "simulate": "load for a county's broker and center: many halls that are none",
    "wire": "a bench for a device nobody has seen",
    "journal": "verify, export or follow a data folder's journal",
}


def parser(only: str = "") -> argparse.ArgumentParser:
    """The whole command line; `only` loads that one command's options and leaves the others as names."""
    top = argparse.ArgumentParser(
        prog="bianmin",
        description="bianmin-edge: one box for a township service hall.",
        epilog="Begin with: bianmin demo      Then: bianmin check DIR, bianmin run DIR, bianmin kiosk URL",
    )
    names = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, help_ in COMMANDS.items():
        sub = names.add_parser(name, help=help_, description=help_[0].upper() + help_[1:] + ".")
        if name == only:
            _module(name).configure(sub)
    return top


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"edge.commands.{name.replace('-', '_')}")


def main(argv: list[str] | None = None) -> int:
    words = sys.argv[1:] if argv is None else argv
    name = next((w for w in words if w in COMMANDS), "")
    args = parser(name).parse_args(words)
    try:
        return int(_module(args.command).run(args))
    except ConfigError as error:
        print("\n".join(error.problems), file=sys.stderr)
        return 2
    except JournalError as error:
        print(f"bianmin: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
