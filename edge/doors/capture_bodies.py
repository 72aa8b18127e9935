"""What callers may send and ask about pages of the document cameras."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from edge.doors.bodies import Body, Item, Query, Word

Material = Annotated[int, Field(ge=0, le=200)]
Purpose = Annotated[str, StringConstraints(max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$")]


class CaptureBody(Body):
    """What the page is for; nothing: it is a page of the ticket, and no more is said."""

    item: Item = ""
    """A guide; empty: the ticket's own."""
    material: Material = 0
    """Which of the guide's materials, from 1; 0: none of them."""
    check: bool = False
    """Take only a page that is whole, sharp and not there yet; else 409 `page_not_good`, with `faults`."""


class AutoBody(Body):
    """Pages that lie still and are good are taken by themselves, while somebody is at the counter."""

    on: bool
    item: Item = ""
    material: Material = 0


class MoveBody(Body):
    """For which material a stored page is."""

    counter: Word = ""
    """Where somebody says so; the page must be its own."""
    item: Item = ""
    """A guide; empty: the ticket's own."""
    material: Material = 0


class RemoveBody(Body):
    counter: Word = ""


class CaptureQuery(Query):
    counter: Word = ""
    """Whose page it must be. A browser that opened a counter's page is that counter's anyway."""
    form: Annotated[Literal["jpeg", "png", "pdf", "original", "small"], Field(alias="as")] = "jpeg"
    """The clean page, the same as PNG or PDF, the picture as it was taken, or a thumbnail (not noted)."""
    number: Annotated[int, Field(ge=1, le=20)] = 1
    """Which page, where a picture holds several."""
    purpose: Purpose = ""
    """What the copy may be used for, written over it."""


class PdfQuery(Query):
    counter: Word = ""
    """Whose ticket it must be, as for a page."""
    material: Material = 0
    """Only its pages; 0: all."""
    purpose: Purpose = ""


class CounterPageQuery(Query):
    part: Word = ""
    """`pages`: only what moves."""
    item: Item = ""
    """A guide; empty: the ticket's own."""


class ChecklistQuery(Query):
    item: Item = ""
    """A guide; empty: the ticket's own."""
