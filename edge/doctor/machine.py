"""The box itself: fonts, voice, clock, disk, rights, the county's broker, the door's port, its health."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from edge import settings
from edge.clock import kept_while_off, synchronised
from edge.credentials import COUNTY, Credentials, lasts
from edge.doctor.findings import Finding, fail, ok, warn
from edge.host import disk_facts, host_facts
from edge.settings import Settings
from edge.settings_tables import UplinkSettings

LEAST_FREE_MB, LOW_FREE_MB = 100, 1000
HOT_C = 80.0
"""A Raspberry Pi slows down from here on."""
CONNECT_S = 3.0
FEW_DAYS = 30
CHILD_S = 20.0


def machine(found: Settings, data: Path, port: int, root: Path = Path("/")) -> Iterator[Finding]:
    """One finding each; blocks some seconds in all."""
    yield fonts()
    yield voice()
    yield clock()
    yield disk(data)
    yield from rights(found.folder, data)
    yield broker(found.uplink)
    yield from certificate(found.uplink, data)
    yield door(port)
    yield from mains(found)
    yield from health(data, root)


def fonts() -> Finding:
    """By the screens' own judgement, in a process of theirs."""
    code = "from kiosk_ui import fonts; print(fonts.load().notice)"
    said = _run([sys.executable, "-c", code])
    if said is None:
        return fail("fonts", "the screens' program does not start: bianmin kiosk --help says why")
    notice = said.strip().removeprefix("fonts: ")
    return warn("fonts", notice) if notice else ok("fonts", "cut and ready")


def voice() -> Finding:
    """The clips of the set-up, by the voice's own judgement, in a process of its own."""
    code = "from kiosk_ui.voice import pack; print('lacks', *pack.load(pack.made_dir()).missing())"
    said = _run([sys.executable, "-c", code])
    if said is None:
        espeak = "" if shutil.which("espeak-ng") else "apt-get install espeak-ng, then "
        return warn("voice", f"no clips: {espeak}python -m kiosk_ui voice-pack; or a person's recordings")
    lacks = said.strip().removeprefix("lacks").strip()
    return warn("voice", f"clips are missing: {lacks}") if lacks else ok("voice", "clips ready")


def clock() -> Finding:
    if synchronised():
        return ok("clock", "set by NTP")
    if kept_while_off():
        return ok("clock", "set by a clock with a battery, not by NTP")
    return warn("clock", "neither NTP nor a battery: no opening hours until somebody says the date")


def disk(data: Path) -> Finding:
    """Of the data folder, or of where it will be made."""
    at = next(p for p in (data, *data.parents) if p.exists())
    try:
        free = os.statvfs(at)
    except OSError as error:
        return fail("disk", f"{at}: {error.strerror}")
    mb = free.f_bavail * free.f_frsize // 2**20
    if free.f_flag & os.ST_RDONLY:
        return fail("disk", f"{at} is read-only: no number can be given")
    detail = f"{mb} MB free under {at}"
    return (fail if mb < LEAST_FREE_MB else warn if mb < LOW_FREE_MB else ok)("disk", detail)


def rights(folder: Path, data: Path) -> Iterator[Finding]:
    at = next(p for p in (data, *data.parents) if p.exists())
    if not os.access(at, os.W_OK | os.X_OK):
        yield fail("data", f"this user may not write to {at}: bianmin run --data D, or mend its rights")
    else:
        yield ok("data", f"{data}" + ("" if at == data else " (will be made)"))
    for warning in settings.warnings(folder):
        yield warn("config", warning)


def broker(uplink: UplinkSettings) -> Finding:
    if not uplink.enabled:
        return ok("broker", "no line to the county is configured")
    for name in ("password_file", "ca_file", "cert_file", "key_file"):
        file = getattr(uplink, name)
        if file and not os.access(file, os.R_OK):
            return fail("broker", f"uplink.{name}: {file} cannot be read")
    url = urlsplit(uplink.broker)
    host, port = url.hostname or "", url.port or (8883 if url.scheme == "mqtts" else 1883)
    try:
        socket.create_connection((host, port), CONNECT_S).close()
    except OSError as error:
        return warn("broker", f"{host}:{port}: {error.strerror or error}; the journal keeps everything")
    return ok("broker", f"{host}:{port} takes calls")


def certificate(uplink: UplinkSettings, data: Path) -> Iterator[Finding]:
    """The box's own: from the center, or a file that somebody made."""
    credentials, file = Credentials(data / COUNTY), Path(uplink.cert_file)
    if not uplink.enabled or not (uplink.enroll or uplink.cert_file):
        return
    if uplink.enroll and not credentials.is_there:
        yield fail("certificate", "none yet: get a code from the county, then bianmin enroll DIR")
        return
    try:
        ends = (credentials.lasts() if uplink.enroll else lasts(file))[1]
    except (OSError, ValueError) as error:
        yield fail("certificate", str(error))
        return
    left = (ends - datetime.now(UTC)).days
    said = f"ends on {ends:%Y-%m-%d}" + (", renewed by itself 60 days before" if uplink.enroll else "")
    yield (fail if left < 0 else warn if left < FEW_DAYS else ok)("certificate", said)


def door(port: int) -> Finding:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return warn("port", f"{port}: {error.strerror}; is a daemon running, or another program there?")
    return ok("port", f"{port} is free")


def mains(found: Settings) -> Iterator[Finding]:
    """Where there is a UPS: does anything bring the box down in time?"""
    if not any(d.kind == "ups" for d in found.devices.values()):
        return
    command = found.power.command
    if not command:
        yield warn("mains", "there is a UPS, and no [power] command: nothing brings the box down")
    elif shutil.which(command[0]) is None:
        yield fail("mains", f"[power] command: there is no program {command[0]!r}")
    else:
        yield ok("mains", f'{found.power.delay_s} s after "low": {" ".join(command)}')


def health(data: Path, root: Path) -> Iterator[Finding]:
    facts = host_facts(data, root)
    if facts.get("undervoltage"):
        yield fail("power", "the supply is too weak: use the maker's own")
    elif facts.get("undervoltage_since_boot"):
        yield warn("power", "the supply was too weak since the start: use the maker's own")
    disk = disk_facts(data, root)
    if errors := disk.get("disk_errors", 0) or disk.get("disk_io_errors", 0):
        yield warn("disk errors", f"{errors} counted by the kernel: copy the data, replace the disk")
    if disk.get("disk_near_end"):
        yield warn("disk life", f"{disk.get('disk_life_used_percent', '?')} % used: replace it soon")
    if (temperature := facts.get("temperature_c")) is not None:
        yield (warn if temperature >= HOT_C else ok)("temperature", f"{temperature} °C")
    if "memory_total_mb" in facts:
        yield ok("memory", f"{facts['memory_free_mb']} of {facts['memory_total_mb']} MB free")


def _run(words: Sequence[str]) -> str | None:
    """What a program says; None if it fails, or does not end."""
    try:
        done = subprocess.run(
            words, stdin=subprocess.DEVNULL, capture_output=True, timeout=CHILD_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
