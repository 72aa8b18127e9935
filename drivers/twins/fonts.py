"""What the twins write with: the house's fonts where they are installed, else what Pillow brings."""

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

_NOTO = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
_NOTO_BOLD = "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"
_WQY = "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc"


def sans(pixels: int) -> Font:
    """Letters as a page or a screen has them. `pixels`: the font's size."""
    return _first(((_NOTO, 2), (_WQY, 0)), pixels)


def mono(pixels: int) -> Font:
    """Letters of one or of two cells, as a board or a printer has them."""
    return _first(((_NOTO, 7), (_NOTO_BOLD, 7), (_WQY, 0)), pixels)


def _first(faces: tuple[tuple[str, int], ...], pixels: int) -> Font:
    """The first of the files, each with the number of its face, that can be read."""
    for path, face in faces:
        try:
            return ImageFont.truetype(path, pixels, index=face)
        except OSError:
            continue
    return ImageFont.load_default(pixels)
