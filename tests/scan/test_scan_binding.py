"""Pages bound into one PDF: in order, cards in pairs at their true size, the purpose over each of them."""

import io

import numpy as np
import pikepdf
import pytest
from PIL import Image, ImageDraw

from drivers.twins import pages
from edge.scan.binding import Leaf, bind
from edge.scan.clean import Profile
from edge.scan.handed import taken_of
from edge.scan.pdf import packed, pdf
from edge.scan.scan import Wishes
from tests.scan import scenes
from tests.scan.pdf_pictures import rendered

A4_MM, CARD_MM = (210.0, 297.0), (85.6, 54.0)


def card(shade: int, *, upright: bool = False) -> Leaf:
    """A card of one colour, as a PDF of whatever size."""
    picture = np.full((540, 856, 3), shade, np.uint8)
    if upright:
        picture = np.ascontiguousarray(np.rot90(picture))
    return Leaf(pdf([packed(picture, 200.0, Profile.NATURAL)]), (True,), "1/2")


def sheet(n: int = 0) -> Leaf:
    picture = np.asarray(pages.form(scenes.TEXTS, n))[:, :, ::-1]
    return Leaf(pdf([packed(np.ascontiguousarray(picture), 150.0, Profile.COLOUR)]), (False,))


def sizes(file: bytes) -> list[tuple[float, float]]:
    with pikepdf.open(io.BytesIO(file)) as opened:
        boxes = [[float(v) for v in page.mediabox] for page in opened.pages]
    return [(round(box[2] / 72 * 25.4, 1), round(box[3] / 72 * 25.4, 1)) for box in boxes]


def dark_mm(picture: np.ndarray, dpi: int) -> list[tuple[float, float]]:
    """Width and height of each dark patch from top to bottom."""
    dark = picture.mean(axis=2) < 200
    rows = np.flatnonzero(np.diff(np.concatenate([[0], dark.any(axis=1).astype(int), [0]])))
    found = []
    for top, bottom in zip(rows[::2], rows[1::2], strict=True):
        across = np.flatnonzero(dark[top:bottom].any(axis=0))
        found.append(((across[-1] - across[0] + 1) / dpi * 25.4, (bottom - top) / dpi * 25.4))
    return found


def test_front_and_back_of_a_card_lie_on_one_sheet_at_their_true_size():
    file = bind([sheet(), card(80), card(120, upright=True), sheet(1)])
    assert sizes(file) == [A4_MM] * 3
    found = dark_mm(rendered(file, 150)[1], 150)
    assert len(found) == 2
    for one in found:
        assert one == pytest.approx(CARD_MM, abs=0.5)


def test_a_third_card_and_one_for_another_material_begin_a_sheet_of_their_own():
    third = Leaf(card(90).pdf, (True,), "other")
    file = bind([card(80), card(80), card(80), third])
    assert [len(dark_mm(page, 100)) for page in rendered(file, 100)] == [2, 1, 1]


def test_the_purpose_stands_over_every_page_and_hides_nothing():
    plain, marked = bind([sheet(), card(90)]), bind([sheet(), card(90)], "仅用于低保申请")
    for before, after in zip(rendered(plain, 60), rendered(marked, 60), strict=True):
        blue = (after[:, :, 2].astype(int) - after[:, :, 0]) > 15
        assert 0.01 < blue.mean() < 0.2
        dark = before.max(axis=2) < 60
        assert (after.max(axis=2)[dark] < 90).all()
    assert len(marked) - len(plain) < 60_000


def test_the_same_pages_give_the_same_bytes_and_none_is_an_error():
    assert bind([sheet(), card(80)], "x") == bind([sheet(), card(80)], "x")
    with pytest.raises(ValueError, match="at least one"):
        bind([])


def desk_with(*cards_at: tuple[int, int]) -> np.ndarray:
    drawn = pages.desk(scenes.FRAME, seed=3)
    for n, (x, y) in enumerate(cards_at):
        face = Image.new("RGB", (856, 540), (214, 222, 232))
        pen = ImageDraw.Draw(face)
        for row in range(6):
            pen.rectangle((60, 70 + 70 * row, 300 + 250 * n + 30 * row, 96 + 70 * row), fill=(40, 44, 60))
        corners = tuple((x + dx, y + dy) for dx, dy in ((0, 0), (428, 0), (428, 270), (0, 270)))
        drawn = pages.lay(face, drawn, corners)
    return scenes.camera(drawn, noise=2.0)


def always(face: np.ndarray) -> bool:
    return True


def test_two_cards_in_one_picture_are_two_pages_in_their_order():
    taken = taken_of(desk_with((150, 200), (900, 230)), None, Wishes(), always)
    assert [leaf.is_card for leaf in taken.leaves] == [True, True]
    dark = [
        (np.asarray(Image.open(io.BytesIO(leaf.jpeg)).convert("L")) < 100).mean() for leaf in taken.leaves
    ]
    assert dark[1] > 1.5 * dark[0] > 0.02, "the right one has more on it"
    file = bind([Leaf(taken.pdf, (True, True), "1")])
    assert sizes(file) == [A4_MM]


def test_a_picture_without_a_page_is_one_page_as_it_is_and_says_so():
    taken = taken_of(scenes.empty(), None, Wishes(), always)
    assert taken.why == "unsure"
    assert [leaf.is_card for leaf in taken.leaves] == [False]
    assert sizes(taken.pdf)[0][0] == pytest.approx(297.0, abs=1)


def test_a_page_that_was_taken_before_says_so():
    picture = scenes.scene(scenes.UPRIGHT)
    assert taken_of(picture, None, Wishes(), always).why == ""
    assert taken_of(picture, None, Wishes(), lambda face: False).why == "same"
