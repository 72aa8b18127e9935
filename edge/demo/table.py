"""What the demo prints: the stages of the visit, and a live table of counters, queues, devices and uplink."""

import unicodedata
from typing import Any

from rich.console import Group
from rich.panel import Panel
from rich.table import Table

from edge.demo.visit import Stage
from edge.texts import Texts

Json = dict[str, Any]

COLOURS = {"ok": "green", "degraded": "yellow", "unconfirmed": "cyan", "down": "red"}


def stages_table(stages: list[Stage], texts: Texts) -> Table:
    table = Table(title=texts.get("demo.visit"), title_justify="left")
    table.add_column("#", justify="right")
    table.add_column(texts.get("demo.stage"))
    table.add_column(texts.get("demo.seen"))
    table.add_column(texts.get("demo.far_end"), overflow="fold")
    for i, stage in enumerate(stages, start=1):
        mark = "[green]ok[/]" if stage.seen else "[red]no[/]"
        table.add_row(str(i), texts.get(f"demo.{stage.name}"), mark, printable(stage.detail))
    return table


def hall_table(view: Json, uplink: str, url: str, texts: Texts) -> Group:
    """The hall now, for a terminal."""
    counters = Table(title=f"{view['name']}   {view['day']}   {url}", title_justify="left")
    for column in ("counter", "state", "number", "waiting"):
        counters.add_column(texts.get(f"demo.{column}"))
    for c in view["counters"]:
        number = c["ticket"]["number"] if c["ticket"] else ""
        counters.add_row(
            f"{c['id']} {c['name']}", texts.get(f"door.counter.{c['state']}"), number, str(c["waiting"])
        )
    queues = Table(title=texts.get("demo.queues"), title_justify="left")
    queues.add_column(texts.get("demo.service"))
    queues.add_column(texts.get("demo.waiting"), justify="right")
    for s in view["services"]:
        queues.add_row(s["name"], str(s["waiting"]))
    devices = "  ".join(f"[{COLOURS.get(d['state'], 'white')}]{d['id']}[/]" for d in view["devices"])
    return Group(
        counters, queues, Panel(f"{devices}\n{uplink}", title=texts.get("demo.devices"), title_align="left")
    )


def printable(text: str) -> str:
    """Without control characters and rich's own brackets."""
    return "".join(c for c in text if unicodedata.category(c)[0] != "C").replace("[", "(").replace("]", ")")
