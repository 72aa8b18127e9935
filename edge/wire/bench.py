"""A technician's bench for one unknown device: commands in words, answers in lines."""

import time
import tomllib
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path

from drivers.errors import LinkLost
from drivers.frame_explain import cells, explain, golden_problems, layout
from drivers.frame_format import FrameFormat
from drivers.links import Link, options_of, scheme_of
from edge.wire import marks as marks_
from edge.wire import speeds
from edge.wire.between import Between
from edge.wire.description import Found, describe
from edge.wire.ports import Terminal, has_speed, open_device
from edge.wire.sending import bytes_of, frame_of
from edge.wire.tape import BENCH, DEVICE, PROGRAM, SHOWN, Tape
from edge.wire.written import Seen, toml_of

CALLED = b"A012"
"""The number that a board is made to show: a text that no chance makes."""

WIRES = ("serial", "rs485", "tcp", "rfc2217", "file", "usb")

FEWEST_QUIET_S = 0.02
LISTEN_S = 10.0
ANSWER_S = 1.0
TRIAL_S = 1.5
ANSWERED_WITHIN_S = 0.5
MOST_SHOWN = 12


class Said(Exception):
    """A command cannot be done; the words are for the technician."""


class Bench:
    """One link, what was heard on it, and what is known of it. One thread only."""

    def __init__(self, url: str, tape: Tape, say: Callable[[str], None], trial_s: float = TRIAL_S) -> None:
        """`trial_s`: how long each speed is tried. Raises ValueError for a URL that is none."""
        options = options_of(url)
        if scheme_of(url) not in WIRES:
            raise ValueError(f"{url!r}: the bench looks at wires only: {', '.join(WIRES)}")
        self._url = url
        self._tape = tape
        self._say = say
        self._trial_s = trial_s
        self.speed = (int(options.get("baud", 9600)), options.get("format", "8N1"))
        self._names: dict[int, str] = {}
        self._seen: list[Seen] = []
        self._shown: list[Seen] = []
        self._loaded: FrameFormat | None = None
        self.commands: dict[str, Callable[[str], None]] = {
            "speeds": self.speeds,
            "speed": self.set_speed,
            "listen": self.listen,
            "beside": self.beside,
            "marks": self.marks,
            "name": self.name,
            "send": self.send,
            "frame": self.frame,
            "key": self.key,
            "rating": self.rating,
            "seen": self.seen,
            "load": self.load,
            "explain": self.explain,
            "write": self.write,
        }

    def do(self, line: str) -> bool:
        """One command; False where it could not be done, with the reason said."""
        word, _, rest = line.strip().partition(" ")
        if not word or word.startswith("#"):
            return True
        command = self.commands.get(word)
        try:
            if command is None:
                raise Said(f"no command {word!r} (there are: {', '.join(self.commands)}, quit)")
            command(rest.strip())
        except (Said, ValueError, LinkLost, OSError) as trouble:
            self._say(f"! {trouble}")
            return False
        return True

    # --- listening ------------------------------------------------------------------------------------------

    def speeds(self, ask: str) -> None:
        """Listen at each usual speed; with hex that is sent first where the device only answers."""
        if not has_speed(self._url):
            raise Said(f"{self._url} has no speed of its own: it is set on the converter")
        trials = []
        for trial in speeds.try_all(self._url, self.speed[1], self._trial_s, bytes_of(ask) if ask else b""):
            trials.append(trial)
            self._say(trial.line())
        found = speeds.best(trials)
        if found is None:
            hint = "press its keys meanwhile, or ask it something: speeds FF 68 ..."
            raise Said(f"no speed makes more sense than the others ({hint})")
        self.speed = (found.baud, found.character)
        self._say(f"taken: {found.baud} {found.character}")

    def set_speed(self, words: str) -> None:
        """`speed 19200 8E1`"""
        baud, _, character = words.partition(" ")
        self.speed = (int(baud), character.strip() or self.speed[1])

    def listen(self, words: str) -> None:
        """Record what the device says by itself; press its keys meanwhile."""
        link = open_device(self._url, *self.speed)
        try:
            count = self._hear(link, float(words or LISTEN_S))
        finally:
            link.close()
        self._say(f"{count} bursts; {len(self._tape.bursts)} on the tape")

    def beside(self, words: str) -> None:
        """Pass everything on between the device and the maker's program, and record both directions."""
        to, _, seconds = words.partition(" ")
        if not to:
            raise Said("beside what? pty makes a terminal for the program, a link is wired to it")
        program: Link | Terminal = Terminal() if to == "pty" else open_device(to, *self.speed)
        before = len(self._tape.bursts)
        between = Between(self._url, self.speed, program, self._tape, self._quiet_s())
        try:
            where = program.name if isinstance(program, Terminal) else to
            self._say(f"the maker's program shall use {where}")
            until_s = time.monotonic() + float(seconds or 3600)
            between.run(until_s, self._say)
        except KeyboardInterrupt:
            self._say("ended")
        finally:
            self.speed = between.speed
            program.close()
        self._say(f"{len(self._tape.bursts) - before} bursts; {len(self._tape.bursts)} on the tape")

    def _hear(self, link: Link, seconds: float) -> int:
        started, before = time.monotonic(), len(self._tape.bursts)
        offset = self._tape.bursts[-1].at_s + 1 if self._tape.bursts else 0.0
        try:
            while (now := time.monotonic() - started) < seconds:
                chunk = link.read(min(self._quiet_s(), seconds - now))
                if chunk:
                    self._tape.add(offset + time.monotonic() - started, DEVICE, chunk, self._quiet_s())
                else:
                    self._tape.settle()
        except KeyboardInterrupt:
            self._say("ended")
        self._tape.settle()
        for burst in self._tape.bursts[before:]:
            self._say(burst.line())
        return len(self._tape.bursts) - before

    def _quiet_s(self) -> float:
        """Silence that ends a burst: 3.5 characters, and what a computer adds to it."""
        return max(FEWEST_QUIET_S, 35 / self.speed[0])

    # --- looking --------------------------------------------------------------------------------------------

    def marks(self, side: str) -> None:
        """What the frames on the tape have in common."""
        if side not in ("", DEVICE, PROGRAM):
            raise Said(f"marks of which side? {DEVICE}, {PROGRAM}, or nothing for both")
        found = self._marks(side)
        self._say(f"{len(found.frames)} different frames, {len(found.others)} that begin otherwise")
        for frame in found.frames[:MOST_SHOWN]:
            self._say("  " + " ".join(f"{b:02X}" for b in frame[:SHOWN]))
        count = min(found.shortest, SHOWN)
        self._say("  " + " ".join(self._mark_of(found, i) for i in range(count)))
        self._say("  " + " ".join(f"{i:>2}" for i in range(count)) + "   (places; == is the same everywhere)")
        if len(found.frames) < speeds.FEWEST_FRAMES:
            self._say("only so few different frames: a checksum may fit by chance")
        for length in found.lengths:
            order = "" if length.size == 1 else " high byte first" if length.big_endian else " low byte first"
            sure = "" if length.sure else " (all frames are equally long: it only could be one)"
            counted = f"frame {length.offset:+d}" if length.offset else "the whole frame"
            self._say(f"length: place {length.at}, {length.size} byte{order}, counts {counted}{sure}")
        for sum_ in found.sums[:4]:
            what = f"{sum_.algo} from place {sum_.first}"
            where = f"{sum_.after} bytes before the end" if sum_.after else "at the end"
            how = ", as hex digits" if sum_.is_ascii else ", high byte first" if sum_.big_endian else ""
            self._say(f"checksum: {what}, {where}{how}")
        if not found.sums:
            self._say("checksum: none fits (escaped bytes, an unknown kind, too few different frames)")
        self._tell_description(self._describe(side))

    def name(self, words: str) -> None:
        """`name 5 addr`: the byte at this place is a field that changes, whatever the tape holds."""
        place, _, word = words.partition(" ")
        if not place.isdigit() or not word.strip().isidentifier():
            raise Said("name which place how? name 5 addr")
        self._names[int(place)] = word.strip()

    def load(self, words: str) -> None:
        """Use a description that is there already instead of the marks: `load FILE NAME`."""
        file, _, name = words.partition(" ")
        tables = tomllib.loads(Path(file).read_text(encoding="utf-8")).get("frame", {})
        name = name.strip() or next(iter(tables), "")
        if name not in tables:
            raise Said(f"{file} describes: {', '.join(tables) or 'nothing'}")
        self._loaded = FrameFormat.from_table(tables[name], name)
        for problem in golden_problems(self._loaded):
            self._say(f"! {problem}")

    def explain(self, words: str) -> None:
        """Lay bytes under the description's fields: the given ones, or the last that came."""
        frame = bytes_of(words) if words else self._last_of(DEVICE)
        frames = self._format()
        self._say(explain(frames, frame) or layout(cells(frames, frame)))

    # --- sending --------------------------------------------------------------------------------------------

    def send(self, words: str) -> None:
        """Send a line and record what comes back: `send F0 01 D0 01 "A012" {sum8}`."""
        self._send(bytes_of(words))

    def frame(self, words: str) -> None:
        """Send a frame of the description: `frame line=1 data="A012"`."""
        self._send(frame_of(words, self._format()))

    def _send(self, chunk: bytes) -> None:
        link = open_device(self._url, *self.speed)
        try:
            at_s = self._tape.bursts[-1].at_s + 1 if self._tape.bursts else 0.0
            self._tape.add(at_s, BENCH, chunk, 0.0)
            sent = self._tape.settle()
            link.write(chunk)
            if sent is not None:
                self._say(sent.line())
            if not self._hear(link, ANSWER_S):
                self._say("no answer")
        finally:
            link.close()

    # --- what a person knows --------------------------------------------------------------------------------

    def key(self, words: str) -> None:
        """`key call pad 1`: the last frame of the device was this key; the rest is said of it."""
        name, _, more = words.partition(" ")
        if not name:
            raise Said("which key? call, recall, pause, confirm, 1 ...")
        self._seen.append(Seen(f"key {name}{', ' + more if more else ''}", self._last_of(DEVICE), name))

    def rating(self, words: str) -> None:
        """`rating 2 the second key from the left`: the last frame of the device was a press to rate."""
        self._seen.append(Seen(f"rating {words}".strip(), self._last_of(DEVICE), is_rating=True))

    def seen(self, words: str) -> None:
        """`seen A012 on the board`: the last frame to the device did this; without one, what came is this."""
        if not words:
            raise Said("what was seen? the words become the frame's name")
        told = [burst.chunk for burst in self._tape.bursts if burst.side in (BENCH, PROGRAM)]
        called = [chunk for chunk in told if CALLED in chunk]
        if told:
            self._shown.append(Seen(words, (called or told)[-1]))
        else:
            self._seen.append(Seen(words, self._last_of(DEVICE)))

    def write(self, words: str) -> None:
        """`write NAME [FILE]`: the description and its golden frames, marked "seen once"."""
        name, _, file = words.partition(" ")
        if not name:
            raise Said("write under which name? write my-pad [integrations/my-pad.toml]")
        found = self._found()
        noted = [*self._seen, *self._shown] or [Seen("recorded", frame) for frame in self._frames()[:3]]
        bad = [one for one in noted if explain(found.format, one.frame)]
        for one in bad:
            self._say(f"! left out: {one.case}: {explain(found.format, one.frame)}")
        readable = [one for one in noted if one not in bad]
        if not readable:
            raise Said("no frame of the tape can be read by it: nothing to show that it is right")
        shown = [one for one in self._shown if one in readable and self._holds_text(found, one)]
        seen = [one for one in readable if one not in shown]
        source = f"{self._url}, {date.today().isoformat()}"
        text = toml_of(name, found, seen, shown, source, CALLED, self._pairs())
        self._check(text, name)
        if file.strip():
            with Path(file.strip()).open("x", encoding="utf-8") as out:
                out.write(text)
            self._say(f"{file.strip()}: {len(readable)} golden frames, each seen once")
        else:
            self._say(text)

    def _check(self, text: str, name: str) -> None:
        """The file as `bianmin check` will read it."""
        made = FrameFormat.from_table(tomllib.loads(text)["frame"][name], name)
        for problem in golden_problems(made):
            self._say(f"! {problem}")

    def _holds_text(self, found: Found, one: Seen) -> bool:
        return CALLED in found.format.payload(found.format.decode(one.frame))

    def _pairs(self) -> list[tuple[bytes, bytes]]:
        """A frame of the device, and what the program said to it at once."""
        bursts = self._tape.bursts
        return [
            (one.chunk, two.chunk)
            for one, two in pairwise(bursts)
            if one.side == DEVICE and two.side == PROGRAM and two.at_s - one.at_s < ANSWERED_WITHIN_S
        ]

    # --- inside ---------------------------------------------------------------------------------------------

    def _frames(self) -> tuple[bytes, ...]:
        return self._marks("").frames

    def _marks(self, side: str) -> marks_.Marks:
        heard = self._tape.of(side) if side else self._tape.of(DEVICE, PROGRAM, BENCH)
        if self._shown:  # only what did something is known to be a frame
            heard = [one.frame for one in self._shown] + self._tape.of(DEVICE, PROGRAM)
        found = marks_.find(heard)
        if found is None:
            raise Said("the tape is empty: listen, beside, or send something first")
        return found

    def _describe(self, side: str = "") -> Found:
        return describe(self._marks(side), self._names, *self.speed)

    def _found(self) -> Found:
        """The description to write: what was loaded, or what the marks say."""
        if self._loaded is None:
            return self._describe()
        raise Said(f"{self._loaded.name} was loaded from a file: it is written there already")

    def _format(self) -> FrameFormat:
        return self._loaded or self._describe().format

    def _tell_description(self, found: Found) -> None:
        fields = ", ".join(f"{row['name']} {row['kind']}" for row in found.table["fields"])
        self._say(f"description ({found.table['stream']['mode']}): {fields}")
        for frame in found.unread[:3]:
            self._say(f"  does not read: {explain(found.format, frame)}")

    def _mark_of(self, found: marks_.Marks, place: int) -> str:
        if any(mark.at <= place < mark.at + mark.size for mark in found.lengths):
            return "LL"
        if place in self._names:
            return self._names[place][:2]
        return "==" if place in found.constants else ".."

    def _last_of(self, side: str) -> bytes:
        found = [burst.chunk for burst in self._tape.bursts if burst.side == side]
        if not found:
            raise Said(f"the {side} has said nothing yet")
        return found[-1]
