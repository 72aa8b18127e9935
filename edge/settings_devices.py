"""devices.toml -> links and devices: drivers that exist, options that bind, wires shared in peace."""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from drivers import loader
from drivers.errors import UnknownDriver
from drivers.frame_explain import golden_problems
from drivers.frame_format import FrameFormat
from drivers.links import options_of, scheme_of
from edge.hall.words import CounterId, DeviceId
from edge.settings_bind import Problems, bind
from edge.settings_tables import DevicesFile, DeviceTable, HallFile

FILE = "devices.toml"
_ID = re.compile(r"[a-z][a-z0-9-]{0,31}")
_AT_COUNTER = frozenset({"callpad", "rating", "camera"})
_AT_SOMEBODY = frozenset({"idcard", "scanner"})
_COMMON = frozenset(f.name for f in dataclasses.fields(DeviceTable))


@dataclass(frozen=True)
class LinkSettings:
    name: str
    url: str
    frames: Mapping[str, Any] | None = None
    """The frame description's table, for drivers that take their frames from the config."""


@dataclass(frozen=True)
class DeviceSettings:
    id: DeviceId
    kind: str
    """`printer`, `board`, `callpad`, `rating`, `camera`: the first word of the driver's name."""
    driver: str
    link: str
    counter: CounterId
    options: Any
    """The driver's own `Options`."""
    kiosk: DeviceId = ""
    post: str = ""
    """`a` or `b` for one of two clerks' pads at a counter."""


@dataclass(frozen=True)
class Frames:
    """A frame description and the file it stands in."""

    file: str
    table: Mapping[str, Any]


def links_of(file: DevicesFile, frames: Mapping[str, Frames], problems: Problems) -> dict[str, LinkSettings]:
    found = {}
    wires: dict[str, str] = {}
    for name, link in file.link.items():
        at = f"link.{name}"
        if not _ID.fullmatch(name):
            problems.add(FILE, at, "a link's name is small letters, digits and dashes, a letter first")
        try:
            options_of(link.url)
        except ValueError as e:
            problems.add(FILE, f"{at}.url", str(e))
        wire = link.url.partition("?")[0]
        if wires.setdefault(wire, name) != name and not wire.startswith("folder:"):
            problems.add(FILE, f"{at}.url", f"is the wire of link.{wires[wire]} already")
        table = frames[link.frames].table if link.frames in frames else None
        if link.frames and table is None:
            problems.no_such(FILE, f"{at}.frames", "frame description", link.frames, frames)
            table = {}
        found[name] = LinkSettings(name, link.url, table)
    return found


def check_frames(frames: Mapping[str, Frames], problems: Problems) -> None:
    """Every description reads and makes of its golden frames what they are, whether a link uses it or not."""
    for name, frame in frames.items():
        try:
            lines = golden_problems(FrameFormat.from_table(frame.table, name))
        except ValueError as e:
            lines = str(e).splitlines()
        for line in lines:
            problems.add(frame.file, f"frame.{name}", line)


def devices_of(
    file: DevicesFile, links: Mapping[str, LinkSettings], hall: HallFile | None, problems: Problems
) -> dict[DeviceId, DeviceSettings]:
    """The devices whose tables bind; what is wrong goes into `problems`. `hall` None: it does not read."""
    found = {}
    for id, table in file.device.items():
        if not _ID.fullmatch(id):
            problems.add(FILE, f"device.{id}", "an id is small letters, digits and dashes, a letter first")
        device = _device(id, table, links, problems)
        if device is None:
            continue
        if hall:
            _check_place(device, hall, problems)
        found[id] = device
    _check_sharing(found, links, problems)
    return found


def _device(
    id: DeviceId, table: Mapping[str, Any], links: Mapping[str, LinkSettings], problems: Problems
) -> DeviceSettings | None:
    at = f"device.{id}"
    bound = bind(DeviceTable, {k: v for k, v in table.items() if k in _COMMON}, FILE, problems, at)
    name = table.get("driver")
    if not isinstance(name, str):
        return None
    try:
        module = loader.load(name)
    except UnknownDriver as e:
        problems.no_such(FILE, f"{at}.driver", "driver", name, e.known)
        return None
    except (ImportError, TypeError) as e:
        problems.add(FILE, f"{at}.driver", f"{name} cannot be loaded on this machine: {e}")
        return None
    own = {k: v for k, v in table.items() if k not in _COMMON}
    options = bind(module.Options, own, FILE, problems, at)
    if bound is None:
        return None
    if bound.link not in links:
        problems.no_such(FILE, f"{at}.link", "link", bound.link, links)
        return None
    _check_link(module, name, at, links[bound.link], problems)
    if options is None:
        return None
    _check_misfit(module, options, at, links[bound.link], problems)
    kind = loader.kind_of(name)
    return DeviceSettings(id, kind, name, bound.link, bound.counter, options, bound.kiosk, bound.post)


