"""The units as systemd's own tools read them; nothing is installed or started."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

SYSTEMD = Path(__file__).parents[2] / "systemd"
UNITS = sorted(p.name for p in SYSTEMD.iterdir() if p.suffix in (".service", ".timer"))
SERVICES = [name for name in UNITS if name.endswith(".service")]
INSTALLED = "/opt/bianmin/.venv/bin/bianmin"
# systemd-analyze's exposure times ten: 0 is sealed, 100 wide open. Reached: 22, 18, 18 (systemd 252).
EXPOSURE = {
    "bianmin.service": 25,
    "bianmin-kiosk.service": 25,
    "bianmin-screen@.service": 25,
    "bianmin-voice@.service": 25,
}


def run(*command: str, **more: str) -> "subprocess.CompletedProcess[str]":
    env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "SYSTEMD_PAGER": "cat", **more}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=env)


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units with programs that exist here in the place of those of a box."""
    for name in UNITS:
        text = (SYSTEMD / name).read_text("utf-8")
        text = text.replace(INSTALLED, sys.executable)
        text = re.sub(r"^(Exec\w+=[+-]?)/usr/bin/(weston|chvt)\b", r"\1/bin/true", text, flags=re.M)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def values(name: str, key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", (SYSTEMD / name).read_text("utf-8"), flags=re.M)


def test_systemd_finds_nothing_to_complain_about(units: Path) -> None:
    names = [str(units / name.replace("@.", "@hall.")) for name in UNITS]
    for name in ("screen", "voice"):
        (units / f"bianmin-{name}@hall.service").symlink_to(f"bianmin-{name}@.service")
    checked = run("systemd-analyze", "verify", "--man=no", *names, SYSTEMD_UNIT_PATH=f"{units}:")
    ours = [line for line in checked.stderr.splitlines() if "bianmin" in line]
    assert (checked.returncode, ours) == (0, [])


@pytest.mark.parametrize("fault", ["WatchdogSecs=15", "Restart=sometimes", "DeviceAllow=char-ttyUSB quite"])
def test_the_check_sees_a_mistake(units: Path, fault: str) -> None:
    unit = units / "bianmin.service"
    unit.write_text(unit.read_text("utf-8").replace("[Service]\n", f"[Service]\n{fault}\n"), "utf-8")
    checked = run("systemd-analyze", "verify", "--man=no", str(unit), SYSTEMD_UNIT_PATH=f"{units}:")
    assert "bianmin.service:" in checked.stderr


@pytest.mark.parametrize("name", EXPOSURE)
def test_a_unit_is_no_more_open_than_it_must_be(name: str, tmp_path: Path) -> None:
    unit = tmp_path / name.replace("@.", "@hall.")
    unit.write_text((SYSTEMD / name).read_text("utf-8"), "utf-8")
    command = ("systemd-analyze", "security", "--offline=yes", "--no-pager", f"--threshold={EXPOSURE[name]}")
    checked = run(*command, str(unit))
    assert checked.returncode == 0, checked.stdout[-200:]
    sealed = tmp_path / "open.service"
    sealed.write_text("[Service]\nExecStart=/bin/true\n", "utf-8")
    assert run(*command, str(sealed)).returncode != 0, "the threshold refuses what is open"


def test_the_daemon_is_watched_and_never_given_up() -> None:
    name = "bianmin.service"
    assert values(name, "Type") == ["notify"] and values(name, "WatchdogSec") == ["15"]
    assert values(name, "Restart") == ["always"] and values(name, "OnFailure") == ["bianmin-again.timer"]
    assert values("bianmin-again.timer", "Unit") == ["bianmin-again.service"]
    assert values("bianmin-again.service", "ExecStart")[-1].endswith("start bianmin.service")


def test_screens_are_watched_and_start_for_ever() -> None:
    for name in ("bianmin-kiosk.service", "bianmin-screen@.service"):
        assert values(name, "Type") == ["notify"] and values(name, "WatchdogSec") == ["15"]
        assert values(name, "Restart") == ["always"] and values(name, "StartLimitIntervalSec") == ["0"]


def test_a_voice_comes_to_the_end_of_what_it_says() -> None:
    name = "bianmin-voice@.service"
    assert values(name, "KillMode") == ["mixed"] and int(values(name, "TimeoutStopSec")[0]) >= 40
    assert values(name, "Restart") == ["always"] and not values(name, "(?:Requires|PartOf)")


def test_only_the_daemons_user_may_switch_the_box() -> None:
    text = (SYSTEMD / "50-bianmin.rules").read_text("utf-8")
    assert values("bianmin.service", "User") == re.findall(r'subject\.user === "(\w+)"', text)
    assert set(re.findall(r"login1\.([a-z]+(?:-off)?)", text)) == {"reboot", "power-off"}


def test_no_screen_can_stop_the_daemon() -> None:
    for name in SERVICES:
        if name == "bianmin.service":
            pulls = "Requires|BindsTo|PartOf|Requisite"
            assert not [v for v in values(name, f"(?:{pulls})") if v]
        else:
            assert "bianmin.service" not in " ".join(values(name, "(?:Conflicts|PropagatesStopTo|OnFailure)"))


def test_every_program_is_called_by_a_command_that_exists() -> None:
    words = [
        v.removeprefix(INSTALLED).split() for n in SERVICES for v in values(n, "ExecStart") if INSTALLED in v
    ]
    assert sorted(w[0] for w in words) == ["center", "kiosk", "run", "screen", "voice"]
    for word in words:
        helped = subprocess.run(
            [sys.executable, "-m", "edge", word[0], "--help"], capture_output=True, timeout=60
        )
        assert helped.returncode == 0


def test_users_and_folders_are_made_as_the_units_expect_them(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    made = run("systemd-sysusers", f"--root={tmp_path}", str(SYSTEMD / "bianmin.sysusers"))
    assert made.returncode == 0, made.stderr
    users = (tmp_path / "etc/passwd").read_text("utf-8")
    groups = {line.split(":")[0] for line in (tmp_path / "etc/group").read_text("utf-8").splitlines()}
    for name in SERVICES:
        assert all(f"{user}:x:" in users for user in values(name, "User"))
        asked = [word for v in values(name, "(?:Supplementary)?Groups?") for word in v.split()]
        assert groups.issuperset(asked)
    (tmp_path / "etc/bianmin").mkdir(mode=0o755)
    (tmp_path / "etc/bianmin/staff.toml").touch(mode=0o644)
    made = run("systemd-tmpfiles", f"--root={tmp_path}", "--create", str(SYSTEMD / "bianmin.tmpfiles"))
    assert made.returncode == 0, made.stderr
    assert oct((tmp_path / "etc/bianmin").stat().st_mode)[-3:] == "750"
    assert oct((tmp_path / "etc/bianmin/staff.toml").stat().st_mode)[-3:] == "600"


def test_the_monitors_show_the_programs_that_name_themselves() -> None:
    shown = set(re.findall(r"^app-ids=(.*)$", (SYSTEMD / "weston.ini").read_text("utf-8"), flags=re.M))
    names = [v.split("=", 1)[1] for n in SERVICES for v in values(n, "Environment") if "WMCLASS" in v]
    assert shown == {name.replace("%i", "hall") for name in names}


def test_the_readme_speaks_of_every_file() -> None:
    text = (SYSTEMD / "README.md").read_text("utf-8")
    assert not [p.name for p in SYSTEMD.iterdir() if p.name not in text and p.name != "README.md"]
