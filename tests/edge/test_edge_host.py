"""What the box tells of itself, from folders that stand for /proc and /sys of several machines."""

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from edge.boots import why_booted
from edge.entries import Entry
from edge.hall.events import CounterOpened, DaemonStarted, DaemonStopped, Event
from edge.hall.words import Stamp
from edge.host import disk_facts, host_facts, written_bytes
from edge.inventory import inventory, machine, packages
from edge.written import Written

ROOT = Path(__file__).resolve().parents[2]
FIRMWARE = "sys/devices/platform/soc/soc:firmware/get_throttled"
PI5 = "sys/devices/platform/soc@107c000000/soc@107c000000:firmware/get_throttled"
RSTS = "proc/device-tree/chosen/bootloader/rsts"


def box(root: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def card(root: Path, data: Path, files: dict[str, str]) -> Path:
    """A disk in /sys on which `data` lies: `mmcblk0p2` of `mmcblk0`; `files` are the disk's."""
    disk = "sys/devices/platform/emmc2bus/mmcblk0"
    box(root, {f"{disk}/mmcblk0p2/partition": "2\n", **{f"{disk}/{n}": t for n, t in files.items()}})
    number = data.stat().st_dev
    link = root / f"sys/dev/block/{os.major(number)}:{os.minor(number)}"
    link.parent.mkdir(parents=True)
    link.symlink_to(root / disk / "mmcblk0p2")
    return root


@pytest.mark.parametrize("file", [FIRMWARE, PI5])
@pytest.mark.parametrize(
    ("said", "now", "before"),
    [
        ("0", (False, False), (False, False)),
        ("50005\n", (True, True), (True, True)),
        ("50000", (False, False), (True, True)),
        ("80008", (False, True), (False, True)),
        ("1", (True, False), (False, False)),
    ],
)
def test_a_pi_says_whether_its_supply_is_weak_and_whether_it_is_slowed_down(
    file: str, said: str, now: tuple[bool, bool], before: tuple[bool, bool], tmp_path: Path
) -> None:
    facts = host_facts(tmp_path, box(tmp_path, {file: said}))
    assert (facts["undervoltage"], facts["throttled"]) == now
    assert (facts["undervoltage_since_boot"], facts["throttled_since_boot"]) == before


@pytest.mark.parametrize("files", [{}, {FIRMWARE: "?"}, {FIRMWARE: b"\xff"}, {"proc/meminfo": "MemTotal"}])
def test_what_a_machine_does_not_tell_is_not_made_up(files: dict[str, str | bytes], tmp_path: Path) -> None:
    assert host_facts(tmp_path / "gone", box(tmp_path / "root", files)) == {}
    assert disk_facts(tmp_path, tmp_path / "root") == {}
    assert written_bytes(tmp_path, tmp_path / "root") is None


def test_this_machine_tells_something() -> None:
    facts = host_facts(Path("/"))
    assert facts["memory_total_mb"] >= facts["memory_free_mb"] > 0 and facts["uptime_s"] > 0
    assert facts["disk_total_mb"] > 0 and facts["disk_read_only"] in (True, False)


def test_errors_and_wear_of_the_disk_under_the_data(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    stat = "  1 0 8 0 2 0 204800 0 0 0 0\n"
    wear = {"device/life_time": "0x02 0x03\n", "device/pre_eol_info": "0x02\n", "stat": stat}
    root = card(tmp_path / "root", data, wear)
    box(root, {"sys/fs/ext4/mmcblk0p2/errors_count": "4\n", "sys/fs/ext4/mmcblk0p1/errors_count": "99\n"})
    assert disk_facts(data, root) == {
        "disk_errors": 4,
        "disk_life_used_percent": 30,
        "disk_near_end": True,
    }
    assert written_bytes(data, root) == 204_800 * 512


def test_a_disk_of_another_kind_counts_what_it_could_not_read(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    root = card(tmp_path / "root", data, {"device/ioerr_cnt": "0x1a\n", "device/life_time": "0x00 0x00"})
    assert disk_facts(data, root) == {"disk_io_errors": 26}


# --- what is written in a day -------------------------------------------------------------------------------

MB = 2**20
MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


def test_what_is_written_in_a_day_outlives_daemon_and_boot(tmp_path: Path) -> None:
    counter = 500 * MB
    first = Written(tmp_path, "boot-1", lambda: counter)
    assert first.facts(MONDAY) == {"written_today_mb": 0}  # the first look of all
    counter += 520 * MB
    assert first.facts(MONDAY) == {"written_today_mb": 520}
    first.save()
    counter += 5 * MB
    again = Written(tmp_path, "boot-1", lambda: counter)
    assert again.facts(MONDAY) == {"written_today_mb": 525}
    again.save()
    counter = 30 * MB
    rebooted = Written(tmp_path, "boot-2", lambda: counter)
    assert rebooted.facts(MONDAY) == {"written_today_mb": 555}
    counter += 3 * MB
    assert rebooted.facts(TUESDAY) == {"written_today_mb": 3, "written_last_day_mb": 555}
    lost_power = Written(tmp_path, "boot-3", lambda: 7 * MB)  # the turn of the day is on disk at once
    assert lost_power.facts(TUESDAY) == {"written_today_mb": 10, "written_last_day_mb": 555}


@pytest.mark.parametrize(
    "found", ["", "[]", "{", '{"day": 5}', '{"today": "x"}', '{"other": 1}', '{"seen": true}']
)
def test_a_count_that_cannot_be_read_begins_anew(found: str, tmp_path: Path) -> None:
    (tmp_path / "written.json").write_text(found)
    assert Written(tmp_path, "boot-1", lambda: 3 * MB).facts(MONDAY) == {"written_today_mb": 0}


def test_a_machine_that_does_not_count_says_nothing(tmp_path: Path) -> None:
    assert Written(tmp_path, "boot-1", lambda: None).facts(MONDAY) == {}


# --- why the box started ------------------------------------------------------------------------------------


def entries(*said: tuple[str, Event]) -> list[Entry]:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    stamps = (Stamp(seq, at, at.date(), boot, 1.0, True) for seq, (boot, _) in enumerate(said, 1))
    return [Entry(s.seq, s, True, event, "{}", "") for s, (_, event) in zip(stamps, said, strict=True)]


STARTED, STOPPED = DaemonStarted(version="1", boot="old"), DaemonStopped()
WORK = CounterOpened(counter="1")
POWER_ON, WARM = b"\x00\x00\x10\x00", b"\x00\x00\x00\x20"


@pytest.mark.parametrize(
    ("last", "files", "why"),
    [
        ([("old", STARTED), ("old", WORK), ("old", STOPPED)], {}, "clean"),
        ([("old", STARTED), ("old", STOPPED), ("new", WORK)], {RSTS: POWER_ON}, "clean"),
        ([("old", STARTED), ("old", WORK)], {}, "unclean"),
        ([("old", STARTED), ("old", WORK), ("new", WORK)], {RSTS: POWER_ON}, "power_cut"),
        ([("old", STARTED), ("old", WORK)], {RSTS: WARM}, "watchdog"),
        ([("old", WORK)], {"sys/class/watchdog/watchdog0/bootstatus": "32\n"}, "watchdog"),
        ([("old", WORK)], {"sys/class/watchdog/watchdog0/bootstatus": "0\n"}, "unclean"),
        ([("new", WORK)], {RSTS: POWER_ON}, ""),
        ([], {}, ""),
    ],
)
def test_why_the_box_started(
    last: list[tuple[str, Event]], files: dict[str, str | bytes], why: str, tmp_path: Path
) -> None:
    root = box(tmp_path / "root", files)
    assert why_booted(tmp_path, "new", entries(*last), root) == why
    stopped = entries(*last, ("new", STOPPED))
    assert why_booted(tmp_path, "new", stopped, root) == why, "the daemon's next start within this boot"
    (tmp_path / "boot.json").write_text("[]")
    assert why_booted(tmp_path, "new", entries(*last), root) == why


# --- what it is made of -------------------------------------------------------------------------------------


def test_the_inventory_of_a_pi_has_no_secret_and_no_person(tmp_path: Path) -> None:
    pi = box(
        tmp_path / "root",
        {
            "proc/device-tree/model": b"Raspberry Pi 4 Model B Rev 1.4\x00",
            "etc/os-release": 'NAME="Debian"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
            "proc/meminfo": "MemTotal: 3884956 kB\nMemAvailable: 3000000 kB\n",
        },
    )
    config = box(tmp_path / "config", {"hall.toml": "x", "staff.toml": "name = 1"})
    made = inventory(
        data=tmp_path,
        config=config,
        devices=[
            ("printer-1", "printer", "printer_escpos", "", "tcp://admin:hidden@10.0.0.9:9100?x=1"),
            ("camera-1", "camera", "camera_opencv", "2", "video:///dev/v4l/by-id/usb-cam"),
        ],
        screens=[{"name": "hall", "age_s": 0.1}],
        root=pi,
    )
    assert made["host"]["model"] == "Raspberry Pi 4 Model B Rev 1.4"
    assert made["host"]["system"] == "Debian GNU/Linux 12 (bookworm)"
    assert made["host"]["memory_total_mb"] == 3793 and made["host"]["processors"] >= 1
    assert [d["link"] for d in made["devices"]] == [
        "tcp://10.0.0.9:9100?x=1",
        "video:///dev/v4l/by-id/usb-cam",
    ]
    assert made["screens"] == ["hall"] and list(made["settings"]) == ["hall.toml"]
    assert "hidden" not in json.dumps(made)


def test_a_machine_without_a_name_has_none() -> None:
    assert "model" not in machine(Path("/"), Path("/nowhere"))


def test_the_packages_are_those_that_are_installed() -> None:
    found = packages()
    said = subprocess.run(
        [sys.executable, "-c", "import importlib.metadata as m; print(m.version('paho-mqtt'))"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert (
        found["paho-mqtt"] == said.stdout.strip()
        and found["bianmin-edge"]
        and not {"no-such", "hypothesis", "pytest"} & found.keys()
    )
