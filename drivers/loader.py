"""A driver's name in the config -> its module, with the contract checked.

A driver module `drivers.KIND_family` holds
  * `Options`: a frozen dataclass;
  * `LINKS`: the link schemes it can live on, as `("serial", "rs485", "tcp")`;
  * `Driver(link, options)`;
  * optional `FRAMES`: it speaks in frames on a line that may be shared; `Driver` gets a `framing.Line`.
    A FrameFormat: its own, fixed. None: the one that the link names by `frames = "..."`;
  * optional `misfit(frames, options)`: why it cannot work with such a description, or empty.
    No FRAMES at all: `Driver` gets the link itself, and is alone on it.
"""

import importlib
import pkgutil
from dataclasses import is_dataclass
from types import ModuleType

import drivers
from drivers.errors import UnknownDriver
from drivers.frame_format import FrameFormat
from drivers.links import SCHEMES

KINDS = (
    "printer", "board", "callpad", "rating", "camera",
    "idcard", "scanner", "ups", "buzzer", "relay", "contact", "attendance",
)  # fmt: skip


def names() -> tuple[str, ...]:
    """Every driver there is, in order."""
    found = (module.name for module in pkgutil.iter_modules(drivers.__path__) if not module.ispkg)
    return tuple(sorted(name for name in found if name.partition("_")[0] in KINDS and "_" in name))


def kind_of(name: str) -> str:
    """`board` for `board_onbon_k`."""
    return name.partition("_")[0]


def load(name: str) -> ModuleType:
    """The driver's module. Raises UnknownDriver; TypeError for a module that does not keep the contract."""
    known = names()
    if name not in known:
        raise UnknownDriver(name, known)
    module = importlib.import_module(f"drivers.{name}")
    options, links = getattr(module, "Options", None), getattr(module, "LINKS", ())
    if not isinstance(options, type) or not is_dataclass(options) or not _is_frozen(options):
        raise TypeError(f"drivers.{name}: Options must be a frozen dataclass")
    if not links or any(scheme not in SCHEMES for scheme in links):
        raise TypeError(f"drivers.{name}: LINKS must name link schemes: {', '.join(SCHEMES)}")
    if not isinstance(getattr(module, "Driver", None), type):
        raise TypeError(f"drivers.{name}: Driver is missing")
    if not isinstance(getattr(module, "FRAMES", None), FrameFormat | None):
        raise TypeError(f"drivers.{name}: FRAMES must be a FrameFormat or None")
    return module


def _is_frozen(options: type) -> bool:
    return bool(getattr(options, "__dataclass_params__").frozen)  # noqa: B009 (the checker knows no such name)


def speaks_frames(module: ModuleType) -> bool:
    """Does its `Driver` want a Line, instead of the link itself?"""
    return hasattr(module, "FRAMES")


def fixed_frames(module: ModuleType) -> FrameFormat | None:
    """The format that this driver brings; None: it takes the link's, or speaks in none."""
    found = getattr(module, "FRAMES", None)
    return found if isinstance(found, FrameFormat) else None


def misfit(module: ModuleType, frames: FrameFormat, options: object) -> str:
    """Why this driver cannot work with the link's description, or empty."""
    asked = getattr(module, "misfit", None)
    return str(asked(frames, options)) if asked else ""
