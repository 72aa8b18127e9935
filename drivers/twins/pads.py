"""Call pads and rating pads on the FF 68 bus: keys in, frames out, acknowledgements counted.

Written from the protocol paper, apart from the drivers' frame format. That a pad repeats what is not
acknowledged is inferred, and so are its times.
"""

import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from drivers.twins.wire import Said

FAULTS = ("mute", "deaf", "lying_checksum", "slow", "bounce")
"""Says and hears nothing; hears nothing, and so repeats; sends wrong sums; sends late; sends keys twice."""

SLOW_S = 0.7
BOUNCE_S = 0.02

REPEAT_S = 0.5
REPEATS = 3
DARK = 0x0A

KEYS: Mapping[str, bytes] = {
    "next": b"\x0c",
    "call": b"\x0c",
    "recall": b"\x0d",
    "ask_rating": b"\x0b",
    "cancel": b"\x0e",
    "confirm": b"\x0f",
    "pause": b"\x12",
    "transfer": b"\x13",
    "no_show": b"\x06\x0f",
    "hold": b"\x00\x0f",
    "resume": b"\x03\x0f",
    "print_list": b"\x09\x0f",
    "start": b"\x07\x0f",
    "finish": b"\x0b",
}
"""What a finger means -> the digits and the key that it presses."""


class _Pad:
    """What both pads share: the bus, the address, and patience until the host acknowledges."""

    kind = ""

    def __init__(self, name: str, options: Mapping[str, Any]) -> None:
        self.name = name
        self._address = int(options.get("address", 1))
        self._buffer = bytearray()
        self._faults: set[str] = set()
        self._pending = b""
        self._wanted = b""
        self._left = 0
        self.due = math.inf
        self._pressed = self._acknowledged = self._repeats = self._unanswered = self._bad = 0

    def receive(self, chunk: bytes, now: float) -> Sequence[Said]:
        self._buffer += chunk
        while (body := self._next_body()) is not None:
            if body[0] != self._address or {"mute", "deaf"} & self._faults:
                continue
            if self._wanted and body == self._wanted:
                self._acknowledged += 1
                self._settle()
            else:
                self._obey(body[1], body[2:])
        return ()

    def tick(self, now: float) -> Sequence[Said]:
        if now < self.due:
            return ()
        if not self._left:
            self._unanswered += 1
            self._settle()
            return ()
        self._left -= 1
        self._repeats += 1
        self.due = now + REPEAT_S
        return [Said(self._pending)]

    def fault(self, name: str, on: bool, after: int = 0) -> None:
        if name not in FAULTS:
            raise ValueError(f"no fault {name!r} (there are: {', '.join(FAULTS)}, unplugged, babble, drip)")
        (self._faults.add if on else self._faults.discard)(name)

    def state(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "address": self._address,
            "pressed": self._pressed,
            "acknowledged": self._acknowledged,
            "repeats": self._repeats,
            "unanswered": self._unanswered,
            "waiting_for_answer": bool(self._wanted),
            "bad_frames": self._bad,
            "faults": sorted(self._faults),
        }

    def _obey(self, function: int, data: bytes) -> None:
        raise TypeError(f"{type(self).__name__} obeys nobody")

    def _send(self, function: int, data: bytes, wanted: int, now: float) -> Sequence[Said]:
        """Send, and wait for the same frame with the function `wanted`."""
        self._pressed += 1
        if "mute" in self._faults:
            return ()
        self._pending = frame(self._address, function, data, lie="lying_checksum" in self._faults)
        self._wanted = bytes([self._address, wanted]) + data
        self._left = REPEATS
        late_s = SLOW_S if "slow" in self._faults else 0.0
        self.due = now + late_s + REPEAT_S
        times = 2 if "bounce" in self._faults else 1
        return [Said(self._pending, late_s + i * BOUNCE_S) for i in range(times)]

    def _settle(self) -> None:
        self._wanted = self._pending = b""
        self.due = math.inf

    def _next_body(self) -> bytes | None:
        """Address, function and data of the next good frame from the host."""
        while len(self._buffer) >= 5:
            if (
                self._buffer[:2] != b"\xff\x68"
                or self._buffer[4] != 0x68
                or self._buffer[2] != self._buffer[3]
            ):
                del self._buffer[0]
                continue
            size = self._buffer[2]
            if len(self._buffer) < 7 + size:
                return None
            body, rest = bytes(self._buffer[5 : 5 + size]), self._buffer[5 + size : 7 + size]
            if size >= 2 and rest[0] == sum(body) % 256 and rest[1] == 0x16:
                del self._buffer[: 7 + size]
                return body
            self._bad += 1
            del self._buffer[0]
        return None


