"""The county's ear in the demo: subscribes at the broker and keeps what it was told."""

import json
import threading
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

Json = dict[str, Any]


class County:
    """Every event in the order of arrival, and each change of the hall's retained status."""

    def __init__(self, port: int, root: str) -> None:
        self._heard = threading.Condition()
        self.events: list[Json] = []
        self.statuses: list[Json] = []
        self._client = Client(
            CallbackAPIVersion.VERSION2, client_id="bianmin-demo-county", protocol=MQTTProtocolVersion.MQTTv5
        )
        self._client.on_message = self._on_message
        self._client.on_connect = lambda client, *_: client.subscribe(f"{root}/#", qos=1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        room = message.topic.rsplit("/", 1)[1]
        with self._heard:
            if room == "events":
                self.events.append(json.loads(message.payload))
            elif room == "status":
                self.statuses.append(json.loads(message.payload))
            self._heard.notify_all()

    def event(self, type_: str, within_s: float = 10.0, **facts: object) -> Json | None:
        """The first event of this type whose data holds these facts; waits for it."""

        def found() -> Json | None:
            for event in self.events:
                if event["type"] == type_ and all(event["data"].get(k) == v for k, v in facts.items()):
                    return event
            return None

        with self._heard:
            return self._heard.wait_for(found, within_s)

    def status(self, state: str, within_s: float = 10.0) -> Json | None:
        with self._heard:
            return self._heard.wait_for(
                lambda: next((s for s in self.statuses if s["state"] == state), None), within_s
            )

    def wait_for_seq(self, seq: int, within_s: float = 10.0) -> bool:
        with self._heard:
            return self._heard.wait_for(lambda: self._highest() >= seq, within_s)

    def _highest(self) -> int:
        return max((int(e["sequence"]) for e in self.events), default=0)

    def out_of_order(self) -> list[str]:
        """Sequences that came for the first time after a later one, and holes; repeats are allowed."""
        seen: set[int] = set()
        wrong: list[str] = []
        for event in self.events:
            seq = int(event["sequence"])
            if seq not in seen and seen and seq != max(seen) + 1:
                wrong.append(f"{seq} after {max(seen)}")
            seen.add(seq)
        return wrong

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()
