"""The county's commands: done once, answered, and refused for a reason that it can act on."""

import base64
import json
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from edge.clock import system_clock
from edge.entries import canonical
from edge.hall.commands import AcceptCommand
from edge.hall.words import By, Door, Now
from edge.readers.county_answers import MOST_REPLIES
from edge.readers.county_desk import AT_ONCE, MOST_WAITING, CountyDesk
from edge.registrar import Registrar
from tests.county.inventions import inventions
from tests.uplink.conftest import PLAN, Hall
from tests.waiting import until

HALL = f"{PLAN.county}/{PLAN.hall}"
KEY = Ed25519PrivateKey.generate()
KEYS = {"county": base64.b64encode(KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()}
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def clock(trusted: bool = True) -> Callable[[], Now]:
    real = system_clock(PLAN.timezone)

    def now() -> Now:
        box = real()
        return Now(NOW, NOW.date(), trusted, box.boot, box.uptime_s)

    return now


class Desk:
    """A desk whose one command counts how often it is done."""

    def __init__(self, registrar: Registrar, *, demo: bool = False) -> None:
        self.done: list[dict[str, Any]] = []
        self.taken = 0
        self._lock = threading.Lock()
        doings = {"resend": self._do, "notice.set": self._do, "clock.set": self._do, "log.tail": self._fail}
        self.desk = CountyDesk(registrar, HALL, doings, KEYS, demo=demo)
        self.desk.start()

    def _do(self, args: dict[str, Any], by: By) -> dict[str, Any]:
        self.done.append(args)
        return {"n": len(self.done)}

    def _fail(self, args: dict[str, Any], by: By) -> dict[str, Any]:
        raise OSError(28, "No space left on device")

    def _was_taken(self) -> None:
        with self._lock:
            self.taken += 1

    def says(self, payload: bytes, *, retained: bool = False) -> list[dict[str, Any]]:
        """Every reply up to the last one."""
        before = self.taken
        self.desk.hear(payload, retained=retained, taken=self._was_taken)
        until(lambda: self.taken > before, "taken")
        said: list[dict[str, Any]] = []
        until(lambda: self._read(said)[-1:] != [] and said[-1]["state"] != "accepted", "an answer", 5)
        return said

    def _read(self, said: list[dict[str, Any]]) -> list[dict[str, Any]]:
        while (answer := self.desk.answers.next()) is not None:
            said.append(json.loads(answer.payload))
        return said


@pytest.fixture
def made(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Desk]]:
    desks: list[Desk] = []

    def make(*, trusted: bool = True, demo: bool = False) -> Desk:
        monkeypatch.setattr(hall.registrar, "now", clock(trusted))
        desks.append(Desk(hall.registrar, demo=demo))
        return desks[-1]

    yield make
    for desk in desks:
        desk.desk.stop()


def command(name: str = "resend", id: str = "c1", *, hours: float = 1, ago: float = 0, **more: Any) -> bytes:
    begins = NOW - timedelta(hours=ago)
    said = {
        "id": id,
        "issued_at": begins.isoformat(),
        "expires_at": (begins + timedelta(hours=hours)).isoformat(),
        "name": name,
        "args": {"from": 1, "to": 2},
        **more,
    }
    return json.dumps(said).encode()


def signed(payload: bytes, *, key: Ed25519PrivateKey = KEY, hall: str = HALL, by: str = "county") -> bytes:
    said = json.loads(payload)
    mark = key.sign(canonical({**said, "hall": hall}).encode())
    return json.dumps({**said, "sig": f"{by}:{base64.b64encode(mark).decode()}"}).encode()


def test_a_command_is_done_once_however_often_it_comes(made: Callable[..., Desk]) -> None:
    desk = made()
    assert [r["state"] for r in desk.says(command())] == ["accepted", "done"]
    assert [(r["state"], r["id"]) for r in desk.says(command())] == [("done", "c1")]
    assert len(desk.done) == 1
    desk.desk.stop()
    assert [r["state"] for r in made().says(command())] == ["done"], "a later life remembers"


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (command("dance"), "unknown_command"),
        (command(ago=2), "expired"),
        (command(ago=-1), "not_yet"),
        (command(hours=25), "lasts_too_long"),
        (command("notice.set"), "unsigned"),
        (signed(command("notice.set"), key=Ed25519PrivateKey.generate()), "bad_signature"),
        (signed(command("notice.set"), hall="510000/510000002"), "bad_signature"),
        (signed(command("notice.set"), by="somebody"), "unknown_key"),
        (command("notice.set", sig="county:not base64"), "bad_signature"),
        (command(args=[1]), "malformed"),
        (command(issued_at="soon"), "malformed"),
        (command(issued_at="2026-11-22T03:00:00"), "malformed"),
        (b'{"id": "c1"}', "malformed"),
    ],
)
def test_what_cannot_be_done_is_refused_for_a_reason(
    made: Callable[..., Desk], payload: bytes, reason: str
) -> None:
    desk = made()
    reply = desk.says(payload)[-1]
    assert (reply["state"], reply["reason"], reply["id"]) == ("refused", reason, "c1")
    assert desk.done == []
    assert desk.says(command())[-1]["state"] == "done", "a refusal uses up no id"


