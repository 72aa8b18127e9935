"""`bianmin wire` over real terminals: unseen devices, and twins of those that it should find."""

import shutil
import subprocess
import sys
import threading
import tomllib
from contextlib import closing
from pathlib import Path

import pytest
import serial

from drivers import board_framed, callpad_framed
from drivers.capabilities import BoardMessage, KeyPressed, PadKey
from drivers.frame_explain import golden_problems
from drivers.framing import FrameFormat, Line
from drivers.links import open_link
from drivers.twins.pads import CallPadTwin
from drivers.twins.wire import PtyEnd, Wire
from edge import settings
from edge.wire.bench import Bench
from edge.wire.tape import Tape
from tests.wire.unknown_devices import Board, Pad

ROOT = Path(__file__).resolve().parents[2]


class Paper(list):
    """What the bench says."""

    def __call__(self, line):
        self.append(line)

    @property
    def text(self):
        return "\n".join(self)


@pytest.fixture
def paper():
    return Paper()


def described(file, name):
    frames = FrameFormat.from_table(tomllib.loads(file.read_text("utf-8"))["frame"][name], name)
    assert golden_problems(frames) == []
    assert {golden.confidence for golden in frames.golden} == {"seen once"}
    return frames


# --- a pad ------------------------------------------------------------------------------------------------


def test_an_unknown_pad_is_found_at_its_speed_and_its_keys_become_a_description(tmp_path, paper):
    with closing(Pad(tmp_path / "pad")) as pad:
        bench = Bench(pad.url, Tape(), paper, trial_s=0.2)
        pad.held = [Pad.frame(1, b"\x0c"), Pad.frame(1, b"\x0d"), Pad.frame(1, b"\x03\x0f")]
        assert bench.do("speeds"), paper.text
        pad.held = []
        assert bench.speed == (19200, "8N1")
        for keys, name in ((b"\x0c", "call"), (b"\x0d", "recall"), (b"\x03", "3"), (b"\x03\x0f", "confirm")):
            pad.held = [Pad.frame(1, keys)]
            assert bench.do("listen 0.4") and bench.do(f"key {name} pressed once"), paper.text
            pad.held = []
        assert bench.do("name 2 addr") and bench.do("marks")
        assert "checksum: xor8 from place 2, at the end" in paper.text
        assert "length: place 3, 1 byte, counts frame -4" in paper.text
        assert bench.do(f"write new-pad {tmp_path / 'new-pad.toml'}"), paper.text
        frames = described(tmp_path / "new-pad.toml", "new-pad")
        link = open_link(pad.url, baud=frames.line.baud)
        driver = callpad_framed.Driver(Line(link, frames), callpad_framed.Options(address=2))
        line = Line(link, frames)
        pad.say(Pad.frame(2, b"\x0c"))
        (frame,) = line.read(5.0)
        assert driver.claims(frame)
        assert list(driver.on_frame(frame).readings) == [KeyPressed(PadKey.NEXT)]
        link.close()


def test_the_twin_of_the_call_pad_is_found_to_the_bytes_and_the_hall_takes_the_file(tmp_path, paper):
    """The description that comes out reads what the product's own reads."""
    wire = Wire("pads", PtyEnd(tmp_path / "pads"), [CallPadTwin("pad", {"address": 3})])
    wire.start()
    try:
        bench = Bench(wire.end.url("serial", "baud=9600"), Tape(), paper)
        for key, digits, name in (("next", "", "call"), ("recall", "", "recall"), ("call", "12", "call")):
            threading.Timer(0.05, wire.press, ["pad", {"key": key, "digits": digits}]).start()
            assert bench.do("listen 0.7") and bench.do(f"key {name} {digits}")  # it repeats after 0.5 s
        assert bench.do("name 5 addr") and bench.do("name 6 func")
        assert bench.do(f"write found {tmp_path / 'found.toml'}"), paper.text
    finally:
        wire.stop()
    made = described(tmp_path / "found.toml", "found")
    ours = tomllib.loads((ROOT / "config/integrations/ff68.toml").read_text("utf-8"))["frame"]
    ours = FrameFormat.from_table(ours["clerk-pad-ff68"], "ours")
    for golden in ours.golden:
        assert made.decode(golden.frame) == ours.decode(golden.frame)
    hall = tmp_path / "hall"
    shutil.copytree(ROOT / "config/demo", hall)
    (hall / "integrations").mkdir()
    shutil.copy(tmp_path / "found.toml", hall / "integrations")
    devices = (hall / "devices.toml").read_text("utf-8")
    (hall / "devices.toml").write_text(devices.replace('frames = "clerk-pad-ff68"', 'frames = "found"', 1))
    problems = []
    try:
        settings.load(hall)
    except settings.ConfigError as error:
        problems = [line for line in error.problems if "found" in line and "rating" not in line]
    assert problems == []


# --- a board ----------------------------------------------------------------------------------------------


def makers_program(port, texts):
    """Shows texts and waits for each answer, at the speed that it knows."""
    with serial.Serial(port, 19200, timeout=2) as terminal:
        for line, text in texts:
            terminal.write(Board.frame(0x01, bytes([line]) + text.encode("gb18030")))
            assert terminal.read(9) == Board.frame(0x81, bytes([line]))


