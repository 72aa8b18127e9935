"""`bianmin scan` as a person and a program call it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from drivers.twins.pages import PLACES, write_pages


def bianmin(*args: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "edge", "scan", *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("pages")
    write_pages(made)
    return made


def test_the_json_has_the_contracts_shape(folder):
    ran = bianmin(folder, "--json")
    assert ran.returncode == 0, ran.stderr
    results = json.loads(ran.stdout)
    assert [Path(r["source"]).name for r in results] == ["page-1.jpg", "page-2.jpg", "page-3.jpg"]
    for result, place in zip(results, PLACES, strict=True):
        assert result.keys() == {"source", "pages", "ms"}
        page = result["pages"][0]
        assert page.keys() == {"corners", "confidence", "sharpness", "glare", "accepted", "why"}
        assert page["accepted"] is True
        # Pillow counts from a pixel's edge, OpenCV from its middle.
        for (x, y), (known_x, known_y) in zip(page["corners"], place, strict=True):
            assert abs(x - known_x + 0.5) < 1
            assert abs(y - known_y + 0.5) < 1


def test_people_get_a_line_for_each_picture(folder):
    ran = bianmin(folder / "page-1.jpg")
    (line,) = ran.stdout.splitlines()
    assert line.startswith(f"{folder / 'page-1.jpg'}：可用　四角 539.")


def test_a_pdf_has_one_a4_page_for_each_picture(folder, tmp_path):
    out = tmp_path / "out.pdf"
    assert bianmin(folder, "-o", out).returncode == 0
    data = out.read_bytes()
    assert data.startswith(b"%PDF")
    assert data.count(b"/Type /Page\n") + data.count(b"/Type /Page ") == 3
    box = next(line for line in data.split(b"\n") if b"MediaBox" in line)
    width, height = (float(n) for n in box.split(b"MediaBox [")[1].split(b"]")[0].split()[2:4])
    assert (width, height) == (pytest.approx(595, abs=4), pytest.approx(842, abs=4))
    assert list(tmp_path.iterdir()) == [out]


def test_an_empty_desk_is_status_1_and_writes_no_pdf(tmp_path):
    desk = tmp_path / "desk.png"
    Image.new("RGB", (800, 600), (90, 80, 70)).save(desk)
    ran = bianmin(desk, "-o", tmp_path / "out.pdf")
    assert ran.returncode == 1
    assert "没有找到纸张" in ran.stdout
    assert not (tmp_path / "out.pdf").exists()


@pytest.mark.parametrize("kind", ["missing", "text", "cut", "empty folder", "no camera", "tiny"])
def test_what_is_no_picture_is_status_2_in_one_line(kind, tmp_path, folder):
    source = tmp_path / "x.jpg"
    match kind:
        case "text":
            source.write_text("hello")
        case "cut":
            source.write_bytes((folder / "page-1.jpg").read_bytes()[:300])
        case "empty folder":
            source = tmp_path
        case "no camera":
            source = Path("/dev/video99")
        case "tiny":
            Image.new("RGB", (8, 8)).save(source)
    ran = bianmin(source)
    assert ran.returncode == 2
    ours = [line for line in ran.stderr.splitlines() if line.startswith("bianmin: ")]
    assert len(ours) == 1
    assert "Traceback" not in ran.stderr
