"""What a page of the kiosk is, and what it may ask of the kiosk."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from kiosk_ui.widgets import Pen

Json = dict[str, Any]
Told = Callable[[int, Json], None]
"""HTTP status and body; status 0: nobody answered."""


@dataclass(frozen=True)
class Session:
    """Somebody of the staff has said a PIN at this screen."""

    token: str
    staff: str
    name: str
    roles: tuple[str, ...]


class Desk(Protocol):
    """The kiosk as its pages see it."""

    now_s: float
    """Monotonic, of this frame."""
    session: Session | None
    name: str
    """This touch screen's."""

    @property
    def view(self) -> Json: ...
    @property
    def away(self) -> bool: ...
    @property
    def paused(self) -> bool:
        """A person has paused this touch screen."""

    @property
    def age_s(self) -> float:
        """How old the view is while the daemon is away."""

    @property
    def left_s(self) -> int:
        """Seconds until this page goes home by itself."""

    def clock(self) -> str: ...
    def date(self) -> str: ...
    def words(self, key: str, /, **facts: object) -> str: ...
    def phrase(self, key: str, /, **facts: object) -> str:
        """A sentence from anywhere in the catalogue, by its whole key."""

    def service(self, id: str) -> Json: ...
    def taking(self) -> str:
        """The service whose number is asked for now, or nothing."""

    def refusal(self, problem: Json) -> str: ...
    def home(self) -> None: ...
    def show(self, page: "Page") -> None: ...
    def take(self, service: str, item: str = "") -> None: ...
    def ask(self, path: str, done: Told) -> None: ...
    def tell(self, path: str, body: Json, done: Told) -> None:
        """A command, once for this tap, under the staff's session where there is one."""

    def picture(self, path: str, done: Callable[[bytes], None]) -> None: ...
    def restart_screen(self) -> None:
        """End this program; its unit starts it again."""


class Page(Protocol):
    """One picture of the kiosk. A new page is one file with a class like this."""

    name: str
    idle_s: float
    """Goes home after so long without a touch; 0 never."""
    reach: bool
    """Its body is to be touched: where the reach is low, it lies low."""

    def draw(self, pen: Pen, desk: Desk) -> None: ...

    def tap(self, id: str, desk: Desk) -> None: ...

    def tick(self, desk: Desk) -> None:
        """Called each frame before drawing."""

    def moving(self) -> bool: ...

    def typed(self, text: str, desk: Desk) -> None:
        """From a keyboard, where one is plugged in."""

    def spoken(self, desk: Desk) -> str:
        """What a voice may say when the page comes, for who does not see it well; empty: nothing."""


class Still:
    """What most pages do between touches: nothing."""

    reach = False

    def tick(self, desk: Desk) -> None:
        """Nothing changes by time alone."""

    def moving(self) -> bool:
        return False

    def typed(self, text: str, desk: Desk) -> None:
        """Nothing is typed here."""

    def spoken(self, desk: Desk) -> str:
        return ""


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
