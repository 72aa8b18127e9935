"""What holds for every driver on every wire it can live on: a port, a raw TCP converter, an RFC 2217 server.

Drivers, their formats and their twins are found: a new module is tested here without a line added.
"""

import contextlib
import random
import threading
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from conftest import HERE
from converters import Converter
from test_contract import LONGEST_S, NAMES, VERBS, options

from drivers import loader
from drivers.capabilities import DeviceStatus, State
from drivers.errors import DeviceFault, FrameError, LinkLost
from drivers.frame_table import EVENTS
from drivers.framing import FrameFormat, Line, Splitter
from drivers.links import open_link
from drivers.twins.hall import Twins
from drivers.twins.wire import PtyEnd
from edge.settings_bind import Problems, bind

WIRES = ("serial", "tcp", "rfc2217")
"""`rs485` and `file` are the same terminal under another name."""


def schemes(name):
    return [scheme for scheme in WIRES if scheme in loader.load(name).LINKS]


def shipped():
    for file in sorted((HERE.parents[1] / "config" / "integrations").glob("*.toml")):
        for name, table in tomllib.loads(file.read_text(encoding="utf-8"))["frame"].items():
            yield FrameFormat.from_table(table, name)


SHIPPED = list(shipped())


def formats_of(name):
    """What a driver can speak in: its own format, or each description of the product that suits it."""
    module = loader.load(name)
    if not loader.speaks_frames(module):
        return []
    fixed = [f for s in ("", *schemes(name)) if (f := _fixed(module, s)) is not None]
    return fixed[:1] or [frames for frames in SHIPPED if suits(module, name, frames)]


def _fixed(module, scheme):
    return getattr(module, "FRAMES_ON", {}).get(scheme) or loader.fixed_frames(module)


def suits(module, name, frames):
    if hasattr(module, "misfit"):
        return not module.misfit(frames, options(name))
    event = {"callpad": "keys"}.get(loader.kind_of(name), loader.kind_of(name))
    assert event in EVENTS, f"{name}: how is a description for it told from others?"
    return any(rule.event == event for rule in frames.rules)


CASES = [(name, scheme) for name in NAMES for scheme in schemes(name)]
FRAMED = [(name, frames.name) for name in NAMES for frames in formats_of(name)]


def format_named(name, frames):
    return next(f for f in formats_of(name) if f.name == frames)


class Bench:
    """A driver as the supervisor makes it, on a wire of this kind whose far end is this terminal."""

    def __init__(self, name, scheme, terminal):
        self._open = ExitStack()
        self.converter = None
        url = f"serial://{terminal}?baud=57600"
        if scheme != "serial":
            self.converter = Converter(scheme, str(terminal), "baud=57600" if scheme == "rfc2217" else "")
            self._open.callback(self.converter.close)
            url = self.converter.url
        try:
            self.link = open_link(url)
            self._open.callback(self.link.close)
            if self.converter is not None:
                self.converter.wait_for_caller()
            module = loader.load(name)
            frames = _fixed(module, scheme) or next(iter(formats_of(name)), None)
            self.line = Line(self.link, frames) if loader.speaks_frames(module) else self.link
            self.driver = module.Driver(self.line, options(name))
        except BaseException:
            self._open.close()
            raise

    def close(self):
        self._open.close()


def verbs(name):
    yield "start", lambda d: d.start()
    yield "check", lambda d: d.check()
    yield from VERBS.get(loader.kind_of(name), {}).items()


def each_at_once(cases, work):
    """All of them wait at the same time; what goes wrong is told by case."""
    with ThreadPoolExecutor(len(cases), "case") as pool:
        futures = {case: pool.submit(work, *case) for case in cases}
    return {case: repr(e) for case, future in futures.items() if (e := future.exception()) is not None}


def open_files():
    return len(list(Path("/proc/self/fd").iterdir()))


# --- a silent device, a lost link, nothing left -----------------------------------------------------------


def test_silence_ends_within_the_stated_time_on_every_wire(tmp_path):
    def work(name, scheme):
        end = PtyEnd(tmp_path / f"{name}-{scheme}")
        end.plug()
        bench = Bench(name, scheme, tmp_path / f"{name}-{scheme}")
        try:
            for verb, call in verbs(name):
                started = time.monotonic()
                try:
                    said = call(bench.driver)
                    if verb == "check":
                        assert isinstance(said, DeviceStatus)
                except DeviceFault as fault:
                    assert str(fault)
                took_s = time.monotonic() - started
                assert took_s < LONGEST_S.get(verb, 5.0) + 2, f"{verb} took {took_s:.1f} s"
        finally:
            bench.close()
            end.unplug()

    assert each_at_once(CASES, work) == {}


