"""The catalogue of words for people, by dotted key, from `config/texts/LANGUAGE.toml`."""

import logging
import re
import string
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from edge.errors import ConfigError

log = logging.getLogger(__name__)

_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Texts:
    language: str
    phrases: Mapping[str, str]
    """`refused.nobody_waiting` -> the sentence, with `{fields}`."""

    @classmethod
    def load(cls, language: str, *folders: Path) -> "Texts":
        """Read `LANGUAGE.toml` of each folder that has one, a later folder over an earlier one.

        Raises ConfigError when no folder has it, or one of them is no TOML of phrases.
        """
        found = [f / f"{language}.toml" for f in folders if (f / f"{language}.toml").is_file()]
        if not found:
            where = " or ".join(str(f) for f in folders)
            raise ConfigError([f"{language}.toml: no texts in this language in {where}"])
        phrases: dict[str, str] = {}
        for file in found:
            phrases.update(_read(file))
        return cls(language, phrases)

    def get(self, key: str, /, **facts: object) -> str:
        """The sentence of a key, its fields filled. A missing key comes back as it is, and is logged."""
        phrase = self.phrases.get(key)
        if phrase is None:
            log.warning("no text for %r in %s", key, self.language)
            return key
        return fill(phrase, facts)

    def refusal(self, reason: str, facts: Mapping[str, object]) -> str:
        """The sentence of a refusal, with its end where the facts know it: `opens_at`, `opens_on`."""
        on, at = str(facts.get("opens_on") or ""), facts.get("opens_at")
        when = "day" if on else "later" if at else "over"
        key = f"refused.{reason}_{when}"
        if key not in self.phrases:
            key = f"refused.{reason}"
        return self.get(key, **{**facts, **month_and_day(on)})

    def section(self, name: str) -> dict[str, str]:
        """All phrases under one heading, without it: `section("ui")["take"]`."""
        head = f"{name}."
        return {k.removeprefix(head): v for k, v in self.phrases.items() if k.startswith(head)}


def month_and_day(iso: str) -> dict[str, int]:
    """`2026-11-24` as the facts `month` and `day`; nothing of anything else."""
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        return {}
    return {"month": day.month, "day": day.day}


def fill(phrase: str, facts: Mapping[str, object]) -> str:
    """Put facts into `{fields}`; a fact that nobody gave leaves nothing."""
    return "".join(
        literal + (str(facts.get(name, "")) if name else "")
        for literal, name, _, _ in string.Formatter().parse(phrase)
    )


def fields_of(phrase: str) -> frozenset[str]:
    """The names of a phrase's fields. Raises ValueError for an open brace, or no plain name."""
    names = set()
    for _, name, spec, conversion in string.Formatter().parse(phrase):
        if name is None:
            continue
        if spec or conversion or not _NAME.fullmatch(name):
            raise ValueError(f"a field is a plain name in braces, like {{number}}, not {{{name}}}")
        names.add(name)
    return frozenset(names)


def phrases_of(table: Mapping[str, object], shown: str) -> dict[str, str]:
    """A catalogue's table as dotted keys. Raises ConfigError with all faults; `shown` names the file."""
    problems: list[str] = []
    phrases: dict[str, str] = {}
    for key, value in _flat(table):
        if not isinstance(value, str):
            problems.append(f"{shown}: {key}: must be a text in quotes")
            continue
        try:
            fields_of(value)
        except ValueError as e:
            problems.append(f"{shown}: {key}: {e}")
        phrases[key] = value
    if problems:
        raise ConfigError(problems)
    return phrases


def _read(file: Path) -> dict[str, str]:
    try:
        return phrases_of(tomllib.loads(file.read_text("utf-8")), str(file))
    except OSError as e:
        raise ConfigError([f"{file}: {e.strerror}"]) from e
    except (ValueError, RecursionError) as e:
        raise ConfigError([f"{file}: not valid TOML: {e}"]) from e


def _flat(table: Mapping[str, object], head: str = "") -> Iterator[tuple[str, object]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{head}{key}.")
        else:
            yield f"{head}{key}", value
