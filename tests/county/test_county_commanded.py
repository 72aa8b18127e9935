"""Every command of the county over a real broker to the real daemon: seen at the door, answered once.

One daemon as a process; signed with the county's key, on a clock that the county has set.
"""

import base64
import json
import shutil
import tomllib
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from edge.client import Client
from edge.entries import canonical
from edge.journal import entries_after
from tests.broker import Broker, Recorder
from tests.county.proxy import Line
from tests.county.rounds import ROOT, Program
from tests.waiting import until

Json = dict[str, Any]
KEY = Ed25519PrivateKey.generate()
PUBLIC = base64.b64encode(KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)


def now() -> str:
    return f"{datetime.now(UTC):%FT%T+00:00}"


@dataclass
class Place:
    """A hall, its broker, and the county's desk."""

    program: Program
    config: Path
    data: Path
    line: Line
    county: Recorder
    name: str
    """`county/hall`"""

    @property
    def door(self) -> Client:
        return Client(f"http://127.0.0.1:{self.program.port}")

    def hall(self) -> Json:
        return dict(self.door.get("/api/v1/hall")[1])

    def say(self, name: str, *, signed: bool = True, **args: Any) -> str:
        """Publish a command and return its id."""
        begins, id = datetime.now(UTC), uuid.uuid4().hex
        said: Json = {"id": id, "name": name, "args": args}
        said |= {"issued_at": begins.isoformat(), "expires_at": (begins + timedelta(minutes=5)).isoformat()}
        if signed:
            mark = KEY.sign(canonical({**said, "hall": self.name}).encode())
            said["sig"] = f"county:{base64.b64encode(mark).decode()}"
        self.county.publish(f"bianmin/v1/{self.name}/commands", json.dumps(said).encode())
        return id

    def replies(self, id: str) -> list[Json]:
        return [m.json() for m in self.county.on("replies") if m.json()["id"] == id]

    def end(self, id: str) -> Json:
        """The reply that is no `accepted`; there is one, however long one waits."""
        ended = lambda: [r for r in self.replies(id) if r["state"] != "accepted"]  # noqa: E731
        until(lambda: bool(ended()), f"an answer to {id}", 60)
        return ended()[0]

    def done(self, name: str, **args: Any) -> Json:
        reply = self.end(self.say(name, **args))
        assert reply["state"] == "done", (name, reply)
        return dict(reply["result"])

    def refused(self, name: str, **args: Any) -> str:
        reply = self.end(self.say(name, **args))
        assert reply["state"] == "refused", (name, reply)
        return str(reply["reason"])


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with ExitStack() as stack:
        (tmp_path / "broker").mkdir()
        broker = stack.enter_context(Broker(tmp_path / "broker"))
        line = stack.enter_context(Line(broker.port))
        county = stack.enter_context(Recorder(broker.port))
        config, data = tmp_path / "config", tmp_path / "data"
        shutil.copytree(ROOT / "config/demo", config)
        (config / "uplink.toml").write_text(
            f'[uplink]\nbroker = "{line.url}"\n\n[uplink.keys]\ncounty = "{PUBLIC}"\n', "utf-8"
        )
        hall = tomllib.loads((config / "hall.toml").read_text("utf-8"))["hall"]
        run = ["edge", "run", str(config), "--data", str(data), "--port", "0"]
        program = Program(run, tmp_path / "hall.log")
        program.start()
        stack.callback(program.kill)
        made = Place(program, config, data, line, county, f"{hall['county']}/{hall['hall']}")
        county.wait_for("status", lambda seen: seen[-1].json()["state"] == "online", 60)
        yield made


@pytest.mark.timeout(300)
@pytest.mark.xdist_group("county")
def test_each_command_is_done_at_the_hall_and_answered_once(place: Place) -> None:
    _clock_first(place)
    _words_on_screens(place)
    _counters_and_devices(place)
    _what_the_county_wants_to_know(place)
    _pictures(place)
    _settings_and_the_next_life(place)
    _the_answer_survives_kill_9(place)
    ends = {id: [r for r in place.replies(id) if r["state"] != "accepted"] for id in _answered(place)}
    assert all(len({json.dumps(r["state"]) for r in end}) == 1 for end in ends.values())
    twice = [id for id, end in ends.items() if len(end) > 1]
    assert len(twice) <= 1, "only what was answered within a tick of the first kill may be said once more"
    assert all(m.topic == f"bianmin/v1/{place.name}/replies" for m in place.county.on("replies"))


def _answered(place: Place) -> set[str]:
    return {m.json()["id"] for m in place.county.on("replies")}


def _clock_first(place: Place) -> None:
    assert not place.hall()["clock"]["trusted"], "nobody has said what time it is"
    assert place.refused("notice.set", id="n1", text="太早") == "clock_untrusted"
    assert place.end(place.say("clock.set", signed=False, at=now()))["reason"] == "unsigned"
    place.done("clock.set", at=now())
    assert place.hall()["clock"]["trusted"]


