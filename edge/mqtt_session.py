"""One connection to a broker by paho, and what happens on it as a queue of values.

A session lives exactly as long as its connection: paho neither reconnects nor keeps anything for later, so
nothing of an earlier line can overtake what is sent on the next one. It has no thread: whoever asks for
`happenings` reads and writes, so a thousand sessions may share one (edge/simulate).
"""

import contextlib
import logging
import queue
import select
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Sequence
from functools import cache
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from edge.mqtt_values import (
    Accepted,
    Acknowledged,
    Arrived,
    Broker,
    Happening,
    Lost,
    Subscribed,
    TurnedAway,
    Will,
)

log = logging.getLogger(__name__)

NEW, OLD = MQTTv5, MQTTv311
"""The two versions of the protocol, the preferred one first."""

NO_LIMIT = 65535  # MQTT 5 §3.2.2.3.3: a CONNACK without Receive Maximum means 65,535
UNSUPPORTED_VERSION = 132  # MQTT 5 §3.2.2.2; paho makes it of a 3.1.1 broker's return code 1 as well
SESSION_TAKEN_OVER = 142  # MQTT 5 §3.14.2.1; mosquitto 2.0.11 closes without saying it (seen)
PASSING = (136, 137, 151, 159)
"""MQTT 5 §3.2.2.2: server unavailable, busy, quota exceeded, connection rate exceeded: time mends these."""
MOST_PACKET = 1 << 20
"""Bytes; a broker of version 5 keeps back what is larger (mosquitto 2.0.11, seen)."""
SESSION_KEPT_S = 30 * 24 * 3600
"""How long a broker may keep what it holds for a hall that is away."""
CONNECT_WITHIN_S = 5.0
KEEPALIVE_S = 30
MISC_EVERY_S = 1.0
MOST_AT_ONCE = 1000
"""Happenings in one list, so that whoever is sent much comes to its other work."""


