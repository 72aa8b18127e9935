"""boards.toml: what it says for all boards and for one, and every mistake in words that a hall can use."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.capabilities import Colour
from edge import settings
from edge.hall.plan import Hours
from edge.settings_boards import BoardRules, BoardsPlan, Notice

Problems = Callable[[], list[str]]


@pytest.fixture
def write(folder: Path) -> Callable[[str], None]:
    return lambda text: (folder / "boards.toml").write_text(text, "utf-8") and None


def test_a_hall_without_the_file_has_usual_boards(folder: Path) -> None:
    (folder / "boards.toml").unlink()
    boards = settings.load(folder).boards
    assert boards == BoardsPlan()
    assert boards.of("board-1") == BoardRules()


def test_one_boards_words_lie_over_those_of_all(folder: Path, write: Callable[[str], None]) -> None:
    write(
        '[boards]\nflash_s = 5.0\nrefresh_s = 0\nlight = {"07:30" = 100, "21:00" = 0}\n'
        'colours = {idle = "yellow"}\n'
        '[board.board-2]\nflash_s = 0\nlight = {"00:00" = 50}\ncolours = {call = "green"}\n'
        '[[notice]]\ntext = " 停电 "\nsince = 2026-11-01\nuntil = 2026-11-30\n'
        'hours = ["08:30-12:00"]\nboards = ["board-1"]\n'
    )
    boards = settings.load(folder).boards
    usual, own = boards.of("board-1"), boards.of("board-2")
    assert (usual.flash_s, own.flash_s, own.page_s) == (5.0, 0.0, 6.0)
    assert (usual.light, own.light) == ({"07:30": 100, "21:00": 0}, {"00:00": 50})
    assert (own.colours.call, own.colours.idle) == (Colour.GREEN, Colour.YELLOW)
    notice = Notice(
        "停电",
        dt.date(2026, 11, 1),
        dt.date(2026, 11, 30),
        (Hours("08:30", "12:00"),),
        frozenset({"board-1"}),
    )
    assert boards.notices == (notice,)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[boards]\nflash_s = 99.0", "boards.toml: boards.flash_s: 应在 0 到 30 之间，不能是 99.0"),
        ("[boards]\nrefresh_s = 1.0", "boards.toml: boards.refresh_s: 应在 5 到 3600 之间，不能是 1.0"),
        ("[boards]\npage_s = 0.5", "boards.toml: boards.page_s: 应在 2 到 120 之间，不能是 0.5"),
        (
            '[boards]\nlight = {"7:30" = 100}',
            "boards.toml: boards.light.7:30: 时间应像 07:30 这样写，不能是 7:30",
        ),
        (
            '[boards]\nlight = {"07:30" = 101}',
            "boards.toml: boards.light.07:30: 应在 0 到 100 之间，不能是 101",
        ),
        ('[boards]\nidle = ["{nmae}"]', "boards.toml: boards.idle[0]: 没有 nmae 这一项（有："),
        ('[boards]\nidle = ["{"]', "boards.toml: boards.idle[0]: 花括号里应是一个名称，如 {phone}"),
        ('[boards]\nidle = [" "]', "boards.toml: boards.idle[0]: 应是一行文字，不能为空，不能换行"),
        ('[boards]\ncode = "https://h.cn"', "boards.toml: boards.code: 没有能显示图片的屏，放不了二维码"),
        ('[board.board-1]\ncode = "x"', "boards.toml: board.board-1.code: 没有能显示图片的屏，放不了二维码"),
        ('[boards]\nfee = "a\\nb"', "boards.toml: boards.fee: 应是一行文字，不能为空，不能换行"),
        (
            "[board.board-9]\nflash_s = 1.0",
            "boards.toml: board.board-9: 没有编号为 board-9 的屏（有：board-1, ",
        ),
        (
            "[board.board-1]\nflash_s = -1.0",
            "boards.toml: board.board-1.flash_s: 应在 0 到 30 之间，不能是 -1.0",
        ),
        ('[[notice]]\ntext = ""', "boards.toml: notice[0].text: 应是一行文字，不能为空，不能换行"),
        (
            '[[notice]]\ntext = "' + "长" * 201 + '"',
            "boards.toml: notice[0].text: 最多 200 个字，现在有 201 个",
        ),
        (
            '[[notice]]\ntext = "a"\nsince = 2026-12-01\nuntil = 2026-11-30',
            "boards.toml: notice[0].until: 截止日期 2026-11-30 早于开始日期 2026-12-01",
        ),
        (
            '[[notice]]\ntext = "a"\nboards = ["bord-1"]',
            "boards.toml: notice[0].boards[0]: 没有编号为 bord-1 的屏",
        ),
        (
            '[[notice]]\ntext = "a"\nhours = ["8-12"]',
            'boards.toml: notice[0].hours[0]: a span is like "08:30-12:00"',
        ),
        (
            '[[notice]]\ntext = "a"\nuntil = "morgen"',
            "boards.toml: notice[0].until: must be a date like 2026-10-01",
        ),
        ("[boards]\nflahs_s = 1.0", 'boards.toml: boards.flahs_s: unknown option (did you mean "flash_s"?)'),
        (
            "[board.board-1]\nflahs_s = 1.0",
            "boards.toml: board.board-1.flahs_s: unknown option (did you mean",
        ),
        (
            '[boards]\ncolours = {call = "blue"}',
            "boards.toml: boards.colours.call: must be one of 'red', 'green' or",
        ),
        ("[notices]", 'boards.toml: notices: unknown option (did you mean "notice"?)'),
    ],
)
def test_a_mistake_is_one_line_with_its_place(
    write: Callable[[str], None], problems: Problems, text: str, line: str
) -> None:
    write(text)
    found = problems()
    assert len(found) == 1 and found[0].startswith(line), found


def test_a_mistake_for_all_is_not_said_again_of_each(
    write: Callable[[str], None], problems: Problems
) -> None:
    write("[boards]\nflash_s = 99.0\n[board.board-1]\npage_s = 5.0\n[board.board-2]\npage_s = 5.0")
    assert problems() == ["boards.toml: boards.flash_s: 应在 0 到 30 之间，不能是 99.0"]


def test_another_language_says_it_in_its_own(
    folder: Path, write: Callable[[str], None], problems: Problems
) -> None:
    hall = folder / "hall.toml"
    hall.write_text(hall.read_text("utf-8").replace("[hall]\n", '[hall]\nlanguage = "en"\n', 1), "utf-8")
    write("[boards]\nflash_s = 99.0")
    assert problems() == ["boards.toml: boards.flash_s: must be 0 to 30, not 99.0"]


def test_a_code_must_fit_its_board(folder: Path, write: Callable[[str], None], problems: Problems) -> None:
    file = folder / "devices.toml"
    extra = (
        '[link.lumen]\nurl = "tcp://10.0.0.9:5200"\n'
        '[device.board-8]\ndriver = "board_lumen_network"\nlink = "lumen"\nheight_dots = 32\n'
    )
    file.write_text(file.read_text("utf-8") + extra, "utf-8")
    write('[boards]\ncode = "https://h.example/q"\n[board.board-1]\nfee = "不收费"')
    assert problems() == []
    write('[board.board-8]\ncode = "' + "x" * 54 + '"')
    assert problems() == ["boards.toml: board.board-8.code: 二维码内容太长，这块屏只有 32 点高"]


def test_a_board_may_stand_at_no_counter(folder: Path) -> None:
    file = folder / "devices.toml"
    extra = '[device.board-7]\ndriver = "board_onbon_k"\nlink = "boards-a"\naddress = 7\nrows = 2\n'
    file.write_text(file.read_text("utf-8") + extra, "utf-8")
    assert settings.load(folder).devices["board-7"].counter == ""
