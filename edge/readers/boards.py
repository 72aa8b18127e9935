"""Show: what each call board shall show now, page by page.

Only the present view counts: a board that comes back after an hour shows the number of now.
"""

import datetime as dt
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from drivers.capabilities import BoardMessage, Geometry, State, WallClock
from edge.hall.desk_views import EmergencyView
from edge.hall.views import CallView, CounterView, HallView
from edge.hall.words import CounterState, Now
from edge.readers.board_pages import (
    USUAL_BOARD,
    Board,
    Page,
    counter_pages,
    hall_pages,
    shown_notices,
)
from edge.readers.board_show import Show
from edge.registrar import Registrar
from edge.settings_boards import BoardRules, BoardsPlan
from edge.supervisor import Handle
from edge.texts import Texts

log = logging.getLogger(__name__)

PACE_S = 0.03
"""Between two looks at the view where changes come thick: many are one, and who asked is answered first."""
AT_ONCE = 3
"""So many looks within as many times PACE_S are not kept waiting: a key, and what time brought before it."""
LOOK_S = 0.5
"""How often light and notices are looked at where nothing changes."""
CLOCK_MOVES_S = 2.0
"""A hall's time that runs apart from this machine's by more has been set anew."""


@dataclass(frozen=True)
class _Around:
    """What a board's pages are made of beside its counter."""

    geometry: Geometry
    notices: tuple[str, ...]
    level: int | None
    wall: WallClock | None
    """For the board's own clock."""
    clock: tuple[tuple[str, str], ...]
    """Date and time as pages say them, where one does."""
    emergency: EmergencyView | None


@dataclass
class _Post:
    """One board, where it stands, and what it was made of."""

    handle: Handle
    show: Show
    counter: str
    facts: Mapping[str, str]
    made_of: object = None
    calls: int = 0
    called: dict[int, float] = field(default_factory=dict)
    """A board of the hall: its calls by number, and until when each stays."""
    alarm: EmergencyView | None = None
    """The emergency that it has shown: a new one flashes."""
    seen: int = -1
    """The newest call that was there when this board was looked at last."""


