"""The far ends of pads that hang on no wire of bytes: keypads, and pads that call in."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from drivers.twins.keypads import KeypadPort
from drivers.twins.wedges import WedgePort
from drivers.twins.wire import Port


class UrlPort(Port, Protocol):
    def url(self) -> str:
        """For the daemon."""
        ...


def pads_port(name: str, links: Path, devices: Mapping[str, Mapping[str, Any]], url: str) -> UrlPort | None:
    """The twins of all pads on such a link; None: it is another kind of link."""
    scheme = url.partition(":")[0]
    if scheme == "ws" and devices:
        from drivers.twins.screen_pads import ScreenPads  # few halls have them, and their library is large

        return ScreenPads(name, devices, url)
    for id, table in devices.items() if scheme == "input" else ():
        kind = str(table.get("driver", "")).partition("_")[0]
        if kind in ("callpad", "rating"):
            return KeypadPort(name, links / name, id, kind)
        if kind == "scanner":
            return WedgePort(name, links / name, id)
    return None
