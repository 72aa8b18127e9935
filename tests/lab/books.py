"""Clients outside the machine: what they asked, what they were answered, what the journal says to that."""

import http.client
import json
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Books:
    """What the clients outside know: asked, answered; and what the journal said when it was last read."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.asked: dict[str, str] = {}
        """Key to service."""
        self.answered: dict[str, str] = {}
        """Key to the ticket's id."""
        self.written: dict[str, list[str]] = {}
        """Key to the tickets that the journal holds for it."""
        self._head = 0

    def read(self, door: "Door", *, anew: bool = False) -> None:
        if anew:
            self.written, self._head = {}, 0
        while True:
            page = door.get(f"/api/v1/events?after={self._head}&limit=500")
            for event in page["events"]:
                self._head = int(event["sequence"])
                if event["type"] == "bianmin.ticket.issued":
                    key = event["data"]["request"]["key"].split()[-1]
                    self.written.setdefault(key, []).append(event["data"]["ticket"])
            if self._head >= page["head"]:
                return

    def judge(self) -> None:
        """Raises AssertionError."""
        lost = [key for key, ticket in self.answered.items() if self.written.get(key) != [ticket]]
        told = [(key, self.answered[key], self.written.get(key)) for key in lost[:5]]
        assert not lost, f"answered, and not so on disk: {told}"
        times = Counter(ticket for tickets in self.written.values() for ticket in tickets)
        twice = [ticket for ticket, n in times.items() if n > 1]
        assert not twice, f"given twice: {twice[:5]}"
        assert set(self.written) <= set(self.asked), "a number that nobody asked for"

    def ask_again(self, door: "Door") -> None:
        """Who had no answer asks again with the same key, and a few of the others. Raises AssertionError."""
        open_keys = [key for key in self.asked if key not in self.answered]
        known = random.Random(0).sample(sorted(self.answered), min(5, len(self.answered)))
        for key in (*open_keys, *known):
            ticket = door.take(key, self.asked[key])
            before = self.written.get(key, [ticket])
            assert before == [ticket] and self.answered.get(key, ticket) == ticket, (key, before, ticket)
            self.answered[key] = ticket


class Door:
    """One client's connection to the hall in the machine."""

    def __init__(self, port: int) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, path: str) -> Any:
        return self._ask("GET", path, None, {})

    def take(self, key: str, service: str) -> str:
        """A ticket's id."""
        body = json.dumps({"service": service})
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        return str(self._ask("POST", "/api/v1/tickets", body, headers)["ticket"]["id"])

    def close(self) -> None:
        self._http.close()

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Any:
        self._http.request(method, path, body, {"Host": "127.0.0.1:8600", **headers})
        answer = self._http.getresponse()
        said = json.loads(answer.read())
        assert answer.status < 300, f"{method} {path}: {answer.status} {said}"
        return said


@contextmanager
def door(port: int) -> Iterator[Door]:
    made = Door(port)
    try:
        yield made
    finally:
        made.close()
