"""Files in and out: small PDFs that open and look right, codes, and pictures that are none."""

import io
import os
import subprocess
import warnings
import zlib
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from drivers.raster import qr_picture
from edge.scan.clean import Profile, clean
from edge.scan.codes import codes
from edge.scan.files import MOST_BYTES, Bad, BadPicture, decode, pictures_of, read, write
from edge.scan.layers import layers
from edge.scan.pdf import packed, pdf
from edge.scan.pictures import encoded
from tests.scan import scenes

DPI = 120.0


@cache
def photographed(width: int = 992, height: int = 1403) -> np.ndarray:
    """A form with a red seal as a camera gives it: soft, grainy, unevenly lit."""
    form = scenes.page().resize((width, height), Image.Resampling.LANCZOS)
    page = np.ascontiguousarray(np.asarray(form)[:, :, ::-1]).astype(np.float32)
    page = cv2.GaussianBlur(page, (0, 0), 0.9) * np.linspace(0.7, 1.0, width, dtype=np.float32)[None, :, None]
    page += np.random.default_rng(4).normal(0, 3, page.shape).astype(np.float32)
    return np.clip(page, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def cleaned() -> np.ndarray:
    return clean(photographed())


def rendered(data: bytes, tmp_path: Path, page: int = 1) -> np.ndarray:
    """A page as poppler shows it, 100 dpi."""
    file = tmp_path / "x.pdf"
    file.write_bytes(data)
    out = tmp_path / f"page-{page}"
    ask = [
        "pdftoppm",
        "-r",
        "100",
        "-png",
        "-singlefile",
        "-f",
        str(page),
        "-l",
        str(page),
        str(file),
        str(out),
    ]
    ran = subprocess.run(ask, capture_output=True, text=True, check=True, timeout=60)
    assert ran.stderr == ""
    return cv2.imread(f"{out}.png", cv2.IMREAD_COLOR)


def test_a_page_with_a_red_seal_is_small():
    page = clean(photographed(1654, 2339))
    size = len(pdf([packed(page, 200.0, Profile.COLOUR)]))
    plain = len(cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, 75])[1])
    assert size < 80 * 1024
    assert size < 0.35 * plain


def test_a_pdf_shows_what_the_page_shows(cleaned, tmp_path):
    shown = rendered(pdf([packed(cleaned, DPI, Profile.COLOUR)]), tmp_path)
    truth = cv2.resize(cleaned, shown.shape[1::-1], interpolation=cv2.INTER_AREA)
    for channel in range(3):
        both = np.corrcoef(shown[:, :, channel].ravel(), truth[:, :, channel].ravel())
        assert both[0, 1] > 0.85
    red = (shown[:, :, 2].astype(int) - shown[:, :, 1] > 60).mean()
    assert red == pytest.approx((truth[:, :, 2].astype(int) - truth[:, :, 1] > 60).mean(), rel=0.35)


@pytest.mark.parametrize("profile", list(Profile))
def test_each_profile_makes_a_page_of_true_size(profile, tmp_path):
    picture = clean(photographed(), profile)
    data = pdf([packed(picture, DPI, profile)] * 2)
    with pikepdf.open(io.BytesIO(data)) as document:
        assert len(document.pages) == 2
        box = [float(n) for n in document.pages[0].mediabox]
        assert box == pytest.approx([0, 0, 595.276, 841.89], abs=0.01)
        assert not document.check_pdf_syntax()
    shown = rendered(data, tmp_path, 2)
    assert np.median(shown) > (100 if profile is Profile.NATURAL else 245)
    assert (shown.min(axis=2) < 90).mean() > 0.005


def test_the_same_pages_give_the_same_bytes(cleaned):
    one, other = (pdf([packed(cleaned, DPI, Profile.COLOUR)]) for _ in range(2))
    assert one == other


def test_strokes_and_the_rest_are_apart(cleaned):
    made = layers(cleaned, DPI)
    (black,) = made.stencils
    assert max(black.ink) < 0.35
    rest = cv2.imdecode(np.frombuffer(made.rest, np.uint8), cv2.IMREAD_COLOR).astype(int)
    assert (rest[:, :, 2] - rest[:, :, 1] > 60).mean() > 0.001
    assert (rest.max(axis=2) < 100).mean() < 0.001


def test_a_blue_signature_is_a_stencil_of_its_own(cleaned):
    page = cleaned.copy()
    wave = [(240 + 3 * t, int(900 + 40 * np.sin(t / 9))) for t in range(150)]
    cv2.polylines(page, [np.array(wave)], False, (170, 60, 30), 4, cv2.LINE_AA)
    blue = layers(page, DPI).stencils[1]
    assert blue.ink[2] > blue.ink[0] + 0.2


def test_a_page_of_black_text_has_no_picture_in_it():
    page = np.full((1403, 992, 3), 255, np.uint8)
    cv2.putText(page, "only black", (100, 600), 0, 4, (0, 0, 0), 9)
    assert layers(page, DPI).rest == b""
    assert len(pdf([packed(page, DPI, Profile.COLOUR)])) < 6000


