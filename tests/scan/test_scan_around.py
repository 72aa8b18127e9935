"""What tells a page from the frame printed on it, from the sheets under it, and from a phone."""

import pytest

from edge.scan.evidence import bare_desk
from edge.scan.find import find
from edge.scan.scan import scan
from tests.scan.lab.measures import iou
from tests.scan.lab.scenes import scene

SIZE = (1296, 972)


def found(kind: str, seed: int):
    one = scene(kind, seed, SIZE)
    return one, find(one.picture, bare_desk(one.desk))


def test_a_frame_printed_near_the_rim_is_not_the_page_nor_a_second_one():
    one, pages = found("out1", 311)
    assert iou(pages[0].quad.corners, one.pages[0]) > 0.98
    assert pages[0].quad.confidence > 0.9
    assert len(pages) == 1


def test_of_a_stack_the_sheet_on_top_is_found_not_the_outline_of_all():
    one, pages = found("stack", 300)
    assert iou(pages[0].quad.corners, one.pages[0]) > 0.9


@pytest.mark.parametrize(("kind", "seed"), [("mug", 304), ("phone", 309)])
def test_what_is_no_page_is_not_accepted(kind, seed):
    one = scene(kind, seed, SIZE)
    pages = scan(one.picture, kind, bare_desk(one.desk)).pages
    assert not any(page.accepted for page in pages)
    assert all(page.confidence < 0.5 for page in pages)
