"""Every page in every mode: what it says is there to be read, and what it offers is there to be hit."""

import itertools

import pygame
import pytest
from ui_shots import every_page
from ui_stage import WALL, Shot, Stage

from kiosk_ui.kiosk import theme_for
from kiosk_ui.scene import Scene
from kiosk_ui.theme import contrast

PAGES = list(every_page())
SMALLEST, SMALLEST_ON_WALLS = 24, 28
"""Pixels of type on a lying 10.1" screen at arm's length, and on a hall screen."""


@pytest.mark.parametrize("shot", PAGES, ids=[s.name for s in PAGES])
def test_each_page_can_be_read_and_hit(stage: Stage, shot: Shot) -> None:
    scene, surface = stage.picture(shot)
    assert scene.texts
    no_text_is_cut_or_drawn_over(scene, surface)
    each_text_stands_out(scene, surface, shot.make(stage)._theme.palette.least if shot.size != WALL else 4.5)
    nothing_ends_in_dots_or_is_too_small(stage, scene, shot)
    each_target_is_large_and_alone(scene, surface, shot)


def no_text_is_cut_or_drawn_over(scene: Scene, surface: pygame.Surface) -> None:
    for said in scene.texts:
        assert surface.get_rect().contains(said.rect), said
        item = scene.items[said.item]
        ink = pygame.mask.from_surface(item.surface, threshold=254)
        assert ink.count() > 8, f"no ink: {said}"
        found = pygame.mask.from_threshold(
            surface.subsurface(item.rect.clip(surface.get_rect())), said.colour, (2, 2, 2)
        )
        assert found.overlap_area(ink, (0, 0)) == ink.count(), f"drawn over: {said}"
    for one, other in itertools.combinations(scene.texts, 2):
        assert not one.rect.colliderect(other.rect), (one, other)


def each_text_stands_out(scene: Scene, surface: pygame.Surface, least: float) -> None:
    """Against the pixels around it, as they came out."""
    for said in scene.texts:
        item = scene.items[said.item]
        empty = pygame.mask.from_surface(item.surface, threshold=0)
        empty.invert()
        inside = said.rect.move(-item.rect.left, -item.rect.top)
        grounds = {
            tuple(surface.get_at((item.rect.left + x, item.rect.top + y)))[:3]
            for x in range(inside.left, inside.right, 7)
            for y in range(inside.top, inside.bottom, 5)
            if empty.get_at((x, y))
        }
        worst = min((contrast(said.colour, ground) for ground in grounds), default=21.0)  # type: ignore[arg-type]
        assert worst >= least, f"{worst:.1f}: {said}"


def nothing_ends_in_dots_or_is_too_small(stage: Stage, scene: Scene, shot: Shot) -> None:
    waits = [t.get(f"ui.{key}") for t in stage.texts for key in DOTS]
    for said in scene.texts:
        assert not said.text.endswith("…") or said.text in waits, said
        assert said.size >= (SMALLEST if shot.size != WALL else SMALLEST_ON_WALLS), said


DOTS = ("taking", "guides_loading", "about_loading", "list_printing", "staff_doing", "paper_printing")
"""Sentences that end so by themselves."""


def each_target_is_large_and_alone(scene: Scene, surface: pygame.Surface, shot: Shot) -> None:
    if shot.size == WALL:
        assert not scene.targets
        return
    touch = theme_for(shot.size, 0.0).touch
    assert len({t.id for t in scene.targets}) == len(scene.targets)
    for target in scene.targets:
        assert surface.get_rect().contains(target.rect), target
        assert min(target.rect.size) >= touch, target
        assert target.text, target
    for one, other in itertools.combinations(scene.targets, 2):
        assert not one.rect.colliderect(other.rect), (one, other)
