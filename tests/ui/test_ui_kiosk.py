"""What the kiosk does: pages, time-outs, modes; its daemon stands still."""

import pygame
import pytest
from ui_stage import STANDING, Stage, ticket
from ui_views import T0, TICKET, many, view

from kiosk_ui.pages.guides import GuidesPage
from kiosk_ui.pages.number import NumberPage
from kiosk_ui.pages.refused import RefusedPage
from kiosk_ui.scene import draw
from kiosk_ui.theme import BOARD, BOARD_PAIRS, CONTRAST, LIGHT, PAIRS, Palette, contrast


def words(kiosk) -> list[str]:
    return [said.text for said in kiosk.scene().texts]


@pytest.mark.parametrize("palette", [LIGHT, CONTRAST], ids=lambda p: p.name)
def test_every_declared_pair_of_colours_is_readable(palette: Palette) -> None:
    for ink, ground in PAIRS:
        assert contrast(getattr(palette, ink), getattr(palette, ground)) >= palette.least, (ink, ground)
    for ground, ink in palette.tints:
        assert contrast(ink, ground) >= 3.0


def test_every_pair_of_the_hall_screen_is_readable() -> None:
    for ink, ground in BOARD_PAIRS:
        assert contrast(getattr(BOARD, ink), getattr(BOARD, ground)) >= 4.5, (ink, ground)


def test_one_touch_asks_for_one_number_however_often_it_is_touched(stage: Stage) -> None:
    live = stage.live(view())
    kiosk = stage.kiosk(live=live)
    for _ in range(3):
        kiosk.tap("service:relief")
    assert [(path, body) for path, body, _ in live.commands] == [
        ("/api/v1/tickets", {"service": "relief", "kiosk": "k1"})
    ]
    assert "正在取号…" in words(kiosk)


def test_each_tap_has_a_key_of_its_own(stage: Stage) -> None:
    live = stage.live(view())
    kiosk = stage.kiosk(live=live)
    kiosk.tap("service:relief")
    kiosk.home()
    kiosk.tap("service:relief")
    assert len({key for _, _, key in live.commands}) == 2


def test_a_slow_answer_gets_a_page_that_says_so_and_where_help_is(stage: Stage) -> None:
    kiosk = stage.kiosk()
    kiosk.tap("service:relief")
    kiosk.tick(T0 + 0.2)
    assert kiosk.scene().name == "home"
    kiosk.tick(T0 + 0.6)
    assert kiosk.scene().name == "taking"
    kiosk.tick(T0 + 5)
    assert any("咨询台" in text for text in words(kiosk))


def test_a_number_that_comes_after_its_citizen_left_shows_to_nobody(stage: Stage) -> None:
    kiosk = stage.kiosk()
    kiosk.tap("service:relief")
    kiosk.home()
    kiosk._taken(201, {"ticket": TICKET}, "relief")
    assert kiosk.scene().name == "home"


def test_a_closed_service_says_when_it_opens_and_asks_for_no_number(stage: Stage) -> None:
    changed = view()
    changed["services"][3].update(open=False, reason="closed", opens_at="14:00")
    live = stage.live(changed)
    kiosk = stage.kiosk(live=live)
    assert "14:00 开始取号" in words(kiosk)
    kiosk.tap("service:relief")
    assert kiosk.scene().name == "refused" and live.commands == []
    assert any("14:00" in text for text in words(kiosk))


def test_a_service_that_opens_on_another_day_says_the_date(stage: Stage) -> None:
    changed = view()
    for service in changed["services"]:
        service.update(open=False, reason="closed", opens_at="08:50", opens_on="2026-11-25")
    changed["services"][0].update(opens_at="09:30", opens_on="2026-11-24")
    kiosk = stage.kiosk(live=stage.live(changed))
    said = words(kiosk)
    assert said.count("11月25日 08:50 取号") == len(changed["services"]) - 1
    assert said.count("11月24日 09:30 取号") == 2  # its tile, and the page as the first of all
    kiosk.tap("service:relief")
    assert "今天不再取号，11月25日 08:50 开始" in words(kiosk)


def test_a_full_window_says_when_the_next_one_begins(stage: Stage) -> None:
    changed = view()
    changed["services"][3].update(open=False, reason="full", opens_at="13:50", opens_on="")
    kiosk = stage.kiosk(live=stage.live(changed))
    assert "13:50 开始取号" in words(kiosk)
    kiosk.tap("service:relief")
    assert "这个时段的号已取完，13:50 再取" in words(kiosk)
    changed["services"][3].update(opens_at="08:50", opens_on="2026-11-25")
    assert "今天的号已取完" in words(stage.kiosk(live=stage.live(changed)))