def _words_on_screens(place: Place) -> None:
    place.done("notice.set", id="n1", text="明天停电")
    assert "明天停电" in place.hall()["notices"]
    assert place.end(place.say("notice.set", signed=False, id="n2", text="假的"))["reason"] == "unsigned"
    place.done("notice.clear", id="n1")
    assert "明天停电" not in place.hall()["notices"]
    place.done("emergency.raise", kind="evacuate", drill=True)
    assert place.hall()["desk"]["emergency"]["kind"] == "evacuate"
    place.done("emergency.clear")
    assert place.hall()["desk"]["emergency"] is None


def _counters_and_devices(place: Place) -> None:
    state = lambda: next(c["state"] for c in place.hall()["counters"] if c["id"] == "2")  # noqa: E731
    place.done("counter.open", counter="2")
    assert state() == "open"
    place.done("counter.pause", counter="2", reason="lunch")
    assert state() == "paused"
    assert place.refused("counter.open", counter="99") == "no_counter"
    place.done("device.restart", device="printer-1")
    assert place.refused("device.restart", device="toaster") == "no_device"


def _what_the_county_wants_to_know(place: Place) -> None:
    for _ in range(3):
        assert place.door.post("/api/v1/tickets", {"service": "social"})[0] == 201
    assert place.done("report.request")["total"]["issued"] == 3
    before = len(place.county.events())
    asked = place.done("resend", **{"from": 1, "to": 4})
    assert (asked["first"], asked["to"]) == (1, 4)
    until(lambda: [e["sequence"] for e in place.county.events()].count("3") == 2, "the third comes again")
    assert len(place.county.events()) >= before + 4
    assert any("uplink: connected" in line for line in place.done("log.tail", lines=200)["lines"])
    shown = place.done("config.show")
    assert shown["hall.toml"]["hall"]["county"] == place.name[:6] and "staff.toml" not in shown
    assert shown["uplink.toml"]["uplink"]["keys"] == "***"
    assert place.refused("dance") == "unknown_command"


def _pictures(place: Place) -> None:
    """A screen hands its picture in at its next sign of life; here the test is the screen."""
    id = place.say("screenshot", screen="k1")
    path = "/api/v1/screens/k1"

    def wanted() -> str:
        return str(place.door.post(f"{path}/alive", {"frames": 1})[1]["screen"]["wanted"])

    until(lambda: bool(wanted()), "a picture is wanted")
    picture = {"wanted": wanted(), "png": base64.b64encode(PICTURE).decode()}
    assert place.door.post(f"{path}/picture", picture)[1] == {"taken": True}
    assert base64.b64decode(place.end(id)["result"]["png"]) == PICTURE


def _settings_and_the_next_life(place: Place) -> None:
    guides = json.loads((place.config / "content/guides.json").read_text("utf-8"))["guides"]
    new = {**guides[0], "id": "new-1", "name": "示例新办事指南"}
    assert place.done("content.update", guides=[*guides, new])["in_force"] == "next_start"
    assert place.refused("content.update", guides=[{"id": 1}]).startswith("bad_settings")
    calendar = (place.config / "calendar.toml").read_text("utf-8")
    place.done("calendar.update", toml=f"# of the county\n{calendar}")
    assert place.refused("calendar.update", toml="nonsense = [").startswith("bad_settings")
    assert place.door.get("/api/v1/guides/new-1")[0] == 404
    place.program.kill()
    place.program.start()
    assert place.door.get("/api/v1/guides/new-1")[1]["guide"]["name"] == "示例新办事指南"
    assert (place.config / "calendar.toml").read_text("utf-8").startswith("# of the county")


def _the_answer_survives_kill_9(place: Place) -> None:
    """Done, and killed before anybody outside has heard of it."""
    until(lambda: place.door.get("/api/v1/health")[1]["uplink"]["connected"], "connected")
    place.done("clock.set", at=now())
    place.line.hush()
    id = place.say("notice.set", id="n9", text="只说一次")
    until(lambda: "只说一次" in place.hall()["notices"], "it is on the screens")
    until(lambda: _ended(place, id) == 1, "its end is on disk")
    place.program.kill()
    assert place.replies(id) == []
    place.line.cut()
    place.line.heal()
    place.program.start()
    assert place.end(id)["state"] == "done" and len(place.replies(id)) == 1
    assert place.hall()["notices"].count("只说一次") == 1
    place.done("clock.set", at=now())
    said = [e for e in _events(place) if e.get("notice") == "n9"]
    assert len(said) == 1 and _ended(place, id) == 1


def _events(place: Place) -> list[Json]:
    return [e.cloud()["data"] for e in entries_after(place.data / "journal.db", 0)]


def _ended(place: Place, id: str) -> int:
    return sum(e.get("command") == id and "state" in e for e in _events(place))
