"""Packs of clips: what is said of which, a folder of recordings checked, and what it lacks by name."""

import wave
from dataclasses import replace
from pathlib import Path

import pytest

from edge.errors import ConfigError
from kiosk_ui.__main__ import main
from kiosk_ui.voice import made
from kiosk_ui.voice.pack import MANIFEST, Pack, load
from kiosk_ui.voice.phrase import Speech, call_tokens, counter_tokens

CALL = 'language = "ii"\n[phrases]\ncall = ["come", "{number}", ",", "{counter}"]\n'


def recorded(folder: Path, *clips: str, text: str = CALL) -> Path:
    """A folder as a hall would record it."""
    folder.mkdir()
    lines = [f'{c} = "{c}.wav"' for c in clips]
    (folder / MANIFEST).write_text("\n".join([text, "[clips]", *lines]))
    for clip in clips:
        with wave.open(str(folder / f"{clip}.wav"), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(44100)
            out.writeframes(b"\x00\x20" * 4410)
    return folder


def names(parts: list[Path | int]) -> str:
    return " ".join(str(p) if isinstance(p, int) else p.stem for p in parts)


def test_a_call_is_read_digit_by_digit_and_its_counter_as_people_do(pack: Pack) -> None:
    assert call_tokens(pack, "A001", "3") == ["please", "A", "0", "0", "1", "hao", ",", "to", "3", "window"]
    read = {
        counter: " ".join(counter_tokens(pack, counter)) for counter in ("3", "10", "12", "20", "25", "a1")
    }
    assert read == {"3": "3", "10": "10", "12": "10 2", "20": "2 10", "25": "2 10 5", "a1": "A 1"}
    whole = replace(pack, clips={**pack.clips, "12": pack.clips["1"]})
    assert counter_tokens(whole, "12") == ["12"]
    assert counter_tokens(replace(pack, counters="digits"), "12") == ["1", "2"]


def test_the_made_pack_has_a_clip_for_every_word_digit_and_letter(pack: Pack) -> None:
    assert pack.missing(letters="ABCDEFGHIJKLMNOPQRSTUVWXYZ") == []
    assert pack.problems == ()


def test_a_call_is_chime_words_and_again(pack: Pack) -> None:
    line = "please A 1 hao 250 to 3 window"
    assert names(Speech([pack]).call("A1", "3", 1)) == f"chime 250 {line} 700 {line}"


def test_a_second_language_follows_the_first_each_time(pack: Pack, tmp_path: Path) -> None:
    second = load(recorded(tmp_path / "yi", "come", *"01A3"))
    said = names(Speech([pack, second], pack).call("A1", "3", 1))
    line, other = "please A 1 hao 250 to 3 window", "come A 1 250 3"
    assert said == f"chime 250 {line} 350 {other} 700 {line} 350 {other}"


def test_a_clip_that_is_nowhere_silences_its_language_and_never_half_a_number(
    pack: Pack, tmp_path: Path
) -> None:
    second = load(recorded(tmp_path / "yi", "come", *"01A"))
    speech = Speech([pack, second], pack)
    assert "come" not in names(speech.call("A1", "3", 0))
    assert speech.lacking == {"3"}


def test_what_recordings_lack_is_lent_by_the_made_pack_of_the_same_language(
    pack: Pack, tmp_path: Path
) -> None:
    own = load(recorded(tmp_path / "own", "come", *"01A", text=CALL.replace('"ii"', '"zh-CN"')))
    parts = Speech([own], pack).call("A1", "3", 0)
    assert names(parts) == "chime 250 come A 1 250 3"
    assert [p.parent == tmp_path / "own" for p in parts if isinstance(p, Path)] == [
        False,
        True,
        True,
        True,
        False,
    ]


def test_the_check_names_every_clip_that_is_not_recorded(tmp_path: Path, capsys) -> None:
    folder = recorded(tmp_path / "yi", "come", "chime", *"0123456789A")
    assert main(["voice-pack", str(folder), "--letters", "A"]) == 0
    (folder / "7.wav").unlink()
    assert main(["voice-pack", str(folder), "--letters", "AB"]) == 2
    said = capsys.readouterr().out
    assert "clips.7: no file 7.wav" in said and "not recorded: 7 B" in said


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "language: like zh-CN"),
        ('language = "ii"\n[phrases]\ncall = ["come"]\n', "phrases.call: needs {number} and {counter}"),
        (CALL + 'shout = ["come"]\n', "phrases.shout: unknown"),
        (CALL + "[clips]\ncome = '../come.wav'\n", "clips.come: a file of this folder"),
        (CALL + "[clips]\ncome = 7\n", "clips.come: a file of this folder"),
        (CALL + "over = ['{number}']\n", "phrases.over: names of clips"),
        ("colour = 1\n" + CALL, "colour: unknown"),
        ("[", "pack.toml: "),
    ],
)
def test_a_mistake_in_a_manifest_is_one_line(tmp_path: Path, text: str, word: str) -> None:
    (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(ConfigError, match=r"pack\.toml: ") as caught:
        load(tmp_path)
    assert any(word in line for line in caught.value.problems), caught.value.problems


def test_without_espeak_the_set_up_goes_on_and_says_what_to_do(tmp_path: Path) -> None:
    said: list[str] = []
    assert not made.make(said.append, tmp_path / "voice", program="no-such-espeak")
    assert "apt-get install espeak-ng" in said[0] and not (tmp_path / "voice").exists()
