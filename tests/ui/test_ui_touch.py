"""Fingers, mice and unsteady hands."""

import pygame
from ui_stage import Stage

from kiosk_ui.pages.pin import PinPage
from kiosk_ui.play import post_finger
from kiosk_ui.scene import Scene
from kiosk_ui.touch import Contact, Presser, contact

SIZE = (1080, 1920)


def scene(stage: Stage) -> Scene:
    made = Scene("home", SIZE, stage.brush)
    made.target("a", pygame.Rect(0, 0, 200, 200), "A")
    made.target("b", pygame.Rect(300, 0, 200, 200), "B")
    return made


def tap(presser: Presser, page: Scene, x: int, at_s: float) -> str:
    presser.feed(Contact(True, x, 100), page, at_s)
    return presser.feed(Contact(False, x, 100), page, at_s + 0.05)


def test_a_finger_comes_through_sdl_at_the_pixel_it_touched(stage: Stage) -> None:
    pygame.event.clear()
    for x, y in ((0, 0), (1079, 1919), (540, 777)):
        post_finger(True, x, y, SIZE)
        post_finger(False, x, y, SIZE)
        events = pygame.event.get((pygame.FINGERDOWN, pygame.FINGERUP))
        assert [contact(e, SIZE) for e in events] == [Contact(True, x, y), Contact(False, x, y)]


def test_the_mouse_that_sdl_makes_up_for_a_finger_is_dropped() -> None:
    made_up = pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=(5, 6), touch=True)
    real = pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=(5, 6), touch=False)
    right = pygame.event.Event(pygame.MOUSEBUTTONDOWN, button=3, pos=(5, 6), touch=False)
    assert contact(made_up, SIZE) is None and contact(right, SIZE) is None
    assert contact(real, SIZE) == Contact(True, 5, 6)


def test_a_press_shows_at_once_and_acts_on_release(stage: Stage) -> None:
    presser, page = Presser(), scene(stage)
    assert presser.feed(Contact(True, 50, 50), page, 1.0) == "" and presser.pressed == "a"
    assert presser.feed(Contact(False, 60, 60), page, 1.1) == "a" and presser.pressed == ""


def test_a_release_outside_cancels(stage: Stage) -> None:
    presser, page = Presser(), scene(stage)
    presser.feed(Contact(True, 50, 50), page, 1.0)
    assert presser.feed(Contact(False, 350, 50), page, 1.1) == ""
    assert presser.pressed == ""


def test_a_second_tap_within_half_a_second_is_the_same_tap(stage: Stage) -> None:
    presser, page = Presser(), scene(stage)
    presser.page("home")
    assert tap(presser, page, 100, 1.0) == "a"
    assert tap(presser, page, 100, 1.3) == ""
    assert tap(presser, page, 400, 1.4) == "b"
    assert tap(presser, page, 400, 2.0) == "b"


def test_a_double_tap_does_not_press_what_lies_under_it_on_the_next_page(stage: Stage) -> None:
    presser, page = Presser(), scene(stage)
    presser.page("home")
    assert tap(presser, page, 100, 1.0) == "a"
    presser.page("number")
    assert tap(presser, page, 110, 1.2) == ""
    assert tap(presser, page, 400, 1.25) == "b"
    presser.page("home")
    assert tap(presser, page, 100, 2.0) == "a"


def test_a_finger_held_across_a_page_change_presses_nothing(stage: Stage) -> None:
    presser, page = Presser(), scene(stage)
    presser.page("home")
    presser.feed(Contact(True, 50, 50), page, 1.0)
    presser.page("refused")
    assert presser.feed(Contact(False, 50, 50), page, 1.1) == ""


def test_the_same_key_of_a_pad_may_be_meant_twice(stage: Stage) -> None:
    kiosk = stage.kiosk()
    kiosk.show(PinPage())
    scene = kiosk.scene()
    kiosk.presser.page(scene.name)
    place = next(t.rect.center for t in scene.targets if t.id == "key:2")
    taps = []
    for at_s in (10.0, 10.05, 10.4):
        kiosk.presser.feed(Contact(True, *place), scene, at_s)
        taps.append(kiosk.presser.feed(Contact(False, *place), scene, at_s + 0.02))
    assert taps == ["key:2", "", "key:2"]


def test_five_touches_in_the_corner_and_nowhere_else_between_them_are_a_knock() -> None:
    presser, scene = Presser(80), Scene("home", (1080, 1920), None)  # type: ignore[arg-type]

    def touch(x: int, at_s: float) -> bool:
        presser.feed(Contact(True, x, 10), scene, at_s)
        presser.feed(Contact(False, x, 10), scene, at_s)
        return presser.knocked()

    assert [touch(10, t / 2) for t in range(5)] == [False] * 4 + [True]
    assert not any(touch(10 if t != 2 else 500, 10 + t / 2) for t in range(6))
    assert not any(touch(10, 100 + t * 2.0) for t in range(9)), "slow touches are no knock"
