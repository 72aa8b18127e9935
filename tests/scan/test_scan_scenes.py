"""The finder on drawn scenes of each kind: few, so that it is quick; many are `make bench-scan`."""

import numpy as np
import pytest

from edge.scan.evidence import bare_desk
from edge.scan.find import again, find
from edge.scan.scan import scan
from tests.scan.lab import measures
from tests.scan.lab.scenes import Scene, scene

SIZE = (1296, 972)
KINDS = {
    "clean": 1,
    "low_contrast": 2,
    "textured": 3,
    "clutter": 5,
    "uneven": 1,
    "hand": 2,
    "out1": 3,
    "card": 4,
    "dark": 1,
    "blur": 2,
    "glare": 3,
}


@pytest.mark.parametrize(("kind", "seed"), KINDS.items())
def test_a_page_is_found_on_its_desk(kind, seed):
    one = scene(kind, seed, SIZE)
    found = find(one.picture, bare_desk(one.desk))
    assert max(measures.iou(found[0].quad.corners, page) for page in one.pages) > measures.GOOD
    assert found[0].quad.confidence > 0.6


@pytest.mark.parametrize(("kind", "seed"), [("hand", 302), ("hand", 5025), ("glare", 5024)])
def test_a_page_is_found_of_whose_sides_little_is_seen(kind, seed):
    one = scene(kind, seed)
    found = find(one.picture, bare_desk(one.desk))
    assert max(measures.iou(found[0].quad.corners, page) for page in one.pages) > 0.95


@pytest.mark.parametrize(("kind", "seed"), [("out2", 945), ("out2", 938), ("out1", 942), ("hand", 942)])
def test_the_pictures_border_or_a_hand_ends_a_page_and_no_line_of_its_print_does(kind, seed):
    one = scene(kind, seed)
    found = find(one.picture, bare_desk(one.desk))
    assert max(measures.iou(found[0].quad.corners, page) for page in one.pages) > 0.94


def test_a_page_that_leaves_the_picture_askew_is_as_long_as_it_is_seen():
    one = scene("out1", 925)
    found = find(one.picture, bare_desk(one.desk))
    assert measures.iou(found[0].quad.corners, one.pages[0]) > measures.GOOD


def test_the_hidden_end_of_an_invoice_is_known_where_the_scale_is():
    """As long as it is wide by its paper: 240 x 140 mm, and not of the A series."""
    one = scene("out2", 950)
    by_ratio, by_size = (find(one.picture, bare_desk(one.desk), per_mm=mm)[0] for mm in (None, one.scale))
    assert measures.iou(by_ratio.quad.corners, one.pages[0]) < measures.GOOD
    assert measures.iou(by_size.quad.corners, one.pages[0]) > measures.EXACT


def test_several_pages_in_one_picture_are_each_found():
    one = scene("several", 3, SIZE)
    found = [f.quad.corners for f in find(one.picture, bare_desk(one.desk))]
    assert len(one.pages) >= 2
    assert all(max(measures.iou(quad, page) for quad in found) > 0.95 for page in one.pages)


@pytest.mark.parametrize("kind", ["empty", "mug", "hand_alone"])
@pytest.mark.parametrize("seed", [1, 4])
def test_where_nothing_lies_nothing_is_accepted(kind, seed):
    one = scene(kind, seed, SIZE)
    for bare in (bare_desk(one.desk), None):
        assert not any(page.accepted for page in scan(one.picture, kind, bare).pages)


def test_the_same_scene_is_drawn_again_from_its_number():
    one, again = (scene("card", 7, (864, 648)) for _ in range(2))
    assert one.jpeg == again.jpeg
    assert all(np.array_equal(a, b) for a, b in zip(one.pages, again.pages, strict=True))


def test_a_desk_of_another_size_counts_as_none():
    one = scene("clean", 1, SIZE)
    other: Scene = scene("clean", 1, (864, 648))
    with_it = find(one.picture, bare_desk(other.desk))
    assert np.allclose(with_it[0].quad.corners, find(one.picture)[0].quad.corners)


def test_a_page_that_stays_is_known_again_at_once_and_one_that_is_gone_is_not():
    one, bare = scene("clean", 1, SIZE), None
    last = find(one.picture, bare)[0]
    still = again(np.roll(one.picture, (2, -3), axis=(0, 1)), last, bare)
    assert still is not None
    assert np.abs(still.quad.corners - last.quad.corners - (-3, 2)).max() < 0.5
    assert again(one.desk, last, bare) is None
    assert again(np.roll(one.picture, (0, 120), axis=(0, 1)), last, bare) is None
