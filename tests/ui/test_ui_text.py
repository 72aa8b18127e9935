"""Setting Chinese: lines broken at the right places, no boxes for characters a face lacks."""

import argparse
from pathlib import Path

import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ui_stage import Stage

from edge import paths
from kiosk_ui import fonts
from kiosk_ui.__main__ import _languages
from kiosk_ui.text import NEVER_FIRST, NEVER_LAST, Typesetter


@pytest.fixture
def setter(stage: Stage) -> Typesetter:
    return stage.brush.type


def test_no_line_begins_with_a_comma_or_ends_with_an_opening_bracket(setter: Typesetter) -> None:
    text = "户口本、身份证，原件及复印件（各一份）；家庭收入状况证明《低保条例》第三条：“村（居）委会”审核。"
    for width in range(210, 620, 7):
        lines = setter.wrap(text, 40, width)
        assert "".join(lines) == text
        for line in lines:
            assert line[0] not in NEVER_FIRST and line[-1] not in NEVER_LAST, (width, lines)


@pytest.mark.parametrize("text", ["正在呼叫工作人员", "在 3 号窗口办，一楼大厅等候"])
def test_a_short_text_leaves_no_character_alone(setter: Typesetter, text: str) -> None:
    for width in range(240, 700, 10):
        lines = setter.wrap(text, 40, width)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        if len(lines) == 2:
            assert len(lines[-1]) > 1, (width, lines)


def test_numbers_and_words_stay_whole(setter: Typesetter) -> None:
    lines = setter.wrap("请于2026-11-28前到A012窗口提交Form B-17材料", 40, 260)
    assert any("2026-11-28" in line for line in lines)
    assert any("A012" in line for line in lines)
    assert any("B-17" in line for line in lines)


def test_a_word_wider_than_the_line_is_broken_rather_than_run_off(setter: Typesetter) -> None:
    lines = setter.wrap("W" * 60, 40, 300)
    assert "".join(lines) == "W" * 60
    assert all(setter.width(line, 40) <= 300 for line in lines)


@settings(max_examples=60, deadline=None)
@given(text=st.text("低保申请，。（）A1 ", min_size=1, max_size=40), width=st.integers(130, 600))
def test_wrapping_loses_nothing_but_blanks(stage: Stage, text: str, width: int) -> None:
    lines = stage.brush.type.wrap(text, 40, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_long_line_is_made_smaller_and_only_then_cut(setter: Typesetter) -> None:
    text, size = setter.fit("劳动保障窗口", 60, 280, True)
    assert text == "劳动保障窗口" and 36 <= size < 60 and setter.width(text, size, True) <= 280
    text, size = setter.fit("劳动保障窗口劳动保障窗口", 60, 280, True)
    assert text.endswith("…") and size == 36 and setter.width(text, size, True) <= 280


def test_a_rare_character_comes_from_another_face_and_is_no_box(setter: Typesetter) -> None:
    rare = "龘"
    runs = setter.runs(f"张{rare}", True)
    assert [r.text for r in runs] == ["张", rare]
    assert runs[0].face.path.name == "NotoSansSC-Bold.otf"
    assert ord(rare) in runs[1].face.covers and runs[1].face.path != runs[0].face.path
    drawn = setter.line(rare, 60, True, (0, 0, 0))
    box = setter.line("\uffff", 60, True, (0, 0, 0))
    assert pygame.mask.from_surface(drawn).count() > 300
    assert pygame.image.tobytes(drawn, "RGBA") != pygame.image.tobytes(box, "RGBA")


def test_chinese_forms_are_drawn_and_not_japanese_ones(setter: Typesetter) -> None:
    # Noto Sans CJK face 0 is Japanese: 直 and 骨 have other strokes there (facts: Text).
    source = fonts.source_of("Regular")
    assert source
    for char in "直骨":
        ours = setter.line(char, 120, False, (0, 0, 0)).get_bounding_rect().size
        chinese = pygame.mask.from_surface(setter.line(char, 120, False, (0, 0, 0)))
        japanese = pygame.mask.from_surface(pygame.font.Font(str(source), 120).render(char, True, (0, 0, 0)))
        assert ours[0] > 60
        assert abs(chinese.count() - japanese.count()) > 40


def test_cutting_says_each_step_and_a_second_time_is_ready(tmp_path: Path, stage: Stage) -> None:
    said: list[str] = []
    assert fonts.cut(said.append)
    assert said == [f"fonts: ready in {fonts.fonts_dir()}"]


def test_a_small_cut_holds_what_was_wanted(tmp_path: Path) -> None:
    source = fonts.source_of("Bold")
    assert source
    covers = fonts._cut_one(source, frozenset(map(ord, "取号A0")), tmp_path / "small.otf")
    assert set(map(ord, "取号A0")) <= covers < set(range(0x30000))
    assert fonts._unpack(fonts._pack(covers)) == covers
    assert pygame.font.Font(str(tmp_path / "small.otf"), 40).size("取号")[0] == 80


def test_without_the_debian_package_one_line_says_so_and_another_font_serves(tmp_path: Path) -> None:
    said: list[str] = []
    assert not fonts.cut(said.append, tmp_path / "none", sources=[tmp_path])
    assert len(said) == 1 and "apt-get install fonts-noto-cjk" in said[0]
    faces = fonts.load(tmp_path / "none")
    assert faces.notice and "\n" not in faces.notice
    assert faces.regular and faces.regular[0].path.is_file()


def test_a_catalogue_of_a_second_language_may_say_only_a_part(tmp_path: Path) -> None:
    (tmp_path / "ii.toml").write_text('[ui]\nlanguage = "ꆈꌠꉙ"\nprompt = "ꃅ"\n', "utf-8")
    args = argparse.Namespace(what="kiosk", languages="zh-CN,ii", lang="zh-CN")
    chinese, yi = _languages(args, [paths.shared("texts"), tmp_path])
    assert (yi.get("ui.prompt"), yi.get("ui.home")) == ("ꃅ", chinese.get("ui.home"))


def test_the_key_for_languages_names_the_next_one_in_itself(stage: Stage) -> None:
    kiosk = stage.kiosk()
    names = []
    for _ in range(3):
        names.append(next(t.text for t in kiosk.scene().targets if t.id == "language"))
        kiosk.tap("language")
    assert names == ["English", "中文", "English"]
