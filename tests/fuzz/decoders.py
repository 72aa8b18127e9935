"""Every decoder of the product and of its twins: bytes to begin from, and what must hold for any input."""

import hashlib
import json
import random
import tomllib
import zlib
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from drivers import (
    addressed,
    checksums,
    escpos_status,
    frame_format,
    frame_value,
    framing,
    keypad,
    keys,
    loader,
)
from drivers.errors import FrameError
from drivers.escpos_status import Replies
from drivers.frame_explain import explain
from drivers.framing import FrameFormat, Line, Splitter
from drivers.keys import KeyRecords
from drivers.links import open_link
from drivers.twins.wire import PtyEnd
from edge.wire import marks
from tests.fuzz import devices
from tests.fuzz.mutate import LONGEST, mutate

ROOT = Path(__file__).resolve().parents[2]
WIRE = ROOT / "tests/golden/wire"
EXPLAINED = 300
"""One of so many refused inputs is explained too: that tries hundreds of other checksums."""
FRAMES = (frame_format, frame_value, checksums)
STREAMS = (*FRAMES, framing)


@dataclass(frozen=True)
class Decoder:
    name: str
    seeds: Sequence[bytes]
    run: Callable[[bytes], Hashable]
    """Give it an input; what it says of it tells inputs apart. An exception is a fault."""
    of: Sequence[ModuleType]
    """Where it is written."""
    description: str = ""
    """What it goes by beside its source."""
    make: Callable[[random.Random], bytes] | None = None
    """A frame that is whole and says what nobody ever said: a checksum is seldom hit by chance."""
    cost: int = 1
    """It gets so many times fewer inputs: a tool that tries everything on its input."""

    digest: str = field(init=False)
    """Of its source and description, 16 hex digits."""

    def __post_init__(self) -> None:
        files = sorted(Path(module.__file__ or "") for module in self.of)
        words = [*(file.read_bytes() for file in files), self.description.encode()]
        object.__setattr__(self, "digest", hashlib.sha256(b"\0".join(words)).hexdigest()[:16])


def golden() -> list[bytes]:
    rows = [row for file in sorted(WIRE.glob("*.json")) for row in json.loads(file.read_text("utf-8"))]
    return [bytes.fromhex(row["hex"]) for row in rows]


def formats() -> dict[str, FrameFormat]:
    """The product's descriptions, those of the tests, and the formats that drivers bring."""
    found = {}
    files = [*sorted((ROOT / "config/integrations").glob("*.toml")), ROOT / "tests/drivers/descriptions.toml"]
    for file in files:
        for name, table in tomllib.loads(file.read_text("utf-8"))["frame"].items():
            found[name] = FrameFormat.from_table(table, name)
    for name in loader.names():
        module = loader.load(name)
        own = [*vars(module).values(), *getattr(module, "FRAMES_ON", {}).values()]
        found.update({f.name: f for f in own if isinstance(f, FrameFormat)})
    return found


def all_of_them(place: Path, open_: ExitStack) -> Iterator[Decoder]:
    """`place`: a folder for the terminals on which drivers sit."""
    everything, makers = golden(), []
    for name, frames in formats().items():
        mine = [frame for frame in everything if _reads(frames, frame)]
        mine += [golden_.frame for golden_ in frames.golden] + [frames.encode(**{_data(frames): b"A012"})]
        make, text = _making(frames, mine), repr(frames)
        makers.append(make)
        yield Decoder(f"frame {name}", mine, _decoding(frames), FRAMES, text, make)
        yield Decoder(f"stream {name}", mine, _splitting(frames), STREAMS, text, make)
        for driver, module, made in _drivers_of(frames, place, open_):
            of = (*FRAMES, addressed, keypad, module)
            yield Decoder(f"driver {driver} in {name}", mine, _hearing(made), of, text, make)
    short = [b for b in everything if len(b) <= 4]
    yield Decoder("printer's answers", short, _answers, [escpos_status])
    yield Decoder("key records", [b for b in everything if len(b) in (16, 24)], _keys, [keys])
    yield Decoder("marks of unknown frames", everything, _marks, [marks, checksums], cost=50)

    def any_frame(dice: random.Random) -> bytes:
        return dice.choice(makers)(dice)

    for name, seeds, run, of in devices.parts():
        yield Decoder(name, [*seeds, *everything], run, of, make=any_frame)


# --- frames -----------------------------------------------------------------------------------------------


def _data(frames: FrameFormat) -> str:
    return frames.fields[frames.data_at].name


def _reads(frames: FrameFormat, frame: bytes) -> bool:
    try:
        frames.decode(frame)
    except FrameError:
        return False
    return True


