"""`bianmin pair`: lets browsers and screens of the hall's network in by a code, and shows them out."""

import argparse
import getpass
import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from edge.client import Client, ServerAway
from edge.commands.status import DEFAULT_URL
from edge.keys import write_secret

Json = dict[str, Any]

TEACHES = """\
how it goes (hall.toml has [door] address):
  a browser:  on the box  bianmin pair code --counter 2 --staff 130     asks for the PIN, shows eight digits
              at the PC   open http://BOX:8600/ and type them
  a screen:   on the box  bianmin pair code --screen --staff 130
              over there  bianmin pair take http://BOX:8600 --token-file FILE
                          bianmin screen http://BOX:8600 --token-file FILE
Staff numbers of a manager or a technician, as in staff.toml. A code is good for ten minutes, once.
"""


class Refused(Exception):
    """The door's no, in its own words."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = TEACHES
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    code = actions.add_parser("code", help="a code for a browser or a screen, on the box itself")
    whom = code.add_mutually_exclusive_group(required=True)
    whom.add_argument("--counter", metavar="N", default="", help="a browser of this counter")
    whom.add_argument("--screen", action="store_true", help="what only reads")
    code.add_argument("--name", help="as people call it")
    code.set_defaults(job=_code)
    revoke = actions.add_parser("revoke", help="not paired any more, from now on")
    revoke.add_argument("id", metavar="ID", help="as `bianmin pair list` shows it")
    revoke.set_defaults(job=_revoke)
    for action in (code, revoke):
        action.add_argument("--staff", metavar="NUMBER", required=True, help="who does it; asks for the PIN")
    listed = actions.add_parser("list", help="all that is paired")
    listed.set_defaults(job=_list)
    for action in (code, revoke, listed):
        action.add_argument("--url", default=DEFAULT_URL, help="the daemon's local door (%(default)s)")
    take = actions.add_parser("take", help="a code for a token, on the other machine")
    take.add_argument(
        "url", metavar="URL", help="the door on the hall's network, as http://192.168.1.20:8600"
    )
    take.add_argument("--token-file", metavar="FILE", type=Path, required=True, help="kept here, mode 0600")
    take.add_argument("--code", metavar="CODE", help="eight digits; asked for without it")
    take.set_defaults(job=_take)


def run(args: argparse.Namespace) -> int:
    """Exit status: 0 done, 1 the door is away, 2 it said no or the input was wrong."""
    try:
        args.job(Client(args.url, patience_s=0), args)
    except (Refused, ValueError) as error:
        return _said(str(error), 2)
    except ServerAway as error:
        return _said(f"no daemon answers ({error})", 1)
    except OSError as error:
        return _said(f"{error.filename}: {error.strerror}", 1)
    return 0


def _code(client: Client, args: argparse.Namespace) -> None:
    kind = "screen" if args.screen else "counter"
    name = args.name or (kind if args.screen else f"{kind}-{args.counter}")
    wish = {"name": name, "kind": kind, "counter": args.counter}
    code = str(_by_person(client, args.staff, "/api/v1/pairings", wish)["pairing_code"]["code"])
    print(f"{code[:4]} {code[4:]}   {name}: good for ten minutes, once")


def _revoke(client: Client, args: argparse.Namespace) -> None:
    _by_person(client, args.staff, f"/api/v1/pairings/{quote(args.id, safe='')}/revoke", {})
    print(f"{args.id}: not paired any more")


def _list(client: Client, args: argparse.Namespace) -> None:
    table = Table("id", "name", "kind", "counter", "by", "since")
    for paired in _good(client.get("/api/v1/pairings"))["paired"]:
        table.add_row(*(escape(str(paired[key])) for key in ("id", "name", "kind", "counter", "by", "at")))
    Console(width=None if sys.stdout.isatty() else 120).print(table)


def _take(client: Client, args: argparse.Namespace) -> None:
    folder = args.token_file.absolute().parent
    if not os.access(folder, os.W_OK):  # said before the code is used up
        raise ValueError(f"{folder}: cannot be written")
    code = args.code or _asked("code: ")
    told = _good(client.post("/api/v1/pair", {"code": code.strip()}))
    write_secret(args.token_file, f"{told['token']}\n".encode())
    print(f"{args.token_file}: paired as {told['paired']['name']}")


def _by_person(client: Client, staff: str, path: str, body: Json) -> Json:
    """Under a PIN that is asked for; the session ends with it."""
    pin = getpass.getpass("PIN: ") if sys.stdin.isatty() else _asked("")
    session = _good(client.post("/api/v1/staff/sign-on", {"staff": staff, "pin": pin.strip()}))["session"]
    try:
        return _good(client.post(path, body, token=session["token"]))
    finally:
        client.post("/api/v1/staff/sign-off", token=session["token"])


def _good(answer: tuple[int, Json]) -> Json:
    status, body = answer
    if status not in (200, 201):
        raise Refused(str(body.get("detail", status)))
    return body


def _asked(prompt: str) -> str:
    return input(prompt) if sys.stdin.isatty() else sys.stdin.readline()


def _said(what: str, status: int) -> int:
    print(f"bianmin: {what}", file=sys.stderr)
    return status
