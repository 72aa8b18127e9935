"""What is said when a browser or a screen of the hall's network is let in, and what it is told."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal
from unicodedata import normalize

from pydantic import Field, StringConstraints, model_validator

from edge.doors.bodies import Body, Name, Word


class WishBody(Body):
    """Whom the code shall let in."""

    name: Name
    """As people call it: 2号窗口电脑."""
    kind: Literal["counter", "screen"]
    """A counter's browser, or what only reads."""
    counter: Word = ""
    """Which counter's."""

    @model_validator(mode="after")
    def _of_a_counter(self) -> "WishBody":
        if (self.kind == "counter") != bool(self.counter):
            raise ValueError("a counter's browser has a counter, a screen has none")
        return self


class PairBody(Body):
    code: Annotated[str, StringConstraints(min_length=1, max_length=32)]
    """Blanks and dashes between its digits are forgiven, and digits of any width."""
    cookie: bool = False
    """A browser gets its token as a cookie that no script can read; a program has it in the answer."""
    UNDIGESTED: ClassVar[set[str]] = {"code"}

    @property
    def digits(self) -> str:
        return "".join(filter(str.isdecimal, normalize("NFKC", self.code)))


@dataclass(frozen=True)
class Code:
    code: str
    """Eight digits, good for once."""
    valid_s: Annotated[int, Field(ge=0)]


@dataclass(frozen=True)
class CodeAnswer:
    pairing_code: Code


@dataclass(frozen=True)
class Paired:
    id: str
    name: str
    kind: str
    """`counter` or `screen`."""
    counter: str
    """Whose verbs and pages it may use; empty: nobody's."""
    by: str
    """The staff number under which the code was made."""
    at: str
    """When it was paired."""


@dataclass(frozen=True)
class PairedAnswer:
    paired: Paired | None
    """None: this box itself, of which nobody asks."""


@dataclass(frozen=True)
class TokenAnswer:
    paired: Paired
    token: str
    """For `Authorization: Bearer`; told once. Empty: it is in the cookie."""


@dataclass(frozen=True)
class AllPairedAnswer:
    paired: list[Paired]
    on_lan: bool
    """The hall's network reaches the door; else nobody can be let in."""
