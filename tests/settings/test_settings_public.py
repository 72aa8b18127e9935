"""What a hall tells the public: each mistake in it is one line that says where."""

from datetime import date
from pathlib import Path

import pytest

from edge import settings
from edge.errors import ConfigError
from edge.public import LeaderTable


def problems(folder: Path, more: str, *, old: str = "", new: str = "") -> list[str]:
    file = folder / "hall.toml"
    file.write_text(file.read_text("utf-8").replace(old, new, 1) + more, "utf-8")
    try:
        settings.load(folder)
    except ConfigError as error:
        return error.problems
    return []


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ('[[notice]]\ntitle = ""\n', "hall.toml: notice[3].title: is empty"),
        ('[[notice]]\ntitle = "a"\nkind = "news"\n', "notice[3].kind: must be one of"),
        (
            '[[notice]]\ntitle = "a"\nsince = 2026-11-20\nuntil = 2026-11-01\n',
            "until: 2026-11-01 lies before 2026-11-20",
        ),
        ('[floor.2f]\nname = "二楼"\npicture = "../secret.png"\n', "floor.2f.picture: no picture"),
        ('[floor.2f]\nname = "二楼"\npicture = "none.svg"\n', "floor.2f.picture: no picture"),
        ('[kiosk.k2]\nfloor = "3f"\nat = [0.5, 0.5]\n', 'kiosk.k2.floor: no floor "3f"'),
        ('[kiosk.k2]\nfloor = "1f"\nat = [1.5, 0.5]\n', "kiosk.k2.at: two shares"),
        ('[kiosk.k2]\nfloor = "1f"\n', "kiosk.k2.at: two shares"),
        ('[[leader]]\npost = ""\n', "leader[1].post: is empty"),
        ('[[leader]]\npost = "a"\ndays = ["Montag"]\n', "leader[1].days: no weekday 'Montag'"),
        ('[[voice.hour]]\nspan = "14:00-12:00"\nvolume = 30\n', "span: like 12:00-14:00"),
        ('[[voice.hour]]\nspan = "12:00-14:00"\nvolume = 130\n', "volume: percent, 0..100, not 130"),
    ],
)
def test_a_mistake_is_one_line(folder: Path, more: str, word: str) -> None:
    found = problems(folder, "\n" + more)
    assert len(found) == 1 and word in found[0], found


def test_a_photo_that_is_not_there_is_said(folder: Path) -> None:
    file = folder / "staff.toml"
    text = file.read_text("utf-8").replace('name = "王ＸＸ"\n', 'name = "王ＸＸ"\nphoto = "photos/1.jpg"\n')
    file.write_text(text, "utf-8")
    assert list(problems(folder, "")) == [
        'staff.toml: staff.101.photo: no picture "photos/1.jpg" in content/ (.png, .jpg or .svg)'
    ]


def test_notices_hold_on_their_dates_both_included(folder: Path) -> None:
    more = '\n[[notice]]\ntitle = "年审"\nsince = 2026-11-20\nuntil = 2026-11-28\n'
    assert problems(folder, more) == []
    notice = settings.load(folder).public.notices[-1]
    days = [notice.since.replace(day=d) for d in (19, 20, 28, 29)]
    assert [notice.holds(d) for d in days] == [False, True, True, False]


def test_whose_turn_it_is_goes_by_the_day_of_the_week_and_by_single_dates() -> None:
    tuesday, friday = date(2026, 11, 24), date(2026, 11, 27)
    always, tuesdays = LeaderTable("镇长"), LeaderTable("书记", days=("tue",), dates=(friday,))
    assert always.holds(tuesday) and tuesdays.holds(tuesday) and tuesdays.holds(friday)
    assert not tuesdays.holds(date(2026, 11, 26))
