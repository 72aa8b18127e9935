"""boards.toml -> what call boards show beside calls: light, colours, pages of an idle counter, notices."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from drivers.capabilities import Colour
from drivers.led_raster import code_fits
from edge.hall.plan import Hours
from edge.hall.words import DeviceId
from edge.settings_bind import Problems, bind
from edge.settings_hours import HoursCheck
from edge.texts import Texts, fields_of

FILE = "boards.toml"
LONGEST_NOTICE = 200
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_RANGES = {
    "flash_s": (0, 30),
    "page_s": (2, 120),
    "call_s": (3, 600),
    "refresh_s": (5, 3600),
}
_MAY_BE_OFF = frozenset({"refresh_s"})
"""0 switches it off."""
FACTS = frozenset(
    {"counter", "name", "services", "fee", "phone", "hall_phone", "hall", "waiting", "date", "time", "hours"}
)
"""What a page may say in braces."""


@dataclass(frozen=True)
class BoardColours:
    call: Colour = Colour.RED
    idle: Colour = Colour.GREEN
    away: Colour = Colour.YELLOW
    """Paused or closed, and where to go."""
    notice: Colour = Colour.YELLOW


@dataclass(frozen=True)
class BoardRules:
    """What one board does; `[boards]` says it for all, `[board.ID]` for one."""

    flash_s: float = 3.0
    """A new call flashes so long and then stands still; 0: it stands at once."""
    blink: bool = True
    """A board that cannot flash by itself is told text and nothing in turn; false: it stands at once."""
    page_s: float = 6.0
    """How long a page stays; one that moves stays for as long as it needs."""
    call_s: float = 20.0
    """How long a board of the hall, that stands at no counter, shows a call before its notices go on."""
    refresh_s: float = 30.0
    """What stands is sent again so often, for boards that were without power a moment; 0: never."""
    idle: tuple[str, ...] = ()
    """Pages of a counter without a ticket (吊牌), with `{fields}`; one whose field is empty is left out. None
    given: name, services, fee and phone."""
    code: str = ""
    """What a QR code beside the idle pages says, on boards that show pictures."""
    fee: str = ""
    """Said for `{fee}`; empty: what the guides of the counter's services say."""
    colours: BoardColours = field(default_factory=BoardColours)
    light: dict[str, int] = field(default_factory=dict)
    """From when how bright, in percent: `{"07:30" = 100, "18:00" = 40, "21:00" = 0}`; empty: as the board has
    it."""
    set_clock: bool = False
    """Set the board's own clock, by which it may dim or show the time."""
    notices: bool = True
    """Show the notices of this file and of the hall between the idle pages."""


@dataclass(frozen=True)
class NoticeTable:
    text: str
    since: dt.date | None = None
    """From this day on; none: from now."""
    until: dt.date | None = None
    """Up to and including this day; none: until it is taken out."""
    hours: tuple[str, ...] = ()
    """Spans of a day: `["08:30-12:00"]`; empty: always."""
    boards: tuple[str, ...] = ()
    """Only on these; empty: on all."""


@dataclass(frozen=True)
class BoardsFile:
    """`boards` and `board` are bound after they were laid over each other."""

    boards: dict[str, Any] = field(default_factory=dict)
    board: dict[str, dict[str, Any]] = field(default_factory=dict)
    notice: tuple[NoticeTable, ...] = ()


@dataclass(frozen=True)
class Notice:
    text: str
    since: dt.date | None = None
    until: dt.date | None = None
    hours: tuple[Hours, ...] = ()
    boards: frozenset[DeviceId] = frozenset()

    def is_dated(self) -> bool:
        return bool(self.since or self.until or self.hours)

    def is_shown(self, board: DeviceId, now: dt.datetime | None) -> bool:
        """On this board, now by the hall's clock? `now` None: nobody knows the time, and no date is met."""
        if self.boards and board not in self.boards:
            return False
        if not self.is_dated():
            return True
        if now is None or not (self.since or now.date()) <= now.date() <= (self.until or now.date()):
            return False
        return not self.hours or any(span.opens <= f"{now:%H:%M}" < span.closes for span in self.hours)


@dataclass(frozen=True)
class BoardsPlan:
    """For all boards; one that is not named follows `usual`."""

    usual: BoardRules = field(default_factory=BoardRules)
    own: Mapping[DeviceId, BoardRules] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()

    def of(self, board: DeviceId) -> BoardRules:
        return self.own.get(board, self.usual)


