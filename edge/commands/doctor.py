"""`bianmin doctor DIR`: the machine, what is plugged in, what answers, and lines for what no config names."""

import argparse
import logging
import sys
from pathlib import Path

from edge.commands.folders import take_data, take_settings
from edge.commands.run import DEFAULT_PORT
from edge.doctor.answering import answering
from edge.doctor.findings import Finding, Level, fail, ok, warn
from edge.doctor.machine import machine
from edge.doctor.naming import lines_for, unnamed
from edge.doctor.plugged import group_of, may_open, plugged
from edge.errors import ConfigError
from edge.settings import Settings, load


def configure(parser: argparse.ArgumentParser) -> None:
    take_settings(parser)
    take_data(parser)
    parser.add_argument(
        "--port", metavar="P", type=int, default=DEFAULT_PORT, help="the daemon's local door (%(default)s)"
    )
    parser.add_argument(
        "--seconds",
        metavar="N",
        type=float,
        default=8.0,
        help="how long devices may take to answer (%(default)s)",
    )
    parser.add_argument("--root", metavar="R", type=Path, default=Path("/"), help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """0: nothing has failed; 1: something has; warnings change neither."""
    logging.disable(logging.WARNING)  # what the wires say is said again below, in words
    failed = False
    try:
        found: Settings | None = load(args.folder)
    except ConfigError as error:
        found = None
        for problem in error.problems:
            failed |= _say(fail("config", problem))
    if found is not None:
        _say(ok("config", f"{args.folder}: {found.plan.name}, {len(found.devices)} devices"))
        for finding in machine(found, args.data, args.port, args.root):
            failed |= _say(finding)
        for finding in answering(found, f"http://127.0.0.1:{args.port}", args.seconds):
            failed |= _say(finding)
    failed |= _show_plugged(found, args.root)
    return 1 if failed else 0


def _show_plugged(found: Settings | None, root: Path) -> bool:
    """What is plugged in, and for what no config names the lines to add; has anything failed?"""
    failed = False
    here = plugged(root)
    links = list(found.links.values()) if found else []
    strangers = unnamed(here, links, root)
    for device in here:
        level = warn if device in strangers else ok
        named = "no config names it, see below" if device in strangers else "named in devices.toml"
        _say(level(f"plugged.{device.kind}", f"{device.node}  {device.about}: {named}"))
        if not may_open(device, root):
            what = f"this user may not open it; its group is {group_of(device, root)}"
            failed |= _say(fail(f"rights.{device.kind}", f"{device.node}  {what}"))
    taken = {*(found.links if found else ()), *(found.devices if found else ())}
    counter = found.plan.counters[0].id if found and found.plan.counters else "1"
    kiosk = found.plan.kiosks[0].id if found and found.plan.kiosks else "k1"
    if strangers:
        print("\n# Add to devices.toml what is meant to be there, with its own counter and name:")
    for device in strangers:
        text = lines_for(device, taken, counter=counter, kiosk=kiosk)
        taken.add(text.partition("[link.")[2].partition("]")[0])
        print(f"\n{text}")
    sys.stdout.flush()
    return failed


def _say(finding: Finding) -> bool:
    """Has it failed?"""
    print(f"{finding.level:4}  {finding.name}  {finding.detail}", flush=True)
    return finding.level is Level.FAIL
