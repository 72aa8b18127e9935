"""`bianmin content import FILE`: service guides from a table, their letters made once; what is missing."""

import argparse
import contextlib
import json
import os
import re
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edge import paths, settings
from edge.commands.content_rows import Row, names_of, read_rows, write_template
from edge.guides import DISCLOSED, Guides
from edge.settings import Settings, swap
from edge.texts import Texts

FILE = "guides.json"
_KEPT = ("id", "letters", "pinyin", "also", "rank", "events", "source")
"""What a hall mended by hand and a new table of the same guide does not say."""


def configure(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar="import|gaps|template", required=True)
    take = verbs.add_parser("import", help="take guides from a JSON, CSV or XLSX file")
    take.add_argument("file", metavar="FILE", type=Path)
    gaps = verbs.add_parser("gaps", help="which guides lack which of the fields that must be published")
    for part in (take, gaps):
        part.add_argument("--config", metavar="DIR", type=Path, default=Path("/etc/bianmin"), help="the hall")
    empty = verbs.add_parser("template", help="an empty table with all columns")
    empty.add_argument("file", metavar="FILE", type=Path, help=".csv or .xlsx")


def run(args: argparse.Namespace) -> int:
    """Exit status: 0 done, 1 it could not be, 2 wrong input. Raises ConfigError."""
    try:
        return _VERBS[args.verb](args)
    except ValueError as error:
        print(f"bianmin: {error}", file=sys.stderr)
        return 2
    except ImportError as error:
        print(f"bianmin: {error.name} is missing: pip install 'bianmin-edge[content]'", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"bianmin: {error.filename}: {error.strerror}", file=sys.stderr)
        return 1


def _import(args: argparse.Namespace) -> int:
    hall = settings.load(args.config)
    folder = args.config / "content"
    texts = Texts.load("zh-CN", paths.shared("texts"))
    before = {g["name"]: g for g in _before(folder)}
    rows = [_made(row, before.get(str(row.get("name", "")), {}), texts) for row in _rows(args.file, texts)]
    _give_ids(rows)
    _name_services(rows, hall)
    guides = _written(folder, rows)
    print(f"{folder / FILE}: {len(guides)} guides")
    _say_gaps(guides, texts, all_of_them=False)
    return 0


def _gaps(args: argparse.Namespace) -> int:
    guides = settings.load(args.config).guides
    _say_gaps(guides, Texts.load("zh-CN", paths.shared("texts")), all_of_them=True)
    return 0


def _template(args: argparse.Namespace) -> int:
    write_template(args.file, Texts.load("zh-CN", paths.shared("texts")))
    print(args.file)
    return 0


_VERBS = {"import": _import, "gaps": _gaps, "template": _template}


def _rows(file: Path, texts: Texts) -> list[Row]:
    rows = read_rows(file, texts)
    if not rows:
        raise ValueError(f"{file}: no guides in it")
    seen: dict[str, int] = {}
    for n, row in enumerate(rows, 1):
        name = row.get("name")
        if not isinstance(name, str) or not name.strip():
            raise ValueError(f"{file}: guide {n} has no name")
        if name in seen:
            raise ValueError(f"{file}: {name!r} stands there twice, as guide {seen[name]} and {n}")
        seen[name] = n
    return rows


def _before(folder: Path) -> list[Row]:
    """The guides as they are now, as written; none where there are none."""
    if not (folder / FILE).exists():
        return []
    Guides.load(folder)
    rows: list[Row] = json.loads((folder / FILE).read_text("utf-8"))["guides"]
    return rows


def _made(row: Row, before: Mapping[str, Any], texts: Texts) -> Row:
    made = {**{k: before[k] for k in _KEPT if before.get(k)}, **row}
    if not made.get("letters") or not made.get("pinyin"):
        letters, pinyin = letters_of(made["name"])
        made = {**made, "letters": made.get("letters") or letters, "pinyin": made.get("pinyin") or pinyin}
    made["letters"] = made["letters"].lower()
    if "also" in made:
        made["also"] = list(dict.fromkeys([*made["also"], *_sounds(made["also"])]))
    if made.get("fee") in names_of(texts, "free"):
        made["is_free"] = True
    for key in ("promised_time", "legal_time"):
        if str(made.get(key, "")).isdigit():  # facts: where no unit is written it is working days
            made[key] = texts.get("content.working_days", days=made[key])
    for kind in ("immediate", "promised"):
        if made.get("kind") in names_of(texts, kind):
            made["kind"] = kind
    return made


def letters_of(name: str) -> tuple[str, str]:
    """First letters and whole pinyin of a name, by the dictionary of phrases; marks left out."""
    from pypinyin import Style, lazy_pinyin

    plain = "".join(c for c in name if c.isalnum())
    letters = "".join(lazy_pinyin(plain, style=Style.FIRST_LETTER)).lower()
    return letters, "".join(lazy_pinyin(plain)).lower()


def _sounds(words: list[str]) -> list[str]:
    """How other words for it sound: they are found by letters, too."""
    return [sound for word in words if not word.isascii() for sound in letters_of(word)]


def _give_ids(rows: list[Row]) -> None:
    """Ids that stay: the old one, the table's own, else the letters, numbered where they are taken."""
    taken = {str(r["id"]) for r in rows if r.get("id")}
    for row in rows:
        if not row.get("id"):
            stem = re.sub(r"[^a-z0-9]", "", row["letters"])[:24] or "guide"
            ids = (stem, *(f"{stem}-{n}" for n in range(2, len(rows) + 2)))
            row["id"] = next(id for id in ids if id not in taken)
            taken.add(row["id"])


def _name_services(rows: list[Row], hall: Settings) -> None:
    """A service may be given by its name. Raises ValueError for one that the hall does not have."""
    ids = {s.id: s.id for s in hall.plan.services} | {s.name: s.id for s in hall.plan.services}
    for row in rows:
        if service := row.get("service"):
            if service not in ids:
                raise ValueError(f"{row['name']}: no service {service!r} (there are: {', '.join(ids)})")
            row["service"] = ids[service]


def _written(folder: Path, rows: list[Row]) -> Guides:
    """Checked as the daemon will, then swapped in whole. Raises ConfigError, and nothing has changed."""
    text = json.dumps({"about": "", "guides": rows}, ensure_ascii=False, indent=1).encode() + b"\n"
    with tempfile.TemporaryDirectory() as trial:
        Path(trial, FILE).write_bytes(text)
        guides = Guides.load(Path(trial))
    folder.mkdir(exist_ok=True)
    file = folder / FILE
    if not file.exists():
        with contextlib.suppress(FileExistsError):
            os.close(os.open(file, os.O_CREAT | os.O_EXCL, 0o644))
        file.write_text('{"guides": []}', "utf-8")
    swap(file, text)
    return guides


def _say_gaps(guides: Guides, texts: Texts, *, all_of_them: bool) -> None:
    names = {key: names_of(texts, key)[1] for key in DISCLOSED}
    lacking = [(g, g.lacking()) for g in guides.all() if g.lacking()]
    for guide, missing in lacking if all_of_them else ():
        print(f"{guide.name}: {texts.get('content.lacks')} {' '.join(names[m] for m in missing)}")
    for key, name in names.items():
        if count := sum(key in missing for _, missing in lacking):
            print(f"{name}: {texts.get('content.lacked_by', count=count, all=len(guides))}")
