"""What the box is made of: machine, system, packages, devices, screens; told to the county at each start."""

import importlib.metadata
import os
import platform
import re
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from edge.host import host_facts, text

Json = dict[str, Any]

PRODUCT = "bianmin-edge"
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_TEST = 'extra == "test"'
_WHO = re.compile(r"//[^/?#]*@")
_SETTINGS = ("hall.toml", "devices.toml", "boards.toml", "uplink.toml", "calendar.toml")


def inventory(
    *,
    data: Path,
    config: Path,
    devices: Iterable[tuple[str, str, str, str, str]],
    screens: Sequence[Mapping[str, Any]],
    root: Path = Path("/"),
) -> Json:
    """`devices`: id, kind, driver, counter and the link's address of each."""
    return {
        "host": machine(data, root),
        "packages": packages(),
        "devices": [
            {"id": id, "kind": kind, "driver": driver, "counter": counter, "link": _without_secrets(url)}
            for id, kind, driver, counter, url in devices
        ],
        "screens": [str(screen["name"]) for screen in screens],
        "settings": {name: digest for name in _SETTINGS if (digest := _digest(config / name))},
    }


def machine(data: Path, root: Path = Path("/")) -> Json:
    """What is not known is left out."""
    facts = host_facts(data, root)
    known = {
        # Linux, Documentation/ABI/testing/sysfs-firmware-ofw and sysfs-class-dmi.
        "model": text(root / "proc/device-tree/model") or text(root / "sys/class/dmi/id/product_name"),
        "processor": platform.machine(),
        "processors": os.cpu_count(),
        "kernel": platform.release(),
        "system": _system(root),
        "python": platform.python_version(),
        "memory_total_mb": facts.get("memory_total_mb"),
        "disk_total_mb": facts.get("disk_total_mb"),
    }
    return {name: value for name, value in known.items() if value}


def packages() -> dict[str, str]:
    """The product and what it needs, as installed; not what only its tests need."""
    found: dict[str, str] = {}
    for said in (PRODUCT, *(importlib.metadata.requires(PRODUCT) or ())):
        match = None if _TEST in said.replace("'", '"') else _NAME.match(said)
        if match and (version := _version(match[0])):
            found[match[0]] = version
    return found


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _system(root: Path) -> str:
    """os-release(5)"""
    found = re.search(r'^PRETTY_NAME="?([^"\n]*)', text(root / "etc/os-release"), re.MULTILINE)
    return found[1] if found else ""


def _digest(file: Path) -> str:
    """So that the county sees which halls have the same settings, without reading them."""
    try:
        return sha256(file.read_bytes()).hexdigest()[:16]
    except OSError:
        return ""


def _without_secrets(url: str) -> str:
    """An address without a name or password in it."""
    return _WHO.sub("//", url)