def _check_misfit(module: ModuleType, options: Any, at: str, link: LinkSettings, problems: Problems) -> None:
    """Can this driver work with the link's frame description?"""
    if not link.frames or loader.fixed_frames(module):
        return
    try:
        frames = FrameFormat.from_table(link.frames, link.name)
    except ValueError:  # said where the description stands
        return
    if what := loader.misfit(module, frames, options):
        problems.add(FILE, f"{at}.link", what)


def _check_link(module: ModuleType, name: str, at: str, link: LinkSettings, problems: Problems) -> None:
    """Can this driver live on this link?"""
    try:
        scheme = scheme_of(link.url)
    except ValueError:
        return
    if scheme not in module.LINKS:
        what = f'{name} lives on {", ".join(module.LINKS)}, and link "{link.name}" is {scheme}'
        problems.add(FILE, f"{at}.link", what)
    elif loader.speaks_frames(module) and not loader.fixed_frames(module) and link.frames is None:
        what = f'{name} takes its frames from its link: say frames = "..." under [link.{link.name}]'
        problems.add(FILE, f"{at}.link", what)
    elif link.frames is not None and loader.fixed_frames(module):
        what = f'{name} speaks frames of its own, but link "{link.name}" names others'
        problems.add(FILE, f"{at}.link", what)


def _check_place(device: DeviceSettings, hall: HallFile, problems: Problems) -> None:
    at = f"device.{device.id}"
    if device.post not in ("", "a", "b"):
        problems.add(FILE, f"{at}.post", f'"a" or "b", not "{device.post}"')
    if device.counter and device.counter not in hall.counter:
        problems.no_such(FILE, f"{at}.counter", "counter", device.counter, hall.counter)
    if device.kiosk and device.kiosk not in hall.kiosk:
        problems.no_such(FILE, f"{at}.kiosk", "kiosk", device.kiosk, hall.kiosk)
    if not device.counter and device.kind in _AT_COUNTER:
        problems.add(FILE, f"{at}.counter", f"missing: a {device.kind} stands at a counter")
    if not device.counter and device.kind == "contact" and device.options.key is not None:
        problems.add(FILE, f"{at}.counter", "missing: a contact with a key is a button of a counter")
    if not (device.counter or device.kiosk) and device.kind in _AT_SOMEBODY:
        problems.add(FILE, f"{at}.counter", f"missing: a {device.kind} stands at a counter or a kiosk")


def _check_sharing(
    devices: Mapping[DeviceId, DeviceSettings], links: Mapping[str, LinkSettings], problems: Problems
) -> None:
    """On one wire: one frame format, and no address twice."""
    first_on: dict[str, DeviceSettings] = {}
    addressed: dict[tuple[str, object], DeviceId] = {}
    for device in devices.values():
        at, link = f"device.{device.id}", links[device.link]
        first = first_on.setdefault(device.link, device)
        if first is not device:
            _check_company(device, first, link, problems)
        address = getattr(device.options, "address", None)
        other = addressed.setdefault((device.link, address), device.id)
        if address is not None and other != device.id:
            what = f'{address} is the address of device.{other} on link "{link.name}" already'
            problems.add(FILE, f"{at}.address", what)


def _check_company(
    device: DeviceSettings, first: DeviceSettings, link: LinkSettings, problems: Problems
) -> None:
    """Can it live on this link beside the first one?"""
    at = f"device.{device.id}.link"
    if alone := next((d for d in (first, device) if not _shares(d)), None):
        what = f'{alone.driver} must be alone on a link, but "{link.name}" has device.{first.id} and this'
        problems.add(FILE, at, what)
    elif link.frames is None and _format(first, link) != _format(device, link):
        what = f'speaks other frames on link "{link.name}" than device.{first.id} ({first.driver})'
        problems.add(FILE, at, what)


def _shares(device: DeviceSettings) -> bool:
    return loader.speaks_frames(loader.load(device.driver))


def _format(device: DeviceSettings, link: LinkSettings) -> object:
    """What tells a device's frames from noise: the driver's own format, else the link's."""
    return loader.fixed_frames(loader.load(device.driver)) or link.frames