def test_the_number_page_follows_the_slip_and_the_call(stage: Stage) -> None:
    live = stage.live(view())
    kiosk = stage.kiosk(live=live)
    page = NumberPage(TICKET, kiosk)
    kiosk.show(page)
    for answer, wanted in (
        ({"paper": "printing"}, "正在打印小票，请稍等"),
        ({"paper": "printed"}, "请取走小票，听到叫号后去窗口"),
        ({"paper": "failed"}, "小票没有打印，请记下号码"),
        ({"paper": "unknown"}, "没拿到小票的，请记下号码"),
        ({"state": "called", "counter": "3"}, "轮到您了，请到 3 号窗口"),
    ):
        page._told(200, {"ticket": TICKET | answer})
        assert wanted in "".join(words(kiosk)), answer


def test_a_wait_that_nobody_can_tell_is_not_shown_as_a_number(stage: Stage) -> None:
    kiosk = stage.kiosk()
    kiosk.show(ticket(estimated_wait_s=None)(kiosk))
    assert "说不准" in words(kiosk) and not any("分钟" in text for text in words(kiosk))


def test_the_finished_ticket_goes_home_after_half_a_minute_and_any_touch_extends(stage: Stage) -> None:
    kiosk = stage.kiosk()
    kiosk.show(ticket()(kiosk))
    kiosk.tick(T0 + 20)
    assert "完成（10）" in words(kiosk)
    kiosk.presser.touched_at = T0 + 20
    kiosk.tap("stay")
    kiosk.tick(T0 + 49)
    assert kiosk.scene().name == "number"
    kiosk.tick(T0 + 50.5)
    assert kiosk.scene().name == "home"


def test_a_page_asks_twenty_seconds_before_it_leaves(stage: Stage) -> None:
    kiosk = stage.kiosk()
    kiosk.show(GuidesPage(kiosk))
    kiosk.tick(T0 + 39)
    assert "您还在吗？" not in words(kiosk)
    kiosk.tick(T0 + 41)
    assert "您还在吗？" in words(kiosk) and [t.id for t in kiosk.scene().targets] == ["stay"]
    kiosk.presser.touched_at = T0 + 41
    assert "您还在吗？" not in words(kiosk)
    kiosk.tick(T0 + 102)
    assert kiosk.scene().name == "home"


def test_large_type_doubles_the_time(stage: Stage) -> None:
    kiosk = stage.kiosk(large=True)
    kiosk.show(RefusedPage({"reason": "full"}, "relief"))
    kiosk.tick(T0 + 45)
    assert kiosk.scene().name == "refused"
    kiosk.tick(T0 + 61)
    assert kiosk.scene().name == "home"


def test_the_next_citizen_gets_ordinary_type_colours_and_language(stage: Stage) -> None:
    kiosk = stage.kiosk(large=True, contrast=True, english=True)
    assert "Contrast" not in words(kiosk) and "Colours" in words(kiosk)
    kiosk.tick(T0 + 61)
    assert "请点一下要办的事" in words(kiosk) and kiosk._theme.palette is LIGHT and not kiosk._theme.large


def test_every_service_can_be_reached_by_arrows_and_the_unsure_find_theirs_first(stage: Stage) -> None:
    kiosk = stage.kiosk(seen=many())
    seen: list[str] = []
    for page in range(9):
        targets = [t.id for t in kiosk.scene().targets]
        seen += [t for t in targets if t.startswith("service:")]
        if page == 0:
            assert "service:general" in targets
        if "page:next" not in targets:
            break
        kiosk.tap("page:next")
    assert len(seen) == len(set(seen)) == 22


def test_on_each_page_but_the_first_home_is_one_touch_away(stage: Stage) -> None:
    kiosk = stage.kiosk()
    for page in (GuidesPage(kiosk), ticket()(kiosk), RefusedPage({"reason": "full"}, "relief")):
        kiosk.show(page)
        assert "home" in [t.id for t in kiosk.scene().targets]
        kiosk.tap("home")
        assert kiosk.scene().name == "home"


def test_only_what_changed_is_drawn_again_and_comes_out_the_same(stage: Stage) -> None:
    kiosk = stage.kiosk()
    before = kiosk.scene()
    screen = pygame.Surface(STANDING)
    draw(before, screen, None)
    assert draw(kiosk.scene(), screen, before) == []
    kiosk.presser.pressed = "service:relief"
    after = kiosk.scene()
    dirty = draw(after, screen, before)
    assert 0 < sum(r.w * r.h for r in dirty) < 0.15 * STANDING[0] * STANDING[1]
    whole = pygame.Surface(STANDING)
    draw(after, whole, None)
    assert pygame.image.tobytes(screen, "RGB") == pygame.image.tobytes(whole, "RGB")


@pytest.mark.parametrize(("beside", "warns"), [("k1", True), ("k9", False)])
def test_a_touch_screen_looks_at_the_printer_beside_it(stage: Stage, beside: str, warns: bool) -> None:
    seen = view()
    seen["devices"] = [
        {"id": "printer-1", "kind": "printer", "state": "down", "code": "paper_out", "kiosk": beside},
        {
            "id": "printer-2",
            "kind": "printer",
            "state": "ok",
            "code": "",
            "kiosk": "k1" if not warns else "k2",
        },
    ]
    said = " ".join(words(stage.kiosk(seen=seen)))
    assert ("小票打印机没有纸了" in said) == warns