def _decoding(frames: FrameFormat) -> Callable[[bytes], Hashable]:
    def run(given: bytes) -> Hashable:
        try:
            values = frames.decode(given)
        except FrameError as error:
            if zlib.crc32(given) % EXPLAINED == 0:
                assert explain(frames, given), "refused, and not said why"
            return str(error).partition(" in ")[0][:60], min(len(given), 40)
        if len(given) <= frames.stream.max and not _ends_early(frames, given):
            built = frames.encode(**values)
            # Hex digits may be small letters on the wire; ours are large. An escape may have two spellings.
            assert frames.decode(built) == values
        return "read", len(given)

    return run


def _ends_early(frames: FrameFormat, given: bytes) -> bool:
    return frames.stream.mode == "delimiter" and frames.extent(bytearray(given)) != len(given)


def _splitting(frames: FrameFormat) -> Callable[[bytes], Hashable]:
    def run(given: bytes) -> Hashable:
        whole, cut = _split(frames, [given]), _split(frames, [given[:7], given[7:8], given[8:]])
        if frames.stream.mode != "gap":
            assert whole == cut, "how the stream is cut changes what is found"
        for frame in whole:
            assert _reads(frames, frame) and frame in given, "a frame was invented"
        return len(whole), len(given) > 20

    return run


def _split(frames: FrameFormat, chunks: Sequence[bytes]) -> list[bytes]:
    now = [0.0]
    splitter = Splitter(frames, clock=lambda: now[0])
    found = [frame for chunk in chunks for frame in splitter.feed(chunk)]
    assert len(splitter._buffer) <= frames.stream.max
    now[0] = 3600.0
    return found + splitter.feed(b"")


def _making(frames: FrameFormat, mine: Sequence[bytes]) -> Callable[[random.Random], bytes]:
    """Frames with other values, by the format's own encoder."""
    known = [frames.decode(frame) for frame in mine]
    settable = [one for one in frames.fields if one.name in frames.settable]

    def make(dice: random.Random) -> bytes:
        values = dict(dice.choice(known))
        one = dice.choice(settable)
        if one.kind == "uint":
            values[one.name] = dice.choice((0, 1, 2, 255, dice.getrandbits(8 * one.size))) % 256**one.size
        else:
            made = bytearray(values[one.name])  # type: ignore[arg-type]
            for _ in range(dice.choice((1, 1, 2, 5))):
                mutate(made, dice, mine)
            values[one.name] = bytes(made[: one.size or LONGEST])
        try:
            return frames.encode(**values)
        except ValueError:
            return dice.choice(mine)

    return make


def _drivers_of(
    frames: FrameFormat, place: Path, open_: ExitStack
) -> Iterator[tuple[str, ModuleType, object]]:
    """Drivers that take frames by themselves in this format, on terminals with nobody at the far end."""
    for name in loader.names():
        module = loader.load(name)
        fixed = loader.fixed_frames(module)
        if not hasattr(module.Driver, "on_frame") or not loader.speaks_frames(module):
            continue
        if (fixed is not None and fixed.name != frames.name) or not (fixed or frames.rules):
            continue
        end = PtyEnd(place / f"{name}-{frames.name}")
        end.plug()
        open_.callback(end.unplug)
        link = open_link(end.url("serial", ""))
        open_.callback(link.close)
        try:
            yield name, module, module.Driver(Line(link, frames), _options(module, name))
        except ValueError:  # a description of another kind of device
            continue


def _options(module: Any, name: str) -> Any:
    """As they are; a rating pad's scores have no usual value."""
    given = {"scores": {"0": 5}} if loader.kind_of(name) == "rating" else {}
    return module.Options(**given)


def _hearing(driver: object) -> Callable[[bytes], Hashable]:
    def run(given: bytes) -> Hashable:
        if not driver.claims(given):  # type: ignore[attr-defined]
            return "not claimed"
        try:
            heard = driver.on_frame(given)  # type: ignore[attr-defined]
        except FrameError:
            return "no sense"
        return heard.readings, len(heard.replies)

    return run


# --- others -----------------------------------------------------------------------------------------------


def _answers(given: bytes) -> Hashable:
    replies = Replies()
    replies.feed(given)
    assert max(len(replies.now), len(replies.queued), len(replies.groups)) <= 16
    return len(replies.now), len(replies.queued), len(replies.groups)


def _keys(given: bytes) -> Hashable:
    records = KeyRecords()
    cut = [press for at in range(0, len(given), 5) for press in records.feed(given[at : at + 5])]
    assert cut == KeyRecords().feed(given), "how the records are cut changes what is read"
    return tuple(press.name for press in cut)[:3]


def _marks(given: bytes) -> Hashable:
    found = marks.find([given[at : at + 12] for at in range(0, min(len(given), 120), 12)])
    return None if found is None else (len(found.sums), len(found.lengths), len(found.head))
