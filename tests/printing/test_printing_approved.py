"""The ticket's slip as a person gets it, kept as a picture and looked at: tests/golden/approved/slip-*.png.

After a wanted change: APPROVE=1 pytest tests/printing/test_printing_approved.py, then look at the pictures.
"""

import io
import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageChops

from drivers.escpos_slip import Encoder, Options
from drivers.twins.printer import PrinterTwin
from edge import papers, paths, settings

APPROVED = Path(__file__).parents[1] / "golden" / "approved"
FACTS = {
    "hall": "站街镇便民服务中心",
    "number": "A012",
    "service": "社会保障",
    "item": "",
    "ahead": "3",
    "wait": "15",
    "counter": "2/6",
    "area": "一楼大厅",
    "date": "2026-11-22",
    "time": "09:41",
    "code": "K7QM4X2B",
    "phone": "0000-0000000（示例）",
}


@pytest.fixture(scope="module")
def layout():
    return settings.load(paths.shared("demo")).papers["ticket"]


def printed(layout, width_dots: int, **options: object) -> PrinterTwin:
    twin = PrinterTwin("p", {"width_dots": width_dots})
    twin.receive(Encoder(Options(width_dots=width_dots, **options)).encode(papers.slip(layout, FACTS)))
    return twin


@pytest.mark.parametrize(("name", "width_dots"), [("slip-80mm", 576), ("slip-58mm", 384)])
def test_the_tickets_slip_looks_as_approved(layout, name, width_dots):
    png = printed(layout, width_dots).picture()
    path = APPROVED / f"{name}.png"
    if os.environ.get("APPROVE"):
        path.write_bytes(png)
    seen, approved = (Image.open(io.BytesIO(b)).convert("L") for b in (png, path.read_bytes()))
    assert seen.size == approved.size
    # Other versions of a font differ in single dots; a line that moved or broke differs in hundreds.
    assert (np.asarray(ImageChops.difference(seen, approved)) > 96).mean() < 0.005


@pytest.mark.parametrize("width_dots", [384, 576])
@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "gb2312", "raster"])
@pytest.mark.parametrize("qr", ["raster", "native"])
def test_every_kind_of_printer_gives_the_number_and_a_code_that_can_be_read(layout, width_dots, encoding, qr):
    twin = printed(layout, width_dots, encoding=encoding, qr=qr)
    (slip,) = twin.state()["slips"]
    if encoding != "raster":
        assert "A012" in slip["text"]
        assert "前面还有 3 人等候" in slip["text"]
    picture = np.array(Image.open(io.BytesIO(twin.picture())).convert("L"))
    assert cv2.QRCodeDetector().detectAndDecode(picture)[0] == "K7QM4X2B"
    assert twin.state()["unknown_commands"] == []


@pytest.mark.parametrize("width_dots", [384, 576])
def test_a_slip_spares_the_roll(layout, width_dots):
    """With all its rows; 14 mm of it are the way from the print head to the knife. 30 m give 330."""
    (slip,) = printed(layout, width_dots).state()["slips"]
    assert slip["mm"] <= 90


@pytest.mark.parametrize("cutter", ["full", "partial", "esc_i", "esc_m"])
def test_nothing_is_cut_off_where_the_knife_cuts_at_once(layout, cutter):
    """All that was printed has passed the knife, and is whole in the picture."""
    twin = printed(layout, 576, cutter=cutter)
    assert twin.state()["unknown_commands"] == []
    by_feed, at_once = (np.array(Image.open(io.BytesIO(t.picture()))) for t in (printed(layout, 576), twin))
    below = at_once.shape[0] - by_feed.shape[0]
    assert 0 < below <= 8 * 8  # some white, not more than 8 mm
    assert (at_once[100:-300] == by_feed[100 : at_once.shape[0] - 300]).mean() > 0.99


def test_a_slip_is_small_enough_for_a_slow_serial_line(layout):
    """At 9600 baud, 960 bytes a second: within the eight seconds that a slip may take."""
    assert len(Encoder(Options()).encode(papers.slip(layout, FACTS))) < 6000
    assert len(Encoder(Options(qr="native")).encode(papers.slip(layout, FACTS))) < 3500
    assert len(Encoder(Options(encoding="raster")).encode(papers.slip(layout, FACTS))) < 14_500
