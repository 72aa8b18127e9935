"""`bianmin scan` as a person and a program call it."""

import json
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from drivers.twins.pages import PLACES, write_pages
from tests.scan.lab.scenes import scene


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


def test_a_folder_with_a_broken_picture_loses_nothing_else(folder, tmp_path):
    mixed = tmp_path / "mixed"
    mixed.mkdir()
    for name in ("page-1.jpg", "page-2.jpg", "page-3.jpg"):
        (mixed / name).write_bytes((folder / name).read_bytes())
    (mixed / "page-2.jpg").write_bytes((folder / "page-2.jpg").read_bytes()[:9000])
    (mixed / "notes.txt").write_text("no picture, and not asked for")
    ran = bianmin(mixed, "--json", "-o", tmp_path / "out.pdf")
    assert ran.returncode == 2
    assert ran.stderr.splitlines() == [
        f"bianmin: {mixed / 'page-2.jpg'}：图片不完整或已损坏，请重新拍摄或拷贝"
    ]
    first, second, third = json.loads(ran.stdout)
    assert [len(r["pages"]) for r in (first, second, third)] == [1, 0, 1]
    assert "图片不完整" in second["error"]
    with pikepdf.open(tmp_path / "out.pdf") as document:
        assert len(document.pages) == 2


def test_a_small_pdf_comes_out_and_pictures_when_asked_for(folder, tmp_path):
    out = tmp_path / "out.pdf"
    assert bianmin(folder / "page-1.jpg", "-o", out, "--purpose", "养老保险办理").returncode == 0
    assert out.stat().st_size < 120_000
    assert bianmin(folder, "-o", tmp_path / "p.png", "--profile", "bitonal").returncode == 0
    assert sorted(p.name for p in tmp_path.glob("*.png")) == ["p-1.png", "p-2.png", "p-3.png"]
    with Image.open(tmp_path / "p-1.png") as image:
        assert image.mode == "1"


def test_the_scale_is_learned_from_a_sheet_and_used(folder, tmp_path):
    scale = tmp_path / "scale.json"
    ran = bianmin(folder / "page-1.jpg", "--calibrate", "A4", "--calibration", scale)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("已校准：每毫米 4.")
    out = tmp_path / "out.pdf"
    assert bianmin(folder / "page-1.jpg", "--calibration", scale, "-o", out).returncode == 0
    with pikepdf.open(out) as document:
        assert [float(n) for n in document.pages[0].mediabox] == pytest.approx(
            [0, 0, 595.276, 841.89], abs=0.1
        )


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("-o", "x.docx"), "只能写成 .pdf .jpg .jpeg .png"),
        (("--calibrate", "A4"), "--calibration"),
        (("--calibration", "/dev/null"), "不是高拍仪的比例尺文件"),
        (("--desk", "/none.jpg"), "没有这个文件"),
    ],
)
def test_wrong_options_are_status_2_in_one_line(args, words, folder):
    ran = bianmin(folder / "page-1.jpg", *args)
    assert ran.returncode == 2
    (line,) = ran.stderr.splitlines()
    assert line.startswith("bianmin: ")
    assert words in line


MEASURED = """
import sys
from pathlib import Path
from edge.scan.__main__ import main
main(sys.argv[1:])
lines = Path("/proc/self/status").read_text().splitlines()
print(next(line.split()[1] for line in lines if line.startswith("VmHWM:")))
"""


def test_the_child_stays_small_on_8_megapixels(tmp_path):
    """What the daemon starts for each capture: under 400 MB at its highest."""
    picture = scene("clean", 1, (3264, 2448))
    for name, data in (("page.jpg", picture.jpeg), ("desk.jpg", picture.desk_jpeg)):
        (tmp_path / name).write_bytes(data)
    asked = [sys.executable, "-c", MEASURED, tmp_path / "page.jpg", "--desk", tmp_path / "desk.jpg"]
    ran = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=True)
    found, highest = ran.stdout.splitlines()
    assert json.loads(found)["pages"][0]["accepted"]
    assert int(highest) < 400 * 1024
