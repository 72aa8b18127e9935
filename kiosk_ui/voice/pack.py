"""A pack of clips: a folder of recordings with a `pack.toml`, checked, and what it lacks by name."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from edge import paths
from edge.errors import ConfigError

Json = dict[str, Any]
MANIFEST = "pack.toml"
SOUNDS = (".wav", ".ogg", ".flac")
REST = ","
"""In a phrase: a short rest."""
CHIME = "chime"
PHRASES = ("call", "evacuate", "drill", "suspend", "over")
BLANKS = ("{number}", "{counter}")
_KEYS = frozenset({"language", "counters", "phrases", "clips", "espeak", "say"})
_NAME = re.compile(r"[A-Za-z0-9_]{1,40}")


@dataclass(frozen=True)
class Pack:
    """Phrases, and the file of each clip."""

    language: str
    counters: str
    """`tens|digits`: how a counter's number is read."""
    phrases: Mapping[str, tuple[str, ...]]
    clips: Mapping[str, Path]
    problems: tuple[str, ...] = field(default=())
    """Files that the manifest names and that are not there, one line each."""

    def missing(self, digits: str = "0123456789", letters: str = "") -> list[str]:
        """Names of clips that its phrases, these digits and these letters ask for, and that it has not."""
        wanted = [t for phrase in self.phrases.values() for t in phrase if t != REST and t not in BLANKS]
        wanted += [*digits, *letters, CHIME]
        wanted += ["10"] if self.counters == "tens" else []
        return [name for name in dict.fromkeys(wanted) if name not in self.clips]


def made_dir() -> Path:
    """The pack that the set-up makes."""
    return paths.cache_dir() / "voice"


def load(folder: Path) -> Pack:
    """Read a folder's manifest. Raises ConfigError with every problem of it; a missing clip is none."""
    file = folder / MANIFEST
    try:
        told = tomllib.loads(file.read_text("utf-8"))
    except OSError as e:
        raise ConfigError([f"{file}: {e.strerror}"]) from e
    except ValueError as e:
        raise ConfigError([f"{file}: {e}"]) from e
    if wrong := list(mistakes(told)):
        raise ConfigError([f"{file}: {line}" for line in wrong])
    named = {clip: folder / name for clip, name in told.get("clips", {}).items()}
    clips = {clip: path for clip, path in named.items() if path.is_file()}
    gone = tuple(f"{file}: clips.{clip}: no file {p.name}" for clip, p in named.items() if clip not in clips)
    phrases = {key: tuple(phrase) for key, phrase in told["phrases"].items()}
    return Pack(told["language"], told.get("counters", "digits"), phrases, clips, gone)


def mistakes(told: Json) -> list[str]:
    """What is wrong with a manifest or a recipe, one line each."""
    found = [f"{key}: unknown" for key in told if key not in _KEYS]
    if not isinstance(told.get("language"), str) or not told.get("language"):
        found.append("language: like zh-CN")
    if told.get("counters", "digits") not in ("tens", "digits"):
        found.append('counters: "tens" or "digits"')
    phrases = told.get("phrases")
    found += _phrase_mistakes(phrases) if isinstance(phrases, dict) else ["phrases: a table"]
    clips = told.get("clips", {})
    found += _clip_mistakes(clips) if isinstance(clips, dict) else ["clips: a table"]
    return found


def _phrase_mistakes(phrases: Json) -> list[str]:
    found = [] if "call" in phrases else ["phrases.call: is missing"]
    for key, phrase in phrases.items():
        if key not in PHRASES:
            found.append(f"phrases.{key}: unknown (there are: {', '.join(PHRASES)})")
        elif not isinstance(phrase, list) or not all(_is_token(token, key) for token in phrase):
            found.append(f'phrases.{key}: names of clips, "{REST}" and {" ".join(BLANKS)} in a list')
        elif key == "call" and not set(BLANKS) <= set(phrase):
            found.append(f"phrases.call: needs {' and '.join(BLANKS)}")
    return found


def _is_token(token: object, phrase: str) -> bool:
    if token in BLANKS:
        return phrase == "call"
    return isinstance(token, str) and (token == REST or bool(_NAME.fullmatch(token)))


def _clip_mistakes(clips: Json) -> list[str]:
    found = [f"clips.{clip}: not a clip's name" for clip in clips if not _NAME.fullmatch(clip)]
    for clip, name in clips.items():
        path = PurePosixPath(name) if isinstance(name, str) else PurePosixPath("/")
        if path.is_absolute() or ".." in path.parts or path.suffix.lower() not in SOUNDS:
            found.append(f"clips.{clip}: a file of this folder ({', '.join(SOUNDS)})")
    return found
