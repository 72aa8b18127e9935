"""The door's desk: help for anybody, the staff's verbs for a PIN, and what the public is told."""

import pytest
from conftest import Answer, Caller, House

from edge.doors.problems import Problem
from edge.doors.sessions import IDLE_S, LONGEST_S, TRIES, WITHIN_S, Sessions
from edge.settings_staff import Person

API = "/api/v1"


def sign_on(ask: Caller, staff: str = "101", pin: str = "2468") -> Answer:
    return ask.post(f"{API}/staff/sign-on", {"staff": staff, "pin": pin, "kiosk": "k1"})


def as_staff(
    ask: Caller, path: str, body: dict | None = None, *, staff: str = "101", pin: str = "2468"
) -> Answer:
    token = sign_on(ask, staff, pin).json["session"]["token"]
    return ask("POST", f"{API}{path}", body or {}, {"Authorization": f"Bearer {token}"})


def test_help_reaches_the_general_counter_and_the_journal(house: House) -> None:
    told = house.ask.post(f"{API}/hall/help", {"kiosk": "k1"}, key="h1").json["desk"]
    again = house.ask.post(f"{API}/hall/help", {"kiosk": "k1"}, key="h1").json["desk"]
    assert [h["kiosk"] for h in told["helps"]] == [h["kiosk"] for h in again["helps"]] == ["k1"]
    assert house.types().count("HelpCalled") == 1
    page = house.ask.get("/").content.decode()
    assert "需要帮助" in page and "k1" in page
    path = f"{API}/hall/help/{told['helps'][0]['id']}/answer"
    assert house.ask.post(path, {"counter": "9"}).reason == "no_counter"
    assert house.ask.post(path, {"counter": "3"}).json["desk"]["helps"] == []
    assert house.ask.post(path, {}).reason == "no_help"


def test_a_pin_opens_the_staffs_verbs_and_says_who_it_was(house: House) -> None:
    assert house.ask.post(f"{API}/hall/emergency", {"kind": "evacuate"}).reason == "no_session"
    told = as_staff(house.ask, "/hall/emergency", {"kind": "evacuate", "drill": True}).json["desk"]
    assert (told["emergency"]["kind"], told["emergency"]["drill"]) == ("evacuate", True)
    by = house.journal.read_after(house.journal.head - 1, 1)[0].event.by
    assert (by.door, by.device, by.staff) == ("kiosk", "k1", "101")
    assert as_staff(house.ask, "/hall/emergency/end").json["desk"]["emergency"] is None


