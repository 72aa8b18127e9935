"""Papers: a layout file and the facts of one ticket, or of all who wait, become a `Slip`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from drivers.capabilities import Align, CodeRow, FeedRow, RuleRow, Slip, SlipRow, TextRow
from edge.texts import fields_of, fill

TICKET_FIELDS: Mapping[str, str] = {
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
"""All that a ticket's slip can say. The set is closed: a paper with another field is refused by `check`."""
LIST_FIELDS: Mapping[str, str] = {
    "hall": "the hall's name",
    "date": "2026-11-22",
    "time": "09:41",
    "waiting": "how many wait",
    "phone": "the hall's phone for questions and complaints",
}
"""What the list of those waiting can say once."""
LINE_FIELDS: Mapping[str, str] = {
    "place": "1, 2, 3: by the time of taking the number",
    "number": "A012",
    "service": "the service's name",
    "since": "09:41, when the number was taken",
    "note": "on hold, missed, or the one counter that it waits for",
}
"""… and in rows with `each = true`, for everybody who waits; never why anybody goes first."""
GUIDE_FIELDS: Mapping[str, str] = {
    "hall": "the hall's name",
    "item": "the guide's name",
    "department": "who is responsible",
    "promised": "the promised time, with its unit",
    "legal": "the statutory time, with its unit",
    "fee": "the fee, or that there is none",
    "counter": "the counters that serve it: 1, 6",
    "area": "where to wait and go",
    "contact": "the phone for questions about it",
    "date": "2026-11-22",
    "phone": "the hall's phone for questions and complaints",
}
"""What a guide's list of materials can say once."""
MATERIAL_FIELDS: Mapping[str, str] = {"place": "1, 2, 3", "material": "what to bring"}
"""… and in rows with `each = true`, for every material."""
TEST_FIELDS: Mapping[str, str] = {
    "hall": "the hall's name",
    "printer": "the printer's id",
    "date": "2026-11-22",
    "time": "09:41",
    "version": "of this program",
}
FIELDS: Mapping[str, str] = {
    **TICKET_FIELDS,
    **LIST_FIELDS,
    **LINE_FIELDS,
    **GUIDE_FIELDS,
    **MATERIAL_FIELDS,
    **TEST_FIELDS,
}


class Medium:
    SLIP = "slip"


class About:
    TICKET = "ticket"
    WAITING = "waiting"
    GUIDE = "guide"
    TEST = "test"


ONCE: Mapping[str, Mapping[str, str]] = {
    About.TICKET: TICKET_FIELDS,
    About.WAITING: LIST_FIELDS,
    About.GUIDE: GUIDE_FIELDS,
    About.TEST: TEST_FIELDS,
}
EACH: Mapping[str, Mapping[str, str]] = {About.WAITING: LINE_FIELDS, About.GUIDE: MATERIAL_FIELDS}
"""What the rows of `each` can say beside it."""


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
    each: bool = False
    """Once for everybody who waits, or for every material; such rows next to each other belong together."""

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
    about: str = About.TICKET
    """`ticket`: one ticket's slip; `waiting`: the list of all who wait; `guide`: what to bring; `test`."""

    def __post_init__(self) -> None:
        if self.medium != Medium.SLIP:
            raise ValueError(f'medium: must be "slip", not "{self.medium}"')
        if not self.row:
            raise ValueError("row: a paper needs at least one row")
        if self.about not in ONCE:
            raise ValueError(f'about: must be one of {", ".join(ONCE)}, not "{self.about}"')
        for i, row in enumerate(self.row):
            self._check(i, row)

    def _check(self, i: int, row: Row) -> None:
        if row.each and self.about not in EACH:
            raise ValueError(f'row[{i}].each: only on a paper with about = "waiting" or "guide"')
        known = {**ONCE[self.about], **EACH[self.about]} if row.each else ONCE[self.about]
        used = fields_of(row.text) | fields_of(row.qr) | ({row.when} if row.when else set())
        if unknown := sorted(used - known.keys()):
            raise ValueError(f"row[{i}]: no field {unknown[0]!r} here (there are: {', '.join(known)})")


def slip(layout: Layout, facts: Mapping[str, object], each: Sequence[Mapping[str, object]] = ()) -> Slip:
    """Fill a layout, the rows of `each` once for everybody.

    A field nobody gave stays empty; a row whose `when` is empty is left out.
    """
    rows: list[SlipRow] = []
    for for_each, group in groupby(layout.row, key=lambda r: r.each):
        block = list(group)
        for said in ({**facts, **line} for line in each) if for_each else (facts,):
            rows += (_row(r, said) for r in block if not r.when or str(said.get(r.when, "")))
    return Slip(tuple(rows))


def _row(row: Row, facts: Mapping[str, object]) -> SlipRow:
    if row.rule:
        return RuleRow()
    if row.feed:
        return FeedRow(row.feed)
    if row.qr:
        return CodeRow(fill(row.qr, facts), row.module_dots)
    return TextRow(fill(row.text, facts), row.size, row.bold, row.align)
