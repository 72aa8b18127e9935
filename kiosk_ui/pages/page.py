"""What a page of the kiosk is, and what it may ask of the kiosk."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from kiosk_ui.widgets import Pen

Json = dict[str, Any]


class Desk(Protocol):
    """The kiosk as its pages see it."""

    now_s: float
    """Monotonic, of this frame."""

    @property
    def view(self) -> Json: ...
    @property
    def away(self) -> bool: ...
    @property
    def age_s(self) -> float:
        """How old the view is while the daemon is away."""

    @property
    def left_s(self) -> int:
        """Seconds until this page goes home by itself."""

    def clock(self) -> str: ...
    def date(self) -> str: ...
    def words(self, key: str, /, **facts: object) -> str: ...
    def service(self, id: str) -> Json: ...
    def taking(self) -> str:
        """The service whose number is asked for now, or nothing."""

    def refusal(self, problem: Json) -> str: ...
    def home(self) -> None: ...
    def show(self, page: "Page") -> None: ...
    def take(self, service: str, item: str = "") -> None: ...
    def ask(self, path: str, done: Callable[[int, Json], None]) -> None: ...


class Page(Protocol):
    """One picture of the kiosk. A new page is one file with a class like this."""

    name: str
    idle_s: float
    """Goes home after so long without a touch; 0 never."""

    def draw(self, pen: Pen, desk: Desk) -> None: ...

    def tap(self, id: str, desk: Desk) -> None: ...

    def tick(self, desk: Desk) -> None:
        """Called each frame before drawing."""

    def moving(self) -> bool: ...


@dataclass(frozen=True)
class Counted:
    """A list cut into pages."""

    page: int
    pages: int
    rows: list[Any]


def cut(rows: list[Any], page: int, capacity: int) -> Counted:
    pages = max(1, -(-len(rows) // max(1, capacity)))
    page = min(max(0, page), pages - 1)
    return Counted(page, pages, rows[page * capacity : (page + 1) * capacity])
