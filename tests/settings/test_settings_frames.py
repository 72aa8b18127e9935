"""A frame description in a hall's folder: `bianmin check` shows where its golden frames differ."""

import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

FF68 = Path(__file__).resolve().parents[2] / "config" / "integrations" / "ff68.toml"
CLONE = FF68.read_text("utf-8").replace("clerk-pad-ff68", "clone-pad")

Problems = Callable[[], list[str]]
Edit = Callable[[str, str, str], None]


@pytest.fixture
def clone(folder: Path, edit: Edit) -> Callable[[str, str], None]:
    """The hall's first pads speak in frames of a clone, whose description has this changed."""
    (folder / "integrations").mkdir()
    edit("devices.toml", 'frames = "clerk-pad-ff68"', 'frames = "clone-pad"')

    def write(old: str, new: str) -> None:
        assert old in CLONE
        (folder / "integrations" / "clone.toml").write_text(CLONE.replace(old, new, 1), "utf-8")

    return write


def check(folder: Path) -> tuple[int, str, str]:
    words = [sys.executable, "-m", "edge", "check", str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=30, cwd=FF68.parents[2], check=False)
    return done.returncode, done.stdout, done.stderr


def test_a_clone_pad_needs_a_table_and_golden_frames_and_no_code(
    folder: Path, clone: Callable[[str, str], None], problems: Problems
) -> None:
    clone("FF 68", "FF 68")
    assert problems() == []
    status, said, warned = check(folder)
    assert status == 0 and "ok" in said and "golden" not in warned


def test_a_wrong_checksum_is_shown_under_its_fields_with_what_would_fit(
    folder: Path, clone: Callable[[str, str], None], problems: Problems
) -> None:
    clone('algo = "sum8"', 'algo = "xor8"')
    first = problems()[0]
    assert first.startswith(
        "integrations/clone.toml: frame.clone-pad: golden[0] (call next, pad 1): "
        "ck says 0E, but xor8 over addr..data is 0C"
    )
    assert 'what fits: algo = "sum8", over = ["addr", "data"]' in first
    assert first.endswith("head[FF 68] len[03] len2[03] mark[68] addr[01] func[01] data[0C] ck[0E]! tail[16]")
    status, said, _ = check(folder)
    assert status == 2 and first in said


def test_a_description_without_golden_frames_is_a_warning(
    folder: Path, clone: Callable[[str, str], None]
) -> None:
    cut = CLONE[CLONE.index("# Frames from a running hall") :]
    clone(cut, "")
    assert (
        "golden" not in tomllib.loads((folder / "integrations/clone.toml").read_text())["frame"]["clone-pad"]
    )
    status, _, warned = check(folder)
    assert status == 0
    assert "link.pads.frames: its frame description has no golden frames" in warned
