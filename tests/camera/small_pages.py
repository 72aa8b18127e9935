"""The twins' pages in small, where what is found on them is not under test."""

from pathlib import Path

from PIL import Image

from drivers.twins.pages import write_pages


def write_small_pages(folder: Path, width: int = 1280) -> list[Path]:
    """As `write_pages`, pixels."""
    made = write_pages(folder)
    for path in made:
        with Image.open(path) as picture:
            picture.resize((width, width * 3 // 4)).save(path, quality=90)
    return made