class CallPadTwin(_Pad):
    """A clerk's keypad with six digits of display and a beeper."""

    kind = "callpad"

    def __init__(self, name: str, options: Mapping[str, Any]) -> None:
        super().__init__(name, options)
        self._digits = bytes([DARK] * 6)
        self._beeps = 0

    def press(self, what: dict[str, Any], now: float) -> Sequence[Said]:
        key, digits = str(what.get("key")), str(what.get("digits", ""))
        if key not in KEYS:
            raise ValueError(f"no key {key!r} (there are: {', '.join(KEYS)})")
        if digits and not (digits.isascii() and digits.isdigit() and len(digits) <= 6):
            raise ValueError(f"digits {digits!r} are not up to six digits")
        # The function byte of key frames is not stated, only that it is not 11.
        return self._send(0x01, bytes(int(c) for c in digits) + KEYS[key], 0x01, now)

    def _obey(self, function: int, data: bytes) -> None:
        if function == 0x02 and len(data) == 6:
            self._digits = data
        elif function == 0x03 and not data:
            self._beeps += 1

    def state(self) -> dict[str, Any]:
        shown = "".join(" " if digit == DARK else str(digit) for digit in self._digits)
        return {
            **super().state(),
            "display": {"waiting": shown[:3].strip(), "ticket": shown[3:].strip()},
            "beeps": self._beeps,
        }

    def picture(self) -> bytes:
        display = self.state()["display"]
        image = Image.new("RGB", (360, 150), (52, 56, 64))
        draw = ImageDraw.Draw(image)
        draw.rounded_rectangle((16, 16, 344, 110), 10, fill=(16, 18, 16))
        font = ImageFont.load_default(64)
        draw.text((32, 62), display["waiting"].rjust(3), fill=(255, 70, 50), font=font, anchor="lm")
        draw.text((328, 62), display["ticket"].rjust(3), fill=(255, 70, 50), font=font, anchor="rm")
        draw.text(
            (32, 130), f"{self.name}  #{self._address}", fill=(190, 196, 204), font_size=18, anchor="lm"
        )
        return _png(image)


class RatingPadTwin(_Pad):
    """Four keys; five stars that the host can light."""

    kind = "rating"

    def __init__(self, name: str, options: Mapping[str, Any]) -> None:
        super().__init__(name, options)
        self._asked = 0
        self._stars = 0
        self._last: int | None = None

    def press(self, what: dict[str, Any], now: float) -> Sequence[Said]:
        value = what.get("score")
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 3:
            raise ValueError(f"score {value!r} is not a key's own value 0..3")
        self._last = value
        return self._send(0x11, bytes([value]), 0x01, now)

    def _obey(self, function: int, data: bytes) -> None:
        if (function, data) == (0x01, b"\x0b"):
            self._asked += 1
        elif function == 0x02 and len(data) == 1:
            self._stars = data[0]

    def state(self) -> dict[str, Any]:
        return {**super().state(), "asked": self._asked, "stars": self._stars, "last_value": self._last}

    def picture(self) -> bytes:
        image = Image.new("RGB", (360, 150), (236, 238, 242))
        draw = ImageDraw.Draw(image)
        for key in range(4):
            x = 16 + key * 84
            is_last = key == self._last
            draw.rounded_rectangle(
                (x, 24, x + 72, 104), 12, fill=(220, 150, 30) if is_last else (70, 110, 180)
            )
            draw.text((x + 36, 64), str(key), fill="white", font_size=36, anchor="mm")
        draw.text((16, 130), f"{self.name}  #{self._address}", fill=(70, 76, 84), font_size=18, anchor="lm")
        return _png(image)


def frame(address: int, function: int, data: bytes, lie: bool = False) -> bytes:
    """FF 68, the length twice, 68, address, function, data, their sum, 16."""
    body = bytes([address, function]) + data
    size = len(body)
    return bytes([0xFF, 0x68, size, size, 0x68]) + body + bytes([(sum(body) + lie) % 256, 0x16])


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
