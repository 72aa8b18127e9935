"""The demo hall as values: what the other rooms build on."""

import datetime as dt
import json
import re
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

import jsonschema
import pytest
from pypinyin import Style, lazy_pinyin

from drivers import loader
from edge import paths, settings
from edge.hall.plan import Rules
from edge.hall.workdays import DayType
from edge.settings_staff import hash_pin
from tests.settings.schemas import FOLDER, as_text, schemas

DEMO = Path(__file__).resolve().parents[2] / "config" / "demo"


@pytest.fixture(scope="module")
def demo() -> settings.Settings:
    return settings.load(DEMO)


def test_the_town_has_its_six_counters_and_eight_services(demo: settings.Settings) -> None:
    assert [c.name for c in demo.plan.counters] == [
        "计生窗口",
        "劳动保障窗口",
        "民政窗口",
        "农业服务窗口",
        "村镇建设窗口",
        "综合窗口",
    ]
    assert "".join(s.prefix for s in demo.plan.services) == "ABCDEFGJ"
    general = demo.plan.counter("6")
    assert general is not None
    assert demo.plan.services_of(general)[:2] == ("justice", "general")
    assert len(demo.plan.services_of(general)) == 8


def test_words_on_a_tile_are_short_and_its_picture_exists(demo: settings.Settings) -> None:
    icons = {p.stem for p in (DEMO.parents[1] / "kiosk_ui" / "icons").glob("*.svg")}
    for service in demo.plan.services:
        assert 8 <= len(service.about) <= 14, service.about
        assert len(service.name) <= 5, service.name
        assert service.icon in icons


def test_every_counter_has_a_board_a_call_pad_and_a_rating_pad(demo: settings.Settings) -> None:
    for kind in ("board", "callpad", "rating"):
        at = sorted(d.counter for d in demo.devices.values() if d.kind == kind)
        assert at == ["1", "2", "3", "4", "5", "6"], kind
    assert demo.devices["camera-1"].counter == "6"
    assert demo.plan.kiosks[0].printer == "printer-1"


def test_two_call_pads_and_a_rating_pad_share_one_pair(demo: settings.Settings) -> None:
    shared = {d.id: d.options.address for d in demo.devices.values() if d.link == "pads"}
    assert shared == {"pad-1": 1, "pad-2": 2, "rating-1": 17}
    assert demo.links["pads"].frames is not None
    assert demo.links["boards-a"].frames is None


def test_a_kiosk_takes_the_printer_that_stands_beside_it(folder: Path) -> None:
    file = folder / "hall.toml"
    file.write_text(file.read_text("utf-8").replace('printer = "printer-1"\n', ""), "utf-8")
    assert settings.load(folder).plan.kiosks[0].printer == "printer-1"


def test_the_hall_is_open_around_the_clock_on_all_days(demo: settings.Settings) -> None:
    assert [(h.opens, h.closes) for h in demo.plan.hours] == [("00:00", "24:00")]
    calendar = demo.plan.calendar
    days = [dt.date(2026, 1, 1) + dt.timedelta(n) for n in range(800)]
    assert {calendar.type_of(day) for day in days} == {DayType.ORDINARY}
    assert not any(calendar.is_provisional(day) for day in days)


def test_a_closed_date_beats_the_week_and_an_extra_day_beats_both(folder: Path) -> None:
    (folder / "calendar.toml").write_text(
        'open = ["mon", "tue"]\nclosed = ["2026-11-23"]\nalso_open = [2026-11-22]\n'
    )
    calendar = settings.load(folder).plan.calendar
    open_days = [d for d in range(22, 29) if calendar.type_of(dt.date(2026, 11, d)) is not DayType.CLOSED]
    assert open_days == [22, 24]


def test_people_know_their_pins_and_no_others(demo: settings.Settings) -> None:
    assert demo.staff["101"].knows("2468")
    assert not demo.staff["101"].knows("2469")
    assert demo.staff["120"].knows("135790")
    assert demo.staff["120"].roles == {"clerk", "manager"}


def test_one_pin_has_two_hashes_and_a_bad_pin_has_none() -> None:
    assert hash_pin("2468") != hash_pin("2468")
    for pin in ("123", "abcd", "", "1" * 13, "１２３４"):
        with pytest.raises(ValueError, match="4 to 12 digits"):
            hash_pin(pin)


def test_a_person_shows_no_hash_in_a_log(demo: settings.Settings) -> None:
    assert "scrypt" not in repr(demo.staff["101"])


