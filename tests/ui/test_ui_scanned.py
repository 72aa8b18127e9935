"""A slip under the kiosk's reader: what the screen shows, and what it leaves alone."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from ui_stage import Stage, StillLive
from ui_views import T0, TICKET, view

from kiosk_ui.kiosk import Kiosk
from kiosk_ui.live import Seen

CODE = "0123456789"


def seen(*scans: dict[str, Any]) -> Seen:
    return Seen({**view(), "scans": list(scans)}, T0)


def scan(n: int, kiosk: str = "k1", may_rate: bool = False) -> dict[str, Any]:
    return {"kiosk": kiosk, "scan": n, "ticket": TICKET["id"], "number": "A012", "may_rate": may_rate}


@dataclass
class Door(StillLive):
    """Answers for tickets and scans, too."""

    state: str = "waiting"
    asked: list[str] = field(default_factory=list)

    def question(self, path: str, done: Any) -> None:
        self.asked.append(path)
        if path == f"/api/v1/tickets/{TICKET['id']}":
            done(200, {"ticket": {**TICKET, "state": self.state}})
        elif path == "/api/v1/kiosks/k1/scan":
            done(200, {"scan": {**scan(2, may_rate=True), "code": CODE}})
        else:
            super().question(path, done)


def page(kiosk: Kiosk, door: Door, now: Seen) -> str:
    door.seen = now
    kiosk.tick(T0 + 1)
    return kiosk.scene().name


@pytest.fixture
def door() -> Door:
    return Door(seen())


@pytest.fixture
def kiosk(stage: Stage, door: Door) -> Kiosk:
    return stage.kiosk(live=door)


def test_a_slip_shows_its_ticket_once_and_again_when_it_is_scanned_again(kiosk: Kiosk, door: Door) -> None:
    assert page(kiosk, door, seen(scan(1))) == "number"
    kiosk.home()
    assert page(kiosk, door, seen(scan(1))) == "home"
    assert page(kiosk, door, seen(scan(2))) == "number"


def test_a_slip_that_may_be_rated_opens_the_faces_with_its_code(kiosk: Kiosk, door: Door) -> None:
    assert page(kiosk, door, seen(scan(2, may_rate=True))) == "rate"
    kiosk.tap("score:5")
    assert [(path, body) for path, body, _ in door.commands] == [
        ("/api/v1/ratings", {"code": CODE, "score": 5})
    ]


def test_what_was_scanned_elsewhere_before_or_is_over_shows_nothing(stage: Stage, door: Door) -> None:
    door.seen = seen(scan(7))
    kiosk = stage.kiosk(live=door)
    assert page(kiosk, door, seen(scan(7))) == "home"
    assert page(kiosk, door, seen(scan(7), scan(8, kiosk="k2"))) == "home"
    door.state = "finished"
    assert page(kiosk, door, seen(scan(9))) == "home"
    assert page(kiosk, door, replace(door.seen, view=view())) == "home", "an older daemon tells no scans"


def test_a_number_that_is_just_being_taken_is_not_disturbed(kiosk: Kiosk, door: Door) -> None:
    kiosk.tap("service:relief")
    assert page(kiosk, door, seen(scan(1))) in ("home", "taking")
    assert f"/api/v1/tickets/{TICKET['id']}" not in door.asked
