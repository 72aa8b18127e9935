"""Bad days on the real thing: killed, unplugged, cut, and the clock turned."""

import json
import shutil
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from edge.client import Client, ServerAway
from edge.demo.house import House
from edge.paths import shared
from tests.visit.conftest import all_up, device, paper, take, until

pytestmark = pytest.mark.timeout(120)
FAKETIME = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))), None)


def entries(house: House, type_: str = "") -> list[dict[str, object]]:
    found, after = [], 0
    while page := house.client.get(f"/api/v1/events?after={after}&limit=200")[1]["events"]:
        found += page
        after = int(page[-1]["sequence"])
    return [e for e in found if not type_ or e["type"] == type_]


def slips(house: House, number: str) -> list[dict[str, object]]:
    """Every slip that the printer twin has ever begun with this number on it."""
    state = house.twins.state("printer-1")
    return [s for s in state["slips"] if any(number in line["text"] for line in s["lines"])]


def test_numbers_go_on_after_kill_9_and_none_is_lost_or_doubled(house: House) -> None:
    numbers: list[str] = []
    for _ in range(4):
        numbers += [take(house)["number"] for _ in range(3)]
        house.kill_daemon()
        house.start_daemon()
    numbers.append(take(house)["number"])
    assert numbers == [f"A{n:03d}" for n in range(1, len(numbers) + 1)]


def test_a_number_sent_again_across_a_kill_is_the_same_number(house: House) -> None:
    first = take(house, key="tap-1")
    house.kill_daemon()
    house.start_daemon()
    again = take(house, key="tap-1")
    assert (again["id"], again["number"]) == (first["id"], first["number"])
    assert take(house, key="tap-2")["number"] != first["number"]
    status, problem = house.client.post("/api/v1/tickets", {"service": "jobs", "kiosk": "k1"}, "tap-1")
    assert (status, problem["reason"]) == (422, "key_reused")


def test_half_a_slip_comes_back_unknown_and_never_prints_late(house: House) -> None:
    until("devices", lambda: device(house, "printer-1")["state"] == "ok")
    house.twins.fault("printer-1", "slow")
    ticket = take(house)
    until("the first bytes", lambda: paper(house, ticket["id"]) == "printing")
    house.kill_daemon()
    house.twins.fault("printer-1", "slow", on=False)
    house.start_daemon()
    until("unknown", lambda: paper(house, ticket["id"]) == "unknown")
    until("devices", lambda: device(house, "printer-1")["state"] == "ok")
    later = take(house)
    until("the next slip", lambda: paper(house, later["id"]) == "printed")
    whole = [s for s in slips(house, ticket["number"]) if s["cut"]]
    assert len(whole) <= 1, "a slip that was begun has been printed again"
    status, _ = house.client.post(f"/api/v1/tickets/{ticket['id']}/paper", {"state": "failed"})
    assert (status, paper(house, ticket["id"])) == (200, "failed")


def test_slips_that_were_queued_at_a_kill_do_not_print_late(house: House) -> None:
    until("devices", lambda: device(house, "printer-1")["state"] == "ok")
    house.twins.fault("printer-1", "slow")
    tickets = [take(house) for _ in range(3)]
    house.kill_daemon()
    house.twins.fault("printer-1", "slow", on=False)
    house.start_daemon()
    until("settled", lambda: {paper(house, t["id"]) for t in tickets[1:]} <= {"failed", "unknown"})
    later = take(house)
    until("the next slip", lambda: paper(house, later["id"]) == "printed")
    assert not slips(house, tickets[-1]["number"])


