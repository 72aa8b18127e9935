"""`bianmin center DIR WHAT`: what a county's operator does at a terminal: authority, codes, commands."""

import argparse
import json
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edge.center.settings import CenterFile

SERVER_DAYS = 820
TEACHES = """\
certificates, once for a county:
  bianmin center DIR authority --address 10.0.0.5    its own authority, and center.crt for this machine
  bianmin center DIR issue broker --address 10.0.0.6 a certificate for the broker, or for any other program
  [enrolment] listen = "0.0.0.0:8701" in center.toml; start the center again
then for each hall's box:
  bianmin center DIR code 510000001                  a code, once, for that hall; its box says: bianmin enroll
commands to halls:
  bianmin center DIR key county-2027                 a signing key, and the line for the halls' uplink.toml
  bianmin center DIR send 510000001 notice.set '{"id": "n1", "text": "..."}' --key county-2027
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = TEACHES
    whats = parser.add_subparsers(dest="desk", metavar="WHAT", help="instead of serving; see below")
    make = whats.add_parser(
        "authority", help="make the county's own authority, and a certificate for this center"
    )
    _addresses(make, "of this machine, as halls reach it; its certificate is for these")
    issue = whats.add_parser(
        "issue", help="certificate and key for the broker or another program of the county"
    )
    issue.add_argument("who", metavar="NAME", help="its common name, which is its user at the broker")
    _addresses(issue, "of a program that serves; none for one that only calls")
    code = whats.add_parser("code", help="a one-time code for a hall's new box")
    code.add_argument("hall", metavar="HALL", help="the hall's division code, 9 or 12 digits")
    key = whats.add_parser("key", help="make a key that signs commands, and print its line for uplink.toml")
    key.add_argument("who", metavar="NAME", help="its name, as halls know it; it lies in DIR/keys")
    send = whats.add_parser("send", help="sign a command, send it to a hall, and show what it answers")
    send.add_argument("hall", metavar="HALL", help="the hall's division code")
    send.add_argument("what", metavar="COMMAND", help="as notice.set, device.restart, log.tail")
    send.add_argument("args", metavar="ARGS", nargs="?", default="{}", help="a JSON object (%(default)s)")
    send.add_argument("--key", metavar="NAME", help="who signs; a hall does little without it")
    send.add_argument("--minutes", type=float, default=10.0, help="so long it is good (%(default)g)")
    send.add_argument("--wait", type=float, default=15.0, metavar="S", help="for answers (%(default)g s)")
    code.add_argument("--days", type=_days, default=7.0, help="so long it is good (%(default)g)")


def _addresses(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument(
        "--address",
        metavar="A",
        action="append",
        default=[],
        help=f"host name or IP address {what}; repeatable",
    )


def _days(said: str) -> float:
    days = float(said)
    if not 0 < days <= 90:
        raise argparse.ArgumentTypeError("more than 0 and at most 90 days")
    return days


def run(args: argparse.Namespace, settings: "CenterFile") -> int:
    """Raises ConfigError, OSError, StoreError."""
    desks: dict[str, Callable[[argparse.Namespace, CenterFile], int]] = {
        "authority": _authority,
        "issue": _issue,
        "code": _code,
        "key": _key,
        "send": _send,
    }
    return desks[args.desk](args, settings)


def _authority(args: argparse.Namespace, settings: "CenterFile") -> int:
    from edge.center.authority import Authority, make_authority, make_pair

    said = settings.enrolment
    folder = Path(said.ca_file).parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = [*make_authority(folder, settings.center.county)]
    if args.address:
        authority = Authority.load(Path(said.ca_file), Path(said.ca_key_file))
        made += make_pair(authority, folder, "center", args.address, SERVER_DAYS)
    print("\n".join(map(str, made)))
    print("county.key signs for the whole county: keep a copy where no network is, and let nobody read it")
    return 0


def _issue(args: argparse.Namespace, settings: "CenterFile") -> int:
    from edge.center.authority import Authority, make_pair

    if "/" in args.who or not args.who.isprintable():
        return _wrong(f"{args.who!r} is no program's name: a hall's box gets its certificate by a code")
    said = settings.enrolment
    authority = Authority.load(Path(said.ca_file), Path(said.ca_key_file))
    made = make_pair(authority, Path(said.ca_file).parent, args.who, args.address, SERVER_DAYS)
    print("\n".join(map(str, made)))
    return 0


def _key(args: argparse.Namespace, settings: "CenterFile") -> int:
    from edge.center.orders import make_key

    if not args.who.replace("-", "").isalnum() or not args.who.isascii():
        return _wrong(f"{args.who!r}: letters, digits and hyphens, as county-2027")
    public = make_key(_key_file(args.folder, args.who))
    print(f'[uplink.keys]\n{args.who} = "{public}"')
    print(f"{_key_file(args.folder, args.who)} commands every hall that has this line", file=sys.stderr)
    return 0


def _key_file(folder: Path, name: str) -> Path:
    return folder / "keys" / f"{name}.key"


def _send(args: argparse.Namespace, settings: "CenterFile") -> int:
    from edge.center import orders
    from edge.center.center import broker_of

    if not _is_hall(args.hall):
        return _wrong(f"{args.hall!r} is no hall's code: 9 or 12 digits")
    try:
        said = json.loads(args.args)
    except (ValueError, RecursionError) as error:
        return _wrong(f"ARGS is no JSON: {error}")
    if not isinstance(said, dict):
        return _wrong("ARGS is no JSON object")
    hall = f"{settings.center.county}/{args.hall}"
    command = orders.command(args.what, said, timedelta(minutes=args.minutes))
    if args.key:
        command = orders.signed(command, hall, args.key, _key_file(args.folder, args.key))
    state = ""
    for answer in orders.send(broker_of(settings), hall, command, args.wait):
        state = str(answer.get("state"))
        print(json.dumps(answer, ensure_ascii=False), flush=True)
    if not state:
        print(
            f"bianmin: no answer; {hall} hears it when it is back within {args.minutes:g} min",
            file=sys.stderr,
        )
    return 0 if state == "done" else 1


def _code(args: argparse.Namespace, settings: "CenterFile") -> int:
    from edge.center.center import store_url
    from edge.center.enrolments import open_enrolments
    from edge.center.store import Store

    if not _is_hall(args.hall):
        return _wrong(f"{args.hall!r} is no hall's code: 9 or 12 digits")
    hall = f"{settings.center.county}/{args.hall}"
    store = Store(store_url(settings.center.store, args.data))
    try:
        code, ends_s = open_enrolments(store, settings.enrolment).new_code(hall, args.days)
    finally:
        store.close()
    print(code)
    until = datetime.fromtimestamp(ends_s, settings.hours.zone)
    print(f"for {hall}, once, until {until:%Y-%m-%d %H:%M}; at its box: bianmin enroll DIR", file=sys.stderr)
    return 0


def _is_hall(code: str) -> bool:
    return code.isascii() and code.isdecimal() and len(code) in (9, 12)


def _wrong(what: str) -> int:
    print(f"bianmin: {what}", file=sys.stderr)
    return 2
