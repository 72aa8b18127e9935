"""The scanner on scenes whose corners are known."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

from edge.scan.clean import clean
from edge.scan.evidence import bare_desk
from edge.scan.find import find
from edge.scan.judge import sharpness
from edge.scan.scan import Wishes, scan, sheet
from edge.scan.straighten import size_of, straighten
from edge.scan.upright import Turn
from tests.scan import scenes

PLACES = {"upright": scenes.UPRIGHT, "turned": scenes.TURNED}
DESKS = {"wood": scenes.WOOD, "dark": scenes.DARK, "light": scenes.LIGHT, "green": scenes.GREEN}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("desk", DESKS)
def test_a_page_is_found_to_a_pixel(place, desk):
    found = scan(scenes.scene(PLACES[place], desk=DESKS[desk]), "scene").pages
    assert scenes.iou(found[0].corners, PLACES[place]) > 0.99
    assert np.abs(found[0].corners - np.array(PLACES[place])).max() < 1.5
    assert (found[0].accepted, found[0].why) == (True, "")


def test_a_page_that_lies_across_is_found():
    picture = scenes.scene(scenes.ACROSS, sheet=scenes.page(across=True))
    (found,) = scan(picture, "scene").pages
    assert scenes.iou(found.corners, scenes.ACROSS) > 0.99
    width, height = size_of(found.corners)
    # Its corners begin at its own top left, so its width is its short side.
    assert height / width == pytest.approx(297 / 210, rel=0.01)


@pytest.mark.parametrize("desk", DESKS)
def test_an_empty_desk_is_no_page(desk):
    pages = scan(scenes.empty(DESKS[desk]), "empty").pages
    assert [p.accepted for p in pages] in ([], [False])


def test_noise_alone_is_no_page():
    noise = np.random.default_rng(3).integers(0, 255, (1200, 1600, 3), np.uint8)
    assert not any(p.accepted for p in scan(noise, "noise").pages)


@pytest.mark.parametrize("grey", [0, 128, 255])
def test_a_picture_of_one_colour_is_no_page(grey):
    assert scan(np.full((1200, 1600, 3), grey, np.uint8), "plain").pages == ()


def test_the_picture_of_the_empty_desk_takes_its_printed_lines_away():
    """A desk mat with a bright printed frame, larger than the page, is a better quad than the page itself."""
    mat = scenes.empty(scenes.GREEN)
    frame = np.array(((150, 40), (1450, 40), (1450, 1160), (150, 1160)))
    with_page = scenes.scene(scenes.UPRIGHT, desk=scenes.GREEN)
    for picture in (mat, with_page):
        for (ax, ay), (bx, by) in zip(frame, np.roll(frame, -1, axis=0), strict=True):
            picture[min(ay, by) : max(ay, by) + 5, min(ax, bx) : max(ax, bx) + 5] = (225, 235, 240)
    assert scenes.iou(find(with_page, bare_desk(mat))[0].quad.corners, scenes.UPRIGHT) > 0.97
    assert not any(p.accepted for p in scan(mat, "mat", bare_desk(mat)).pages)


def test_a_blurred_page_is_told_and_refused():
    sharp = scan(scenes.scene(scenes.UPRIGHT), "sharp").pages[0]
    soft = scan(scenes.scene(scenes.UPRIGHT, blur=3.0), "soft").pages[0]
    assert soft.sharpness < 0.42 < sharp.sharpness
    assert soft.why == "blurred"
    assert not soft.accepted


def test_a_blank_sheet_is_accepted_without_a_word_on_its_sharpness():
    blank = Image.new("RGB", (1240, 1754), (246, 245, 240))
    page = scan(scenes.scene(scenes.UPRIGHT, sheet=blank, noise=1.0), "blank").pages[0]
    assert (page.sharpness, page.accepted) == (None, True)


def test_a_burnt_out_spot_is_glare():
    picture = scenes.scene(scenes.UPRIGHT)
    y, x = np.mgrid[:1200, :1600]
    picture[(x - 800) ** 2 + (y - 500) ** 2 < 130**2] = 255
    page = scan(picture, "glare").pages[0]
    assert page.glare > 0.02
    assert page.why == "glare"


@pytest.mark.parametrize(("right", "down"), [(0, -260), (-640, 0), (0, 300), (700, 0)])
def test_a_page_that_leaves_the_picture_is_said_to_be_cut_off(right, down):
    beyond = [(x + right, y + down) for x, y in scenes.UPRIGHT]
    page = scan(scenes.scene(beyond), "cut").pages[0]
    assert "cut_off" in page.why.split(",")
    assert not page.accepted


def test_a_straightened_page_shows_what_the_page_shows():
    picture = scenes.scene(scenes.TURNED)
    page = scan(picture, "scene").pages[0]
    straight = straighten(picture, page.corners)
    truth = np.asarray(
        scenes.page().convert("L").resize(straight.shape[1::-1], Image.Resampling.LANCZOS), float
    )
    seen = straight.mean(axis=2)
    assert np.corrcoef(truth.ravel(), seen.ravel())[0, 1] > 0.85


def test_cleaning_makes_paper_white_and_keeps_ink_and_the_seal():
    picture = scenes.scene(scenes.UPRIGHT)
    page = sheet(picture, scan(picture, "scene").found[0], Wishes(turn=Turn.NONE)).picture
    assert np.median(page) > 240
    assert np.quantile(page.min(axis=2), 0.01) < 110
    blue, green, red = (page[:, :, i].astype(int) for i in range(3))
    assert ((red - green > 70) & (red - blue > 70)).mean() > 0.002
    assert np.quantile(clean(straighten(picture, np.array(scenes.UPRIGHT))), 0.5) > 240


def test_sharpness_falls_with_blur():
    def of(radius: float) -> float:
        image = scenes.page().filter(ImageFilter.GaussianBlur(radius))
        return sharpness(np.ascontiguousarray(np.asarray(image)[:, :, ::-1]))

    values = [of(r) for r in (0.5, 1.0, 2.0, 3.0)]
    assert values == sorted(values, reverse=True)