def test_a_lost_link_is_linklost_on_every_wire_and_nothing_else(tmp_path):
    """Verbs that say nothing on the wire may go on; who reads or writes is told."""

    def work(name, scheme):
        end = PtyEnd(tmp_path / f"{name}-{scheme}")
        end.plug()
        bench = Bench(name, scheme, tmp_path / f"{name}-{scheme}")
        try:
            end.unplug()
            with pytest.raises(LinkLost):
                for _ in range(100):
                    bench.link.read(0.2)
            for _, call in verbs(name):
                try:
                    call(bench.driver)
                except LinkLost:
                    continue
                except DeviceFault as fault:
                    assert fault.begun or not hasattr(bench.driver, "print_slip"), fault
        finally:
            bench.close()

    assert each_at_once(CASES, work) == {}


def test_a_babbling_device_is_a_fault_and_nothing_else(tmp_path):
    """Noise comes all the time, while every verb is called and pads are listened to."""

    def work(name, scheme):
        end, dice, stop = PtyEnd(tmp_path / f"{name}-{scheme}"), random.Random(name), threading.Event()
        end.plug()
        bench = Bench(name, scheme, tmp_path / f"{name}-{scheme}")

        def babble():
            while not stop.wait(0.01):
                end.write(dice.randbytes(dice.randint(1, 40)))

        noise = threading.Thread(target=babble)
        noise.start()
        try:
            for _, call in [*verbs(name), *listening(bench)]:
                with contextlib.suppress(DeviceFault, LinkLost):
                    call(bench.driver)
        finally:
            stop.set()
            noise.join()
            bench.close()
            end.unplug()

    assert each_at_once(CASES, work) == {}


def listening(bench):
    """As the supervisor listens: whole frames to who claims them, or the driver's own poll."""
    if hasattr(bench.driver, "poll"):
        yield from [("poll", lambda d: d.poll(0.05))] * 5
    if isinstance(bench.line, Line):
        yield from [("read", lambda d: hear(d, bench.line.read(0.05)))] * 5


def test_nothing_stays_open_however_often_a_driver_is_made(tmp_path):
    def work(name, scheme):
        end = PtyEnd(tmp_path / f"{name}-{scheme}")
        end.plug()
        Bench(name, scheme, tmp_path / f"{name}-{scheme}").close()
        end.unplug()

    assert each_at_once(CASES, work) == {}
    before, threads = open_files(), threading.active_count()
    for _ in range(2):
        assert each_at_once(CASES, work) == {}
    assert open_files() <= before
    assert threading.active_count() <= threads


# --- the same bytes through a converter -------------------------------------------------------------------


def twin_of(name, place):
    """A wire with this driver's twin on it, or None where there is none."""
    frames = formats_of(name)
    described = (
        f'frames = "{frames[0].name}"' if frames and not loader.fixed_frames(loader.load(name)) else ""
    )
    given = "\n".join(f"{key} = {toml(value)}" for key, value in vars(options(name)).items())
    place.mkdir()
    (place / "hall").mkdir()
    (place / "hall" / "devices.toml").write_text(
        f'[link.wire]\nurl = "serial:///dev/nothing"\n{described}\n'
        f'[device.it]\ndriver = "{name}"\nlink = "wire"\ncounter = "1"\n{given}\n',
        encoding="utf-8",
    )
    twins = Twins(place / "hall", place)
    return None if twins.without else twins


def toml(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}" = {toml(item)}' for key, item in value.items()) + "}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    return str(value) if isinstance(value, int | float) else f'"{value}"'


def test_serial_drivers_run_unchanged_behind_converters(tmp_path):
    """Each against its own twin: it starts, is well, and does what its kind does."""
    tried = []

    def work(name, scheme):
        twins = twin_of(name, tmp_path / f"{name}-{scheme}")
        if twins is None:
            return
        twins.start()
        bench = None
        try:
            bench = Bench(name, scheme, tmp_path / f"{name}-{scheme}" / "links" / "wire")
            bench.driver.start()
            for verb, call in verbs(name):
                said = call(bench.driver)
                if verb == "check":
                    assert said.state in (State.OK, State.UNCONFIRMED, State.DEGRADED), said
            tried.append((name, scheme))
        finally:
            if bench is not None:
                bench.close()
            twins.stop()

    assert each_at_once(CASES, work) == {}
    assert {(name, "rfc2217") for name in ("board_onbon_k", "printer_escpos", "callpad_framed")} <= set(tried)


