"""Who beside this box may knock at the local door: `[door]` in hall.toml."""

import re
from dataclasses import dataclass
from ipaddress import ip_address

_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
_HOME = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class DoorSettings:
    address: str = ""
    """Where the hall's network finds the door as well: one of the box's addresses, as `192.168.1.20`, or
    `0.0.0.0` for all of them. Every caller from there is paired first. Empty: loopback only."""
    names: tuple[str, ...] = ()
    """What a browser may call the box beside its addresses: `["hall.lan"]`."""

    def __post_init__(self) -> None:
        if self.address:
            _check_address(self.address)
        for name in self.names:
            if name in _HOME or not _NAME.fullmatch(name):
                what = "a name like hall.lan, in small letters and without port"
                raise ValueError(f"names: {what}, not {name!r}")
        if self.names and not self.address:
            raise ValueError("names: say nothing without address: the door is on loopback only")

    @property
    def on_lan(self) -> bool:
        return bool(self.address)


def _check_address(address: str) -> None:
    try:
        said = ip_address(address)
    except ValueError:
        what = f"one of the box's addresses, as 192.168.1.20, or 0.0.0.0 for all, not {address!r}"
        raise ValueError(f"address: {what}") from None
    if str(said) in _HOME:
        raise ValueError(f"address: {address} is where the door is anyway; leave it out for loopback only")
    if said.is_multicast or address == "255.255.255.255":
        raise ValueError(f"address: {address} is no address of a machine")