class Session:
    """A connection from `open` to `close`; all but `acknowledge` belong to the thread that opened it."""

    def __init__(
        self,
        broker: Broker,
        client_id: str,
        will: Will | None,
        *,
        version: int,
        inflight: int,
        takes: int = 0,
        kept_s: int = SESSION_KEPT_S,
    ) -> None:
        """`takes` above 0: the broker is acknowledged only by `acknowledge`, and sends so many before it.

        `kept_s`: how long the broker may keep what it holds for us after the line's end (MQTT 5).
        """
        self._broker = broker
        self._version = version
        self._takes, self._kept_s = takes, kept_s
        self._inbox: queue.SimpleQueue[Happening] = queue.SimpleQueue()
        self._taken: deque[int] = deque()
        """Packet ids to acknowledge, of whatever thread."""
        self._flying: set[int] = set()
        """Packet ids of what was published and has no answer yet."""
        self._owner, self._misc_at = 0, 0.0
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id,
            clean_session=None if version == NEW else not kept_s,
            protocol=MQTTProtocolVersion(version),
            reconnect_on_failure=False,
            manual_ack=takes > 0,
        )
        client.connect_timeout = CONNECT_WITHIN_S
        client.max_inflight_messages_set(inflight)
        if will is not None:
            client.will_set(will.topic, will.payload, qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        client.on_disconnect = self._on_disconnect
        # With somebody told of it, paho 2.2 writes nothing by itself: all that is sent goes out in `_turn`.
        client.on_socket_register_write = _nothing
        self._client = client

    @property
    def version(self) -> str:
        return "5" if self._version == NEW else "3.1.1"

    @property
    def wire(self) -> socket.socket | None:
        """For who waits for many sessions at once; None: the line has ended."""
        wire = self._client.socket()
        return wire if isinstance(wire, socket.socket) and wire.fileno() >= 0 else None

    @property
    def wants_to_write(self) -> bool:
        return self._client.want_write()

    def open(self) -> None:
        """Connect; what the broker says comes as Accepted, TurnedAway or Lost.

        Blocks up to 5 s, and as long as the system takes to look up a name.
        Raises OSError, also of TLS and its files.
        """
        broker = self._broker
        if broker.tls:
            self._client.tls_set_context(_tls(broker))
        if broker.user:
            self._client.username_pw_set(broker.user, broker.password)
        if self._version == NEW:
            properties = _properties(PacketTypes.CONNECT)
            properties.SessionExpiryInterval = self._kept_s
            properties.MaximumPacketSize = MOST_PACKET
            if self._takes:
                properties.ReceiveMaximum = self._takes
            self._client.connect(
                broker.host, broker.port, KEEPALIVE_S, clean_start=False, properties=properties
            )
        else:
            self._client.connect(broker.host, broker.port, KEEPALIVE_S)
        self._owner = threading.get_ident()
        if (wire := self.wire) is not None:
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def happenings(self, timeout_s: float) -> list[Happening]:
        """Send what is to be sent, and return all that has happened, waiting up to `timeout_s` for the first.

        `Accepted` ends a list: what the broker had kept for us follows at its heels, for whoever talks then.
        """
        while self._taken:
            self._client.ack(self._taken.popleft(), 1)
        if self._inbox.empty() and self.wire is not None:
            until = time.monotonic() + timeout_s
            while self._turn(until) and self._inbox.empty() and time.monotonic() < until:
                pass
            timeout_s = 0.0
        happenings: list[Happening] = []
        with contextlib.suppress(queue.Empty):
            happenings.append(self._inbox.get(block=timeout_s > 0, timeout=timeout_s))
            while not isinstance(happenings[-1], Accepted):
                happenings.append(self._inbox.get_nowait())
        return happenings

    def _turn(self, until: float) -> bool:
        """Read first, since a broker that cuts the line may have said why; then write. False: it is over."""
        wire, client = self.wire, self._client
        if wire is None:
            return False
        writes = client.want_write()
        buffered = isinstance(wire, ssl.SSLSocket) and wire.pending() > 0
        poll = select.poll()
        poll.register(wire, select.POLLIN | (select.POLLOUT if writes else 0))
        left_s = 0.0 if buffered else max(0.0, until - time.monotonic())
        ready = sum(event for _, event in poll.poll(left_s * 1000))
        if buffered or ready & ~select.POLLOUT:
            self._read()
        if writes and ready & select.POLLOUT and self.wire is not None:
            self._write(wire)
        if (now := time.monotonic()) >= self._misc_at:
            self._misc_at = now + MISC_EVERY_S
            client.loop_misc()
        return self.wire is not None

    def _write(self, wire: socket.socket) -> None:
        """All that waits, in as few segments as it fills: paho sends each packet by itself."""
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        self._client.loop_write()
        if self.wire is not None:
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)

    def _read(self) -> None:
        """All that has come whole."""
        before = -1
        try:
            while before < (came := self._inbox.qsize()) < MOST_AT_ONCE and self.wire is not None:
                before = came
                self._client.loop_read()
        except Exception as error:  # paho 2.2 raises what it stumbles over: struct.error, IndexError …
            log.debug("paho read what is no MQTT", exc_info=True)
            self._inbox.put(Lost(f"the broker sent what is no MQTT: {error!r}"[:200]))
            self._cut()

    def publish(
        self, topic: str, payload: bytes, *, retain: bool = False, kind: str = "application/json"
    ) -> int:
        """Send with QoS 1 at the next turn; the packet id. Raises ConnectionError when the line is gone."""
        properties = _of_kind(kind) if self._version == NEW else None
        sent = self._client.publish(topic, payload, qos=1, retain=retain, properties=properties)
        if sent.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise ConnectionError(f"the line went while sending ({sent.rc.name})")
        self._flying.add(sent.mid)
        return sent.mid

    def subscribe(self, topic: str, *, fresh: bool = False) -> int:
        """Ask for a topic with QoS 1, without our own messages where the broker can; return the packet id.

        `fresh`: what the broker retains is left there (MQTT 5), and what is retained while we listen says so.
        """
        if self._version == NEW:
            echo = topic.startswith("$share/")  # MQTT 5 §3.8.3.1: No Local there is a protocol error
            handling = (
                SubscribeOptions.RETAIN_DO_NOT_SEND if fresh else SubscribeOptions.RETAIN_SEND_ON_SUBSCRIBE
            )
            options = SubscribeOptions(
                qos=1, noLocal=not echo, retainAsPublished=fresh, retainHandling=handling
            )
            rc, mid = self._client.subscribe(topic, options=options)
        else:
            rc, mid = self._client.subscribe(topic, qos=1)
        if rc != MQTTErrorCode.MQTT_ERR_SUCCESS or mid is None:
            raise ConnectionError(f"the line went while subscribing to {topic}")
        return mid

    def unsubscribe(self, topic: str) -> None:
        """Hear no more of it, and have nothing kept of it; said before the goodbye."""
        self._client.unsubscribe(topic)

    def acknowledge(self, arrived: Arrived) -> None:
        """This message is in good hands; the broker may forget it. Any thread; said at the next turn."""
        if not arrived.mid:  # without one it came with QoS 0
            return
        if threading.get_ident() == self._owner:
            self._client.ack(arrived.mid, 1)
        else:
            self._taken.append(arrived.mid)

    def close(self, within_s: float = 2.0) -> None:
        """Say goodbye, so that the will is not published; blocks up to `within_s`.

        First the answers to what was said: one that meets a closed line resets it, and a broker that is slow
        then takes the end for a cut (mosquitto 2.0.11, seen).
        """
        until = time.monotonic() + within_s
        while self._flying and self.wire is not None and time.monotonic() < until - within_s / 2:
            self.happenings(0.05)
        self._client.disconnect()
        while self.wire is not None and time.monotonic() < until:
            self.happenings(0.05)
        self._cut()
        self._client.on_connect = self._client.on_subscribe = self._client.on_publish = None
        self._client.on_message = self._client.on_disconnect = None

    def _cut(self) -> None:
        """End a line that does not take even the goodbye."""
        if (wire := self.wire) is not None:
            with contextlib.suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)
            with contextlib.suppress(Exception):
                self._client.loop_read()  # which finds the end, and closes
            wire.close()

    # --- called by paho within a turn -------------------------------------------------------------------

    def _on_connect(
        self,
        client: Client,
        userdata: Any,
        flags: ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            older = reason.value == UNSUPPORTED_VERSION
            self._inbox.put(TurnedAway(f"the broker refused: {reason}", older, reason.value not in PASSING))
        else:
            self._inbox.put(Accepted(getattr(properties, "ReceiveMaximum", NO_LIMIT)))

    def _on_subscribe(
        self,
        client: Client,
        userdata: Any,
        mid: int,
        reasons: Sequence[ReasonCode],
        properties: Properties | None,
    ) -> None:
        refused = [str(reason) for reason in reasons if reason.is_failure]
        self._inbox.put(Subscribed(mid, ", ".join(refused)))

    def _on_publish(
        self, client: Client, userdata: Any, mid: int, reason: ReasonCode, properties: Properties | None
    ) -> None:
        self._flying.discard(mid)
        self._inbox.put(Acknowledged(mid, str(reason) if reason.is_failure else ""))

    def _on_message(self, client: Client, userdata: Any, message: MQTTMessage) -> None:
        self._inbox.put(Arrived(message.topic, bytes(message.payload), message.retain, message.mid))

    def _on_disconnect(
        self,
        client: Client,
        userdata: Any,
        flags: DisconnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if flags.is_disconnect_packet_from_server:
            taken_over = reason.value == SESSION_TAKEN_OVER
            self._inbox.put(Lost(f"the broker ended the connection: {reason}", taken_over))
        else:
            self._inbox.put(Lost("the line was cut"))


def _tls(broker: Broker) -> ssl.SSLContext:
    """Raises OSError: a file that is missing, or that holds no key."""
    context = ssl.create_default_context(cafile=broker.ca_file or None)
    if broker.cert_file:
        context.load_cert_chain(broker.cert_file, broker.key_file or None)
    return context


@cache
def _of_kind(kind: str) -> Properties:
    """What a message of this content type says of itself; paho only packs it."""
    properties = _properties(PacketTypes.PUBLISH)
    properties.PayloadFormatIndicator = 1
    properties.ContentType = kind
    packed = properties.pack()  # type: ignore[no-untyped-call]
    object.__setattr__(properties, "pack", lambda: packed)  # paho 2.2 packs anew for each message, 12 µs
    return properties


def _properties(packet: int) -> Properties:
    return Properties(packet)  # type: ignore[no-untyped-call]


def _nothing(*_: object) -> None:
    pass
