"""The config folder as values, with every problem at once; and back: a setting changed by a program."""

import contextlib
import difflib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from edge import paths
from edge.errors import ConfigError
from edge.guides import Guides
from edge.hall.plan import HallPlan
from edge.hall.words import DeviceId, StaffNumber
from edge.papers import Layout
from edge.public import Public, is_picture
from edge.settings_bind import Problems, bind, hint, parse, read
from edge.settings_boards import BoardsFile, BoardsPlan, boards_of
from edge.settings_calendar import almanac_of, calendar_of
from edge.settings_captures import CaptureSettings
from edge.settings_devices import (
    DeviceSettings,
    Frames,
    LinkSettings,
    check_frames,
    devices_of,
    links_of,
)
from edge.settings_door import DoorSettings
from edge.settings_hall import plan_of
from edge.settings_staff import Person, people
from edge.settings_tables import (
    BackupSettings,
    CalendarFile,
    DevicesFile,
    HallFile,
    PowerSettings,
    StaffFile,
    UplinkFile,
    UplinkSettings,
)
from edge.settings_uplink import check_uplink
from edge.texts import Texts, fields_of, phrases_of

T = TypeVar("T")

FILES = ("hall.toml", "devices.toml", "boards.toml", "uplink.toml", "calendar.toml", "staff.toml")
FOLDERS = ("papers", "texts", "content", "integrations", "calendar")
_NEEDED = ("hall.toml", "devices.toml")


@dataclass(frozen=True)
class Settings:
    folder: Path
    plan: HallPlan
    links: Mapping[str, LinkSettings]
    devices: Mapping[DeviceId, DeviceSettings]
    uplink: UplinkSettings
    staff: Mapping[StaffNumber, Person]
    texts: Texts
    papers: Mapping[str, Layout]
    """By name: `ticket`."""
    guides: Guides
    backup: BackupSettings = field(default_factory=BackupSettings)
    captures: CaptureSettings = field(default_factory=CaptureSettings)
    public: Public = field(default_factory=Public)
    power: PowerSettings = field(default_factory=PowerSettings)
    boards: BoardsPlan = field(default_factory=BoardsPlan)
    door: DoorSettings = field(default_factory=DoorSettings)


def load(folder: Path) -> Settings:
    """Read a config folder. Raises ConfigError with all problems of all files, one line each."""
    return _Reader(folder, {}).settings()


def change(file: Path, dotted: str, value: bool | int | float | str | list[str]) -> None:
    """Set one key of a file of a config folder: `change(f, "device.board-3.address", 4)`.

    Comments and order stay. The folder with the change is checked first; then the file is swapped whole, and
    the former one kept beside it as `NAME.bak`. Raises ConfigError, and nothing has changed.
    """
    text = _changed(file, dotted, value)
    _Reader(file.parent, {file.name: text}).settings()
    swap(file, text)


def put(file: Path, text: bytes) -> None:
    """Replace a file of a config folder whole, after the folder with it was checked. Raises ConfigError."""
    _Reader(file.parent, {file.name: text}).settings()
    swap(file, text)


def _changed(file: Path, dotted: str, value: object) -> bytes:
    import tomlkit  # only a change needs it: a daemon that reads its settings starts without
    import tomlkit.exceptions

    try:
        document = tomlkit.parse(file.read_text("utf-8"))
    except OSError as e:
        raise ConfigError([f"{file.name}: cannot be read: {e.strerror}"]) from e
    except (ValueError, tomlkit.exceptions.TOMLKitError) as e:
        raise ConfigError([f"{file.name}: not valid TOML: {e}"]) from e
    *way, key = dotted.split(".")
    table: Any = document
    for i, step in enumerate(way):
        inner = table.get(step)
        if not isinstance(inner, dict):
            raise ConfigError([f"{file.name}: {'.'.join(way[: i + 1])}: no such table{hint(step, table)}"])
        table = inner
    if isinstance(table.get(key), dict):
        raise ConfigError([f"{file.name}: {dotted}: is a table, not a setting"])
    table[key] = value
    return tomlkit.dumps(document).encode()


def swap(file: Path, text: bytes) -> None:
    """Write a file beside and rename it, its owner and rights kept; the former one becomes `NAME.bak`."""
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    new = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(text)
            out.flush()
            shutil.copymode(file, new)
            with contextlib.suppress(PermissionError):
                os.chown(new, file.stat().st_uid, file.stat().st_gid)
            os.fsync(out.fileno())
        kept = file.with_name(f"{file.name}.bak")
        with contextlib.suppress(FileNotFoundError):
            kept.unlink()
        os.link(file, kept)
        new.replace(file)
        _sync_folder(file.parent)
    except OSError as e:
        new.unlink(missing_ok=True)
        raise ConfigError([f"{file.name}: cannot be written: {e.strerror}"]) from e


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def warnings(folder: Path) -> list[str]:
    """What is no error and should be mended: rights of staff.toml that let others in."""
    file = folder / "staff.toml"
    try:
        mode = file.stat().st_mode & 0o777
    except OSError:
        return []
    is_example = folder.resolve() == paths.shared("demo").resolve()
    if mode & 0o022:
        return [f"staff.toml: others may write it (mode {mode:o}): chmod 600 {file}"]
    if mode & 0o077 and not is_example:
        return [f"staff.toml: others may read it (mode {mode:o}): chmod 600 {file}"]
    return []


