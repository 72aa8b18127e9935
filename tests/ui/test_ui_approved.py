"""Each page looks as when somebody approved it; `python -m tests.screenshots --approve` renews."""

import pygame
import pytest
from ui_approved import APPROVED, FOLDER, difference, small
from ui_shots import every_page
from ui_stage import Shot, Stage

PAGES = {s.name: s for s in every_page()}


@pytest.mark.parametrize("name", APPROVED)
def test_a_page_looks_as_it_was_approved(stage: Stage, name: str) -> None:
    approved = pygame.image.load(FOLDER / f"{name}.png")
    _, surface = stage.picture(PAGES[name])
    assert small(surface).get_size() == approved.get_size()
    mean, worst = difference(small(surface), approved)
    assert mean < 1.5 and worst < 48, f"{name}: mean {mean:.2f}, worst square {worst}"


def test_a_page_with_one_tile_closed_does_not_pass_for_the_approved_one(stage: Stage) -> None:
    shot = PAGES["home"]
    kiosk = shot.make(stage)
    kiosk.view["services"][2].update(open=False, reason="full")
    _, surface = stage.picture(Shot("home", lambda _: kiosk))
    assert difference(small(surface), pygame.image.load(FOLDER / "home.png"))[1] >= 20
    kiosk.view["services"].pop()
    _, surface = stage.picture(Shot("home", lambda _: kiosk))
    assert difference(small(surface), pygame.image.load(FOLDER / "home.png"))[1] >= 48
