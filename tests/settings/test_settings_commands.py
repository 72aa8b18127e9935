"""`bianmin check` and `bianmin paper-preview`, run as the command line runs them."""

import argparse
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import cv2
import pytest

from edge.commands import check, paper_preview
from tests.settings.conftest import DEMO


def run(command: ModuleType, *words: str) -> int:
    parser = argparse.ArgumentParser()
    command.configure(parser)
    return int(command.run(parser.parse_args(words)))


def test_check_of_a_good_folder_is_one_line_and_zero(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(check, str(DEMO)) == 0
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert "8 services, 6 counters, 23 devices on 9 links" in out


def test_check_of_a_misspelt_key_is_its_line_and_two(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = folder / "devices.toml"
    text = file.read_text("utf-8").replace("\naddress = 3\n", "\nadress = 3\n", 1)
    file.write_text(text, "utf-8")
    assert run(check, str(folder)) == 2
    assert capsys.readouterr().out == (
        'devices.toml: device.board-3.adress: unknown option (did you mean "address"?)\n'
    )


def test_the_command_line_says_the_same_without_a_traceback(folder: Path) -> None:
    (folder / "hall.toml").write_text("[hall\n")
    done = subprocess.run(
        [sys.executable, "-m", "edge", "check", str(folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stdout.startswith("hall.toml:1: not valid TOML: ")
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("mode", "word"), [(0o600, None), (0o644, "others may read it"), (0o620, "others may write it")]
)
def test_check_warns_of_rights_of_the_staff_file_and_goes_on(
    folder: Path, capsys: pytest.CaptureFixture[str], mode: int, word: str | None
) -> None:
    (folder / "staff.toml").chmod(mode)
    assert run(check, str(folder)) == 0
    said = capsys.readouterr().err
    assert (word in said and "chmod 600" in said) if word else said == ""


def test_the_preview_of_the_ticket_is_a_picture_with_its_code(tmp_path: Path) -> None:
    out = tmp_path / "ticket.png"
    assert run(paper_preview, "ticket", "-o", str(out)) == 0
    picture = cv2.imread(str(out))
    assert picture.shape[1] > 576
    assert cv2.QRCodeDetector().detectAndDecode(picture)[0] == paper_preview.EXAMPLE_CODE


def test_the_preview_is_as_the_halls_own_printer_prints_and_says_how_long(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = folder / "devices.toml", tmp_path / "ticket.png"
    file.write_text(file.read_text().replace("width_dots = 576", 'width_dots = 384\nencoding = "raster"'))
    assert run(paper_preview, "ticket", "-o", str(out), "--config", str(folder)) == 0
    assert cv2.imread(str(out)).shape[1] < 576
    assert re.fullmatch(rf"{out}: \d\d mm of the roll\n", capsys.readouterr().out)
    assert run(paper_preview, "ticket", "--config", str(folder), "--printer", "printer-9") == 2
    assert "no printer 'printer-9' (there are: printer-1)" in capsys.readouterr().err


def test_the_preview_of_an_unknown_paper_says_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(paper_preview, "tiket") == 2
    assert "no paper 'tiket' (there are: guide, test, ticket, waiting)" in capsys.readouterr().err


def test_a_preview_that_cannot_be_written_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(paper_preview, "ticket", "-o", str(tmp_path / "no" / "x.png")) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "No such file" in said


@pytest.mark.parametrize(
    ("config", "more", "status", "word"),
    [
        ("nowhere", [], 2, "no such folder"),
        (str(DEMO), ["--port", "99999"], 2, "99999: a port is a number from 0 to 65535"),
        (str(DEMO), ["--port", "http"], 2, "http: a port is a number"),
        (str(DEMO), ["--data", "/proc/nowhere"], 1, "/proc/nowhere: "),
    ],
)
def test_run_ends_with_two_only_where_another_start_cannot_help(
    tmp_path: Path, config: str, more: list[str], status: int, word: str
) -> None:
    """systemd starts it again after every other status."""
    command = [
        sys.executable,
        "-m",
        "edge",
        "run",
        config,
        "--data",
        str(tmp_path / "d"),
        "--port",
        "0",
        *more,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == status, done.stderr
    assert word in done.stderr and "Traceback" not in done.stderr
