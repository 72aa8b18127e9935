"""Server-Sent Events over real sockets: views to screens, entries to whoever keeps books."""

import asyncio
import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

from conftest import Builder, House

from edge.hall.events import DeviceChanged

Json = dict[str, Any]


class Listener:
    """One who holds a stream open and reads it event by event."""

    def __init__(self, port: int, path: str, headers: dict[str, str]) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        self._connection.request("GET", path, headers=headers)
        self._answer = self._connection.getresponse()
        assert self._answer.status == 200
        assert self._answer.headers["Content-Type"].startswith("text/event-stream")

    def events(self) -> Iterator[dict[str, str]]:
        """Each event's fields; a comment is an event with the field ``""``. Ends with the stream."""
        fields: dict[str, str] = {}
        for raw in self._answer:
            line = raw.decode().rstrip("\n")
            if line:
                name, _, value = line.partition(":")
                fields[name] = value.removeprefix(" ")
            elif fields:
                yield fields
                fields = {}

    def next(self) -> dict[str, str]:
        return next(self.events())

    def data(self) -> Json:
        """The next event's data, comments passed over."""
        return next(json.loads(e["data"]) for e in self.events() if "data" in e)

    def close(self) -> None:
        self._connection.close()
        self._answer.close()


@contextmanager
def listening(house: House, path: str, **headers: str) -> Iterator[Listener]:
    listener = Listener(house.port, path, {k.replace("_", "-"): v for k, v in headers.items()})
    try:
        yield listener
    finally:
        listener.close()


def test_a_screen_gets_the_whole_view_at_once_and_after_each_change(house: House) -> None:
    with listening(house, "/api/v1/view/stream?screen=hall-1") as screen:
        first = screen.next()
        assert first["event"] == "view"
        view = json.loads(first["data"])
        assert view == {**house.ask.get("/api/v1/hall").json, "clock": view["clock"]}
        house.ask.take()
        assert screen.data()["services"][0]["waiting"] == 1


def test_a_screen_gets_at_most_ten_views_a_second_and_the_newest_last(house: House) -> None:
    enough, changes = threading.Event(), []

    def board(state: str) -> None:
        changes.append(house.registrar.note(DeviceChanged(device="board-1", state=state)).seq)

    def flicker() -> None:
        while not enough.is_set():
            board("down")
            board("ok")

    flickering = threading.Thread(target=flicker)
    with listening(house, "/api/v1/view/stream") as screen:
        screen.next()
        flickering.start()
        arrived = [(time.monotonic(), screen.data()["seq"]) for _ in range(25)]
        enough.set()
        flickering.join()
        board("degraded")
        while screen.data()["seq"] < changes[-1]:
            pass
    assert all(late[0] - early[0] >= 1.0 for early, late in zip(arrived, arrived[10:], strict=False))
    assert all(early[1] < late[1] for early, late in pairwise(arrived))
    assert len(changes) > 2 * len(arrived), "nothing was passed over: this proves nothing"


def test_a_change_by_the_clock_alone_reaches_the_screens(house: House) -> None:
    with listening(house, "/api/v1/view/stream") as screen:
        assert screen.data()["clock"]["trusted"] is True
        house.clock.trust(False)
        assert screen.data()["clock"]["trusted"] is False


def test_a_quiet_stream_carries_comments(build: Builder) -> None:
    house = build(comment_s=0.05)
    with listening(house, "/api/v1/view/stream") as screen:
        screen.next()
        assert screen.next() == {"": "alive"}
    with listening(house, "/api/v1/events/stream?after=1000") as books:
        assert [books.next(), books.next()] == [{"": "alive"}] * 2


def test_a_stream_ends_when_its_caller_vanishes_and_when_the_door_closes(house: House) -> None:
    before = tasks(house)
    with listening(house, "/api/v1/view/stream") as gone, listening(house, "/api/v1/view/stream") as stays:
        gone.next()
        stays.next()
        assert tasks(house) > before
        gone.close()
        deadline = time.monotonic() + 5
        while (left := tasks(house)) > before + 2 and time.monotonic() < deadline:
            threading.Event().wait(0.02)
        assert left <= before + 2, "the task of a vanished caller goes on"
        house.door.stop()
        assert list(stays.events()) == []


def tasks(house: House) -> int:
    """How many tasks the door's loop has, asked on the loop."""
    loop = house.door._loop
    assert loop is not None

    async def count() -> int:
        return len(asyncio.all_tasks(loop))

    return asyncio.run_coroutine_threadsafe(count(), loop).result(3)


def test_books_get_every_entry_once_in_order_and_then_what_comes(house: House) -> None:
    for _ in range(3):
        house.ask.take()
    with listening(house, "/api/v1/events/stream") as books:
        seen = list(take(books, house.journal.head))
        assert [int(e["id"]) for e in seen] == list(range(1, house.journal.head + 1))
        house.ask.take()
        late = next(e for e in books.events() if "data" in e)
        entry = json.loads(late["data"])
        assert late["id"] == entry["sequence"] == str(house.journal.head)
        assert entry["type"] == "bianmin.ticket.issued"
    same = house.ask.get(f"/api/v1/events?after={house.journal.head - 1}").json["events"]
    assert same == [entry]


def take(listener: Listener, count: int) -> Iterator[dict[str, str]]:
    events = (e for e in listener.events() if "data" in e)
    return (next(events) for _ in range(count))


def test_a_reader_that_comes_back_goes_on_where_it_stopped(house: House) -> None:
    for _ in range(3):
        house.ask.take()
    head = house.journal.head
    with listening(house, "/api/v1/events/stream", Last_Event_ID=str(head - 1)) as books:
        assert books.data()["sequence"] == str(head)
    with listening(house, f"/api/v1/events/stream?after={head - 2}", Last_Event_ID=str(head - 1)) as books:
        assert books.data()["sequence"] == str(head), "Last-Event-ID is newer than the address"


def test_more_entries_than_one_reading_come_whole(house: House) -> None:
    for n in range(250):
        house.registrar.note(DeviceChanged(device="board-1", state="ok" if n % 2 else "down"))
    with listening(house, "/api/v1/events/stream") as books:
        head = house.journal.head
        assert [int(e["id"]) for e in take(books, head)] == list(range(1, head + 1))
