"""Service guides: what an item needs, costs and takes, found by Chinese text, pinyin or first letters."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from edge.errors import ConfigError

_NOISE = re.compile(r"[\s\"'“”‘’「」『』《》〈〉()（）\[\]【】、，,。.；;：:·•/-]+")


@dataclass(frozen=True)
class Guide:
    id: str
    name: str
    service: str = ""
    """The service whose number one takes for it; empty: ask at the general counter."""
    department: str = ""
    letters: str = ""
    """First letters of the name's pinyin; made at import, may be mended by hand."""
    pinyin: str = ""
    """The name's full pinyin, without tones and gaps."""
    also: tuple[str, ...] = ()
    """Other words that people use for it, in characters, pinyin or letters."""
    kind: str = ""
    """`immediate`, `promised` or empty: not known."""
    promised_time: str = ""
    legal_time: str = ""
    fee: str = ""
    """Empty: not known, never the same as free."""
    is_free: bool = False
    """Nothing is charged, so there is no basis to name."""
    fee_basis: str = ""
    result: str = ""
    """What one gets at the end: a certificate, a letter."""
    person: str = ""
    """Who answers for it, as the hall wants it shown."""
    events: tuple[str, ...] = ()
    """Occasions of life on which people need it: a birth, a house to build."""
    basis: str = ""
    conditions: str = ""
    materials: tuple[str, ...] = ()
    """One line each; a file may also say `{"name", "form", "content", "copies", "signature", "basis"}`."""
    steps: tuple[str, ...] = ()
    complaints: tuple[str, ...] = ()
    contact: str = ""
    source: str = ""
    """Where the words come from."""
    remark: str = ""
    rank: int = 0
    """Asked for more often: higher; breaks ties in a search."""

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "missing": self.lacking()}

    def lacking(self) -> tuple[str, ...]:
        """Fields that the disclosure rules ask for, and of which nothing is known."""
        asked = (f for f in DISCLOSED if f != "fee_basis" or not self.is_free)
        return tuple(f for f in asked if not getattr(self, f))


DISCLOSED = (
    "department",
    "promised_time",
    "legal_time",
    "fee",
    "fee_basis",
    "materials",
    "steps",
    "conditions",
    "basis",
    "result",
    "person",
    "contact",
    "complaints",
)
"""The union of what the sets of disclosures (五公开 to 十公开, item boards) ask for, beside the name."""


@dataclass(frozen=True)
class Group:
    """A department or an occasion of life, and how many guides it has."""

    name: str
    count: int


class Guides:
    """All guides of a hall. Immutable; any thread may search."""

    def __init__(self, guides: Iterable[Guide] = (), about: str = "") -> None:
        self._guides = tuple(guides)
        self._by_id: Mapping[str, Guide] = {g.id: g for g in self._guides}
        self.about = about

    @classmethod
    def load(cls, folder: Path) -> "Guides":
        """Read `guides.json` of a folder; a folder without it has none. Raises ConfigError."""
        file = folder / "guides.json"
        if not file.exists():
            return cls()
        try:
            data = json.loads(file.read_text("utf-8"))
            rows = data["guides"]
            return cls([_guide(r, i, file) for i, r in enumerate(rows)], str(data.get("about", "")))
        except OSError as e:
            raise ConfigError([f"{file}: {e.strerror}"]) from e
        except json.JSONDecodeError as e:
            raise ConfigError([f"{file}:{e.lineno}: not valid JSON: {e.msg}"]) from e
        except (ValueError, RecursionError) as e:
            raise ConfigError([f"{file}: not valid JSON: {e}"]) from e
        except (KeyError, TypeError, AttributeError) as e:
            raise ConfigError([f'{file}: must be {{"guides": [{{"id", "name", ...}}, ...]}}']) from e

    def __len__(self) -> int:
        return len(self._guides)

    def all(self) -> tuple[Guide, ...]:
        return self._guides

    def get(self, id: str) -> Guide | None:
        return self._by_id.get(id)

    def of_service(self, service: str) -> tuple[Guide, ...]:
        return tuple(g for g in self._guides if g.service == service)

    def departments(self) -> list[Group]:
        """In the order of the file."""
        return _groups(g.department for g in self._guides if g.department)

    def events(self) -> list[Group]:
        """Occasions of life, in the order of the file."""
        return _groups(event for g in self._guides for event in g.events)

    def words(self, most: int = 12) -> list[str]:
        """Words in characters that people use for the guides asked most."""
        ranked = sorted(self._guides, key=lambda g: -g.rank)
        words = (w for g in ranked for w in g.also if not w.isascii() and len(w) <= 4)
        return list(dict.fromkeys(words))[:most]

    def search(self, q: str, limit: int = 20, *, department: str = "", event: str = "") -> list[Guide]:
        """Best first; an empty question gives the most asked. Some milliseconds for 1,000 guides."""
        wanted = _plain(q)
        among = [
            g
            for g in self._guides
            if (not department or g.department == department) and (not event or event in g.events)
        ]
        if not wanted:
            return sorted(among, key=lambda g: -g.rank)[:limit]
        ranked = [(_closeness(g, wanted), -g.rank, i, g) for i, g in enumerate(among)]
        return [g for close, _, _, g in sorted(ranked, key=lambda r: r[:3]) if close < _NO_MATCH][:limit]


