"""`bianmin content import`: tables as halls keep them become guides that people find."""

import json
import shutil
from pathlib import Path

import pytest
from openpyxl import Workbook

from edge.__main__ import main
from edge.guides import Guides
from edge.paths import shared

HEAD = "服务项目名称,窗口部门,取号业务,法定时限,承诺时限,收费标准,申请材料,监督电话,别名"
ROWS = (
    "城乡低保,民政窗口,民政救助,30 个工作日,21 个工作日,不收费,"
    "1.申请书；2、户口本（原件）;（3）收入证明,0000-1,低保",
    "会计从业资格,综合窗口,general,20,即办,工本费 10 元,身份证,,",
    "重庆路改造“银行”贷款,村镇建设窗口,,,,,,,",
)


@pytest.fixture
def hall(tmp_path: Path) -> Path:
    shutil.copytree(shared("demo"), tmp_path / "hall")
    (tmp_path / "hall/content/guides.json").unlink()
    return tmp_path / "hall"


def take(hall: Path, file: Path) -> Guides:
    assert main(["content", "import", str(file), "--config", str(hall)]) == 0
    return Guides.load(hall / "content")


def csv(folder: Path, *rows: str, encoding: str = "utf-8-sig") -> Path:
    file = folder / "guides.csv"
    file.write_text("\n".join((HEAD, *rows)), encoding)
    return file


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_table_becomes_guides_with_letters_lists_and_services(
    hall: Path, tmp_path: Path, encoding: str
) -> None:
    guides = take(hall, csv(tmp_path, *ROWS, encoding=encoding))
    dibao, kuaiji, road = guides.all()
    assert (dibao.id, dibao.letters, dibao.pinyin) == ("cxdb", "cxdb", "chengxiangdibao")
    assert dibao.materials == ("申请书", "户口本（原件）", "收入证明")
    assert dibao.service == "relief" and dibao.is_free and "fee_basis" not in dibao.lacking()
    assert dibao.also == ("低保", "db", "dibao")
    assert (kuaiji.legal_time, kuaiji.promised_time) == ("20 个工作日", "即办")
    assert kuaiji.letters == "kjcyzg" and "fee_basis" in kuaiji.lacking()
    assert road.letters == "cqlgzyhdk" and road.service == ""
    assert [g.name for g in guides.search("db")] == ["城乡低保"]


def test_a_workbook_may_have_a_title_over_its_columns(hall: Path, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (("站街镇公开目录",), HEAD.split(","), *(r.split(",") for r in ROWS), (None, None)):
        sheet.append(row)
    book.save(tmp_path / "g.xlsx")
    assert len(take(hall, tmp_path / "g.xlsx")) == 3


def test_json_may_say_materials_as_records(hall: Path, tmp_path: Path) -> None:
    file = tmp_path / "g.json"
    materials = [{"name": "户口本", "form": "原件和复印件", "copies": "1 份"}, "照片"]
    file.write_text(json.dumps([{"name": "低保", "materials": materials}], ensure_ascii=False), "utf-8")
    assert take(hall, file).all()[0].materials == ("户口本（原件和复印件，1 份）", "照片")


def test_what_a_person_mended_stays_when_the_table_comes_again(hall: Path, tmp_path: Path) -> None:
    take(hall, csv(tmp_path, *ROWS))
    file = hall / "content/guides.json"
    file.write_text(file.read_text("utf-8").replace('"letters": "cxdb"', '"letters": "cxdibao"'), "utf-8")
    again = take(hall, csv(tmp_path, ROWS[0].replace("21 个", "7 个"), *ROWS[1:]))
    assert again.all()[0].letters == "cxdibao"
    assert again.all()[0].promised_time == "7 个工作日"
    assert again.all()[0].id == "cxdb"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("名字,价\n低保,1\n", "content template"),
        (f"{HEAD},价格\n{ROWS[0]},1\n", "价格"),
        (f"{HEAD}\n{ROWS[0]}\n{ROWS[0]}\n", "twice"),
        (f"{HEAD}\n{ROWS[0].replace('民政救助', '民证')}\n", "民证"),
        (f"{HEAD}\n", "no guides"),
    ],
)
def test_a_table_that_is_none_is_refused_in_one_line_and_changes_nothing(
    hall: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, word: str
) -> None:
    take(hall, csv(tmp_path, *ROWS))
    before = (hall / "content/guides.json").read_bytes()
    (tmp_path / "guides.csv").write_text(text, "utf-8")
    capsys.readouterr()
    assert main(["content", "import", str(tmp_path / "guides.csv"), "--config", str(hall)]) == 2
    said = capsys.readouterr().err
    assert word in said and said.count("\n") == 1
    assert (hall / "content/guides.json").read_bytes() == before


def test_the_manager_is_told_which_fields_are_empty(
    hall: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    take(hall, csv(tmp_path, *ROWS))
    capsys.readouterr()
    assert main(["content", "gaps", "--config", str(hall)]) == 0
    said = capsys.readouterr().out
    first = next(line for line in said.splitlines() if line.startswith("城乡低保"))
    assert "办理依据" in first and "承诺时限" not in first and "收费依据" not in first
    assert "监督渠道: 3 项里有 2 项没有写" in said


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_empty_table_can_be_taken_back_filled(hall: Path, tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"empty.{ending}"
    assert main(["content", "template", str(file)]) == 0
    assert main(["content", "import", str(file), "--config", str(hall)]) == 2


def test_groups_are_departments_and_occasions_of_life() -> None:
    guides = Guides.load(shared("demo") / "content")
    assert {g.name for g in guides.departments()} >= {"民政窗口", "计生窗口"}
    born = next(g for g in guides.events() if g.name == "生孩子")
    found = guides.search("", 100, event="生孩子")
    assert len(found) == born.count and all("生孩子" in g.events for g in found)
    assert {g.department for g in guides.search("", 100, department="民政窗口")} == {"民政窗口"}
