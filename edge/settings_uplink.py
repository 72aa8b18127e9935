"""uplink.toml: addresses that must be safe, and files or a center, not both."""

from urllib.parse import urlsplit

from edge.settings_bind import Problems
from edge.settings_tables import UplinkSettings

FILE = "uplink.toml"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def check_uplink(uplink: UplinkSettings, problems: Problems) -> None:
    url = urlsplit(uplink.broker)
    if not _is_address(uplink.broker, ("mqtt", "mqtts")):
        problems.add(FILE, "uplink.broker", f'"{uplink.broker}" is not like mqtts://host:8883')
    elif url.scheme == "mqtt" and url.hostname not in _LOOPBACK:
        problems.add(FILE, "uplink.broker", "plain mqtt:// is for this machine only; use mqtts://")
    if uplink.enroll and not (_is_address(uplink.enroll, ("https",)) and not urlsplit(uplink.enroll).path):
        problems.add(FILE, "uplink.enroll", f'"{uplink.enroll}" is not like https://host:8701')
    elif uplink.enroll and url.scheme == "mqtt":
        problems.add(FILE, "uplink.enroll", "a certificate is for a broker with mqtts://")
    if uplink.trust_unsigned and url.hostname not in _LOOPBACK:
        problems.add(FILE, "uplink.trust_unsigned", "for a broker on this machine only")


def _is_address(said: str, schemes: tuple[str, ...]) -> bool:
    try:
        url = urlsplit(said)
        return url.scheme in schemes and bool(url.hostname) and (url.port or 1) > 0
    except ValueError:
        return False
