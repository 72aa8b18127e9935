"""`bianmin check DIR`: every problem of a config folder, one line each."""

import argparse
import sys
from datetime import date

from edge import settings
from edge.commands.folders import take_settings
from edge.errors import ConfigError
from edge.settings_calendar import calendar_warnings


def configure(parser: argparse.ArgumentParser) -> None:
    take_settings(parser)


def run(args: argparse.Namespace) -> int:
    """Problems on standard output and 2, or one line and 0; warnings on standard error change neither."""
    for warning in settings.warnings(args.folder):
        print(f"warning: {warning}", file=sys.stderr)
    try:
        found = settings.load(args.folder)
    except ConfigError as error:
        print("\n".join(error.problems))
        return 2
    plan = found.plan
    for warning in calendar_warnings(plan.calendar, date.today()):
        print(f"warning: {warning}", file=sys.stderr)
    for link in found.links.values():
        if link.frames is not None and not link.frames.get("golden"):
            what = "its frame description has no golden frames: nothing shows that it is right"
            print(f"warning: devices.toml: link.{link.name}.frames: {what}", file=sys.stderr)
    print(
        f"{args.folder}: ok: {plan.name}, {len(plan.services)} services, {len(plan.counters)} counters,"
        f" {len(found.devices)} devices on {len(found.links)} links, {len(found.guides)} guides"
    )
    return 0
