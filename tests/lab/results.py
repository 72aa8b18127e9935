"""What the lab found: one dated TOML file, for each part a table with the commit and the files tried."""

import subprocess
import tomllib
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import tomlkit

from tests.lab.image import ROOT

RESULTS = ROOT / "tests/results"

Part = dict[str, Any]
"""`commit`, `at`, `machine`, `seconds`, `checks` (outcome, sentence, seconds), `files` (path, git's hash)."""


def newest() -> Path | None:
    return max(RESULTS.glob("lab-*.toml"), default=None)


def load() -> dict[str, Part]:
    """The parts of the newest file; none before the first run."""
    path = newest()
    return tomllib.loads(path.read_text("utf-8")) if path else {}


def save(parts: dict[str, Part]) -> Path:
    """Beside the parts that were tried before; one file is kept."""
    old, all_parts = newest(), {**load(), **parts}
    document = tomlkit.document()
    document.add(
        tomlkit.comment(
            "make lab: drivers on a real kernel's devices, and power cuts, on an emulated machine"
        )
    )
    for name, part in sorted(all_parts.items()):
        rows = tomlkit.array()
        for row in part["checks"]:
            rows.add_line(list(row))
        document[name] = {**part, "checks": rows.multiline(True)}
    path = RESULTS / f"lab-{datetime.now(UTC).date()}.toml"
    path.write_text(tomlkit.dumps(document), "utf-8")
    if old and old != path:
        old.unlink()
    return path


def hashes(paths: Iterable[str], commit: str = "") -> dict[str, str]:
    """Git's own hash of each file, in a commit or as it lies here; empty for one that is not there."""
    found = {}
    for path in sorted(paths):
        words = ["rev-parse", "--quiet", "--verify", f"{commit}:{path}"] if commit else ["hash-object", path]
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
        found[path] = done.stdout.strip()
    return found


def changed(part: Part, paths: Iterable[str]) -> list[str]:
    """Of these files those that are not any more what they were when the part was tried."""
    return [path for path, now in hashes(paths).items() if now != part["files"].get(path)]


def failed(part: Part) -> list[str]:
    return [sentence for outcome, sentence, _ in part["checks"] if outcome != "ok"]
