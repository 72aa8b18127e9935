"""A hall whose door is on the network as well, and who calls from there.

127.0.0.2 stands for the box's address on the network: who dials it is not taken for the box itself, whatever
he sends; 127.0.0.1 is the box's own.
"""

import http.client
import json
import re
from dataclasses import dataclass
from typing import Any

from conftest import Answer, House

from edge.settings_door import DoorSettings

Json = dict[str, Any]
LAN = "127.0.0.2"
SETTINGS = DoorSettings(LAN, ("hall.lan",))


@dataclass
class Dialler:
    """One who dials the box's address on the network."""

    port: int
    token: str = ""
    cookie: str = ""
    name: str = LAN

    def __call__(self, method: str, path: str, body: Json | None = None, **more: str) -> Answer:
        headers = {"Host": f"{self.name}:{self.port}", **{k.replace("_", "-"): v for k, v in more.items()}}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if self.cookie:
            headers["Cookie"] = f"bianmin-pairing={self.cookie}"
        raw = None if body is None else json.dumps(body).encode()
        if raw is not None:
            headers["Content-Type"] = "application/json"
        connection = http.client.HTTPConnection(LAN, self.port, timeout=10)
        try:
            connection.request(method, path, raw, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, path: str, **more: str) -> Answer:
        return self("GET", path, **more)

    def post(self, path: str, body: Json | None = None, **more: str) -> Answer:
        return self("POST", path, body or {}, **more)


def signed_on(house: House, staff: str = "130", pin: str = "135790") -> dict[str, str]:
    said = house.ask.post("/api/v1/staff/sign-on", {"staff": staff, "pin": pin})
    return {"Authorization": f"Bearer {said.json['session']['token']}"}


def code_for(house: House, counter: str = "", name: str = "测试机") -> str:
    wish = {"name": name, "kind": "counter" if counter else "screen", "counter": counter}
    answer = house.ask("POST", "/api/v1/pairings", wish, signed_on(house))
    assert answer.status == 201, answer.content
    return str(answer.json["pairing_code"]["code"])


def cookie_of(answer: Answer) -> str:
    found = re.search(r"bianmin-pairing=([^;]+)", answer.headers["Set-Cookie"])
    assert found
    return found[1]


@dataclass
class Hall:
    house: House
    stranger: Dialler

    def browser(self, counter: str) -> Dialler:
        said = self.stranger.post("/api/v1/pair", {"code": code_for(self.house, counter), "cookie": True})
        assert said.status == 201, said.content
        return Dialler(self.house.port, cookie=cookie_of(said))

    def screen(self) -> Dialler:
        said = self.stranger.post("/api/v1/pair", {"code": code_for(self.house)})
        assert said.status == 201, said.content
        return Dialler(self.house.port, token=said.json["token"])
