"""The box's own figures, from /proc and /sys; what a machine does not tell is left out, never guessed."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

Json = dict[str, Any]

_UNDERVOLTAGE, _SLOWED = 1 << 0, 0b1110
_SINCE_BOOT = 16
# Raspberry Pi documentation, os.adoc, get_throttled: bit 0 under-voltage, 1 frequency capped, 2 throttled,
# 3 soft temperature limit; 16 to 19 the same since the start. Not seen on a box of ours.
_THROTTLED = (
    "sys/devices/platform/*/*firmware/get_throttled",
    "sys/devices/platform/*firmware/get_throttled",
)
# Raspberry Pi's kernel, "firmware/raspberrypi: Add a get_throttled sysfs file": hexadecimal, without 0x. It
# needs no right to /dev/vcio, which `vcgencmd get_throttled` does.


def host_facts(data: Path, root: Path = Path("/")) -> Json:
    """`data` is the folder whose disk matters; `root` is where /proc and /sys lie."""
    facts: Json = {}
    for probe in (_uptime, _load, _memory, _daemon, _temperature, _supply):
        facts |= _or_nothing(probe, root)
    return facts | _or_nothing(_disk, data)


def _or_nothing(probe: Callable[[Path], Json], where: Path) -> Json:
    """A sensor may be there and refuse to be read, and a failed card may not say how full it is."""
    try:
        return probe(where)
    except (OSError, ValueError, IndexError, KeyError):
        return {}


def _uptime(root: Path) -> Json:
    return {"uptime_s": int(float(text(root / "proc/uptime").split()[0]))}


def _load(root: Path) -> Json:
    return {"load": float(text(root / "proc/loadavg").split()[0])}


def _memory(root: Path) -> Json:
    pairs = (line.split(":") for line in text(root / "proc/meminfo").splitlines())
    mb = {name: int(value.split()[0]) // 1024 for name, value in pairs}
    return {"memory_free_mb": mb["MemAvailable"], "memory_total_mb": mb["MemTotal"]}


def _daemon(root: Path) -> Json:
    pages = int(text(root / "proc/self/statm").split()[1])
    return {"daemon_mb": pages * os.sysconf("SC_PAGE_SIZE") // 2**20}


def _temperature(root: Path) -> Json:
    """The hottest zone. Linux, Documentation/driver-api/thermal/sysfs-api.rst: millidegrees Celsius."""
    zones = [number(zone / "temp") for zone in (root / "sys/class/thermal").glob("thermal_zone*")]
    known = [zone for zone in zones if zone is not None]
    return {"temperature_c": round(max(known) / 1000, 1)} if known else {}


def _supply(root: Path) -> Json:
    """Is the supply too weak, is the processor slowed down, and was it so since the start?"""
    for pattern in _THROTTLED:
        for file in root.glob(pattern):
            bits = int(text(file), 16)
            before = bits >> _SINCE_BOOT
            return {
                "undervoltage": bool(bits & _UNDERVOLTAGE),
                "undervoltage_since_boot": bool(before & _UNDERVOLTAGE),
                "throttled": bool(bits & _SLOWED),
                "throttled_since_boot": bool(before & _SLOWED),
            }
    return _voltage_sensor(root)


def _voltage_sensor(root: Path) -> Json:
    """Linux, Documentation/hwmon/raspberrypi-hwmon.rst: the device `rpi_volt`, file `in0_lcrit_alarm`.

    Not seen on a box of ours.
    """
    for sensor in (root / "sys/class/hwmon").glob("hwmon*"):
        if text(sensor / "name") == "rpi_volt" and (alarm := number(sensor / "in0_lcrit_alarm")) is not None:
            return {"undervoltage": alarm != 0}
    return {}


# --- the disk under the data --------------------------------------------------------------------------------


def _disk(data: Path) -> Json:
    disk = os.statvfs(data)
    return {
        "disk_free_mb": disk.f_bavail * disk.f_frsize // 2**20,
        "disk_total_mb": disk.f_blocks * disk.f_frsize // 2**20,
        "disk_read_only": bool(disk.f_flag & os.ST_RDONLY),
    }


def disk_facts(data: Path, root: Path = Path("/")) -> Json:
    """Errors that the kernel has counted, and how worn the disk under `data` says that it is."""
    part = _partition(data, root)
    if part is None:
        return {}
    facts: Json = {}
    if (errors := number(root / "sys/fs/ext4" / part.name / "errors_count")) is not None:
        # Linux, Documentation/ABI/testing/sysfs-fs-ext4: since the last check of the file system.
        facts["disk_errors"] = errors
    device = _whole(part) / "device"
    if (failed := number(device / "ioerr_cnt", 16)) is not None:
        facts["disk_io_errors"] = failed  # SCSI and SATA count what they could not read or write
    return facts | _or_nothing(_wear, device)


def _wear(device: Path) -> Json:
    """Linux, Documentation/driver-api/mmc/mmc-dev-attrs.rst: eMMC only, in tenths of its life, 0x0B: beyond.

    `pre_eol_info` 1 normal, 2 warning, 3 urgent. SD cards say nothing. Not seen on a box of ours.
    """
    tenths = max(int(word, 16) for word in text(device / "life_time").split())
    facts: Json = {"disk_life_used_percent": min(tenths * 10, 110)} if tenths else {}
    if end := number(device / "pre_eol_info", 16):
        facts["disk_near_end"] = end > 1
    return facts


def written_bytes(data: Path, root: Path = Path("/")) -> int | None:
    """To the disk under `data`, by everybody, since the box started.

    Linux, Documentation/block/stat.rst: the seventh figure, in sectors of 512 bytes.
    """
    part = _partition(data, root)
    if part is None:
        return None
    try:
        return int(text(_whole(part) / "stat").split()[6]) * 512
    except (ValueError, IndexError):
        return None


def _partition(data: Path, root: Path) -> Path | None:
    """Its folder in /sys; None: no disk of its own, as in a container."""
    try:
        number = data.stat().st_dev
    except OSError:
        return None
    folder = root / f"sys/dev/block/{os.major(number)}:{os.minor(number)}"
    return folder.resolve() if folder.exists() else None


def _whole(part: Path) -> Path:
    """The disk of a partition."""
    return part.parent if (part / "partition").exists() else part


def number(file: Path, base: int = 10) -> int | None:
    try:
        return int(text(file), base)
    except ValueError:
        return None


def text(file: Path) -> str:
    """Empty where it cannot be read."""
    try:
        return file.read_text("utf-8", "replace").strip("\0 \n")
    except OSError:
        return ""
