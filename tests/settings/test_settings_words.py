"""Texts, papers, guides and paths, each by itself."""

from pathlib import Path

import pytest

from drivers.capabilities import Align, CodeRow, FeedRow, RuleRow, TextRow
from edge import paths
from edge.errors import ConfigError
from edge.guides import Guide, Guides
from edge.papers import Layout, Row, slip
from edge.texts import Texts, fields_of, fill


def test_a_phrase_takes_its_facts() -> None:
    texts = Texts("zh-CN", {"board.call_long": "请{number}号到{counter}号窗口"})
    assert texts.get("board.call_long", number="A012", counter=3) == "请A012号到3号窗口"


def test_a_fact_that_nobody_gave_leaves_nothing_and_braces_may_be_written_twice() -> None:
    assert fill("{number}到{counter}", {"number": "A001"}) == "A001到"
    assert fill("{{number}}", {"number": "A001"}) == "{number}"


def test_a_missing_text_shows_its_key_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert Texts("en", {}).get("refused.nobody_waiting") == "refused.nobody_waiting"
    assert "no text for 'refused.nobody_waiting' in en" in caplog.text


@pytest.mark.parametrize("phrase", ["{", "{number", "{0}", "{}", "{a.b}", "{a[0]}", "{a!r}", "{a:>9}", "}"])
def test_a_field_is_a_plain_name(phrase: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        fields_of(phrase)


def test_a_section_is_a_plain_table() -> None:
    texts = Texts("en", {"ui.take": "Take", "ui.big": "Big", "uix.a": "no"})
    assert texts.section("ui") == {"take": "Take", "big": "Big"}


def test_a_later_folder_speaks_over_an_earlier_one(tmp_path: Path) -> None:
    for name, text in (("a", '[x]\na = "1"\nb = "1"'), ("b", '[x]\nb = "2"')):
        (tmp_path / name).mkdir()
        (tmp_path / name / "en.toml").write_text(text)
    assert Texts.load("en", tmp_path / "a", tmp_path / "b").phrases == {"x.a": "1", "x.b": "2"}


@pytest.mark.parametrize("text", ["[x", "[x]\na = 1", '[x]\na = "{"', "a = " + "[" * 5000])
def test_a_catalogue_that_is_none_is_a_config_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "en.toml").write_text(text)
    with pytest.raises(ConfigError):
        Texts.load("en", tmp_path)


def test_a_slip_is_its_layout_filled_in() -> None:
    layout = Layout(
        (
            Row(text="{number}", size=4, bold=True, align=Align.CENTER),
            Row(rule=True),
            Row(qr="{code}", module_dots=5),
            Row(feed=2),
        )
    )
    assert slip(layout, {"number": "A012", "code": "K7"}).rows == (
        TextRow("A012", 4, True, Align.CENTER),
        RuleRow(),
        CodeRow("K7", 5),
        FeedRow(2),
    )


def test_a_row_is_left_out_when_its_field_says_nothing() -> None:
    layout = Layout((Row(text="{number}"), Row(text="等候区 {area}", when="area")))
    assert len(slip(layout, {"number": "A012", "area": ""}).rows) == 1
    assert len(slip(layout, {"number": "A012"}).rows) == 1
    assert len(slip(layout, {"number": "A012", "area": "二楼"}).rows) == 2


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"text": "a", "qr": "b"},
        {"text": "{nummer}"},
        {"text": "a", "size": 9},
        {"qr": "a", "module_dots": 1},
        {"feed": 21},
        {"text": "a", "when": "aera"},
        {"text": "a\nb"},
        {"text": "\x1b@"},
    ],
)
def test_a_row_that_cannot_be_printed_is_refused(row: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Row(**row)  # type: ignore[arg-type]


def test_a_paper_without_rows_or_of_another_medium_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one row"):
        Layout(())
    with pytest.raises(ValueError, match="medium"):
        Layout((Row(text="a"),), medium="sheet")


GUIDES = Guides(
    [
        Guide("a", "城乡低保", letters="cxdb", pinyin="chengxiangdibao", rank=5, department="民政窗口"),
        Guide("b", "最低生活保障金审核", letters="zdshbzjsh", pinyin="zuidishenghuobaozhangjinshenhe"),
        Guide("c", "会计证", letters="kjz", pinyin="kuaijizheng", materials=("身份证复印件",)),
        Guide("d", "大病救助", letters="dbjz", pinyin="dabingjiuzhu", also=("重病",)),
    ]
)


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("低保", "ab"),
        ("最低", "b"),
        ("kj", "c"),
        ("KJ", "c"),
        ("kuaiji", "c"),
        ("dibao", "a"),
        ("db", "da"),
        ("重病", "d"),
        ("“大病”救助", "d"),
        ("身份证", "c"),
        ("民政", "a"),
        ("没有的事", ""),
        ("", "abcd"),
        ("  ", "abcd"),
    ],
)
def test_guides_are_found_by_text_pinyin_and_letters_best_first(q: str, found: str) -> None:
    assert "".join(g.id for g in GUIDES.search(q)) == found


def test_a_search_gives_no_more_than_asked_for() -> None:
    assert len(GUIDES.search("", limit=2)) == 2


def test_a_guide_is_had_by_its_id() -> None:
    guide = GUIDES.get("c")
    assert guide is not None and guide.to_json()["materials"] == ("身份证复印件",)
    assert GUIDES.get("x") is None


def test_the_product_finds_its_own_config_in_a_checkout() -> None:
    assert (paths.shared("texts") / "zh-CN.toml").is_file()
    assert (paths.shared() / "README.md").is_file()


def test_the_cache_lies_where_systemd_or_the_desktop_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CACHE_DIRECTORY", "/var/cache/bianmin:/other")
    assert paths.cache_dir() == Path("/var/cache/bianmin")
    monkeypatch.delenv("CACHE_DIRECTORY")
    monkeypatch.setenv("XDG_CACHE_HOME", "/tmp/x")
    assert paths.cache_dir() == Path("/tmp/x/bianmin")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert paths.cache_dir() == Path.home() / ".cache" / "bianmin"
