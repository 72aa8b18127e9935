"""A real mosquitto as a child of the tests, and a subscriber that writes down what arrives."""

import json
import queue
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.subscribeoptions import SubscribeOptions

Json = dict[str, Any]
MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin") or "mosquitto"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Broker:
    """mosquitto on a loopback port of its own; nothing of it stays on disk unless `lines` say so.

    `absent=True` keeps the port for later: `start` is called by the test.
    """

    def __init__(self, folder: Path, *lines: str, absent: bool = False) -> None:
        self.port = free_port()
        self.log = folder / "mosquitto.log"
        self._config = folder / "mosquitto.conf"
        # As root mosquitto drops to a user of its own unless told otherwise, and then cannot read `folder`.
        usual = (f"listener {self.port} 127.0.0.1", "allow_anonymous true", "persistence false", "user root")
        self._config.write_text("\n".join((*usual, *lines, "")), "utf-8")
        self._process: subprocess.Popen[bytes] | None = None
        if not absent:
            self.start()

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start and return when the port answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen([MOSQUITTO, "-c", str(self._config)], stdout=log, stderr=log)
        until = time.monotonic() + 10
        while time.monotonic() < until:
            if self._process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.5).close()
            except OSError:
                self._process_is_over(0.02)
            else:
                return
        raise RuntimeError(f"mosquitto does not answer: {self.log.read_text('utf-8', 'replace')}")

    def kill(self) -> None:
        """SIGKILL: retained messages and sessions are gone."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        self.kill()
        self.start()

    def __enter__(self) -> "Broker":
        return self

    def __exit__(self, *args: object) -> None:
        self.kill()

    def _process_is_over(self, within_s: float) -> bool:
        assert self._process is not None
        try:
            self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            return False
        return True


@dataclass(frozen=True)
class Message:
    topic: str
    payload: bytes
    retained: bool
    qos: int
    kind: str
    """MQTT 5 content type, empty without one."""

    def json(self) -> Json:
        return json.loads(self.payload)


def forget(port: int, client_id: str) -> None:
    """Make a broker drop all that it keeps for an absent client, as one that was killed does."""
    client = Client(CallbackAPIVersion.VERSION2, client_id, protocol=MQTTv5)
    done = threading.Event()
    client.on_connect = lambda *a: client.disconnect()
    client.on_disconnect = lambda *a: done.set()
    client.connect("127.0.0.1", port, 30, clean_start=True)
    client.loop_start()
    assert done.wait(10)
    client.loop_stop()


class Recorder:
    """Subscribes to `#` with a session that outlives a cut line, and keeps every message in order of arrival.

    It comes back by itself to a broker that was restarted.
    """

    def __init__(self, port: int, name: str = "recorder", topic: str = "#") -> None:
        self.messages: list[Message] = []
        self._topic = topic
        self._grown = threading.Condition()
        self._ready: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._client = Client(CallbackAPIVersion.VERSION2, name, protocol=MQTTv5)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda *a: self._client.subscribe(
            self._topic, options=SubscribeOptions(qos=1)
        )
        self._client.on_subscribe = lambda *a: self._ready.put(None)
        self._client.on_message = self._on_message
        self._client.connect("127.0.0.1", port, 30, clean_start=False)
        self._client.loop_start()
        self.wait_subscribed()

    def wait_subscribed(self, timeout_s: float = 10) -> None:
        """Wait for the next answer to the subscription: after a broker's restart, the sign to go on."""
        self._ready.get(timeout=timeout_s)

    def on(self, name: str) -> list[Message]:
        """All messages so far whose topic ends with `/name`."""
        with self._grown:
            return self._on(name)

    def _on(self, name: str) -> list[Message]:
        return [m for m in self.messages if m.topic.endswith(f"/{name}")]

    def wait_for(
        self, name: str, enough: Callable[[list[Message]], bool], timeout_s: float = 20
    ) -> list[Message]:
        """Wait for messages on /name until `enough(all of them)`; else AssertionError with what came."""
        with self._grown:
            done = self._grown.wait_for(lambda: (seen := self._on(name)) and enough(seen), timeout_s)
        found = self.on(name)
        assert done, (
            f"not seen on …/{name} within {timeout_s} s; there were: {[m.payload for m in found][-5:]}"
        )
        return found

    def events(self) -> list[Json]:
        return [m.json() for m in self.on("events")]

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Say something under another's topic, as the center does; returns when the broker has it."""
        self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(10)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def __enter__(self) -> "Recorder":
        return self

    def __exit__(self, *args: object) -> None:
        self.close()

    def _on_message(self, client: Client, userdata: object, m: Any) -> None:
        kind = getattr(m.properties, "ContentType", "") if m.properties else ""
        with self._grown:
            self.messages.append(Message(m.topic, bytes(m.payload), m.retain, m.qos, kind))
            self._grown.notify_all()
