"""Every kind of mistake in a config folder is one line that says where, what and often how."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from edge import settings
from edge.errors import ConfigError
from edge.hall.workdays import DayType

Edit = Callable[[str, str, str], None]
Problems = Callable[[], list[str]]

MISTAKES = tomllib.loads(Path(__file__).with_name("mistakes.toml").read_text("utf-8"))["mistake"]
BOARD_3 = '[device.board-3]\ndriver = "board_onbon_k"\nlink = "boards-a"\ncounter = "3"\naddress = 3\n'


def test_the_demo_hall_has_no_problem(problems: Problems) -> None:
    assert problems() == []


@pytest.mark.parametrize("mistake", MISTAKES, ids=[m["line"][:70] for m in MISTAKES])
def test_a_mistake_is_one_line(edit: Edit, problems: Problems, mistake: dict[str, str]) -> None:
    edit(mistake["file"], mistake["old"], mistake["new"])
    assert mistake["line"] in problems()
    assert len(problems()) <= 4


def test_all_problems_of_all_files_come_at_once(edit: Edit, problems: Problems) -> None:
    edit("devices.toml", BOARD_3, BOARD_3.replace("address", "adress"))
    edit("hall.toml", 'services = ["jobs", "social"]', 'services = ["jobs", "scoial"]')
    edit("uplink.toml", "window = 20", "windows = 20")
    found = problems()
    assert 'devices.toml: device.board-3.adress: unknown option (did you mean "address"?)' in found
    assert 'hall.toml: counter.2.services[1]: no service "scoial" (did you mean "social"?)' in found
    assert 'uplink.toml: uplink.windows: unknown option (did you mean "window"?)' in found


def test_a_service_that_no_counter_serves_is_a_problem(edit: Edit, problems: Problems) -> None:
    edit("hall.toml", "general = true", "general = false")
    edit("hall.toml", 'services = ["farming"]', 'services = ["building"]')
    assert problems() == ["hall.toml: service.farming: no counter serves it: nobody would be called"]


def test_a_service_that_has_no_counter_on_a_type_of_day_is_a_problem(edit: Edit, problems: Problems) -> None:
    edit("hall.toml", "general = true", 'days = ["ordinary"]\ngeneral = true')
    edit("hall.toml", 'prefix = "G"', 'prefix = "G"\ndays = ["ordinary", "duty"]')
    edit("hall.toml", 'name = "咨询和其他"', 'name = "咨询和其他"\nhours_on = {market = [], duty = []}')
    assert problems() == [
        "hall.toml: service.justice: on duty days no counter serves it: nobody would be called"
    ]


@pytest.mark.parametrize("file", ["hall.toml", "devices.toml", "uplink.toml", "calendar.toml", "staff.toml"])
def test_a_broken_file_is_named_with_its_line(folder: Path, problems: Problems, file: str) -> None:
    text = (folder / file).read_text("utf-8")
    lines = text.count("\n")
    (folder / file).write_text(text + "\n[rules\n", "utf-8")
    assert any(p.startswith(f"{file}:{lines + 2}: not valid TOML: ") for p in problems())


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"[hall]\nname = \xff\n", "hall.toml:2: not UTF-8 text"),
        (b"[hall]\nname = ", "hall.toml:2: not valid TOML: Invalid value"),
        (
            b"a = " + b"[" * 5000,
            "hall.toml: not valid TOML: a number is too long, or tables are nested too deep",
        ),
        (
            b"a = 1" + b"0" * 5000,
            "hall.toml: not valid TOML: a number is too long, or tables are nested too deep",
        ),
        (b"", "hall.toml: hall: missing"),
        (b"hall = 3", "hall.toml: hall: must be a table, not 3"),
        (b"service = [1]", "hall.toml: service: must be a table"),
    ],
)
def test_nonsense_in_a_file_is_one_line(folder: Path, problems: Problems, text: bytes, line: str) -> None:
    (folder / "hall.toml").write_bytes(text)
    assert line in problems()


def test_a_folder_that_is_not_there_is_one_line_with_a_hint(folder: Path) -> None:
    with pytest.raises(ConfigError) as error:
        settings.load(folder.with_name("hal"))
    assert error.value.problems == (f"{folder.parent}/hal: no such folder (did you mean {folder}?)",)


def test_an_empty_folder_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        settings.load(tmp_path)
    assert len(error.value.problems) == 1
    assert "no config folder: hall.toml is missing" in error.value.problems[0]


def test_a_file_instead_of_a_folder_is_one_line(folder: Path) -> None:
    with pytest.raises(ConfigError) as error:
        settings.load(folder / "hall.toml")
    assert error.value.problems == (f"{folder}/hall.toml: is no folder",)


def test_a_missing_file_that_must_be_there_is_said(folder: Path, problems: Problems) -> None:
    (folder / "devices.toml").unlink()
    assert problems() == ["devices.toml: missing"]


def test_files_that_may_be_missing_have_quiet_defaults(folder: Path) -> None:
    for name in ("uplink.toml", "calendar.toml"):
        (folder / name).unlink()
    (folder / "content" / "guides.json").unlink()
    hall = settings.load(folder)
    assert not hall.uplink.enabled
    assert set(hall.plan.calendar.week) == {DayType.ORDINARY}
    assert len(hall.guides) == 0


def test_a_misspelt_file_is_said(folder: Path, problems: Problems) -> None:
    (folder / "uplink.toml").rename(folder / "uplnk.toml")
    assert problems() == ['uplnk.toml: unknown file (did you mean "uplink.toml"?)']


def test_a_paper_with_a_wrong_field_is_refused(folder: Path, problems: Problems) -> None:
    (folder / "papers").mkdir()
    (folder / "papers" / "ticket.toml").write_text(
        '[[row]]\ntext = "{nummer}"\n[[row]]\ntext = "a"\nqr = "b"\n'
        '[[row]]\ntext = "{number"\n[[row]]\nsice = 2\n'
    )
    found = problems()
    assert found[0].startswith(
        "papers/ticket.toml: row[0].text: no field 'nummer' (there are: hall, number, "
    )
    assert found[1:] == [
        "papers/ticket.toml: row[1]: a row is exactly one of text, qr, rule = true and feed",
        "papers/ticket.toml: row[2].text: expected '}' before end of string",
        'papers/ticket.toml: row[3].sice: unknown option (did you mean "size"?)',
    ]


def test_texts_of_the_hall_are_checked_against_the_products(folder: Path, problems: Problems) -> None:
    (folder / "texts").mkdir()
    (folder / "texts" / "zh-CN.toml").write_text(
        '[refused]\nnobody_wating = "无人"\nfull = "{servce}满了"\n', "utf-8"
    )
    assert sorted(problems(), reverse=True) == [
        'texts/zh-CN.toml: refused.nobody_wating: no text "refused.nobody_wating"'
        ' (did you mean "refused.nobody_waiting"?)',
        'texts/zh-CN.toml: refused.full: no field "servce" (there are none)',
    ]


def test_a_language_without_texts_is_said(edit: Edit, problems: Problems) -> None:
    edit("hall.toml", 'timezone = "Asia/Shanghai"', 'language = "ii"')
    assert 'hall.toml: hall.language: no texts "ii" (there are: en, zh-CN)' in problems()


def test_a_bad_frame_description_is_named(folder: Path, problems: Problems) -> None:
    (folder / "integrations").mkdir()
    (folder / "integrations" / "mine.toml").write_text(
        '[frame.mine]\nstream = {mode = "length"}\nfields = [{name = "head", kind = "konst", hex = "FF"}]\n'
    )
    found = problems()
    assert found and all(p.startswith("integrations/mine.toml: frame.mine: ") for p in found)
    assert any("konst" in p for p in found)


def test_guides_that_are_no_guides_are_said(folder: Path, problems: Problems) -> None:
    file = folder / "content" / "guides.json"
    for text, word in (
        ("{", "guides.json:1: not valid JSON"),
        ("[]", "must be"),
        ('{"guides": [{"id": "a"}]}', "guides[0].name: missing"),
        ('{"guides": [{"id": "a", "name": "b", "fees": ""}]}', "guides[0].fees: unknown option"),
        ('{"guides": [{"id": "a", "name": "b", "steps": "c"}]}', "guides[0].steps: must be a list of texts"),
    ):
        file.write_text(text)
        assert word in problems()[0]
        assert problems()[0].startswith("content/guides.json:")