def test_pictures_carry_their_dots_per_inch(cleaned):
    for suffix, name in ((".jpg", "JPEG"), (".png", "PNG")):
        with Image.open(io.BytesIO(encoded(cleaned, DPI, suffix))) as image:
            assert image.format == name
            assert image.size == cleaned.shape[1::-1]
            assert image.info["dpi"] == pytest.approx((DPI, DPI), abs=0.1)
    with Image.open(io.BytesIO(encoded(clean(photographed(), Profile.BITONAL), DPI, ".png"))) as image:
        assert image.mode == "1"


def test_codes_on_a_page_are_read():
    page = Image.fromarray(cv2.cvtColor(photographed(), cv2.COLOR_BGR2RGB))
    page.paste(qr_picture("https://zwfw.example/510000", 4, 400).convert("RGB"), (700, 60))
    found = codes(np.ascontiguousarray(np.asarray(page)[:, :, ::-1]))
    assert [(code.kind, code.text) for code in found] == [("QRCode", "https://zwfw.example/510000")]
    assert codes(photographed()) == ()


def test_a_file_that_cannot_be_renamed_leaves_nothing(tmp_path):
    (tmp_path / "x.pdf").mkdir()
    (tmp_path / "x.pdf" / "in the way").touch()
    with pytest.raises(OSError, match="pdf"):
        write(tmp_path / "x.pdf", b"data")
    assert [p.name for p in tmp_path.iterdir()] == ["x.pdf"]


# --- what is no picture -------------------------------------------------------------------------------------


def jpeg(width: int = 320, height: int = 240) -> bytes:
    noise = np.random.default_rng(0).integers(0, 255, (height, width, 3), np.uint8)
    return cv2.imencode(".jpg", noise)[1].tobytes()


def png(width: int, height: int) -> bytes:
    """A picture whose header claims a size and whose pixels are not there."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")

    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", Bad.EMPTY),
        (b"hello, I am a text", Bad.NO_PICTURE),
        (b"\xff\xd8\xff" + bytes(400), Bad.NO_PICTURE),
        (jpeg()[: len(jpeg()) // 2], Bad.BROKEN),
        (jpeg()[:-2], Bad.BROKEN),
        (png(60_000, 60_000), Bad.TOO_MANY),
        (png(2_000_000_000, 2_000_000_000), Bad.TOO_MANY),
        (png(320, 240), Bad.BROKEN),
        (jpeg(40, 40), Bad.TOO_SMALL),
        (bytes(MOST_BYTES + 1), Bad.TOO_LARGE),
        (b"<svg xmlns='http://www.w3.org/2000/svg' width='99999' height='99999'/>", Bad.NO_PICTURE),
        (b"%PDF-1.7 ...", Bad.NO_PICTURE),
    ],
)
def test_what_is_no_picture_is_told_apart(data, why):
    with pytest.raises(BadPicture) as caught:
        decode(data, "x")
    assert caught.value.why is why


def test_a_file_that_is_no_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    for path, why in (
        (tmp_path / "pipe.jpg", Bad.NO_FILE),
        (tmp_path, Bad.NO_FILE),
        (Path("/dev/zero"), Bad.NO_FILE),
        (tmp_path / "none.jpg", Bad.MISSING),
        (tmp_path / ("x" * 300), Bad.UNREADABLE),
    ):
        with pytest.raises(BadPicture) as caught:
            read(path)
        assert caught.value.why is why
    folder = tmp_path / "empty"
    folder.mkdir()
    with pytest.raises(BadPicture) as caught:
        pictures_of(folder)
    assert caught.value.why is Bad.NO_PICTURES


SEEDS = {
    ".jpg": jpeg(),
    ".png": cv2.imencode(".png", np.full((90, 120, 3), 77, np.uint8))[1].tobytes(),
    ".bmp": cv2.imencode(".bmp", np.full((90, 120, 3), 77, np.uint8))[1].tobytes(),
    ".tif": cv2.imencode(".tif", np.full((90, 120, 3), 77, np.uint8))[1].tobytes(),
    ".webp": cv2.imencode(".webp", np.full((90, 120, 3), 77, np.uint8))[1].tobytes(),
}


@given(
    seed=st.sampled_from(sorted(SEEDS)),
    hits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=12),
    cut=st.floats(0.1, 1),
)
@settings(max_examples=120, deadline=None)
def test_whatever_the_bytes_are_it_is_a_picture_or_a_clear_no(seed, hits, cut):
    data = bytearray(SEEDS[seed])
    for place, value in hits:
        data[int(place * (len(data) - 1))] = value
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            picture = decode(bytes(data[: max(1, int(cut * len(data)))]), "fuzzed")
        except BadPicture:
            return
    assert picture.dtype == np.uint8
    assert picture.ndim == 3
    assert picture.shape[0] * picture.shape[1] <= 50_000_000
