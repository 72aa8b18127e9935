"""Papers: a layout file and the facts of one ticket become a `Slip`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from drivers.capabilities import Align, CodeRow, FeedRow, RuleRow, Slip, SlipRow, TextRow
from edge.texts import fields_of, fill

FIELDS: Mapping[str, str] = {
    "hall": "the hall's name",
    "number": "A012",
    "service": "the service's name",
    "item": "the guide's name, where the citizen chose one",
    "ahead": "how many are before this ticket",
    "wait": "minutes to wait, where something honest can be said",
    "counter": "the counters that serve it: 1, 6",
    "area": "where to wait and go",
    "date": "2026-11-22",
    "time": "09:41",
    "code": "the citizen's code for rating later",
    "phone": "the hall's phone for questions and complaints",
}
"""All that a slip can say. The set is closed: a paper with another field is refused by `check`."""


class Medium:
    SLIP = "slip"


@dataclass(frozen=True)
class Row:
    """One row of a layout: exactly one of text, qr, rule and feed."""

    text: str = ""
    qr: str = ""
    rule: bool = False
    feed: int = 0
    """Blank lines."""
    size: int = 1
    """Times the printer's own character, 1..8."""
    bold: bool = False
    align: Align = Align.LEFT
    module_dots: int = 6
    """Dots of one square of the QR code, 2..16."""
    when: str = ""
    """Only when this field says something."""

    def __post_init__(self) -> None:
        if sum((bool(self.text), bool(self.qr), self.rule, bool(self.feed))) != 1:
            raise ValueError("a row is exactly one of text, qr, rule = true and feed")
        for name, value, low, high in (
            ("size", self.size, 1, 8),
            ("module_dots", self.module_dots, 2, 16),
            ("feed", self.feed, 0, 20),
        ):
            if not low <= value <= high:
                raise ValueError(f"{name}: must be {low}..{high}, not {value}")
        for name, phrase in (("text", self.text), ("qr", self.qr)):
            try:
                used = fields_of(phrase)
            except ValueError as e:
                raise ValueError(f"{name}: {e}") from e
            if unknown := sorted(used - FIELDS.keys()):
                raise ValueError(f"{name}: no field {unknown[0]!r} (there are: {', '.join(FIELDS)})")
        if self.when and self.when not in FIELDS:
            raise ValueError(f"when: no field {self.when!r} (there are: {', '.join(FIELDS)})")
        if re.search(r"[\x00-\x1f\x7f]", self.text + self.qr):
            raise ValueError("text: no control characters; one row is one line")


@dataclass(frozen=True)
class Layout:
    """One paper."""

    row: tuple[Row, ...]
    medium: str = Medium.SLIP
    """`slip`: the roll of the ticket printer."""
    title: str = ""
    """What people call this paper."""

    def __post_init__(self) -> None:
        if self.medium != Medium.SLIP:
            raise ValueError(f'medium: must be "slip", not "{self.medium}"')
        if not self.row:
            raise ValueError("row: a paper needs at least one row")


def slip(layout: Layout, facts: Mapping[str, object]) -> Slip:
    """Fill a layout. A field nobody gave stays empty; a row whose `when` is empty is left out."""
    return Slip(tuple(_row(r, facts) for r in layout.row if not r.when or str(facts.get(r.when, ""))))


def _row(row: Row, facts: Mapping[str, object]) -> SlipRow:
    if row.rule:
        return RuleRow()
    if row.feed:
        return FeedRow(row.feed)
    if row.qr:
        return CodeRow(fill(row.qr, facts), row.module_dots)
    return TextRow(fill(row.text, facts), row.size, row.bold, row.align)
