"""`python -m tests.drivers.device_table`: fills what the code knows into the README's device table.

Links come from the driver modules, golden frames from tests/golden/wire; people write the other cells.
"""

import json
import re
import tomllib
from collections import Counter
from pathlib import Path

from drivers import loader

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "drivers" / "README.md"
WIRE = ROOT / "tests" / "golden" / "wire"
HEAD = "| driver | devices | link | golden frames | basis | confidence | tried on |"
SHORT = {
    "vendor document": "maker's paper",
    "two or more independent codes": "two codes",
    "measured here": "measured",
    "seen once": "once",
    "inferred": "inferred",
}


def rows(text: str) -> list[list[str]]:
    """The cells of the device table, without head and rule."""
    lines = text[text.index(HEAD) :].splitlines()[2:]
    table = lines[: next((i for i, line in enumerate(lines) if not line.startswith("|")), len(lines))]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in table]


def drivers_in(row: list[str]) -> list[str]:
    return re.findall(r"`([a-z0-9_]+)`", row[0])


def links_of(names: list[str]) -> str:
    """Links that all of them live on; where they differ, all there are."""
    found = dict.fromkeys(scheme for name in names for scheme in loader.load(name).LINKS)
    return " ".join(f"`{scheme}`" for scheme in sorted(found))


def golden_of(names: list[str]) -> str:
    """`14: 5 maker's paper, 3 inferred`, surest first; `none` where nothing of the wire is published."""
    belongs = tomllib.loads((WIRE / "belongs.toml").read_text(encoding="utf-8"))
    counts: Counter[str] = Counter()
    for file, about in belongs.items():
        if set(about.get("drivers", ())) & set(names):
            for row in json.loads((WIRE / f"{file}.json").read_text(encoding="utf-8")):
                if row["case"] not in about.get("beside", {}):
                    counts[row["confidence"]] += 1
    said = ", ".join(f"{counts[key]} {short}" for key, short in SHORT.items() if counts[key])
    return f"{counts.total()}: {said}" if said else "none"


def filled(text: str) -> str:
    """The README with these two columns as the code has them."""
    begin = text.index(HEAD)
    end = begin + len("".join(text[begin:].splitlines(keepends=True)[: 2 + len(rows(text))]))
    lines = [HEAD, "|---|---|---|---|---|---|---|"]
    for row in rows(text):
        names = drivers_in(row)
        lines.append("| " + " | ".join([*row[:2], links_of(names), golden_of(names), *row[4:]]) + " |")
    return text[:begin] + "\n".join(lines) + "\n" + text[end:]


if __name__ == "__main__":
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")
