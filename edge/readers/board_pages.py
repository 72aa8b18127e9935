"""What a call board says, composed to its cells: a call, where to go, an idle counter's pages, notices."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from drivers.capabilities import BoardMessage, Colour, Geometry, Script
from drivers.led_raster import code_fits
from edge.hall.views import CallView, CounterView, HallView
from edge.hall.words import Away, CounterState
from edge.settings_boards import BoardRules, Notice
from edge.texts import Texts, fields_of, fill

USUAL_BOARD = Geometry(columns=16, rows=1)
"""Until a board has told its size: eight Chinese characters."""

CELL_S = 0.35
"""A moving line passes about so fast (inferred: makers' speeds differ), and then once across the board."""

_LENGTHS = ("rows", "long", "middle", "short")
"""Of one sentence: in lines of its own, then shorter and shorter."""
_SERVED = frozenset({CounterState.OPEN, CounterState.CALLING, CounterState.SERVING})
_LATIN = {
    "board.call": "board.latin_call",
    "board.idle": "board.latin_idle",
    "board.covered": "board.latin_go",
}
"""Everything else is one sign: nobody is here."""
_STOPS = r"\u3001\u3002\uff0c\uff1a\uff1b\uff01\uff1f\uff09\u300b\u201d "
_WORD = re.compile(rf"(?:[\x21-\x7e]+|.)[{_STOPS}]*", re.DOTALL)
"""What stays on one line: a word or number, a character, and the punctuation behind it."""
_PHRASE = re.compile(rf"[^{_STOPS}]*[{_STOPS}]+|[^{_STOPS}]+", re.DOTALL)
"""What is best kept together."""


@dataclass(frozen=True)
class Page:
    message: BoardMessage
    stays_s: float
    """Then the next page comes; a board's only page stays."""


@dataclass(frozen=True)
class Board:
    """One board, and what it is told beside the view."""

    geometry: Geometry = USUAL_BOARD
    rules: BoardRules = field(default_factory=BoardRules)
    facts: Mapping[str, str] = field(default_factory=dict)
    """For the pages of an idle counter: `services`, `fee`, `phone`, `hall`, `date`, `time` …"""
    notices: tuple[str, ...] = ()


# --- what to say --------------------------------------------------------------------------------------------


def counter_pages(texts: Texts, board: Board, counter: CounterView, view: HallView) -> tuple[Page, ...]:
    """The pages of a counter's board, one after another; a call is a page alone."""
    colours = board.rules.colours
    facts = {"counter": counter.id, "name": counter.name, "at": counter.served_at, "number": ""}
    if (alarm := emergency(texts, board, view)) is not None:
        return (alarm,)
    if counter.ticket is not None:
        facts["number"] = counter.ticket.number
        return (_said(texts, board, "board.call", facts, colours.call),)
    if counter.served_at and counter.state != CounterState.CLOSED:
        return (_said(texts, board, "board.covered", facts, colours.idle),)
    if counter.state in (CounterState.PAUSED, CounterState.CLOSED):
        return _away(texts, board, counter, view, facts)
    return (*_idle(texts, board, counter, facts), *_notices(board))


def hall_pages(texts: Texts, board: Board, view: HallView, new_calls: Sequence[CallView]) -> tuple[Page, ...]:
    """The pages of a board that stands at no counter: the new calls, newest first, else the playlist."""
    if (alarm := emergency(texts, board, view)) is not None:
        return (alarm,)
    if new_calls:
        return (_calls(texts, board, new_calls[: max(1, board.geometry.rows)]),)
    said = _writable(board, _filled(board.rules.idle, board.facts) or [view.name])
    pages = (page for text in said for page in _text(board, text, board.rules.colours.idle))
    return (*pages, *_notices(board)) or _text(board, "", board.rules.colours.idle)


def emergency(texts: Texts, board: Board, view: HallView) -> Page | None:
    """One word for everybody, above all else."""
    held = view.desk.emergency
    if held is None:
        return None
    facts = {"drill": texts.get("board.drill") if held.drill else ""}
    return _said(texts, board, f"board.{held.kind}", facts, Colour.RED)


def elsewhere(view: HallView, counter: CounterView) -> str:
    """The counter that serves now what this one would: all of it, else some; empty: none is open."""
    wanted = set(counter.services)
    others = [c for c in view.counters if c.id != counter.id and c.state in _SERVED and not c.served_at]
    if counter.served_at in {c.id for c in others}:
        return counter.served_at
    whole = [c.id for c in others if wanted and wanted <= set(c.services)]
    some = [c.id for c in others if wanted & set(c.services)]
    return (whole or some or [""])[0]


def _away(
    texts: Texts, board: Board, counter: CounterView, view: HallView, facts: Mapping[str, str]
) -> tuple[Page, ...]:
    """Why nobody is here, and where to go instead; on one page where two lines fit."""
    is_away = counter.state == CounterState.PAUSED and counter.reason in set(Away)
    is_closed = counter.state == CounterState.CLOSED
    key = "board.closed" if is_closed else "board.away" if is_away else "board.paused"
    facts = {**facts, "why": texts.get(f"pause.{counter.reason}") if is_away else ""}
    colour = board.rules.colours.away
    why = _said(texts, board, key, facts, colour)
    at = elsewhere(view, counter)
    if not at or board.geometry.script is not Script.CHINESE:
        return (why,)
    go = _said(texts, board, "board.covered", {**facts, "at": at}, colour)
    line = replace(board, geometry=replace(board.geometry, rows=1))
    both = [
        _said(texts, line, *said, colour) for said in ((key, facts), ("board.covered", {**facts, "at": at}))
    ]
    if board.geometry.rows > 1 and not any(page.message.scroll for page in both):
        lines = tuple(words for page in both for words in page.message.lines)
        return (replace(why, message=replace(why.message, lines=lines)),)
    return (why, go)


def _idle(texts: Texts, board: Board, counter: CounterView, facts: Mapping[str, str]) -> tuple[Page, ...]:
    """Name of the counter, services, fee, phone (吊牌), or what the hall wrote; beside its code."""
    colour = board.rules.colours.idle
    narrow = _beside_code(board)
    known = {**board.facts, **facts, "waiting": str(counter.waiting)}
    usual = (texts.phrases[f"board.page_{name}"] for name in ("services", "fee", "phone"))
    said = _writable(board, _filled(board.rules.idle or usual, known))
    is_own = bool(board.rules.idle and said)
    if board.geometry.script is not Script.CHINESE and not is_own:
        said = []
    pages = [] if is_own else [_said(texts, narrow, "board.idle", facts, colour)]
    for text in said:
        pages += _text(narrow, text, colour)
    if narrow is board:
        return tuple(pages)
    return tuple(replace(p, message=replace(p.message, code=board.rules.code)) for p in pages)


def _writable(board: Board, said: Iterable[str]) -> list[str]:
    """Free texts that this board has the letters for; a board of digits has none."""
    script = board.geometry.script
    return [text for text in said if script is Script.CHINESE or (script is Script.LATIN and text.isascii())]


def _beside_code(board: Board) -> Board:
    """The board with less room, where a code fits beside the text."""
    shape, code = board.geometry, board.rules.code
    if not code or not code_fits(code, shape.picture_dots) or shape.columns <= shape.picture_columns + 4:
        return board
    return replace(board, geometry=replace(shape, columns=shape.columns - shape.picture_columns))


def _filled(templates: Iterable[str], facts: Mapping[str, str]) -> list[str]:
    """Templates with their facts; one of whose facts nothing is known is left out."""
    known = {name: value for name, value in facts.items() if value}
    return [fill(page, known) for page in templates if fields_of(page) <= known.keys()]


def _notices(board: Board) -> tuple[Page, ...]:
    said = _writable(board, board.notices) if board.rules.notices else ()
    return tuple(page for text in said for page in _text(board, text, board.rules.colours.notice))


def _calls(texts: Texts, board: Board, calls: Sequence[CallView]) -> Page:
    """As many calls as the board has lines, each in the widest words that fit all of them."""
    shape = replace(board.geometry, rows=1)
    one = replace(board, geometry=shape)
    said = [
        _said(texts, one, "board.call", {"number": c.number, "counter": c.counter}, board.rules.colours.call)
        for c in calls
    ]
    if len(said) == 1 or any(page.message.scroll for page in said):
        facts = {"number": calls[0].number, "counter": calls[0].counter}
        return _said(texts, board, "board.call", facts, board.rules.colours.call)
    lines = tuple(line for page in said for line in page.message.lines)
    return replace(said[0], message=replace(said[0].message, lines=lines))


# --- into cells ---------------------------------------------------------------------------------------------


def _said(texts: Texts, board: Board, key: str, facts: Mapping[str, str], colour: Colour) -> Page:
    """A sentence of the catalogue in the longest of its wordings that fits; it moves only if none does."""
    if board.geometry.script is not Script.CHINESE:
        return Page(_plain(texts, board.geometry, key, facts, colour), board.rules.page_s)
    rows, *wordings = [texts.get(f"{key}_{length}", **facts).split("\n") for length in _LENGTHS]
    if len(rows) > 1 and board.geometry.rows > 1:
        wordings = [rows, *wordings]
    for lines in wordings:
        if _fits(lines, board.geometry):
            return Page(BoardMessage(tuple(lines), colour), board.rules.page_s)
    return _text(board, "".join(wordings[-1]), colour)[0]


def _plain(
    texts: Texts, geometry: Geometry, key: str, facts: Mapping[str, str], colour: Colour
) -> BoardMessage:
    """For a board without Chinese: number and counter, or of a board of digits the number's digits alone."""
    number = facts.get("number", "")
    if geometry.script is Script.DIGITS:
        return BoardMessage(("".join(c for c in number if c.isdigit())[-geometry.columns :],), colour)
    text = texts.get(_LATIN.get(key, "board.latin_away"), **facts)
    return BoardMessage((text,), colour, scroll=cells(text) > geometry.columns and geometry.scrolls)


def _text(board: Board, text: str, colour: Colour) -> tuple[Page, ...]:
    """Any text: in lines where they fit, else moving, else in pieces."""
    shape, stays_s = board.geometry, board.rules.page_s
    lines = wrap(text, shape.columns)
    if len(lines) <= shape.rows:
        return (Page(BoardMessage(tuple(lines), colour), stays_s),)
    if shape.scrolls:
        passes_s = CELL_S * (cells(text) + shape.columns)
        return (Page(BoardMessage((text,), colour, scroll=True), max(stays_s, passes_s)),)
    pieces = [tuple(lines[at : at + shape.rows]) for at in range(0, len(lines), shape.rows)]
    return tuple(Page(BoardMessage(piece, colour), stays_s) for piece in pieces)


def _fits(lines: Sequence[str], geometry: Geometry) -> bool:
    return len(lines) <= geometry.rows and all(cells(line) <= geometry.columns for line in lines)


def wrap(text: str, columns: int) -> list[str]:
    """As few lines of at most `columns` cells as can be: broken after phrases, else of about one length."""
    words, phrases = _WORD.findall(text), _PHRASE.findall(text)
    fewest = _greedy(words, columns)
    by_phrase = _greedy(phrases, columns)
    if len(by_phrase) <= len(fewest) and all(cells(phrase.strip()) <= columns for phrase in phrases):
        return by_phrase
    longest_word = max((size for word in words if (size := cells(word)) <= columns), default=1)
    for narrower in range(max(longest_word, cells(text) // len(fewest)), columns):
        lines = _greedy(words, narrower)
        if len(lines) <= len(fewest):
            return lines
    return fewest


def _greedy(words: Sequence[str], columns: int) -> list[str]:
    lines, line = [], ""
    for word in words:
        for piece in [word] if cells(word.strip()) <= columns else list(word):
            if line and cells((line + piece).strip()) > columns:
                lines.append(line.strip())
                line = ""
            line += piece
    return [*lines, line.strip()] if line.strip() or not lines else lines


def cells(text: str) -> int:
    """Half-width cells that a text takes on a board: whatever is not ASCII stands in its font two wide."""
    return sum(1 if c.isascii() else 2 for c in text)


def shown_notices(
    notices: Iterable[Notice], board: str, now: dt.datetime | None, of_hall: Sequence[str]
) -> tuple[str, ...]:
    """Texts for this board now: its own, then the hall's, none twice."""
    own = [notice.text for notice in notices if notice.is_shown(board, now)]
    return tuple(dict.fromkeys((*own, *of_hall)))