def _printers(devices: DevicesFile) -> dict[DeviceId, str]:
    """Every printer that the file names, whether its table binds or not, and the kiosk where it stands."""
    tables = devices.device.items()
    return {
        id: str(t.get("kiosk", "")) for id, t in tables if str(t.get("driver", "")).startswith("printer_")
    }


def _picture_dots(board: DeviceSettings | None) -> int:
    """Of its pictures; of a board whose own table does not bind, which is said elsewhere, any."""
    return int(getattr(board.options, "picture_dots", 0)) if board else sys.maxsize


class _Reader:
    """One reading of one folder; `instead` holds files' texts that are not on disk yet."""

    def __init__(self, folder: Path, instead: Mapping[str, bytes]) -> None:
        self.folder = folder
        self.instead = instead
        self.problems = Problems()

    def settings(self) -> Settings:
        self._find()
        hall = self._bind(HallFile, "hall.toml")
        devices = self._bind(DevicesFile, "devices.toml")
        uplink = self._bind(UplinkFile, "uplink.toml") or UplinkFile()
        calendar = self._bind(CalendarFile, "calendar.toml") or CalendarFile()
        staff_file = self._bind(StaffFile, "staff.toml")
        check_uplink(uplink.uplink, self.problems)
        staff = people(staff_file or StaffFile(), "staff.toml", self.problems)
        texts = self._texts(hall.hall.language if hall else "zh-CN")
        papers = self._papers()
        guides = self._guides(hall)
        frames = self._frames()
        links = links_of(devices or DevicesFile(), frames, self.problems)
        found = devices_of(devices or DevicesFile(), links, hall, self.problems)
        printers = _printers(devices) if devices else None
        plan = plan_of(hall, staff if staff_file else None, printers, self.problems) if hall else None
        almanac = almanac_of(self._each("calendar"), self.problems)
        if self.problems.lines or plan is None or texts is None:
            raise ConfigError(self.problems.lines)
        plan = replace(plan, calendar=calendar_of(calendar, almanac))
        backup = hall.backup if hall else BackupSettings()
        power = hall.power if hall else PowerSettings()
        boards = self._boards(devices, found, texts)
        public = self._public(hall, staff)
        if self.problems.lines:
            raise ConfigError(self.problems.lines)
        return Settings(
            self.folder,
            plan,
            links,
            found,
            uplink.uplink,
            staff,
            texts,
            papers,
            guides,
            backup,
            hall.captures if hall else CaptureSettings(),
            public,
            power,
            boards,
            hall.door if hall else DoorSettings(),
        )

    def _find(self) -> None:
        """Is this a config folder at all? Raises ConfigError at once when it is not."""
        if not self.folder.is_dir():
            what = "is no folder" if self.folder.exists() else "no such folder" + self._near()
            raise ConfigError([f"{self.folder}: {what}"])
        try:
            names = sorted(p.name for p in self.folder.iterdir())
        except OSError as e:
            raise ConfigError([f"{self.folder}: cannot be read: {e.strerror}"]) from e
        if not any(n in FILES for n in names):
            what = f"no config folder: hall.toml is missing (an example: {paths.shared('demo')})"
            raise ConfigError([f"{self.folder}: {what}"])
        for name in names:
            if name.endswith(".toml") and name not in FILES:
                self.problems.add(name, "", "unknown file" + hint(name, FILES))
            elif (self.folder / name).is_dir() and name not in FOLDERS and not name.startswith("."):
                self.problems.add(name, "", "unknown folder" + hint(name, FOLDERS))

    def _near(self) -> str:
        with contextlib.suppress(OSError):
            beside = [p.name for p in self.folder.parent.iterdir() if p.is_dir()]
            if close := difflib.get_close_matches(self.folder.name, beside, 1):
                return f" (did you mean {self.folder.parent / close[0]}?)"
        return ""

    def _table(self, name: str) -> dict[str, Any] | None:
        if name in self.instead:
            return parse(self.instead[name], name, self.problems)
        path = self.folder / name
        if name in FILES and name not in _NEEDED and not path.exists():
            return None
        text = read(path, name, self.problems)
        return None if text is None else parse(text, name, self.problems)

    def _bind(self, cls: type[T], name: str) -> T | None:
        table = self._table(name)
        return None if table is None else bind(cls, table, name, self.problems)

    def _layers(self, folder: str) -> list[tuple[Path, str]]:
        """The product's own folder, then the hall's, each with the name to show."""
        return [(paths.shared(folder), f"config/{folder}"), (self.folder / folder, folder)]

    def _texts(self, language: str) -> Texts | None:
        """The language's sentences; each key of the product's Chinese catalogue must have one."""
        product, here = (self._phrases(*layer, language) for layer in self._layers("texts"))
        known = product if language == "zh-CN" else self._phrases(*self._layers("texts")[0], "zh-CN")
        texts = Texts(language, {**(product or {}), **(here or {})})
        if product is None and here is None:
            self.problems.no_such("hall.toml", "hall.language", "texts", language, self._languages())
            return None
        shown = f"texts/{language}.toml"
        for key in sorted((known or {}).keys() - texts.phrases.keys()):
            self.problems.add(shown, key, "missing")
        for key, phrase in texts.phrases.items():
            self._check_phrase(shown, key, phrase, known or {})
        return texts

    def _check_phrase(self, shown: str, key: str, phrase: str, known: Mapping[str, str]) -> None:
        if key not in known:
            self.problems.no_such(shown, key, "text", key, known)
        elif wrong := sorted(fields_of(phrase) - fields_of(known[key])):
            self.problems.no_such(shown, key, "field", wrong[0], fields_of(known[key]))

    def _phrases(self, folder: Path, shown: str, language: str) -> dict[str, str] | None:
        file, shown = folder / f"{language}.toml", f"{shown}/{language}.toml"
        if not file.exists():
            return None
        text = read(file, shown, self.problems)
        table = None if text is None else parse(text, shown, self.problems)
        try:
            return {} if table is None else phrases_of(table, shown)
        except ConfigError as e:
            self.problems.lines.extend(e.problems)
            return {}

    def _languages(self) -> list[str]:
        return [file.stem for folder, _ in self._layers("texts") for file in folder.glob("*.toml")]

    def _papers(self) -> dict[str, Layout]:
        found = {}
        for file, shown in self._each("papers"):
            text = read(file, shown, self.problems)
            table = None if text is None else parse(text, shown, self.problems)
            if table is not None and (layout := bind(Layout, table, shown, self.problems, "")):
                found[file.stem] = layout
        return found

    def _each(self, folder: str) -> Iterable[tuple[Path, str]]:
        """The TOML files of a folder, the hall's own instead of the product's where names are the same."""
        chosen: dict[str, tuple[Path, str]] = {}
        for where, shown in self._layers(folder):
            if where.is_dir():
                chosen.update({f.name: (f, f"{shown}/{f.name}") for f in sorted(where.glob("*.toml"))})
        return chosen.values()

    def _guides(self, hall: HallFile | None) -> Guides:
        layers = [(f, shown) for f, shown in self._layers("content") if (f / "guides.json").exists()]
        if not layers:
            return Guides()
        folder, shown = layers[-1]
        try:
            guides = Guides.load(folder)
        except ConfigError as e:
            self.problems.lines.extend(line.replace(str(folder), shown, 1) for line in e.problems)
            return Guides()
        if hall and folder.is_relative_to(self.folder):
            for g in guides.all():
                if g.service and g.service not in hall.service:
                    at = f"{g.id}.service"
                    self.problems.no_such(f"{shown}/guides.json", at, "service", g.service, hall.service)
        return guides

    def _public(self, hall: HallFile | None, staff: Mapping[StaffNumber, Person]) -> Public:
        """What the hall tells the public; the pictures that it names must be there."""
        if hall is None:
            return Public()
        content = self.folder / "content"
        named = {f"hall.toml: floor.{id}.picture": f.picture for id, f in hall.floor.items()}
        named |= {f"staff.toml: staff.{n}.photo": p.photo for n, p in staff.items() if p.photo}
        for path, picture in named.items():
            file, _, key = path.partition(": ")
            if not is_picture(picture) or not (content / picture).is_file():
                self.problems.add(file, key, f'no picture "{picture}" in content/ (.png, .jpg or .svg)')
        return Public(hall.about, hall.show, hall.notice, hall.floor, content, hall.leader, hall.voice)

    def _boards(
        self, devices: DevicesFile | None, found: Mapping[DeviceId, DeviceSettings], texts: Texts
    ) -> BoardsPlan:
        """What call boards show beside calls."""
        file = self._bind(BoardsFile, "boards.toml")
        tables = (devices or DevicesFile()).device.items()
        named = [id for id, table in tables if str(table.get("driver", "")).startswith("board_")]
        dots = {id: _picture_dots(found.get(id)) for id in named}
        return boards_of(file or BoardsFile(), dots if devices else None, texts, self.problems)

    def _frames(self) -> dict[str, Frames]:
        found: dict[str, Frames] = {}
        for file, shown in self._each("integrations"):
            text = read(file, shown, self.problems)
            table = None if text is None else parse(text, shown, self.problems)
            for key in (table or {}).keys() - {"frame"}:
                self.problems.add(shown, key, "unknown table (there is: frame)")
            frames = (table or {}).get("frame", {})
            for name, frame in (frames if isinstance(frames, dict) else {}).items():
                if not isinstance(frame, dict):
                    self.problems.add(shown, f"frame.{name}", "must be a table")
                elif name in found:
                    self.problems.add(shown, f"frame.{name}", f"stands in {found[name].file} already")
                else:
                    found[name] = Frames(shown, frame)
        check_frames(found, self.problems)
        return found