def boards_of(
    file: BoardsFile, boards: Mapping[DeviceId, int] | None, texts: Texts, problems: Problems
) -> BoardsPlan:
    """The plan; what is wrong goes into `problems`, in the hall's language.

    `boards`: those that there are, and how many dots of a picture each can show; None: not known.
    """
    check = _Check(texts, boards, problems)
    usual = bind(BoardRules, file.boards, FILE, problems, "boards")
    if usual:
        check.rules("boards", usual)
        check.code("boards.code", usual.code, max((boards or {}).values(), default=0))
    own: dict[DeviceId, BoardRules] = {}
    for id, table in file.board.items():
        check.is_board(f"board.{id}", id)
        bound = bind(BoardRules, table, FILE, problems, f"board.{id}")
        merged = bind(BoardRules, _over(file.boards, table), FILE, Problems(), "") if bound else None
        if merged:
            check.rules(f"board.{id}", merged, only=frozenset(table))
            check.code(f"board.{id}.code", table.get("code", ""), (boards or {}).get(id, 0))
            own[id] = merged
    notices = tuple(check.notice(f"notice[{i}]", notice) for i, notice in enumerate(file.notice))
    return BoardsPlan(usual or BoardRules(), own, notices)


def _over(usual: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """One board's table over that of all; colours one by one, hours of light all together."""
    both = {**usual, **own}
    colours = (usual.get("colours"), own.get("colours"))
    if all(isinstance(table, Mapping) for table in colours):
        both["colours"] = {**usual["colours"], **own["colours"]}
    return both


class _Check:
    def __init__(self, texts: Texts, boards: Mapping[DeviceId, int] | None, problems: Problems) -> None:
        self._texts, self._boards, self._problems = texts, boards, problems

    def say(self, path: str, key: str, **facts: object) -> None:
        self._problems.add(FILE, path, self._texts.get(key, **facts))

    def is_board(self, path: str, id: DeviceId) -> None:
        if self._boards is not None and id not in self._boards:
            known = ", ".join(sorted(self._boards)) or "-"
            self.say(path, "check.no_board", id=id, known=known)

    def code(self, at: str, code: str, dots: int) -> None:
        """Does the code fit a board that has so many dots for it?"""
        if code and self._boards is not None and not code_fits(code, dots):
            self.say(at, "check.no_room" if dots else "check.no_pictures", dots=dots)

    def rules(self, at: str, rules: BoardRules, only: frozenset[str] | None = None) -> None:
        """`only`: the keys that stand in this table; what stands in another one is said there."""
        for name, (low, high) in _RANGES.items():
            value = getattr(rules, name)
            is_off = name in _MAY_BE_OFF and value == 0
            if (only is None or name in only) and not is_off and not low <= value <= high:
                self.say(f"{at}.{name}", "check.range", low=low, high=high, value=value)
        for i, page in enumerate(rules.idle if only is None or "idle" in only else ()):
            self._page(f"{at}.idle[{i}]", page)
        if only is None or "light" in only:
            self._light(f"{at}.light", rules.light)
        for f in fields(BoardRules):
            value = getattr(rules, f.name)
            if isinstance(value, str) and not value.isprintable() and (only is None or f.name in only):
                self.say(f"{at}.{f.name}", "check.one_line")

    def _page(self, at: str, page: str) -> None:
        try:
            unknown = sorted(fields_of(page) - FACTS)
        except ValueError:
            self.say(at, "check.braces")
            return
        if unknown:
            self.say(at, "check.no_fact", name=unknown[0], known=", ".join(sorted(FACTS)))
        if not page.strip() or not page.isprintable():
            self.say(at, "check.one_line")

    def _light(self, at: str, light: Mapping[str, int]) -> None:
        for clock, level in light.items():
            if not _CLOCK.fullmatch(clock):
                self.say(f"{at}.{clock}", "check.clock", value=clock)
            if not 0 <= level <= 100:
                self.say(f"{at}.{clock}", "check.range", low=0, high=100, value=level)

    def notice(self, at: str, table: NoticeTable) -> Notice:
        if not table.text.strip() or not table.text.isprintable():
            self.say(f"{at}.text", "check.one_line")
        elif len(table.text) > LONGEST_NOTICE:
            self.say(f"{at}.text", "check.too_long", most=LONGEST_NOTICE, count=len(table.text))
        if table.since and table.until and table.until < table.since:
            self.say(f"{at}.until", "check.dates", since=table.since, until=table.until)
        for i, id in enumerate(table.boards):
            self.is_board(f"{at}.boards[{i}]", id)
        hours = HoursCheck(FILE, self._problems).spans(table.hours, f"{at}.hours")
        return Notice(table.text.strip(), table.since, table.until, hours, frozenset(table.boards))