_NO_MATCH = 99


def _closeness(guide: Guide, wanted: str) -> int:
    """Smaller is better: the name, its beginning, inside it, letters, pinyin, then other words."""
    name = _plain(guide.name)
    for rank, hit in enumerate(
        (
            wanted in (name, *guide.also),
            name.startswith(wanted),
            wanted in name,
            guide.letters == wanted,
            guide.letters.startswith(wanted),
            guide.pinyin.startswith(wanted) or any(a.startswith(wanted) for a in guide.also),
            wanted in guide.letters,
            wanted in guide.pinyin,
            wanted in _plain(guide.department),
            any(wanted in _plain(m) for m in guide.materials),
            len(wanted) > 1 and _in_order(wanted, name),
        )
    ):
        if hit:
            return rank
    return _NO_MATCH


def _in_order(wanted: str, name: str) -> bool:
    """Do the characters come in this order, with others between: 低保 in 最低生活保障?"""
    rest = iter(name)
    return all(c in rest for c in wanted)


def _plain(text: str) -> str:
    return _NOISE.sub("", text).lower()


def _groups(names: Iterable[str]) -> list[Group]:
    return [Group(name, count) for name, count in Counter(names).items()]


def _guide(row: dict[str, Any], index: int, file: Path) -> Guide:
    known = {f.name: f for f in fields(Guide)}
    where = f"{file}: guides[{index}]"
    if unknown := sorted(set(row) - set(known)):
        raise ConfigError([f"{where}.{unknown[0]}: unknown option (there are: {', '.join(known)})"])
    for key in ("id", "name"):
        if not row.get(key):
            raise ConfigError([f"{where}.{key}: missing"])
    if isinstance(row.get("materials"), list):
        row = {**row, "materials": [_material(m) for m in row["materials"]]}
    for key, value in row.items():
        if key in _LISTS:
            well, what = isinstance(value, list) and all(isinstance(v, str) for v in value), "a list of texts"
        elif key == "rank":
            well, what = type(value) is int, "a whole number"
        elif key == "is_free":
            well, what = type(value) is bool, "true or false"
        else:
            well, what = isinstance(value, str), "a text"
        if not well:
            raise ConfigError([f"{where}.{key}: must be {what}"])
    values: dict[str, Any] = {k: tuple(v) if k in _LISTS else v for k, v in row.items()}
    return Guide(**values)


def _material(said: Any) -> Any:
    """A material's record as the line that people read; a text stays as it is."""
    if not isinstance(said, dict) or set(said) - {"name", *_MATERIAL} or not said.get("name"):
        return said
    more = [str(said[key]) for key in _MATERIAL if said.get(key)]
    return f"{said['name']}（{'，'.join(more)}）" if more else str(said["name"])


_MATERIAL = ("form", "content", "copies", "signature", "basis")
_LISTS = ("also", "materials", "steps", "complaints", "events")