class Boards:
    """The reader's thread. `counters` names the counter of each board; a board without one is the hall's."""

    def __init__(
        self,
        registrar: Registrar,
        handles: Mapping[str, Handle],
        counters: Mapping[str, str],
        texts: Texts,
        *,
        zone: str = "Asia/Shanghai",
        plan: BoardsPlan | None = None,
        facts: Callable[[str], Mapping[str, str]] = lambda counter: {},
    ) -> None:
        """`facts` says of a counter, or of none, what its idle pages may tell."""
        self._registrar = registrar
        self._texts = texts
        self._zone = ZoneInfo(zone)
        self._plan = plan or BoardsPlan()
        self._posts = {
            id: self._post(id, handle, counters.get(id, ""), facts)
            for id, handle in handles.items()
            if handle.kind == "board"
        }
        self._wall: WallClock | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="boards", daemon=True)
        self.beat = time.monotonic()

    def _post(
        self, id: str, handle: Handle, counter: str, facts: Callable[[str], Mapping[str, str]]
    ) -> _Post:
        rules = self._plan.of(id)
        known = facts(counter)
        return _Post(handle, Show(rules), counter, {**known, "fee": rules.fee or known.get("fee", "")})

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        seq, due = -1, 0.0
        looks = deque([-1.0] * AT_ONCE, maxlen=AT_ONCE)
        while not self._stopping.is_set():
            self.beat = time.monotonic()
            view = self._registrar.wait_view(seq, min(LOOK_S, max(0.0, due - self.beat)))
            is_new, seq = view.seq != seq, view.seq
            due = self.look(view, self._registrar.now(), time.monotonic())
            if is_new:
                looks.append(time.monotonic())
                if looks[-1] - looks[0] < AT_ONCE * PACE_S:
                    self._stopping.wait(PACE_S)

    def look(self, view: HallView, now: Now, at_s: float) -> float:
        """Show what is to be shown at this moment; when to look again at the latest, monotonic seconds."""
        by_id = {counter.id: counter for counter in view.counters}
        local = now.at.astimezone(self._zone).replace(tzinfo=None) if now.trusted else None
        self._keep_time(local, at_s)
        for id, post in self._posts.items():
            self._compose(id, post, view, by_id.get(post.counter), local, at_s)
            message = post.show.step(at_s)
            if message is not None:
                post.handle.show(message)
        return min((post.show.due() for post in self._posts.values()), default=at_s + LOOK_S)

    # --- inside ---------------------------------------------------------------------------------------------

    def _compose(
        self,
        id: str,
        post: _Post,
        view: HallView,
        counter: CounterView | None,
        local: dt.datetime | None,
        at_s: float,
    ) -> None:
        """Make the board's pages anew if anything that they are made of has changed."""
        rules, geometry = post.show.rules, post.handle.geometry or USUAL_BOARD
        post.show.flashes = geometry.flashes
        post.show.is_sure = post.handle.status().state is not State.UNCONFIRMED
        notices = shown_notices(self._plan.notices, id, local, view.notices)
        level = light_of(rules, local)
        wall = self._wall if rules.set_clock else None
        clock = self._clock(local) if local and _tells_time(rules) else ()
        around = _Around(geometry, notices, level, wall, clock, view.desk.emergency)
        if not post.counter:
            self._of_hall(post, view, around, at_s)
        elif counter is not None:
            self._at_counter(post, view, counter, around, at_s)

    def _at_counter(
        self, post: _Post, view: HallView, counter: CounterView, around: _Around, at_s: float
    ) -> None:
        made_of = (_seen(counter, post.show.rules), _others(counter, view), around)
        if made_of == post.made_of:
            return
        is_first, post.made_of = post.made_of is None, made_of
        board = self._board(post, around)
        is_call = counter.calls != post.calls and counter.ticket is not None
        post.calls = counter.calls
        pages = counter_pages(self._texts, board, counter, view)
        kind = (counter.state, counter.ticket, bool(view.desk.emergency))
        is_urgent = counter.ticket is not None or view.desk.emergency is not None
        lit = _lit(pages, around, post.show.rules, is_urgent=is_urgent)
        is_call = _begins(post, view) or (is_call and not is_first)
        post.show.play(lit, at_s, kind=kind, is_call=is_call)

    def _of_hall(self, post: _Post, view: HallView, around: _Around, at_s: float) -> None:
        newest = max((call.seq for call in view.calls), default=0)
        is_call = newest > post.seen >= 0
        if is_call:
            fresh = [call.seq for call in view.calls if call.seq > post.seen]
            post.called.update(dict.fromkeys(fresh, at_s + post.show.rules.call_s))
        post.seen = newest
        post.called = {seq: ends for seq, ends in post.called.items() if ends > at_s}
        calls: tuple[CallView, ...] = tuple(call for call in view.calls if call.seq in post.called)
        made_of = (calls, around)
        if made_of == post.made_of:
            return
        post.made_of = made_of
        pages = hall_pages(self._texts, self._board(post, around), view, calls)
        is_urgent = bool(calls) or view.desk.emergency is not None
        lit = _lit(pages, around, post.show.rules, is_urgent=is_urgent)
        post.show.play(lit, at_s, kind=bool(calls), is_call=_begins(post, view) or is_call)

    def _board(self, post: _Post, around: _Around) -> Board:
        return Board(around.geometry, post.show.rules, {**post.facts, **dict(around.clock)}, around.notices)

    def _clock(self, local: dt.datetime) -> tuple[tuple[str, str], ...]:
        date = self._texts.get("board.date", month=local.month, day=local.day)
        return (("date", date), ("time", f"{local:%H:%M}"))

    def _keep_time(self, local: dt.datetime | None, at_s: float) -> None:
        """One value for all boards, made anew only when the hall's time was set."""
        if local is None:
            self._wall = None
        elif self._wall is None or abs((self._wall.now(at_s) - local).total_seconds()) > CLOCK_MOVES_S:
            self._wall = WallClock(local, at_s)


def _lit(pages: tuple[Page, ...], around: _Around, rules: BoardRules, *, is_urgent: bool) -> tuple[Page, ...]:
    """The pages at this hour's brightness; a call, or an emergency, is never left in the dark."""
    level = max(rules.light.values()) if is_urgent and around.level == 0 else around.level

    def lit(message: BoardMessage) -> BoardMessage:
        return replace(message, level=level, clock=around.wall)

    return tuple(replace(page, message=lit(page.message)) for page in pages)


def _begins(post: _Post, view: HallView) -> bool:
    """Is there an emergency that this board has not shown yet? Asked once for each look."""
    before, post.alarm = post.alarm, view.desk.emergency
    return post.alarm is not None and post.alarm != before


def _seen(counter: CounterView, rules: BoardRules) -> tuple[object, ...]:
    """What of a counter its board shows: who waits only where a page says how many."""
    waiting = counter.waiting if any("{waiting}" in page for page in rules.idle) else 0
    where = (counter.name, counter.services, counter.served_at)
    return (counter.state, counter.reason, counter.ticket, counter.calls, waiting, where)


def _others(counter: CounterView, view: HallView) -> tuple[tuple[str, str], ...]:
    """Who is there instead, where nobody is here."""
    is_away = counter.ticket is None and counter.state in (CounterState.PAUSED, CounterState.CLOSED)
    return tuple((c.id, c.state) for c in view.counters) if is_away else ()


def _tells_time(rules: BoardRules) -> bool:
    return any("{time}" in page or "{date}" in page for page in rules.idle)


def light_of(rules: BoardRules, local: dt.datetime | None) -> int | None:
    """Percent at this hour, or None where nothing is said; under a clock that is not trusted never darker."""
    if not rules.light:
        return None
    if local is None:
        return max(rules.light.values())
    steps = sorted(rules.light.items())
    before = [level for clock, level in steps if clock <= f"{local:%H:%M}"]
    return before[-1] if before else steps[-1][1]
