"""`bianmin center DIR WHAT`: what a county's operator does at a terminal: authority, codes, commands."""

import argparse
import sys
from collections.abc import Callable
from datetime import datetime
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


def _code(args: argparse.Namespace, settings: "CenterFile") -> int:
    from edge.center.center import store_url
    from edge.center.enrolments import open_enrolments
    from edge.center.store import Store

    if not (args.hall.isdecimal() and len(args.hall) in (9, 12)):
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


def _wrong(what: str) -> int:
    print(f"bianmin: {what}", file=sys.stderr)
    return 2
