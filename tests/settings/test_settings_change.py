"""A program changes one setting: checked first, swapped whole, comments and the former file kept."""

import stat
from pathlib import Path

import pytest

from edge import settings
from edge.errors import ConfigError


def test_a_changed_setting_is_read_back_and_comments_stay(folder: Path) -> None:
    file = folder / "devices.toml"
    before = file.read_text("utf-8")
    settings.change(file, "device.board-3.address", 44)
    assert settings.load(folder).devices["board-3"].options.address == 44
    after = file.read_text("utf-8")
    assert after == before.replace("\naddress = 3\n", "\naddress = 44\n", 1)


@pytest.mark.parametrize(
    ("dotted", "value"),
    [
        ("hall.name", "另一个中心"),
        ("hall.notices", ["一", "二"]),
        ("rules.start_after_call_s", 30.5),
        ("rules.pad_opens_counter", False),
        ("rules.recall_limit", 5),
    ],
)
def test_every_kind_of_value_goes_round(folder: Path, dotted: str, value: object) -> None:
    settings.change(folder / "hall.toml", dotted, value)
    plan = settings.load(folder).plan
    table, key = dotted.split(".")
    found = getattr(plan if table == "hall" else plan.rules, key)
    assert (list(found) if isinstance(found, tuple) else found) == value


def test_the_former_file_is_kept_beside(folder: Path) -> None:
    file = folder / "uplink.toml"
    before = file.read_bytes()
    settings.change(file, "uplink.window", 30)
    assert (folder / "uplink.toml.bak").read_bytes() == before
    between = file.read_bytes()
    settings.change(file, "uplink.window", 40)
    assert (folder / "uplink.toml.bak").read_bytes() == between
    assert sorted(p.name for p in folder.iterdir() if "uplink" in p.name) == [
        "uplink.toml",
        "uplink.toml.bak",
    ]


@pytest.mark.parametrize(
    ("dotted", "value", "line"),
    [
        (
            "device.board-3.address",
            "3",
            'devices.toml: device.board-3.address: must be a whole number, not "3"',
        ),
        (
            "device.board-3.address",
            2,
            "devices.toml: device.board-3.address: 2 is the address of device.board-2",
        ),
        (
            "device.board-3.adress",
            3,
            'devices.toml: device.board-3.adress: unknown option (did you mean "address"?)',
        ),
        (
            "device.bord-3.address",
            3,
            'devices.toml: device.bord-3: no such table (did you mean "board-3"?)',
        ),
        ("device.board-3", 3, "devices.toml: device.board-3: is a table, not a setting"),
        ("device.board-3.address.x", 3, "devices.toml: device.board-3.address: no such table"),
    ],
)
def test_a_wrong_change_changes_nothing(folder: Path, dotted: str, value: object, line: str) -> None:
    file = folder / "devices.toml"
    before = file.read_bytes()
    with pytest.raises(ConfigError) as error:
        settings.change(file, dotted, value)
    assert error.value.problems[0].startswith(line)
    assert file.read_bytes() == before
    assert sorted(p.name for p in folder.iterdir() if "devices" in p.name) == ["devices.toml"]


def test_rights_of_a_file_survive_its_change(folder: Path) -> None:
    file = folder / "staff.toml"
    file.chmod(0o600)
    settings.change(file, "staff.101.post", "导办台")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((folder / "staff.toml.bak").stat().st_mode) == 0o600


def test_a_reader_sees_the_old_file_or_the_new_one_never_half(folder: Path) -> None:
    file = folder / "hall.toml"
    with file.open("rb") as reader:
        head = reader.read(20)
        settings.change(file, "hall.phone", "12345")
        rest = reader.read()
    assert head + rest == (folder / "hall.toml.bak").read_bytes()
    assert file.stat().st_ino != (folder / "hall.toml.bak").stat().st_ino


def test_a_file_that_is_not_there_cannot_be_changed(folder: Path) -> None:
    (folder / "uplink.toml").unlink()
    with pytest.raises(ConfigError) as error:
        settings.change(folder / "uplink.toml", "uplink.window", 3)
    assert error.value.problems == ("uplink.toml: cannot be read: No such file or directory",)
