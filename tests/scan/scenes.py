"""Scenes with known corners for the scanner's tests: pages, cards and empty desks, drawn without OpenCV."""

import tomllib
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from drivers.twins import pages

TEXTS = tomllib.loads(Path(pages.__file__).with_name("page.toml").read_text("utf-8"))
FRAME = (1600, 1200)
WOOD, DARK, LIGHT, GREEN = (104, 82, 62), (44, 46, 50), (168, 164, 156), (52, 96, 74)
UPRIGHT = ((520.0, 80.0), (1120.0, 84.0), (1126.0, 930.0), (512.0, 924.0))
TURNED = ((430.0, 300.0), (1010.0, 120.0), (1268.0, 942.0), (690.0, 1120.0))
ACROSS = ((260.0, 200.0), (1330.0, 170.0), (1350.0, 930.0), (250.0, 940.0))


def page(across: bool = False) -> Image.Image:
    drawn = pages.form(TEXTS, 0)
    return drawn.rotate(90, expand=True) if across else drawn


def scene(corners, *, desk=WOOD, seed=1, sheet=None, noise=3.0, blur=0.0) -> np.ndarray:
    """A page on a desk as BGR; `corners` as the scanner counts them."""
    drawn = pages.lay(sheet or page(), pages.desk(FRAME, seed=seed, colour=desk), corners)
    return camera(drawn, noise=noise, blur=blur, seed=seed)


def empty(desk=WOOD, *, seed=1, noise=3.0) -> np.ndarray:
    return camera(pages.desk(FRAME, seed=seed, colour=desk), noise=noise, seed=seed + 50)


def camera(drawn: Image.Image, *, noise: float, blur: float = 0.0, seed: int = 0) -> np.ndarray:
    if blur:
        drawn = drawn.filter(ImageFilter.GaussianBlur(blur))
    rgb = np.asarray(drawn, np.float32)
    rgb = rgb + np.random.default_rng(seed).normal(0, noise, rgb.shape)
    return np.ascontiguousarray(np.clip(rgb, 0, 255).astype(np.uint8)[:, :, ::-1])


def iou(one, other) -> float:
    """Intersection over union of two quadrangles, at half a pixel."""
    masks = []
    for corners in (one, other):
        mask = Image.new("1", (2 * FRAME[0], 2 * FRAME[1]))
        ImageDraw.Draw(mask).polygon([(2 * float(x) + 1, 2 * float(y) + 1) for x, y in corners], fill=1)
        masks.append(np.asarray(mask))
    return float((masks[0] & masks[1]).sum() / (masks[0] | masks[1]).sum())
