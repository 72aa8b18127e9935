"""`bianmin simulate --halls N`: a trial of a county's broker and center with halls that are none."""

import argparse
import importlib.metadata
import json
import math
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from edge.mqtt_values import Broker
from edge.simulate.crowd import Now, Share
from edge.simulate.here import NotStarted, here
from edge.simulate.marks import MOST, TRIAL_COUNTY, is_real
from edge.simulate.profiles import PROFILES
from edge.simulate.run import Outcome
from edge.simulate.run import run as run_halls
from edge.simulate.sim_hall import Manner
from edge.stop_signals import StopSignals

if TYPE_CHECKING:
    from edge.center.in_store import InStore

LOOPBACK = ("127.0.0.1", "localhost", "::1")
ABOUT = f"""
A trial of your own broker and center before the halls come. Each simulated hall is a session of its own with
birth and will, entries in order, health each minute; it honours receipts and answers resends as a box does.

  bianmin simulate --halls 20 --here                  broker and center on this machine, for a first look
  bianmin simulate --halls 130 --broker mqtts://mq.example:8883 --ca ca.crt --cert trial.crt --key trial.key
  bianmin simulate --halls 1300 --here --store postgresql+psycopg://trial@/trial --seconds 120

The halls speak as county {TRIAL_COUNTY}, which does not exist, and are marked on the fleet page. Let your
trial user write and read bianmin/v1/{TRIAL_COUNTY}/#, and run a center with county = "{TRIAL_COUNTY}"
beside it, on a store of its own: entries are never deleted again.

The table: "event to receipt" is what a hall waits until the county has its entry for good. Below a
second is well. Where it grows through the run, events come faster than broker, center or database take them:
look which of them uses up its processor ("CPU/event"), and see README.md, "How it grows".
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = ABOUT
    said = "; ".join(f"{p.name}: {p.about}" for p in PROFILES.values())
    parser.add_argument("--halls", metavar="N", type=int, required=True, help="how many")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument(
        "--broker", metavar="URL", help="mqtt://HOST:1883 on this machine, else mqtts://HOST:8883"
    )
    where.add_argument("--here", action="store_true", help="start a broker and a center on this machine")
    parser.add_argument("--profile", choices=list(PROFILES), default="tenth", help=f"{said} (%(default)s)")
    parser.add_argument(
        "--seconds",
        metavar="S",
        type=float,
        help="play it in so many seconds (without: as in life; 0: everything at once, as after an outage)",
    )
    parser.add_argument(
        "--processes", metavar="P", type=int, default=2, help="that share the halls (%(default)s)"
    )
    parser.add_argument("--spread", metavar="S", type=float, help="all come within so many seconds (N / 100)")
    parser.add_argument(
        "--window", metavar="W", type=int, default=20, help="of each hall, 1 to 100 (%(default)s)"
    )
    parser.add_argument(
        "--wait", metavar="S", type=float, default=120.0, help="for late receipts (%(default)g)"
    )
    parser.add_argument("--seed", type=int, help="the same halls once more")
    parser.add_argument(
        "--store", metavar="URL", help="the center's: what is lost or doubled there is counted"
    )
    parser.add_argument(
        "--workers", metavar="W", type=int, default=2, help="of the center, with --here (%(default)s)"
    )
    parser.add_argument(
        "--watch", metavar="NAME=PID", action="append", default=[], help="tell its processor time too"
    )
    parser.add_argument("--county", metavar="CODE", default=TRIAL_COUNTY, help="six digits (%(default)s)")
    parser.add_argument(
        "--real-county", action="store_true", help="it is a county that exists, and its center may store this"
    )
    parser.add_argument("--user", metavar="NAME", default="", help="at the broker")
    for name, about in (("password-file", "of the user"), ("ca", "who signed the broker's certificate")):
        parser.add_argument(f"--{name}", metavar="FILE", default="", help=about)
    for name, about in (("cert", "the trial's own certificate"), ("key", "and its key")):
        parser.add_argument(f"--{name}", metavar="FILE", default="", help=about)
    parser.add_argument("--json", action="store_true", help="the outcome as JSON on standard output")


def run(args: argparse.Namespace) -> int:
    """0 if everything that was written is safe, else 1; 2: it was not begun."""
    if problem := _problem(args):
        print(f"bianmin simulate: {problem}", file=sys.stderr)
        return 2
    console = Console(stderr=args.json)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bianmin-trial-")))
        store, url, watch = args.store, args.broker, _watched(args.watch)
        if args.here:
            store = store or f"sqlite:///{folder}/trial.db"
            try:
                place = stack.enter_context(here(folder, store, args.workers, args.county))
            except NotStarted as error:
                print(f"bianmin simulate: {error}", file=sys.stderr)
                return 1
            url, watch = place.broker, {**place.processes, **watch}
            console.print(f"broker {url}, fleet {place.page}")
        outcome = _play(args, url, watch, console)
        found = _found(store, outcome) if store else None
    if args.json:
        print(json.dumps(_json(outcome, found)))
    else:
        console.print(table([(outcome, found)]))
    for why, n in sorted(outcome.troubles.items(), key=lambda pair: -pair[1])[:5]:
        console.print(f"{n} x {why}", markup=False)
    if not outcome.center:
        console.print("No center was heard: the figures end at the broker.")
    return 0 if is_safe(outcome, found) else 1


def _found(store: str, outcome: Outcome) -> "InStore | None":
    """What the store has of it; None: this machine has not what the center needs."""
    try:
        from edge.center.in_store import in_store
    except ImportError as error:
        print(f"bianmin: the store is not looked at without {error.name}", file=sys.stderr)
        return None
    return in_store(store, outcome.journals)


def is_safe(outcome: Outcome, found: "InStore | None") -> bool:
    safe = outcome.stored if outcome.center else outcome.acknowledged
    whole = found is None or (found.lost, found.doubled, found.unlike) == (0, 0, 0)
    return outcome.events > 0 and safe >= outcome.events and whole


def table(outcomes: Sequence["tuple[Outcome, InStore | None]"]) -> Table:
    """One column for each run."""
    made = Table("", *(f"{o.halls} halls, {o.profile}" for o, _ in outcomes))
    for name, told in _FIGURES.items():
        made.add_row(name, *(told(o) for o, _ in outcomes))
    for name in dict.fromkeys(name for o, _ in outcomes for name in o.cpu_s):
        made.add_row(f"CPU/event, {name}", *(f"{o.cpu_us(name):.0f} µs" for o, _ in outcomes))
    for field in ("entries", "lost", "doubled", "unlike"):
        if any(found for _, found in outcomes):
            made.add_row(f"in the store: {field}", *(f"{getattr(f, field, '-')}" for _, f in outcomes))
    return made


def _ms(ms: float) -> str:
    return "-" if math.isnan(ms) else f"{ms:.0f} ms"


_FIGURES: dict[str, Callable[[Outcome], str]] = {
    "halls online": lambda o: f"{o.born}",
    "events": lambda o: f"{o.events}",
    "seconds to the last receipt": lambda o: f"{o.lasted_s:.1f}",
    "events a second": lambda o: f"{o.rate:.0f}",
    "event to receipt, half": lambda o: _ms(o.share_ms(0.5)),
    "event to receipt, p99": lambda o: _ms(o.share_ms(0.99)),
    "event to receipt, most": lambda o: _ms(o.share_ms(1.0)),
    "sent again": lambda o: f"{o.counts.get('again', 0)}",
}


def _play(args: argparse.Namespace, url: str, watch: dict[str, list[int]], console: Console) -> Outcome:
    profile = PROFILES[args.profile]
    seconds = profile.lasts_s if args.seconds is None else args.seconds
    password = Path(args.password_file).read_text("utf-8").strip() if args.password_file else ""
    proof = {"ca_file": args.ca, "cert_file": args.cert, "key_file": args.key}
    broker = Broker.at(url, user=args.user, password=password, **proof)
    share = Share(
        manner=Manner(broker, window=args.window, at_once=not seconds),
        county=args.county,
        halls=args.halls,
        first=0,
        step=1,
        profile=profile.name,
        pace=profile.lasts_s / seconds if seconds else 0.0,
        spread_s=args.halls / 100 if args.spread is None else args.spread,
        seed=random.randrange(10**6) if args.seed is None else args.seed,
        version=importlib.metadata.version("bianmin-edge"),
    )
    signals, said_at = StopSignals(), [0.0]
    every_s = 2.0 if console.is_terminal else 10.0

    def say(at_s: float, now: Now) -> None:
        if time.monotonic() - said_at[0] >= every_s:
            said_at[0] = time.monotonic()
            console.print(
                f"{at_s:5.0f} s  {now.born} of {args.halls} halls online, {now.written} entries written, "
                f"{now.acknowledged} at the broker, {now.stored} with receipt"
            )

    return run_halls(
        share, args.processes, wait_s=args.wait, watch=watch, say=say, stop=lambda: signals.wait(0)
    )


def _problem(args: argparse.Namespace) -> str:
    """What is wrong with the words, empty if nothing."""
    if not (len(args.county) == 6 and args.county.isdecimal()):
        return f'--county must be six digits, not "{args.county}"'
    if is_real(args.county) and not args.real_county:
        return (
            f"{args.county} may be a county that exists: its center would store invented entries for ever. "
            f"Leave --county out ({TRIAL_COUNTY}), or say --real-county"
        )
    if not 0 < args.halls <= MOST:
        return f"--halls must be 1 to {MOST}"
    if not 0 < args.window <= 100:
        return "--window must be 1 to 100"
    if args.broker:
        try:
            broker = Broker.at(args.broker)
        except ValueError as error:
            return str(error)
        if not broker.tls and broker.host not in LOOPBACK:
            return "plain mqtt:// is for this machine only; say mqtts://"
    for word in args.watch:
        name, _, pid = word.partition("=")
        if not name or not pid.isdecimal():
            return f'--watch must be like "postgres=1234", not "{word}"'
    return ""


def _watched(words: list[str]) -> dict[str, list[int]]:
    named: dict[str, list[int]] = {}
    for word in words:
        name, _, pid = word.partition("=")
        named.setdefault(name, []).append(int(pid))
    return named


def _json(outcome: Outcome, found: "InStore | None") -> dict[str, object]:
    return {
        "halls": outcome.halls,
        "online": outcome.born,
        "profile": outcome.profile,
        "events": outcome.events,
        "acknowledged": outcome.acknowledged,
        "stored": outcome.stored,
        "center": outcome.center,
        "seconds": round(outcome.lasted_s, 3),
        "rate": round(outcome.rate, 1),
        "receipt_ms": {
            name: None if math.isnan(ms := outcome.share_ms(share)) else round(ms, 1)
            for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))
        },
        "counts": dict(outcome.counts),
        "cpu_us": {name: round(outcome.cpu_us(name), 1) for name in outcome.cpu_s},
        "store": asdict(found) if found else None,
        "troubles": dict(outcome.troubles),
    }
