"""`python -m tests.screenshots [DIR] [--approve]`: every page of the screens from fixed views.

DIR gets each page in full; kiosk_ui/pictures gets the README's pictures and one contact sheet per mode;
--approve also renews the pictures in tests/golden/approved, whose differences are then to be looked at.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
sys.path.insert(0, str(Path(__file__).parent / "ui"))

import pygame
from PIL import Image
from ui_approved import APPROVED, FOLDER, small
from ui_shots import every_page
from ui_stage import Shot, Stage

from kiosk_ui import fonts

PICTURES = Path(__file__).parents[1] / "kiosk_ui" / "pictures"
README = (
    "home",
    "number",
    "number-item",
    "guide",
    "guides-events",
    "floor",
    "home-low",
    "staff",
    "home-lying",
    "wall-calls",
    "counter-calling",
)
HIGH = 420
PER_ROW = 8


def main(args: list[str]) -> int:
    folders = [Path(a) for a in args if not a.startswith("-")]
    fonts.cut(print)
    stage = Stage()
    sheets: dict[str, list[pygame.Surface]] = {}
    for shot in every_page():
        scene, surface = stage.picture(shot)
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
            pygame.image.save(surface, folder / f"{shot.name}.png")
        if shot.name in README:
            keep(pygame.transform.smoothscale_by(surface, 0.6), PICTURES / f"{shot.name}.png")
        if "--approve" in args and shot.name in APPROVED:
            pygame.image.save(small(surface), FOLDER / f"{shot.name}.png")
        sheets.setdefault(mode(shot), []).append(surface)
        print(f"{shot.name}: {len(scene.texts)} texts, {len(scene.targets)} targets")
    for name, pages in sheets.items():
        keep(sheet(pages), PICTURES / f"sheet-{name}.png")
    return 0


def keep(surface: pygame.Surface, file: Path) -> None:
    """Write a picture for the repository: 256 colours do, at a third of the size."""
    whole = Image.frombytes("RGB", surface.get_size(), pygame.image.tobytes(surface, "RGB"))
    whole.quantize(256, dither=Image.Dither.NONE).save(file, optimize=True)


def mode(shot: Shot) -> str:
    """The sheet that a page belongs on."""
    if shot.name.startswith(("wall", "counter")):
        return "walls"
    lying = "lying-" if "-lying" in shot.name else ""
    found = [key for key in ("low", "contrast", "english", "large") if f"-{key}" in f"{shot.name}-"]
    if found:
        return lying + found[0]
    if lying:
        return "lying"
    return "staff" if shot.name.startswith("staff") else "standing"


def sheet(pages: list[pygame.Surface]) -> pygame.Surface:
    """Pages side by side, in rows."""
    gap = 16
    high = HIGH if any(p.get_height() > p.get_width() for p in pages) else HIGH * 5 // 8
    rows = [pages[i : i + PER_ROW] for i in range(0, len(pages), PER_ROW)]
    drawn = [[pygame.transform.smoothscale_by(p, high / p.get_height()) for p in row] for row in rows]
    wide = max(sum(p.get_width() + gap for p in row) for row in drawn) + gap
    made = pygame.Surface((wide, len(rows) * (high + gap) + gap))
    made.fill((96, 104, 118))
    for y, row in enumerate(drawn):
        x = gap
        for page in row:
            made.blit(page, (x, gap + y * (high + gap)))
            x += page.get_width() + gap
    return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