def test_an_unknown_board_is_learnt_beside_its_makers_program_and_then_driven(tmp_path, paper):
    texts = [(1, "欢迎"), (1, "B007"), (2, "请到3号窗口"), (1, "暂停服务")]
    with closing(Board(tmp_path / "board")) as board:
        bench = Bench(f"{board.url}?baud=9600", Tape(tmp_path / "tape"), paper)
        started = []

        def say(line):
            paper(line)
            if "shall use" in line:
                port = line.rpartition(" ")[2]
                started.append(threading.Thread(target=makers_program, args=(port, texts)))
                started[0].start()
            if " device " in line and sum(" device " in one for one in paper) == len(texts):
                raise KeyboardInterrupt  # the technician has seen enough

        bench._say = say
        assert bench.do("beside pty 20"), paper.text
        started[0].join()
        assert len(board.frames) == 4, "the program's frames have not come through"
        assert bench.speed == (19200, "8N1"), "its speed was not followed"
        assert {burst.side for burst in Tape(tmp_path / "tape").bursts} == {"device", "program"}

        assert bench.do("name 5 line") and bench.do("marks program")
        assert "checksum: crc16-xmodem from place 2, 1 bytes before the end, high byte first" in paper.text
        assert "length: place 2, 2 byte high byte first" in paper.text
        assert bench.do('frame line=1 data="A012"'), paper.text
        assert board.shows[1] == "A012"
        assert bench.do("seen A012 stands on the board")
        assert bench.do(f"write new-board {tmp_path / 'new-board.toml'}"), paper.text

        frames = described(tmp_path / "new-board.toml", "new-board")
        link = open_link(board.url, baud=frames.line.baud)
        driver = board_framed.Driver(Line(link, frames), board_framed.Options())
        driver.show(BoardMessage(("C123",)))
        assert link.read(5.0)
        link.close()
        assert board.shows[1] == "C123"


def test_two_adapters_stand_between_a_device_and_the_makers_computer(tmp_path, paper):
    computer = PtyEnd(tmp_path / "computer")
    computer.plug()
    asked, answered = Board.frame(0x01, b"\x01A012"), Board.frame(0x81, b"\x01")
    with closing(Board(tmp_path / "board")) as board:

        def say(line):
            paper(line)
            if "shall use" in line:
                threading.Timer(0.3, computer.write, [asked]).start()
            if " device " in line and sum(" device " in one for one in paper) == 1:
                raise KeyboardInterrupt

        bench = Bench(f"{board.url}?baud=19200", Tape(), say)
        assert bench.do(f"beside serial://{tmp_path / 'computer'} 20"), paper.text
        assert board.shows == {1: "A012"}
        assert computer.read(computer.watched()) == answered
    assert [burst.chunk for burst in bench._tape.bursts] == [asked, answered]
    computer.unplug()


def test_hex_is_sent_as_typed_until_the_board_shows_it(tmp_path, paper):
    with closing(Board(tmp_path / "board")) as board:
        bench = Bench(f"{board.url}?baud=19200", Tape(), paper)
        assert bench.do('send 7E A5 00 06 01 01 "A012" 00 00 0D')
        assert paper[-1] == "no answer" and not board.shows
        assert bench.do('send 7E A5 00 06 01 01 "A012" {crc16-xmodem:2:be} 0D')
        assert board.shows == {1: "A012"}
        assert "device   7E A5 00 02 81 01" in paper.text


# --- as a command -----------------------------------------------------------------------------------------


def wire_command(*words, typed=""):
    return subprocess.run(
        [sys.executable, "-m", "edge", "wire", *words],
        input=typed,
        capture_output=True,
        text=True,
        timeout=30,
        cwd=ROOT,
        check=False,
    )


def test_commands_are_taken_from_the_line_and_from_a_pipe(tmp_path):
    with closing(Board(tmp_path / "board")) as board:
        sent = 'send 7E A5 00 06 01 01 "A012" {crc16-xmodem:2:be} 0D'
        done = wire_command(f"{board.url}?baud=19200", "-c", sent, "--tape", str(tmp_path / "tape"))
        assert (done.returncode, board.shows) == (0, {1: "A012"}), done.stderr
        again = f"{sent.replace('A012', 'B034')}\nmarks\nquit\n"
        done = wire_command(f"{board.url}?baud=19200", "--tape", str(tmp_path / "tape"), typed=again)
        assert (done.returncode, board.shows) == (0, {1: "B034"}), done.stderr
        assert "checksum: crc16-xmodem" in done.stdout


def test_help_teaches_every_command():
    shown = wire_command("--help").stdout
    for command in Bench("serial:///dev/null", Tape(), print).commands:
        assert f"\n  {command} " in shown, command
    assert "integrations/" in shown and "seen once" in shown


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["ttyUSB0"], 2, "is no link"),
        (["folder:///tmp"], 2, "looks at wires only"),
        (["serial:///dev/nothing", "-c", "listen 1"], 1, "! serial:///dev/nothing?baud=9600"),
        (["tcp://127.0.0.1:1", "-c", "speeds"], 1, "set on the converter"),
        (["serial:///dev/nothing", "-c", "marks"], 1, "the tape is empty"),
        (["serial:///dev/nothing", "-c", "frobnicate"], 1, "no command 'frobnicate'"),
        (["serial:///dev/nothing", "-c", "send FF 6"], 1, "cannot read '6'"),
        (["serial:///dev/nothing", "-c", "name x y z"], 1, "name 5 addr"),
    ],
)
def test_what_cannot_be_done_is_one_line(words, status, said):
    done = wire_command(*words)
    assert done.returncode == status
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
