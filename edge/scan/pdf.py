"""Pages into one PDF: strokes as stencils over a coarse picture, each page at its true size."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from edge.scan.clean import Profile
from edge.scan.layers import Layers, Stencil, group4, jpeg, layers
from edge.scan.values import Picture

GREY_QUALITY = 72
NATURAL_QUALITY = 82
POINTS = 72.0
A4 = (210.0, 297.0)
FITS_A4 = 0.03


@dataclass(frozen=True)
class PdfPage:
    """A page taken apart and packed: some ten kilobytes, so that it can go from process to process."""

    width: int
    height: int
    dpi: float
    layers: Layers


def packed(picture: Picture, dpi: float, profile: Profile) -> PdfPage:
    """A page for `pdf`; `picture` as `clean` gives it for this profile."""
    height, width = picture.shape[:2]
    match profile:
        case Profile.COLOUR:
            made = layers(picture, dpi)
        case Profile.BITONAL:
            strokes = np.asarray(picture) < 128
            made = Layers(b"", (Stencil(group4(strokes), width, height, (0.0, 0.0, 0.0)),))
        case Profile.GREY:
            made = Layers(jpeg(picture, GREY_QUALITY), ())
        case Profile.NATURAL:
            made = Layers(jpeg(picture, NATURAL_QUALITY), ())
    return PdfPage(width, height, dpi, made)


def pdf(pages: Sequence[PdfPage]) -> bytes:
    """One PDF with a page for each. Raises ValueError for none."""
    if not pages:
        raise ValueError("a PDF needs at least one page")
    with pikepdf.new() as document:
        for page in pages:
            _add(document, page)
        out = io.BytesIO()
        # The same pages give the same bytes: no date, no random id.
        document.save(out, deterministic_id=True, compress_streams=True)
        return out.getvalue()


def _add(document: pikepdf.Pdf, packed_page: PdfPage) -> None:
    across, down = page_size(packed_page.width, packed_page.height, packed_page.dpi)
    document.add_blank_page(page_size=(across, down))
    page = document.pages[-1]
    parts = _parts(document, packed_page.layers)
    whole = f"{across:.3f} 0 0 {down:.3f} 0 0 cm".encode()
    drawn: list[bytes] = []
    names = Dictionary()
    for number, (stream, colour) in enumerate(parts):
        names[f"/P{number}"] = document.make_indirect(stream)
        drawn.append(b"q " + colour + whole + f" /P{number} Do Q".encode())
    page.obj[Name.Resources] = Dictionary(XObject=names)
    page.obj[Name.Contents] = document.make_stream(b"\n".join(drawn))


def page_size(width: int, height: int, dpi: float) -> tuple[float, float]:
    """In points; exactly A4 where it is so nearly."""
    across, down = width / dpi * POINTS, height / dpi * POINTS
    short, long = (side / 25.4 * POINTS for side in A4)
    usual = (long, short) if across > down else (short, long)
    if all(abs(is_ / should - 1) < FITS_A4 for is_, should in zip((across, down), usual, strict=True)):
        return usual
    return across, down


def _parts(document: pikepdf.Pdf, made: Layers) -> list[tuple[Stream, bytes]]:
    """What is drawn, in this order, each with its colour."""
    parts = [(_jpeg(document, made.rest), b"")] if made.rest else []
    for stencil in made.stencils:
        red, green, blue = stencil.ink
        parts.append((stencil_stream(document, stencil), f"{red:.3f} {green:.3f} {blue:.3f} rg ".encode()))
    return parts


def _jpeg(document: pikepdf.Pdf, data: bytes) -> Stream:
    width, height, channels = jpeg_size(data)
    space = Name.DeviceGray if channels == 1 else Name.DeviceRGB
    return Stream(
        document,
        data,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=width,
        Height=height,
        ColorSpace=space,
        BitsPerComponent=8,
        Filter=Name.DCTDecode,
    )


def stencil_stream(document: pikepdf.Pdf, stencil: Stencil) -> Stream:
    """An image mask, to be painted in the colour that is set."""
    # ISO 32000-1 §8.9.6.2: with this Decode sample 1 paints; Pillow writes white as 1.
    return Stream(
        document,
        stencil.g4,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=stencil.width,
        Height=stencil.height,
        ImageMask=True,
        BitsPerComponent=1,
        Decode=Array([1, 0]),
        Filter=Name.CCITTFaxDecode,
        DecodeParms=Dictionary(K=-1, Columns=stencil.width, Rows=stencil.height),
    )


def jpeg_size(data: bytes) -> tuple[int, int, int]:
    """Width, height and channels by a JPEG's own header. Raises ValueError."""
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        # ITU T.81 §B.1.1.3: start of frame, but for the three markers in between that are something else.
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = (int.from_bytes(data[at + k : at + k + 2], "big") for k in (5, 7))
            return width, height, data[at + 9]
        at += 2 + length
    raise ValueError("no JPEG: it has no start of frame")
