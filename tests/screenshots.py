"""`python -m tests.screenshots [DIR]`: every page of the screens from fixed views, as PNG files."""

import os
import sys
from pathlib import Path

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
sys.path.insert(0, str(Path(__file__).parent / "ui"))

import pygame
from ui_stage import Stage, every_page


def main(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    stage = Stage()
    for shot in every_page():
        scene, surface = stage.picture(shot)
        pygame.image.save(surface, folder / f"{shot.name}.png")
        print(f"{shot.name}.png  {len(scene.texts)} texts, {len(scene.targets)} targets")
    return 0


if __name__ == "__main__":
    sys.exit(
        main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "kiosk_ui" / "pictures")
    )
