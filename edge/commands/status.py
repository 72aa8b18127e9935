"""`bianmin status [URL]`: devices and queues of a running daemon, as a table or as JSON."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console, Group
from rich.markup import escape
from rich.table import Table

from edge.client import Client, ServerAway, read_token
from edge.paths import shared
from edge.texts import Texts, fill

Json = dict[str, Any]

DEFAULT_URL = "http://127.0.0.1:8600"
_COLOURS = {"ok": "green", "degraded": "yellow", "unconfirmed": "cyan", "down": "red"}

_COMPLAINTS = (
    "undervoltage",
    "throttled",
    "disk_errors",
    "disk_io_errors",
    "disk_near_end",
    "disk_read_only",
)
"""Of the box, where it tells of them."""
_COUNTS = ("frames", "errors", "resends", "bad_frames")


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "url", metavar="URL", nargs="?", default=DEFAULT_URL, help="the daemon's local door (%(default)s)"
    )
    parser.add_argument(
        "--token-file", type=Path, metavar="FILE", help="of a door on the hall's network: bianmin pair take"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object with `hall` and `health`")


def run(args: argparse.Namespace) -> int:
    try:
        token = read_token(args.token_file) if args.token_file else ""
        client = Client(args.url, token=token, patience_s=0)
        hall, health = _ask(client, "/api/v1/hall"), _ask(client, "/api/v1/health")
    except ValueError as error:
        print(f"bianmin: {error}", file=sys.stderr)
        return 2
    except ServerAway as error:
        print(f"bianmin: no daemon answers ({error}); start it with: bianmin run DIR", file=sys.stderr)
        return 1
    if args.json:
        print(json.dumps({"hall": hall, "health": health}, ensure_ascii=False, indent=2))
    else:
        Console(width=None if sys.stdout.isatty() else 120).print(
            tables(hall, health, Texts.load("zh-CN", shared("texts")))
        )
    return 0


def _ask(client: Client, path: str) -> Json:
    """Raises ServerAway, also where something else answers, or the daemon with a refusal."""
    status, body = client.get(path)
    if status != 200:
        raise ServerAway(f"{client.url}: {body.get('detail', status)}")
    return body


def tables(hall: Json, health: Json, texts: Texts) -> Group:
    """The hall and the box for a terminal."""
    words = {**texts.section("door.page"), **texts.section("door")}
    return Group(
        _counters(hall, words),
        _queues(hall, words),
        _devices(hall, words, texts),
        _box(hall, health, words, texts),
    )


def _counters(hall: Json, words: dict[str, str]) -> Table:
    table = _table(f"{hall['name']}  {hall['day']}  {hall['clock']['at'][11:16]}")
    for heading in ("counters", "state", "ticket", "waiting_now"):
        table.add_column(words[heading])
    for c in hall["counters"]:
        number = c["ticket"]["number"] if c["ticket"] else ""
        state = words[f"counter.{c['state']}"]
        table.add_row(escape(f"{c['id']} {c['name']}"), state, number, str(c["waiting"]))
    return table


def _queues(hall: Json, words: dict[str, str]) -> Table:
    table = _table(words["queues"])
    for heading in ("service", "waiting_now"):
        table.add_column(words[heading])
    for s in hall["services"]:
        table.add_row(escape(f"{s['prefix']} {s['name']}"), str(s["waiting"]))
    return table


def _devices(hall: Json, words: dict[str, str], texts: Texts) -> Table:
    table = _table(words["devices"])
    for heading in ("device", "kind", "state", "since", "last_ok"):
        table.add_column(words[heading])
    for heading in _COUNTS:
        table.add_column(words[heading], justify="right")
    for d in hall["devices"]:
        fault = f", {texts.get('fault.' + d['code'])}" if d["code"] else ""
        state = f"[{_COLOURS.get(d['state'], 'white')}]{words['device.' + d['state']]}{fault}[/]"
        kind, counts = words.get(f"kind.{d['kind']}", d["kind"]), (str(d[name]) for name in _COUNTS)
        detail = f" ({escape(d['detail'])})" if d["detail"] else ""
        times = d["since"][11:19], d["last_ok"][11:19]
        table.add_row(escape(d["id"]), kind, state + detail, *times, *counts)
    return table


def _box(hall: Json, health: Json, words: dict[str, str], texts: Texts) -> Table:
    table = _table(words["box"])
    uplink, host = health["uplink"], health["host"]
    if uplink:
        said = words["connected" if uplink["connected"] else "not_connected"]
        lag = words["lag" if uplink["lag"] else "no_lag"]
        table.add_row(words["uplink"], f"{said}, {fill(lag, {'count': uplink['lag']})}")
        codes = uplink.get("code", ""), uplink.get("certificate", {}).get("code", "")
        for code in filter(None, dict.fromkeys(codes)):
            table.add_row(words["uplink"], f"[red]{escape(texts.get(f'line.{code}'))}[/]")
        if not uplink.get("code") and uplink.get("why"):
            table.add_row(words["uplink"], f"[red]{escape(uplink['why'])}[/]")
        if uplink.get("refused"):
            table.add_row(
                words["uplink"], f"[yellow]{uplink['refused']} × {escape(uplink['refused_why'])}[/]"
            )
    table.add_row(words["journal"], fill(words["entries"], {"count": hall["seq"]}))
    if hall["unrecorded"]:
        table.add_row(words["journal"], f"[red]{fill(words['unrecorded'], {'count': hall['unrecorded']})}[/]")
    if doubtful := [s["prefix"] for s in hall["services"] if s["id"] in hall["numbers_in_doubt"]]:
        said = fill(words["in_doubt"], {"services": " ".join(doubtful)})
        table.add_row(words["numbers"], f"[red]{escape(said)}[/]")
    if "temperature_c" in host:
        table.add_row(words["temperature"], f"{host['temperature_c']} °C")
    for name in _COMPLAINTS:
        if host.get(name):
            said = words["look"] if host[name] is True else host[name]
            table.add_row(texts.get(f"host.{name}"), f"[red]{said}[/]")
    if "disk_free_mb" in host:
        table.add_row(words["disk"], fill(words["free"], {"gb": f"{host['disk_free_mb'] / 1024:.1f}"}))
    for screen in health.get("screens", []):
        if code := screen.get("code", ""):
            table.add_row(escape(screen["name"]), f"[red]{escape(words.get(f'voice.{code}', code))}[/]")
    if health.get("trouble"):
        table.add_row(words["trouble"], f"[red]{escape(health['trouble'])}[/]")
    return table


def _table(title: str) -> Table:
    return Table(title=escape(title), title_justify="left")