def test_signing_off_ends_it(house: House) -> None:
    token = sign_on(house.ask).json["session"]["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert house.ask("POST", f"{API}/hall/volume", {"percent": 20}, bearer).status == 200
    house.ask("POST", f"{API}/staff/sign-off", {}, bearer)
    assert house.ask("POST", f"{API}/hall/volume", {"percent": 30}, bearer).reason == "no_session"


def test_wrong_pins_are_few_for_a_number_and_for_a_caller(house: House) -> None:
    for staff in ("101", "130", "999", "101", "101"):
        assert sign_on(house.ask, staff, "0000").reason == "wrong_pin"
    answer = sign_on(house.ask)
    assert answer.reason == "too_many_tries" and int(answer.headers["Retry-After"]) > 0


def test_no_pin_ever_stands_in_journal_or_document(house: House) -> None:
    token = sign_on(house.ask).json["session"]["token"]
    as_staff(house.ask, "/hall/volume", {"percent": 20})
    said = repr([e.cloud() for e in house.journal.read_after(0, 1000)])
    assert "2468" not in said and token not in said


def test_only_who_keeps_the_box_may_stop_it_and_only_where_somebody_starts_it_again(house: House) -> None:
    assert as_staff(house.ask, "/box/poweroff").reason == "no_role"
    assert as_staff(house.ask, "/box/poweroff", staff="130", pin="135790").reason == "not_here"
    assert as_staff(house.ask, "/box/open", staff="130", pin="135790").reason == "no_such_path"
    assert "BoxStopAsked" not in house.types()


def test_a_paused_kiosk_takes_no_number_and_says_so(house: House) -> None:
    assert as_staff(house.ask, "/kiosks/k1/pause").json["desk"]["paused"] == ["k1"]
    refused = house.ask.post(f"{API}/tickets", {"service": "social", "kiosk": "k1"})
    assert refused.reason == "kiosk_paused" and "咨询台" in refused.json["detail"]
    assert house.ask.post(f"{API}/tickets", {"service": "social"}).status == 201


def test_a_guides_list_is_asked_for_once_by_its_key(house: House) -> None:
    first = house.ask.post(f"{API}/guides/dibao/print", {"kiosk": "k1"}, key="p1").json["paper"]
    again = house.ask.post(f"{API}/guides/dibao/print", {"kiosk": "k1"}, key="p1").json["paper"]
    assert first["id"] == again["id"] and first["printer"] == "printer-1"
    assert house.ask.post(f"{API}/guides/shebao/print", {"kiosk": "k1"}).reason == "no_guide"


def test_the_public_is_told_what_holds_today_and_of_people_what_the_hall_shows(house: House) -> None:
    house.ask.post(f"{API}/counters/1/open")
    house.ask.post(f"{API}/counters/1/sign-in", {"staff": "101"})
    told = house.ask.get(f"{API}/about").json
    assert [n["title"] for n in told["notices"]] == ["低保年审"]
    assert told["hours"][0] == {"day": "ordinary", "spans": ["00:00-24:00"]}
    first = told["staff"][0]
    assert first["people"][0] == {
        "number": "101",
        "name": "王ＸＸ",
        "post": "社保",
        "photo": f"{API}/photos/101",
        "here": True,
    }
    assert {"number": "102", "here": False} in first["people"]
    assert [f["id"] for f in told["floors"]] == ["1f", "gone"]
    assert told["leader"] == {"post": "镇长", "name": ""}
    assert (told["voice"]["volume"], told["voice"]["hour"]) == (80, [])


def test_a_voice_without_a_sound_card_is_said_among_the_screens(house: House) -> None:
    trouble = {"frames": 0, "state": "down", "code": "no_sound_card"}
    assert house.ask.post(f"{API}/screens/voice/alive", trouble).status == 200
    told = house.ask.get(f"{API}/health").json["screens"]
    assert [(s["name"], s["state"], s["code"]) for s in told] == [("voice", "down", "no_sound_card")]
    assert house.ask.get("/healthz").status == 200


def test_pictures_are_those_that_the_hall_names(house: House) -> None:
    plan = house.ask.get(f"{API}/floors/1f")
    assert (plan.status, plan.headers["Content-Type"]) == (200, "image/svg+xml")
    assert house.ask.get(f"{API}/photos/101").content == plan.content
    for path in ("floors/2f", "floors/gone", "photos/130", "photos/999"):
        assert house.ask.get(f"{API}/{path}").reason == "no_picture"


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_sessions_end_when_nobody_uses_them_and_at_last_anyway() -> None:
    clock = Clock()
    sessions = Sessions({}, clock)
    token = sessions.open(Person("101", "王ＸＸ"), "k1").token
    for _ in range(int(LONGEST_S / (IDLE_S - 1))):
        clock.now_s += IDLE_S - 1
        sessions.find(token, ())
    clock.now_s += IDLE_S - 1
    with pytest.raises(Problem, match="no_session"):
        sessions.find(token, ())
    token = sessions.open(Person("101", "王ＸＸ"), "k1").token
    clock.now_s += IDLE_S
    with pytest.raises(Problem, match="no_session"):
        sessions.find(token, ())


def test_after_a_while_somebody_may_try_again() -> None:
    clock = Clock()
    sessions = Sessions({}, clock)
    for _ in range(TRIES):
        sessions.check_tries("staff 101")
        sessions.wrong("staff 101")
    with pytest.raises(Problem, match="too_many_tries"):
        sessions.check_tries("staff 101")
    sessions.check_tries("staff 102")
    clock.now_s += WITHIN_S
    sessions.check_tries("staff 101")
