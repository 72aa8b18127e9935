"""What fuzzing has reached: one dated TOML file, for each decoder a row with the digest of what was tried."""

import tomllib
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import tomlkit

HEAD = """make fuzz: nothing but FrameError, no invented frame, memory bounded.
`python -m tests.fuzz --status` says what of it is of the present source."""


@dataclass(frozen=True)
class Reached:
    """One decoder, so far."""

    digest: str
    """Of its source and description: another one begins from nothing."""
    inputs: int = 0
    outcomes: int = 0
    """The most that one stretch of inputs told apart."""
    seconds: float = 0.0
    """Of processor time."""
    seed: int = 0
    """Of the last stretch, by which its inputs can be made again."""

    def more(self, stretch: "Reached") -> "Reached":
        if stretch.digest != self.digest:
            return stretch
        return Reached(
            self.digest,
            self.inputs + stretch.inputs,
            max(self.outcomes, stretch.outcomes),
            round(self.seconds + stretch.seconds, 1),
            stretch.seed,
        )


class Results:
    """The newest file of a folder, written with each stretch: a run that is broken off has its results."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.reached = self._load()

    def of(self, name: str, digest: str) -> Reached:
        """What was reached with this source; nothing with another one."""
        found = self.reached.get(name)
        return found if found and found.digest == digest else Reached(digest)

    def add(self, name: str, stretch: Reached) -> Reached:
        self.reached[name] = self.of(name, stretch.digest).more(stretch)
        self._save()
        return self.reached[name]

    def _newest(self) -> Path | None:
        return max(self._folder.glob("fuzz-*.toml"), default=None)

    def _load(self) -> dict[str, Reached]:
        path = self._newest()
        tables: dict[str, Any] = tomllib.loads(path.read_text("utf-8")) if path else {}
        return {name: Reached(**table) for name, table in tables.items()}

    def _save(self) -> None:
        self._folder.mkdir(exist_ok=True)
        document, old = tomlkit.document(), self._newest()
        for line in HEAD.splitlines():
            document.add(tomlkit.comment(line))
        for name, reached in sorted(self.reached.items()):
            row = tomlkit.inline_table()
            row.update(asdict(reached))
            document[name] = row
        path = self._folder / f"fuzz-{datetime.now(UTC).date()}.toml"
        beside = path.with_suffix(".part")
        beside.write_text(tomlkit.dumps(document), "utf-8")
        beside.replace(path)
        if old and old != path:
            old.unlink()
