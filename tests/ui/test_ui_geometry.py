"""Every page in every mode: what it says is there to be read, and what it offers is there to be hit."""

import itertools

import pygame
import pytest
from ui_stage import WALL, Shot, Stage, every_page

from kiosk_ui.kiosk import theme_for
from kiosk_ui.theme import contrast

PAGES = list(every_page())


@pytest.fixture(params=PAGES, ids=[s.name for s in PAGES])
def shot(request: pytest.FixtureRequest) -> Shot:
    return request.param


def test_each_text_lies_on_the_screen_and_holds_its_ink_and_nobody_elses(stage: Stage, shot: Shot) -> None:
    scene, surface = stage.picture(shot)
    assert scene.texts
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


def test_each_text_stands_out_from_the_pixels_around_it(stage: Stage, shot: Shot) -> None:
    scene, surface = stage.picture(shot)
    dark = shot.make(stage)._theme.palette.least if shot.size != WALL else 4.5
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
        assert worst >= dark, f"{worst:.1f}: {said}"


def test_nothing_is_cut_off_with_dots_or_too_small_to_read(stage: Stage, shot: Shot) -> None:
    scene, _ = stage.picture(shot)
    least = 24 if shot.size != WALL else 28
    for said in scene.texts:
        assert not said.text.endswith("…") or said.text in (
            stage.texts[0].get("ui.taking"),
            stage.texts[0].get("ui.guides_loading"),
        ), said
        assert said.size >= least, said


def test_each_target_is_two_centimetres_wide_and_high_and_alone(stage: Stage, shot: Shot) -> None:
    scene, surface = stage.picture(shot)
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
