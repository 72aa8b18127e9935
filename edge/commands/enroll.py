"""`bianmin enroll DIR`: a new box gets its certificate for the county, once, by a code."""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

from edge import settings
from edge.clock import EARLIEST, system_clock, trusted
from edge.commands.folders import take_data, take_settings
from edge.credentials import COUNTY, Credentials
from edge.enrolment import NotEnrolled, enrol
from edge.enrolment_codes import Code, read_code
from edge.hall.words import Now
from edge.paths import shared
from edge.settings import Settings
from edge.texts import Texts
from edge.tls_trouble import trouble_of, with_clock

TEACHES = """\
how it goes:
  1. the county:  bianmin center /etc/bianmin-center code HALL       prints a code for this hall
  2. uplink.toml: broker = "mqtts://HOST:8883" and enroll = "https://HOST:8701"
  3. the box:     sudo -u bianmin bianmin enroll /etc/bianmin        asks for the code
The key is made here and never leaves this box; the code opens once, for this hall only, and says by which
authority the county is known. Later certificates the running daemon gets by itself, 60 days before the end.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = TEACHES
    take_settings(parser)
    take_data(parser, "the daemon's data folder; key and certificate go into D/county")
    parser.add_argument("--code", metavar="CODE", help="nine groups of four; asked for without it")
    parser.add_argument("--center", metavar="URL", help="instead of `enroll` in uplink.toml")


def run(args: argparse.Namespace) -> int:
    """Exit status: 0 enrolled, 1 the center is away or said no, 2 wrong input. Raises ConfigError."""
    found = settings.load(args.folder)
    texts = Texts.load("zh-CN", shared("texts"))
    url = args.center or found.uplink.enroll
    if not url.startswith("https://"):
        return _said(texts.get("enroll.no_center"), 2)
    try:
        code = read_code(args.code or _asked(texts))
    except ValueError:
        return _said(texts.get("enroll.no.code_mistyped"), 2)
    return _enrol(found, url, code, args.data, texts)


def _enrol(found: Settings, url: str, code: Code, data: Path, texts: Texts) -> int:
    credentials = Credentials(data / COUNTY)
    hall = f"{found.plan.county}/{found.plan.hall}"
    try:
        enrol(url, hall, code, credentials)
        ends = credentials.lasts()[1]
    except NotEnrolled as no:
        known = texts.phrases.get(f"enroll.no.{no.reason}")
        return _said(known or no.detail or no.reason, 1)
    except OSError as error:
        trouble = with_clock(trouble_of(error), _now(found.plan.timezone))
        said = texts.get(f"line.{trouble}") if trouble else texts.get("enroll.away", center=url)
        return _said(f"{said} ({error})", 1)
    except ValueError as error:
        return _said(f"{texts.get('enroll.bad_answer')} ({error})", 1)
    finally:
        _hand_over(data)
    print(texts.get("enroll.done", hall=found.plan.name, day=f"{ends:%Y-%m-%d}", folder=data / COUNTY))
    return 0


def _now(zone: str) -> Now:
    """The box's clock, and whether it can be right."""
    now = system_clock(zone)()
    return replace(now, trusted=trusted(now.at, EARLIEST, known=now.trusted or now.kept))


def _asked(texts: Texts) -> str:
    return input(f"{texts.get('enroll.ask')} ") if sys.stdin.isatty() else sys.stdin.readline()


def _said(what: str, status: int) -> int:
    print(f"bianmin: {what}", file=sys.stderr)
    return status


def _hand_over(data: Path) -> None:
    """What root has written belongs to whoever has the data folder: the daemon reads it."""
    folder = data / COUNTY
    if os.geteuid() != 0 or not folder.is_dir():
        return
    owner = data.stat()
    for path in (folder, *folder.iterdir()):
        os.chown(path, owner.st_uid, owner.st_gid)
