"""Desk tops for the scanner's scenes: plain, grained, speckled, woven, planked, printed."""

from collections.abc import Callable
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Dice: TypeAlias = np.random.Generator
Image: TypeAlias = NDArray[np.uint8]
Field: TypeAlias = NDArray[np.float32]
Size: TypeAlias = tuple[int, int]
"""Width, height."""


def cloud(dice: Dice, size: Size, cells: tuple[int, int], octaves: int = 3, fall: float = 0.5) -> Field:
    """Smooth noise of about -1..1, `cells` wide and high at its coarsest."""
    field = np.zeros((size[1], size[0]), np.float32)
    weight, most = 1.0, 0.0
    for octave in range(octaves):
        grid = (max(2, cells[1] << octave), max(2, cells[0] << octave))
        rough = dice.uniform(-1, 1, (min(grid[0], size[1]), min(grid[1], size[0]))).astype(np.float32)
        field += weight * cv2.resize(rough, size, interpolation=cv2.INTER_CUBIC)
        most += weight
        weight *= fall
    return field / most


def colour(dice: Dice, low: float, high: float, tint: float = 12) -> NDArray[np.float64]:
    """BGR around a grey between two."""
    return np.clip(dice.uniform(low, high) + dice.normal(0, tint, 3), 4, 252)


def _toned(base: NDArray[np.float64], field: Field, spread: float, tint: NDArray[np.float64]) -> Image:
    out = base.astype(np.float32) + field[:, :, None] * (spread * tint).astype(np.float32)
    return np.clip(out, 0, 255).astype(np.uint8)


def plain(dice: Dice, size: Size, low: float, high: float) -> Image:
    base = colour(dice, low, high)
    return _toned(base, cloud(dice, size, (4, 3)), dice.uniform(0, 5), np.ones(3))


def wood(dice: Dice, size: Size, low: float, high: float) -> Image:
    base = colour(dice, low, high, 6) + np.array([-0.16, 0.0, 0.14]) * dice.uniform(60, 160)
    across = size[::-1] if dice.random() < 0.3 else size
    warp = cloud(dice, across, (3, 6), 2)
    fine = cloud(dice, across, (int(dice.integers(6, 24)), int(dice.integers(150, 500))), 2, 0.8)
    y = np.linspace(0, dice.uniform(8, 50), across[1], dtype=np.float32)[:, None]
    rings = np.sin(y + warp * dice.uniform(2, 9)).astype(np.float32)
    field = fine + rings * np.float32(dice.uniform(0.2, 0.9))
    if across != size:
        field = np.ascontiguousarray(field.T)
    return _toned(np.clip(base, 12, 248), field, dice.uniform(5, 22), np.array([0.7, 0.9, 1.1]))


def speckled(dice: Dice, size: Size, low: float, high: float) -> Image:
    share = int(dice.integers(1, 5))
    grid = (size[0] // share, size[1] // share)
    dots = dice.normal(0, 1, (grid[1], grid[0])).astype(np.float32)
    field = cv2.resize(dots, size, interpolation=cv2.INTER_LINEAR) + cloud(dice, size, (9, 7), 4, 0.7)
    return _toned(colour(dice, low, high), field, dice.uniform(3, 14), np.ones(3))


def marble(dice: Dice, size: Size, low: float, high: float) -> Image:
    veins = 1 - np.abs(cloud(dice, size, (int(dice.integers(2, 6)), int(dice.integers(2, 6))), 5, 0.6)) * 3
    field = np.clip(veins, 0, 1) ** int(dice.integers(1, 5)) + 0.3 * cloud(dice, size, (5, 5), 3)
    sign = dice.choice([-1, 1])
    return _toned(colour(dice, low, high), field.astype(np.float32), sign * dice.uniform(10, 45), np.ones(3))


def woven(dice: Dice, size: Size, low: float, high: float) -> Image:
    x = np.arange(size[0], dtype=np.float32)[None, :] * np.float32(dice.uniform(0.25, 0.9))
    y = np.arange(size[1], dtype=np.float32)[:, None] * np.float32(dice.uniform(0.25, 0.9))
    bend = cloud(dice, size, (3, 3), 2) * np.float32(3)
    field = np.sin(x + bend) * np.sin(y - bend) + 0.5 * cloud(dice, size, (60, 45), 2)
    return _toned(colour(dice, low, high), field.astype(np.float32), dice.uniform(5, 20), np.ones(3))


def planks(dice: Dice, size: Size, low: float, high: float) -> Image:
    out = wood(dice, size, low, high)
    along = dice.random() < 0.5
    length = size[1] if along else size[0]
    at = int(dice.uniform(0.02, 0.3) * length)
    angle = dice.normal(0, 0.03)
    while at < length:
        shift = int(np.tan(angle) * (size[0] if along else size[1]))
        ends = ((0, at), (size[0], at + shift)) if along else ((at, 0), (at + shift, size[1]))
        shade = tuple(float(v) for v in colour(dice, 8, max(20.0, low * 0.7), 4))
        cv2.line(out, ends[0], ends[1], shade, int(dice.integers(2, 9)), cv2.LINE_AA)
        at += int(dice.uniform(0.12, 0.4) * length)
    return out


def printed(dice: Dice, size: Size, low: float, high: float) -> Image:
    """A mat with a grid, a frame, marks and words on it."""
    out = plain(dice, size, low, high)
    ink = tuple(float(v) for v in colour(dice, 20, 235, 30))
    step = int(dice.uniform(40, 160))
    angle = dice.normal(0, 0.02)
    if dice.random() < 0.7:
        for at in range(-step, max(size) + step, step):
            thick = int(dice.integers(1, 3))
            bend = int(angle * max(size))
            cv2.line(out, (at, 0), (at + bend, size[1]), ink, thick, cv2.LINE_AA)
            cv2.line(out, (0, at), (size[0], at - bend), ink, thick, cv2.LINE_AA)
    if dice.random() < 0.7:
        inset = [int(dice.uniform(0.02, 0.18) * s) for s in (*size, *size)]
        cv2.rectangle(
            out,
            (inset[0], inset[1]),
            (size[0] - inset[2], size[1] - inset[3]),
            ink,
            int(dice.integers(2, 12)),
        )
    for _ in range(int(dice.integers(0, 9))):
        spot = (int(dice.uniform(0, size[0])), int(dice.uniform(0, size[1])))
        cv2.putText(out, "A4 B5 12345"[: int(dice.integers(2, 11))], spot, 0, dice.uniform(1, 5), ink, 3)
    return out


def smooth(dice: Dice, size: Size, low: float, high: float) -> Image:
    return dice.choice(np.array([plain, speckled, wood], object))(dice, size, low, high)


TEXTURES: tuple[Callable[[Dice, Size, float, float], Image], ...] = (
    wood,
    speckled,
    marble,
    woven,
    planks,
    printed,
)


def textured(dice: Dice, size: Size, low: float, high: float) -> Image:
    return TEXTURES[int(dice.integers(len(TEXTURES)))](dice, size, low, high)
