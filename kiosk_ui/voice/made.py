"""Makes the default pack once, into the cache: words by espeak-ng, a chime of two tones."""

import array
import hashlib
import json
import math
import shutil
import subprocess
import tomllib
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edge import paths
from kiosk_ui.voice.pack import CHIME, MANIFEST, made_dir

RATE_HZ = 22050
"""Of espeak-ng's own voices."""
ESPEAK_S = 20.0
_STAMP = "made.json"
_RECIPE = 1
"""Raised when the making changes, so that old packs are made anew."""
_TONES = ((0.0, 880.0), (0.32, 659.26))
"""(begins s, Hz): a falling third, as door chimes have it."""
_CHIME_S = 1.25


def make(say: Callable[[str], None], folder: Path | None = None, program: str = "espeak-ng") -> bool:
    """Make the pack unless it is there. Blocks a few seconds. Returns whether it is there now."""
    folder, recipe = folder or made_dir(), paths.shared("voice/zh-CN.toml")
    espeak = shutil.which(program)
    if espeak is None:
        say("voice: espeak-ng is missing (apt-get install espeak-ng); recordings of a person serve as well")
        return False
    text = recipe.read_text("utf-8")
    mark = hashlib.sha256(f"{_RECIPE} {text}".encode()).hexdigest()
    if _stamped(folder) == mark:
        say(f"voice: ready in {folder}")
        return True
    say(f"voice: making clips with {program}")
    beside = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    try:
        _clips(espeak, tomllib.loads(text), beside)
    except (OSError, subprocess.SubprocessError) as e:
        say(f"voice: {program} could not make the clips: {e}")
        shutil.rmtree(beside, ignore_errors=True)
        return False
    (beside / _STAMP).write_text(json.dumps({"mark": mark}))
    shutil.rmtree(folder, ignore_errors=True)
    beside.rename(folder)
    say(f"voice: ready in {folder}")
    return True


def _clips(espeak: str, recipe: dict[str, Any], folder: Path) -> None:
    letters, speed = recipe["say"].pop("letters"), str(recipe["espeak"]["speed"])
    wanted = {name: (recipe["espeak"]["voice"], words) for name, words in recipe["say"].items()}
    wanted |= {letter: (letters["voice"], letter) for letter in letters["all"]}
    for name, (voice, words) in wanted.items():
        command = [espeak, "-v", voice, "-s", speed, "-w", str(folder / f"{name}.wav"), words]
        subprocess.run(command, check=True, timeout=ESPEAK_S, stdin=subprocess.DEVNULL, capture_output=True)
    _write(folder / f"{CHIME}.wav", chime())
    files = {name: f"{name}.wav" for name in (*wanted, CHIME)}
    (folder / MANIFEST).write_text(_manifest(recipe, files), "utf-8")


def chime() -> "array.array[int]":
    """Two falling tones with their overtones, dying away, as 16-bit samples."""
    samples = [0.0] * round(_CHIME_S * RATE_HZ)
    for begins_s, hz in _TONES:
        first = round(begins_s * RATE_HZ)
        for i in range(first, len(samples)):
            t = (i - first) / RATE_HZ
            swell = min(1.0, t / 0.008) * math.exp(-4.2 * t)
            wave_at = math.sin(math.tau * hz * t) + 0.3 * math.sin(math.tau * 2 * hz * t) * math.exp(-3 * t)
            samples[i] += 0.38 * swell * wave_at
    tail = round(0.05 * RATE_HZ)
    for i in range(tail):
        samples[-1 - i] *= i / tail
    return array.array("h", (round(32767 * max(-1.0, min(1.0, s))) for s in samples))


def _write(file: Path, samples: "array.array[int]") -> None:
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(samples.tobytes())


def _manifest(recipe: dict[str, Any], files: dict[str, str]) -> str:
    lines = [f"language = {json.dumps(recipe['language'])}", f"counters = {json.dumps(recipe['counters'])}"]
    lines += ["", "[phrases]", *(f"{key} = {json.dumps(value)}" for key, value in recipe["phrases"].items())]
    lines += ["", "[clips]", *(f"{key} = {json.dumps(value)}" for key, value in files.items())]
    return "\n".join(lines) + "\n"


def _stamped(folder: Path) -> str:
    try:
        whole = (folder / MANIFEST).is_file()
        return str(json.loads((folder / _STAMP).read_text("utf-8"))["mark"]) if whole else ""
    except (OSError, ValueError, KeyError):
        return ""