def test_the_halls_own_paper_and_texts_take_the_products_place(folder: Path) -> None:
    (folder / "papers").mkdir()
    (folder / "papers" / "ticket.toml").write_text('[[row]]\ntext = "{number}"\n')
    (folder / "texts").mkdir()
    (folder / "texts" / "zh-CN.toml").write_text('[refused]\nnobody_waiting = "没人"\n', "utf-8")
    hall = settings.load(folder)
    assert [r.text for r in hall.papers["ticket"].row] == ["{number}"]
    assert hall.texts.get("refused.nobody_waiting") == "没人"
    assert hall.texts.get("fault.paper_out") == "缺纸"


def test_the_product_speaks_english_too(folder: Path) -> None:
    file = folder / "hall.toml"
    text = file.read_text("utf-8").replace('timezone = "Asia/Shanghai"', 'language = "en"')
    file.write_text(text, "utf-8")
    assert settings.load(folder).texts.get("refused.nobody_waiting") == "Nobody is waiting"


def test_letters_of_the_guides_are_what_the_dictionary_says(demo: settings.Settings) -> None:
    for guide in demo.guides.all():
        name = "".join(c for c in guide.name if c.isalnum())
        assert guide.letters == "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()
        assert guide.pinyin == "".join(lazy_pinyin(name)).lower()
        assert guide.source and "演示数据" in guide.remark


def test_every_service_has_a_guide_and_every_id_is_its_own(demo: settings.Settings) -> None:
    ids = [g.id for g in demo.guides.all()]
    assert len(ids) == len(set(ids))
    for service in demo.plan.services:
        assert demo.guides.of_service(service.id), service.id


def test_schemas_are_those_of_the_code() -> None:
    written = {p.name: p.read_text("utf-8") for p in FOLDER.glob("*.json")}
    assert written == {name: as_text(schema) for name, schema in schemas().items()}, (
        "run: python -m tests.settings.schemas"
    )


def test_the_readme_names_every_rule_with_the_value_that_it_has_by_itself() -> None:
    readme = (paths.shared() / "README.md").read_text("utf-8")
    told = dict(re.findall(r"^    ([a-z_]+) = (.+?)\s*(?:#.*)?$", readme, re.MULTILINE))
    own = {f.name: getattr(Rules(), f.name) for f in fields(Rules)}
    missing = own.keys() - told.keys()
    assert not missing
    examples = {"issue_stops_early_min"}
    assert {n: tomllib.loads(f"v = {told[n]}")["v"] for n in own.keys() - examples} == {
        n: v for n, v in own.items() if n not in examples
    }


def test_the_examples_keep_to_the_schemas_and_a_misspelling_does_not() -> None:
    files = {p: schemas()[f"{p.stem}.json"] for p in DEMO.glob("*.toml")}
    files |= {p: schemas()["paper.json"] for p in paths.shared("papers").glob("*.toml")}
    files |= {p: schemas()["calendar-year.json"] for p in paths.shared("calendar").glob("2*.toml")}
    files[paths.shared("calendar") / "lunar.toml"] = schemas()["calendar-lunar.json"]
    assert len(files) >= 9
    for file, schema in files.items():
        table = json.loads(json.dumps(tomllib.loads(file.read_text("utf-8")), default=str))
        jsonschema.validate(table, schema)
    table["rwo"] = []
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(table, schema)


def test_reading_the_config_loads_neither_opencv_nor_a_dictionary() -> None:
    code = (
        "import sys; from pathlib import Path; from edge import settings;"
        f" settings.load(Path({str(DEMO)!r}));"
        " print([m for m in ('cv2', 'numpy', 'pypinyin', 'pygame', 'aiohttp') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_readme_names_every_setting_of_a_printer_with_its_usual_value() -> None:
    text = (paths.shared("README.md")).read_text("utf-8")
    section = text.partition("## Ticket printers\n")[2].partition("\n## ")[0]
    said = {}
    for line in section.splitlines():
        if line.startswith("| `"):
            keys, values = (re.findall(r"`([^`]*)`", cell) for cell in line.split("|")[1:3])
            said.update(zip(keys, map(tomllib.loads, (f"x = {v}" for v in values)), strict=True))
    usual = {f.name: f.default for f in fields(loader.load("printer_escpos").Options)}
    assert {key: value["x"] for key, value in said.items()} == usual
