"""The screens' typefaces, cut once from Noto Sans CJK SC into the cache, and which characters each holds."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from edge import paths

# fonts-noto-cjk 20220127 (Debian 12): face 2 of the collections is Simplified Chinese; face 0 is Japanese.
SOURCE_FOLDERS = (
    Path("/usr/share/fonts/opentype/noto"),
    Path("/usr/share/fonts/noto-cjk"),
    Path("/usr/share/fonts/google-noto-cjk"),
)
SC_FACE = 2
WEIGHTS = ("Regular", "Bold")
FALLBACKS = (
    "/usr/share/fonts/truetype/nuosusil/NuosuSIL-Regular.ttf",
    "/usr/share/fonts/truetype/noto/NotoSansYi-Regular.ttf",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/arphic/uming.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
)
STAMP = "fonts.json"
RECIPE = 3
"""Raised when the recipe changes, so that old caches are cut anew."""


@dataclass(frozen=True)
class Face:
    """One font file and the code points that it can draw."""

    path: Path
    covers: frozenset[int]


@dataclass(frozen=True)
class Faces:
    """The files to draw with: per weight the faces to try in order."""

    regular: tuple[Face, ...]
    bold: tuple[Face, ...]
    notice: str = ""
    """One line for people when something is missing, else empty."""

    def of(self, bold: bool) -> tuple[Face, ...]:
        return self.bold if bold else self.regular


def load(folder: Path | None = None) -> Faces:
    """Find the cut faces in the cache; without them any font that has Chinese, else DejaVu. Never cuts."""
    folder = folder or fonts_dir()
    spare = tuple(_system_faces(folder))
    try:
        stamp = json.loads((folder / STAMP).read_text("utf-8"))
        cut = {w: Face(folder / stamp["files"][w], _unpack(stamp["covers"][w])) for w in WEIGHTS}
        if not all(face.path.is_file() for face in cut.values()):
            raise OSError("a cut face is gone")
    except (OSError, ValueError, KeyError):
        notice = "fonts: not cut yet, run: python -m kiosk_ui fonts"
        if not source_of("Regular"):
            notice = "fonts: no Chinese font is installed, run: apt-get install fonts-noto-cjk"
        return Faces(spare, spare, notice)
    regular, bold = cut["Regular"], cut["Bold"]
    return Faces((regular, *spare), (bold, regular, *spare))


def cut(
    say: Callable[[str], None],
    folder: Path | None = None,
    *,
    full: bool = False,
    sources: Sequence[Path] = SOURCE_FOLDERS,
) -> bool:
    """Cut both weights into the cache unless they are there; say each step. Blocks for up to a minute.

    `full` takes all unified ideographs into Regular (people's names). Returns whether Chinese
    faces are there now.
    """
    folder = folder or fonts_dir()
    found = {w: source_of(w, sources) for w in WEIGHTS}
    if not all(found.values()):
        say("fonts: fonts-noto-cjk is missing (apt-get install fonts-noto-cjk); another font serves")
        return False
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {"Regular": wanted_characters(full=full), "Bold": wanted_characters()}
    mark = _mark(wanted, [p for p in found.values() if p])
    if _stamped(folder) == mark:
        say(f"fonts: ready in {folder}")
        return True
    files: dict[str, str] = {}
    covers: dict[str, list[list[int]]] = {}
    for step, weight in enumerate(WEIGHTS, 1):
        source = found[weight]
        assert source is not None
        what = f"{weight} from {source.name}, {len(wanted[weight])} characters"
        say(f"fonts: cutting {what} ({step} of {len(WEIGHTS)})")
        name = f"NotoSansSC-{weight}.otf"
        covers[weight] = _pack(_cut_one(source, wanted[weight], folder / name))
        files[weight] = name
    spare = {str(p): _pack(coverage(p)) for p in _spare_files()}
    stamp = {"mark": mark, "files": files, "covers": covers, "spare": spare}
    _write(folder / STAMP, json.dumps(stamp).encode())
    say(f"fonts: ready in {folder}")
    return True


def fonts_dir() -> Path:
    return paths.cache_dir() / "fonts"


def source_of(weight: str, folders: Sequence[Path] = SOURCE_FOLDERS) -> Path | None:
    """The installed Noto collection of this weight, if any."""
    for folder in folders:
        file = folder / f"NotoSansCJK-{weight}.ttc"
        if file.is_file():
            return file
    return None


def wanted_characters(*, full: bool = False) -> frozenset[int]:
    """GB2312, Latin, punctuation, and every character that stands in `config/`."""
    wanted = set(range(0x20, 0x7F)) | set(range(0xA0, 0x180)) | set(range(0x2000, 0x2070))
    wanted |= set(range(0x2190, 0x219A)) | set(range(0x2460, 0x2474)) | set(range(0x25A0, 0x2600))
    wanted |= set(range(0x3000, 0x3020)) | set(range(0xFF00, 0xFF5F)) | {0x20AC, 0x2103, 0x2116, 0x2713}
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            wanted |= {ord(c) for c in bytes((high, low)).decode("gb2312", "ignore")}
    for file in _texts():
        wanted |= {ord(c) for c in file.read_text("utf-8", "ignore") if c.isprintable()}
    if full:
        wanted |= set(range(0x4E00, 0x9FD6))
    return frozenset(wanted)


def coverage(file: Path) -> frozenset[int]:
    """The code points that the first face of a font file has glyphs for."""
    from fontTools.ttLib import TTFont

    with TTFont(file, fontNumber=0, lazy=True) as font:
        return frozenset(font.getBestCmap() or ())


def _texts() -> Iterable[Path]:
    root = paths.shared("texts").parent
    for kind in ("*.toml", "*.json", "*.csv"):
        yield from sorted(root.rglob(kind))


def _cut_one(source: Path, wanted: frozenset[int], target: Path) -> frozenset[int]:
    from fontTools import subset
    from fontTools.ttLib import TTCollection

    with TTCollection(source, lazy=True) as collection:
        font = collection.fonts[SC_FACE]
        options = subset.Options()
        options.layout_features = ["*"]
        options.hinting = False
        options.name_IDs = ["*"]
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=wanted)
        cutter.subset(font)
        beside = target.with_suffix(".new")
        font.save(beside)
        beside.replace(target)
        return frozenset(font.getBestCmap() or ())


def _spare_files() -> list[Path]:
    """Fonts for what the cut faces lack; first the whole collection (its face 0: Japanese forms)."""
    source = source_of("Regular")
    return ([source] if source else []) + [Path(p) for p in FALLBACKS if Path(p).is_file()]


def _system_faces(folder: Path) -> Iterable[Face]:
    try:
        known = json.loads((folder / STAMP).read_text("utf-8")).get("spare", {})
    except (OSError, ValueError):
        known = {}
    for file in _spare_files():
        yield Face(file, _unpack(known[str(file)]) if str(file) in known else coverage(file))


def _mark(wanted: dict[str, frozenset[int]], sources: list[Path]) -> str:
    digest = hashlib.sha256(f"recipe {RECIPE}".encode())
    for source in sources:
        digest.update(f"{source.name} {source.stat().st_size}".encode())
    for weight in WEIGHTS:
        digest.update(json.dumps(sorted(wanted[weight])).encode())
    return digest.hexdigest()


def _stamped(folder: Path) -> str:
    try:
        stamp = json.loads((folder / STAMP).read_text("utf-8"))
        return str(stamp["mark"]) if all((folder / f).is_file() for f in stamp["files"].values()) else ""
    except (OSError, ValueError, KeyError):
        return ""


def _write(file: Path, content: bytes) -> None:
    beside = file.with_suffix(".new")
    beside.write_bytes(content)
    beside.replace(file)


def _pack(points: frozenset[int]) -> list[list[int]]:
    """Code points as [first, last] spans, so that the stamp stays small."""
    spans: list[list[int]] = []
    for point in sorted(points):
        if spans and spans[-1][1] == point - 1:
            spans[-1][1] = point
        else:
            spans.append([point, point])
    return spans


def _unpack(spans: list[list[int]]) -> frozenset[int]:
    return frozenset(p for first, last in spans for p in range(first, last + 1))