@pytest.mark.parametrize(("fault", "code"), [("paper_out", "paper_out"), ("cover_open", "cover_open")])
def test_a_printer_in_trouble_stops_no_number_and_comes_back(house: House, fault: str, code: str) -> None:
    until("devices", lambda: device(house, "printer-1")["state"] == "ok")
    house.twins.fault("printer-1", fault)
    ticket = take(house)
    until("failed", lambda: paper(house, ticket["id"]) == "failed")
    assert (
        until("down", lambda: device(house, "printer-1")["state"] == "down" and device(house, "printer-1"))[
            "code"
        ]
        == code
    )
    house.twins.fault("printer-1", fault, on=False)
    until("back", lambda: device(house, "printer-1")["state"] == "ok")
    status, _ = house.client.post(f"/api/v1/tickets/{ticket['id']}/reprint", {})
    assert status == 200
    until("printed", lambda: paper(house, ticket["id"]) == "printed")
    assert len([s for s in slips(house, ticket["number"]) if s["cut"]]) == 1


def test_a_mute_printer_gives_failed_or_unknown_but_never_printed(house: House) -> None:
    until("devices", lambda: device(house, "printer-1")["state"] == "ok")
    house.twins.fault("printer-1", "mute")
    ticket = take(house)
    until("an end", lambda: paper(house, ticket["id"]) in ("failed", "unknown"))
    house.twins.fault("printer-1", "mute", on=False)
    until("back", lambda: device(house, "printer-1")["state"] == "ok")


def test_a_board_that_was_unplugged_shows_the_number_of_now(house: House) -> None:
    until("devices", lambda: all_up(house))
    first, second = take(house), take(house)
    house.client.post("/api/v1/counters/1/open", {})
    house.client.post("/api/v1/counters/1/next", {})
    until("called", lambda: first["number"] in house.twins.state("board-1")["text"])
    house.twins.fault("board-1", "unplugged")
    until("down", lambda: device(house, "board-1")["state"] == "down")
    house.client.post("/api/v1/counters/1/next", {})
    house.twins.fault("board-1", "unplugged", on=False)
    until("now", lambda: second["number"] in house.twins.state("board-1")["text"])
    until("up", lambda: device(house, "board-1")["state"] == "ok")


def test_a_broker_absent_at_the_start_and_killed_in_the_middle_loses_nothing(bare: House) -> None:
    bare.start_daemon()
    take(bare)
    bare.start_broker()
    until("the first", lambda: bare.county.event("bianmin.ticket.issued", 1.0), 30)
    bare.kill_broker()
    for _ in range(5):
        take(bare)
    bare.start_broker()
    head = int(bare.client.get("/api/v1/hall")[1]["seq"])
    until("the last", lambda: bare.county.wait_for_seq(head, 1.0), 60)
    issued = {e["data"]["number"] for e in bare.county.events if e["type"] == "bianmin.ticket.issued"}
    assert {f"A{n:03d}" for n in range(2, 7)} <= issued
    assert bare.county.out_of_order() == []