def test_a_changed_word_breaks_the_signature(made: Callable[..., Desk]) -> None:
    desk = made()
    said = json.loads(signed(command("notice.set")))
    said["args"] = {"from": 1, "to": 3}
    assert desk.says(json.dumps(said).encode())[-1]["reason"] == "bad_signature"
    assert desk.says(signed(command("notice.set")))[-1]["state"] == "done"


def test_retained_ones_are_refused(made: Callable[..., Desk]) -> None:
    assert made().says(command(), retained=True)[-1]["reason"] == "retained"


def test_under_an_untrusted_clock_only_the_clock_is_set(made: Callable[..., Desk]) -> None:
    desk = made(trusted=False)
    assert desk.says(command())[-1]["reason"] == "clock_untrusted"
    assert desk.says(command("clock.set", id="c2"))[-1]["reason"] == "unsigned"
    assert desk.says(signed(command("clock.set", id="c3", ago=1000)))[-1]["state"] == "done"
    assert desk.says(signed(command("clock.set", id="c3", ago=1000)))[-1]["state"] == "done"
    assert len(desk.done) == 1


def test_the_demo_needs_no_signature(made: Callable[..., Desk]) -> None:
    assert made(demo=True).says(command("notice.set"))[-1]["state"] == "done"


def test_what_fails_says_so_and_is_not_tried_again(made: Callable[..., Desk]) -> None:
    desk = made(demo=True)
    assert desk.says(command("log.tail"))[-1] == {
        "id": "c1",
        "state": "failed",
        "reason": "[Errno 28] No space left on device",
        "result": {},
    }
    assert desk.says(command("log.tail"))[-1]["state"] == "failed"


def test_one_that_was_cut_off_is_owned_up_to_and_not_begun_again(
    hall: Hall, made: Callable[..., Desk]
) -> None:
    hall.registrar.ask(AcceptCommand(by=By(Door.CENTER), command="c1", does="resend"))
    desk = made()
    until(lambda: hall.registrar.county_commands()["c1"].state == "failed", "owned up")
    assert desk.says(command())[-1]["reason"] == "interrupted" and desk.done == []


def test_an_id_that_meant_something_else_is_not_taken_for_a_repeat(made: Callable[..., Desk]) -> None:
    """Else somebody without a key could have a signed command passed over, by using its id before."""
    desk = made()
    assert desk.says(command())[-1]["state"] == "done"
    assert desk.says(signed(command("notice.set")))[-1]["reason"] == "id_taken"
    assert desk.says(signed(command()))[-1]["reason"] == "id_taken" and len(desk.done) == 1


def test_unsigned_ones_are_done_so_many_at_once_and_signed_ones_always(
    made: Callable[..., Desk], caplog: pytest.LogCaptureFixture
) -> None:
    desk = made()
    said = [desk.says(command(id=f"u{n}"))[-1] for n in range(AT_ONCE + 20)]
    done = [r for r in said if r["state"] == "done"]
    assert AT_ONCE <= len(done) < AT_ONCE + 10 and len(desk.done) == len(done)
    assert {r["reason"] for r in said if r not in done} == {"too_many"}
    assert desk.says(signed(command("notice.set", id="s1")))[-1]["state"] == "done"
    assert desk.desk.nonsense.count == len(said) - len(done)
    assert len([r for r in caplog.records if r.name == "edge.readers.county_desk"]) == 1, "said once a minute"


def test_a_flood_is_not_kept_and_what_was_kept_is_done(made: Callable[..., Desk], hall: Hall) -> None:
    """With QoS 0 no broker waits for our word."""
    desk = Desk(hall.registrar)
    desk.desk.stop()
    for n in range(3 * MOST_WAITING):
        desk.desk.hear(command(id=f"f{n}"), retained=False, taken=desk._was_taken)
    assert desk.desk.nonsense.count >= 2 * MOST_WAITING and "at once" in desk.desk.nonsense.last


def test_thousands_of_invented_commands_leave_the_desk_standing(
    made: Callable[..., Desk], caplog: pytest.LogCaptureFixture
) -> None:
    desk, good = made(), json.loads(command(more="x", note="y"))
    count = 3000
    for n, payload in enumerate(inventions(good, count, 20261122)):
        until(lambda least=n - MOST_WAITING // 2: desk.taken >= least, "it keeps up")
        desk.desk.hear(payload, retained=n % 7 == 0, taken=desk._was_taken)
    until(lambda: desk.taken == count, "each is taken", 30)
    assert len([r for r in caplog.records if r.levelno >= logging.WARNING]) == 1, "one line, not thousands"
    assert desk.desk.nonsense.count > count / 2 and desk.desk.nonsense.last
    waiting = 0
    while desk.desk.answers.next():
        waiting += 1
    assert waiting <= MOST_REPLIES
    assert desk.says(signed(command("notice.set", id="after")))[-1]["state"] == "done"


@pytest.mark.parametrize(
    "payload", [b"", b"\xff", b"[]", b"[" * 90_000, b'{"id": 5}', b'{"id": ""}', b"x" * 400_000]
)
def test_nonsense_is_taken_and_the_next_command_is_done(made: Callable[..., Desk], payload: bytes) -> None:
    desk = made()
    desk.desk.hear(payload, retained=False, taken=desk._was_taken)
    assert desk.says(command())[-1]["state"] == "done" and desk.taken == 2
