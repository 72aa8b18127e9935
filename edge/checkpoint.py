"""The fold's state at one entry, as a file beside the journal: only a cache.

Delete it and the next start folds for longer, nothing else. It is believed only where the same program made
it, of the same plan and the same journal; its first line is the SHA-256 of the rest.
"""

import hashlib
import json
import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import edge.hall
from edge.errors import JournalError
from edge.hall.hall import Hall
from edge.hall.plan import HallPlan
from edge.values import Values

log = logging.getLogger(__name__)

FILE = "checkpoint.json"
_TORN = (ValueError, TypeError, KeyError, IndexError, AttributeError)
"""What a file that is none makes of reading it."""


@dataclass(frozen=True)
class Checkpoint:
    journal: str
    seq: int
    """The last entry in it."""
    chain: str
    """Of that entry: what is not so in the journal was made of another one."""
    floor: datetime
    """The latest time that was once trusted."""
    hall: Hall


def save(path: Path, checkpoint: Checkpoint) -> None:
    """Write it beside and rename; blocks for some tenths of a second. Raises JournalError.

    Not flushed: what a power cut tears is seen by its first line, and a cache may be lost.
    """
    plan = _plan_text(checkpoint.hall.plan)
    said = {
        "made_by": _made_by(plan),
        "journal": checkpoint.journal,
        "seq": checkpoint.seq,
        "chain": checkpoint.chain,
        "floor": checkpoint.floor.isoformat(),
        "plan": json.loads(plan),
        "hall": state_of(checkpoint.hall),
    }
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    fresh = path.with_name(f"{path.name}.new")
    try:
        fresh.write_text(f"{_sum(text)}\n{text}", "utf-8")
        fresh.rename(path)
    except OSError as error:
        raise JournalError(f"{path}: {error}") from error


def load(path: Path, journal: str, plan: HallPlan) -> Checkpoint | None:
    """The checkpoint, if it is of this program, this plan and this journal; never raises."""
    said = _said(path)
    if said is None or said.get("journal") != journal or said.get("made_by") != _made_by(_plan_text(plan)):
        return None
    return _read(said, plan)


def load_any(path: Path) -> Checkpoint | None:
    """The checkpoint with the plan that it was folded under, if it is this program's; never raises."""
    said = _said(path)
    try:
        if said is None or said["made_by"] != _made_by(_compact(said["plan"])):
            return None
        plan: HallPlan = Values().read(HallPlan, said["plan"])
    except _TORN:
        return None
    return _read(said, plan)


def state_of(hall: Hall) -> dict[str, Any]:
    """Everything that the hall knows beside its plan, as JSON's own types."""
    values = Values({HallPlan: hall.plan})
    return {name: values.write(type(part), part) for name, part in vars(hall).items() if name != "plan"}


def _read(said: dict[str, Any], plan: HallPlan) -> Checkpoint | None:
    hall, values = Hall(plan), Values({HallPlan: plan})
    try:
        for name, part in list(vars(hall).items()):
            if name != "plan":
                setattr(hall, name, values.read(type(part), said["hall"][name]))
        floor = datetime.fromisoformat(said["floor"])
        return Checkpoint(said["journal"], int(said["seq"]), said["chain"], floor, hall)
    except _TORN:
        log.exception("the checkpoint cannot be read; the journal is folded without it")
        return None


def _said(path: Path) -> dict[str, Any] | None:
    try:
        told, _, text = path.read_text("utf-8").partition("\n")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        log.warning("%s: %s; the journal is folded without it", path, error)
        return None
    if told != _sum(text):
        log.warning("%s: torn; the journal is folded without it", path)
        return None
    said: dict[str, Any] = json.loads(text)
    return said


def _made_by(plan: str) -> str:
    """What makes a state: the hall's program, how it is written down, and the plan."""
    digest = hashlib.sha256(plan.encode())
    folder = Path(edge.hall.__path__[0])
    for file in (*sorted(folder.glob("*.py")), Path(__file__), Path(__file__).with_name("values.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _plan_text(plan: HallPlan) -> str:
    return _compact(Values().write(HallPlan, plan))


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