def test_two_clerks_who_press_at_once_get_two_tickets(house: House) -> None:
    take(house, "jobs")
    take(house, "jobs")
    for counter in ("2", "6"):
        assert house.client.post(f"/api/v1/counters/{counter}/open", {})[0] == 200
    barrier, got = threading.Barrier(2), []

    def press(counter: str) -> None:
        client = Client(house.url)
        barrier.wait()
        got.append(client.post(f"/api/v1/counters/{counter}/next", {})[1]["counter"]["ticket"]["number"])

    threads = [threading.Thread(target=press, args=(c,)) for c in ("2", "6")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == ["B001", "B002"]


def test_eight_callers_and_a_kill_in_the_middle_lose_and_double_nothing(house: House) -> None:
    answered: list[str] = []
    lock = threading.Lock()

    def citizen(n: int) -> None:
        for i in range(12):
            client = Client(house.url)
            while True:
                try:
                    status, answer = client.post(
                        "/api/v1/tickets", {"service": "farming"}, key=f"citizen-{n}-{i}"
                    )
                    break
                except ServerAway:
                    client = Client(house.url)
            assert status == 201
            with lock:
                answered.append(answer["ticket"]["number"])

    threads = [threading.Thread(target=citizen, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    until("some", lambda: len(answered) > 20)
    house.kill_daemon()
    house.start_daemon()
    for thread in threads:
        thread.join(timeout=60)
    assert [n for n, times in Counter(answered).items() if times > 1] == []
    assert sorted(answered) == [f"E{n:03d}" for n in range(1, 97)]


def test_a_misspelt_key_is_one_line_with_a_hint_and_exit_2(tmp_path: Path) -> None:
    folder = tmp_path / "hall"
    shutil.copytree(shared("demo"), folder)
    devices = folder / "devices.toml"
    devices.write_text(devices.read_text().replace("address = 3", "adress = 3", 1))
    for command in (
        ["check", str(folder)],
        ["run", str(folder), "--data", str(tmp_path / "d"), "--port", "0"],
    ):
        ended = subprocess.run(
            [sys.executable, "-m", "edge", *command], capture_output=True, text=True, timeout=30
        )
        said = ended.stdout + ended.stderr
        assert ended.returncode == 2
        assert "adress" in said and 'did you mean "address"?' in said
        assert "Traceback" not in said


def test_a_port_that_is_taken_is_said_in_one_line(house: House, tmp_path: Path) -> None:
    port = house.url.rstrip("/").rpartition(":")[2]
    ended = subprocess.run(
        [sys.executable, "-m", "edge", "run", str(house.config), "--data", str(tmp_path), "--port", port],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert ended.returncode == 1
    assert port in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr


def test_a_second_daemon_on_the_same_data_is_refused(house: House) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "edge", "run", str(house.config), "--data", str(house.data), "--port", "0"],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    take(house)


def test_a_clock_ten_days_back_repeats_no_number(house: House) -> None:
    assert FAKETIME is not None, "libfaketime is not installed"
    numbers = [take(house)["number"] for _ in range(3)]
    day = house.client.get("/api/v1/hall")[1]["day"]
    house.kill_daemon()
    house.start_daemon({"LD_PRELOAD": str(FAKETIME), "FAKETIME": "-10d", "FAKETIME_DONT_FAKE_MONOTONIC": "1"})
    view = house.client.get("/api/v1/hall")[1]
    assert view["day"] == day
    assert not view["clock"]["trusted"]
    numbers += [take(house)["number"] for _ in range(3)]
    assert numbers == [f"A{n:03d}" for n in range(1, 7)]
    house.kill_daemon()
    house.start_daemon()
    assert take(house)["number"] == "A007"
    ids = [e["data"]["ticket"] for e in entries(house, "bianmin.ticket.issued")]
    assert len(ids) == len(set(ids)) == 7


def test_the_demo_hall_without_its_twins_serves_numbers_all_the_same(tmp_path: Path) -> None:
    daemon = subprocess.Popen(
        [sys.executable, "-m", "edge", "run", str(shared("demo")), "--data", str(tmp_path), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert daemon.stdout is not None
    try:
        client = Client(daemon.stdout.readline().strip())
        status, answer = client.post("/api/v1/tickets", {"service": "family", "kiosk": "k1"})
        assert (status, answer["ticket"]["number"]) == (201, "A001")
        view = client.get("/api/v1/hall")[1]
        assert {d["state"] for d in view["devices"] if d["kind"] != "camera"} == {"down"}
        assert client.get("/healthz") == (200, {"status": "ok"})
        until(
            "failed",
            lambda: client.get(f"/api/v1/tickets/{answer['ticket']['id']}")[1]["ticket"]["paper"] == "failed",
        )
    finally:
        daemon.kill()
        daemon.wait()
        daemon.stdout.close()


def test_the_journal_of_a_killed_daemon_verifies(house: House) -> None:
    for _ in range(5):
        take(house)
    house.kill_daemon()
    ended = subprocess.run(
        [sys.executable, "-m", "edge", "journal", "verify", "--data", str(house.data)],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    exported = subprocess.run(
        [sys.executable, "-m", "edge", "journal", "export", "--data", str(house.data)],
        capture_output=True,
        text=True,
        timeout=30,
    )
    types = [json.loads(line)["type"] for line in exported.stdout.splitlines()]
    assert types.count("bianmin.ticket.issued") == 5