# --- garbage ----------------------------------------------------------------------------------------------


def data_of(frames):
    return frames.fields[frames.data_at].name


def golden_of(frames):
    found = [golden.frame for golden in frames.golden]
    return found or [frames.encode(**{data_of(frames): data}) for data in (b"", b"\x0c", bytes(range(20)))]


@pytest.fixture
def made(tmp_path):
    """Drivers on a silent wire."""
    ends = ExitStack()

    def make(name):
        end = PtyEnd(tmp_path / name)
        end.plug()
        ends.callback(end.unplug)
        bench = Bench(name, "serial", tmp_path / name)
        ends.callback(bench.close)
        return bench.driver

    with ends:
        yield make


def hear(driver, frames):
    """Frames of a wire as the supervisor hands them on: the readings, and nothing but FrameError."""
    readings = []
    for frame in frames:
        if hasattr(driver, "claims") and driver.claims(frame):
            try:
                readings += driver.on_frame(frame).readings
            except FrameError:
                continue
    return readings


@pytest.mark.parametrize(("name", "frames"), FRAMED)
def test_one_damaged_bit_is_no_reading(name, frames, made):
    frames, driver = format_named(name, frames), made(name)
    guarded = [field for field in frames.fields if field.kind == "checksum"]
    for whole in golden_of(frames) if guarded else ():
        for bit in range(len(whole) * 8):
            damaged = bytearray(whole)
            damaged[bit // 8] ^= 1 << bit % 8
            now = [0.0]
            splitter = Splitter(frames, clock=lambda now=now: now[0])
            found = splitter.feed(bytes(damaged))
            now[0] = 100.0
            assert hear(driver, found + splitter.feed(b"")) == [], (whole.hex(" "), bit)


@pytest.mark.parametrize(("name", "frames"), FRAMED)
@pytest.mark.parametrize("seed", range(3))
def test_garbage_is_no_reading_and_nothing_but_a_frame_error(name, frames, seed, made):
    frames, driver, dice = format_named(name, frames), made(name), random.Random(seed)
    noise = [dice.randbytes(dice.randint(0, 80)) for _ in range(60)]
    noise += [frames.head + chunk for chunk in noise]
    splitter = Splitter(frames, clock=lambda: 0.0)
    found = [frame for chunk in noise for frame in splitter.feed(chunk)]
    assert hear(driver, found) == []
    whole = [
        frames.encode(**{data_of(frames): dice.randbytes(size)})
        for size in range(20)
        if frames.escape.sequences
    ]
    hear(driver, whole)


@pytest.mark.parametrize(("name", "frames"), FRAMED)
def test_frames_are_taken_apart_and_built_again(name, frames):
    frames = format_named(name, frames)
    for whole in golden_of(frames):
        assert frames.encode(**frames.decode(whole)) == whole


# --- config ---


def plain(value):
    """As TOML gives it."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, tuple) else value


@pytest.mark.parametrize("name", NAMES)
def test_options_bind_from_the_config_as_they_are(name):
    made, problems = options(name), Problems()
    table = {key: plain(value) for key, value in vars(made).items()}
    assert bind(type(made), table, "devices.toml", problems, "device.it") == made
    assert problems.lines == []


@pytest.mark.parametrize("name", NAMES)
def test_an_option_of_the_wrong_type_is_a_line_and_no_exception(name):
    made = options(name)
    for key, value in vars(made).items():
        problems, table = Problems(), {k: plain(v) for k, v in vars(made).items()}
        table[key] = "nonsense" if not isinstance(value, str) else 7
        assert bind(type(made), table, "devices.toml", problems, "device.it") is None, key
        assert any(line.startswith(f"devices.toml: device.it.{key}") for line in problems.lines), key


@pytest.mark.parametrize("name", [name for name in NAMES if "serial" in loader.load(name).LINKS])
def test_who_lives_on_a_port_lives_behind_a_converter(name):
    assert {"tcp", "rfc2217"} <= set(loader.load(name).LINKS)
