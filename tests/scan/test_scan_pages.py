"""Pages made flat, upright and clean, put together and marked."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from edge.scan.clean import Profile, clean
from edge.scan.compose import cards_page, marked
from edge.scan.find import find
from edge.scan.scan import Wishes, sheet
from edge.scan.straighten import flatten, straighten
from edge.scan.upright import Turn, told, turned
from tests.scan import scenes
from tests.scan.lab import optics
from tests.scan.lab.sheets import Sheet

APPROVED = Path(__file__).resolve().parents[1] / "golden/approved/scan"


def curled(strength: float) -> tuple[np.ndarray, np.ndarray]:
    """A page of lines along its length under a camera, bent along its length; the picture and its corners."""
    face = np.full((1782, 1260, 3), 245, np.uint8)
    for x in range(90, 1200, 90):
        cv2.line(face, (x, 60), (x, 1720), (40, 40, 40), 6)
    paper = Sheet(face, (210.0, 297.0))
    view = optics.camera(np.random.default_rng(3), (1728, 1296), 460.0)
    place = optics.Pose((0.0, 0.0), 90.0, ((strength, 0.0, 1.0, 0.0),))
    look, cover = optics.laid(view, place, paper)
    desk = np.full((1296, 1728, 3), 80, np.uint8)
    picture = (desk * (1 - cover[:, :, None]) + look * cover[:, :, None]).astype(np.uint8)
    return cv2.GaussianBlur(picture, (0, 0), 0.7), optics.corners(view, place, paper)


def crooked(page: np.ndarray) -> float:
    """How far a line near the edge of a page of lines leaves a straight one, pixels."""
    grey = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    rows = grey.shape[0]
    top = int(rows * 0.1)
    darkest = top + int(grey[top : 2 * top].mean(axis=1).argmin())
    band = grey[darkest - rows // 50 : darkest + rows // 50, 120:-120].astype(float)
    weight = 255.0 - band
    weight[weight < 90] = 0
    y = (weight * np.arange(len(band))[:, None]).sum(axis=0) / np.maximum(weight.sum(axis=0), 1)
    x = np.arange(len(y))
    return float(np.abs(y - np.polyval(np.polyfit(x, y, 1), x)).max())


def test_a_gentle_curl_is_taken_out():
    picture, _ = curled(7.0)
    found = find(picture)[0]
    bent = crooked(flatten(picture, found.quad.corners).picture)
    flat = crooked(flatten(picture, found.quad.corners, found.sides).picture)
    assert bent > 2.0
    assert flat < 0.5 * bent


def test_a_flat_page_is_left_flat():
    picture, corners = curled(0.0)
    found = find(picture)[0]
    assert np.abs(np.sort(found.quad.corners, axis=0) - np.sort(corners, axis=0)).max() < 1.0
    assert crooked(flatten(picture, found.quad.corners, found.sides).picture) < 1.0


def test_a_known_scale_gives_true_dots_per_inch_and_the_papers_name():
    picture, _ = curled(0.0)
    found = find(picture)[0]
    known = flatten(picture, found.quad.corners, found.sides, per_mm=1728 / 460.0)
    assert known.paper == "A4"
    assert known.picture.shape[1] / known.picture.shape[0] == pytest.approx(297 / 210, abs=0.002)
    assert known.picture.shape[1] / known.dpi * 25.4 == pytest.approx(297, abs=0.5)


@pytest.mark.parametrize(
    ("turn", "expected"),
    [(Turn.NONE, Turn.NONE), (Turn.LEFT, Turn.RIGHT), (Turn.RIGHT, Turn.LEFT), (Turn.HALF, Turn.HALF)],
)
def test_a_page_tells_by_its_text_how_it_lies(turn, expected):
    page = np.full((1754, 1240, 3), 246, np.uint8)
    dice = np.random.default_rng(5)
    for y in range(200, 1600, 70):
        end = int(dice.uniform(500, 1100))
        for x in range(130, end, 34):
            cv2.rectangle(page, (x, y), (x + 24, y + 26), (50, 50, 50), 4)
    assert told(turned(page, turn)) is expected


def test_a_blank_page_is_not_turned():
    assert told(np.full((1200, 900, 3), 240, np.uint8)) is Turn.NONE


def test_a_turn_that_was_asked_for_is_done():
    picture = scenes.scene(scenes.UPRIGHT)
    found = find(picture)[0]
    assert sheet(picture, found, Wishes(turn=Turn.NONE)).picture.shape[0] > 1.3 * 600
    across = sheet(picture, found, Wishes(turn=Turn.LEFT)).picture
    assert across.shape[1] > across.shape[0]


# --- cleaning -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", [Profile.COLOUR, Profile.GREY, Profile.BITONAL])
def test_cleaning_gives_what_was_approved(profile):
    """page.png: a photographed form with a seal, a photo, a shadow. Anew: `python -m tests.scan.approve`."""
    page = cv2.imread(str(APPROVED / "page.png"), cv2.IMREAD_COLOR)
    approved = cv2.imread(str(APPROVED / f"{profile}.png"), cv2.IMREAD_UNCHANGED)
    made = clean(page, profile)
    assert made.shape == approved.shape
    assert np.abs(made.astype(int) - approved.astype(int)).mean() < 0.8


def shaded_form() -> np.ndarray:
    """A form with a seal, one half of it in shadow."""
    page = np.ascontiguousarray(np.asarray(scenes.page())[:, :, ::-1]).astype(float)
    light = np.ones(page.shape[:2])
    light[:, 620:] = 0.6
    return np.clip(page * cv2.GaussianBlur(light, (0, 0), 12)[:, :, None], 0, 255).astype(np.uint8)


def test_paper_comes_out_white_on_both_sides_of_a_shadow():
    out = clean(shaded_form())
    for side in (out[:, :560], out[:, 680:]):
        assert np.median(side) == 255
        assert np.quantile(side.min(axis=2), 0.01) < 90


def test_a_seal_keeps_its_red():
    out = clean(shaded_form()).astype(int)
    red = (out[:, :, 2] - out[:, :, 1] > 70) & (out[:, :, 2] - out[:, :, 0] > 70)
    assert red.mean() > 0.003


def test_a_photo_on_a_form_is_not_bleached():
    form = np.ascontiguousarray(np.asarray(scenes.page())[:, :, ::-1])
    dice = np.random.default_rng(2)
    photo = cv2.resize(
        dice.integers(20, 150, (12, 9, 3), np.uint8), (210, 290), interpolation=cv2.INTER_CUBIC
    )
    form[900:1190, 900:1110] = photo
    out = clean(form)[920:1170, 920:1090].astype(int)
    assert np.abs(out - form[920:1170, 920:1090]).mean() < 30
    assert out.mean() < 130


def test_black_and_white_is_only_that():
    out = clean(shaded_form(), Profile.BITONAL)
    assert set(np.unique(out)) == {0, 255}
    assert 0.01 < (out == 0).mean() < 0.12


# --- putting together ---------------------------------------------------------------------------------------


def test_both_sides_of_a_card_lie_on_one_a4_page_at_their_true_size():
    front, back = (np.full((400, 634, 3), shade, np.uint8) for shade in (60, 120))
    page = cards_page([front, back], 200)
    assert page.shape[:2] == (2339, 1654)
    for shade in (60, 120):
        rows, columns = np.nonzero((page == shade).all(axis=2))
        assert np.ptp(rows) / 200 * 25.4 == pytest.approx(54.0, abs=0.3)
        assert np.ptp(columns) / 200 * 25.4 == pytest.approx(85.6, abs=0.3)
    with pytest.raises(ValueError, match="5 cards"):
        cards_page([front] * 5, 200)


def test_a_purpose_is_written_over_the_page_and_leaves_it_legible():
    page = np.full((1169, 826, 3), 255, np.uint8)
    page[500:520, 100:700] = 0
    out = marked(page, "仅用于养老保险办理")
    assert 0.01 < (out.min(axis=2) < 250).mean() < 0.4
    assert out[page[:, :, 0] == 255].min() > 180
    assert (out[500:520, 100:700] == 0).all()
    assert marked(page, "") is page


def test_a_card_keeps_its_ground():
    dice = np.random.default_rng(8)
    ground = cv2.resize(
        dice.integers(150, 235, (9, 14, 3), np.uint8), (685, 432), interpolation=cv2.INTER_CUBIC
    )
    card = Image.fromarray(ground)
    place = ((500.0, 400.0), (910.0, 402.0), (908.0, 661.0), (498.0, 659.0))
    picture = scenes.scene(place, sheet=card, desk=scenes.DARK)
    found = find(picture)[0]
    made = sheet(picture, found, Wishes())
    assert made.profile is Profile.NATURAL
    seen = straighten(picture, found.quad.corners)
    assert made.picture.mean() == pytest.approx(seen.mean(), abs=3)


def test_dense_writing_in_a_hard_shadow_is_no_photo():
    """Drawn once as a scene whose lower half stayed grey."""
    dice = np.random.default_rng(3)
    page = np.full((1400, 1000, 3), 238, np.uint8)
    for y in range(60, 1350, 34):
        for x in range(50, 950, 26):
            stroke = np.array([x, y]) + dice.integers(-11, 12, (5, 2))
            cv2.polylines(page, [stroke.astype(np.int32)], False, (50, 40, 40), 3, cv2.LINE_AA)
    page[600:] = (page[600:] * 0.5).astype(np.uint8)
    assert np.median(clean(page)[700:1300, 100:900]) > 245
