"""What the county may have done in a hall: one function for each command's name."""

import base64
import json
import tempfile
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeAlias

from edge import settings
from edge.errors import ConfigError
from edge.guides import Guides
from edge.hall.commands import (
    ClearNotice,
    DeclareEmergency,
    EndEmergency,
    OpenCounter,
    OpenDay,
    PauseCounter,
    SetNotice,
    StopBox,
)
from edge.hall.words import By
from edge.log_tail import LogTail
from edge.readers.again import Again
from edge.readers.county_commands import Unfit
from edge.readers.county_desk import Doing
from edge.readers.reports import reports
from edge.registrar import Registrar

Json: TypeAlias = dict[str, Any]

MOST_TEXT = 200
MOST_AGAIN = 20_000
MOST_LINES = 200
SECRETS = ("pin", "password", "token", "hash", "keys", "secret", "phone")
"""Words in the name of a setting whose value stays in the house."""
BLANK = "***"
STAFF = "staff.toml"
"""Who works here stays here."""
EMERGENCIES = ("evacuate", "suspend")


@dataclass(frozen=True)
class Doings:
    """`table` is what `CountyDesk` works with."""

    registrar: Registrar
    folder: Path
    """The hall's config."""
    again: Again
    restart: Callable[[str], bool]
    """Open a device's link anew; False: there is no such device."""
    log: LogTail
    timezone: Any
    """The hall's, a `ZoneInfo`."""
    screenshot: Callable[[str], bytes | None]
    """A screen's picture as PNG, personal input blanked; None: no such screen, or it does not answer."""

    def table(self) -> Mapping[str, Doing]:
        return {
            "notice.set": self._set_notice,
            "notice.clear": self._clear_notice,
            "content.update": self._update_content,
            "calendar.update": self._update_calendar,
            "counter.pause": self._pause_counter,
            "counter.open": self._open_counter,
            "emergency.raise": self._raise_emergency,
            "emergency.clear": self._clear_emergency,
            "device.restart": self._restart_device,
            "report.request": self._report,
            "resend": self._resend,
            "log.tail": self._log_tail,
            "screenshot": self._screenshot,
            "config.show": self._show_config,
            "clock.set": self._set_clock,
        }

    # --- words on screens ---

    def _set_notice(self, args: Json, by: By) -> Json:
        text, notice = _text(args, "text", MOST_TEXT), _text(args, "id", 40)
        begins, ends = _day(args, "begins"), _day(args, "ends")
        if begins and ends and ends < begins:
            raise Unfit("bad_args")
        self.registrar.ask(SetNotice(by=by, notice=notice, text=text, begins=begins, ends=ends))
        return {"id": notice}

    def _clear_notice(self, args: Json, by: By) -> Json:
        self.registrar.ask(ClearNotice(by=by, notice=_text(args, "id", 40)))
        return {}

    def _raise_emergency(self, args: Json, by: By) -> Json:
        kind, drill = args.get("kind", "suspend"), args.get("drill", False)
        if kind not in EMERGENCIES or not isinstance(drill, bool):
            raise Unfit("bad_args")
        self.registrar.ask(DeclareEmergency(by=by, kind=kind, drill=drill))
        return {}

    def _clear_emergency(self, args: Json, by: By) -> Json:
        self.registrar.ask(EndEmergency(by=by))
        return {}

    # --- counters and devices ---

    def _pause_counter(self, args: Json, by: By) -> Json:
        reason = _text(args, "reason", 20) if "reason" in args else "errand"
        self.registrar.ask(PauseCounter(by=by, counter=_text(args, "counter", 20), reason=reason))
        return {}

    def _open_counter(self, args: Json, by: By) -> Json:
        self.registrar.ask(OpenCounter(by=by, counter=_text(args, "counter", 20)))
        return {}

    def _restart_device(self, args: Json, by: By) -> Json:
        if not self.restart(_text(args, "device", 40)):
            raise Unfit("no_device")
        return {}

    # --- settings: checked first, swapped whole, in force from the next start on ---

    def _update_content(self, args: Json, by: By) -> Json:
        """`{"guides": [...]}`, as `content/guides.json` holds them."""
        guides = args.get("guides")
        if not isinstance(guides, list):
            raise Unfit("bad_args")
        text = json.dumps({"guides": guides}, ensure_ascii=False, indent=1).encode()
        with tempfile.TemporaryDirectory() as name:
            (Path(name) / "guides.json").write_bytes(text)
            count = len(_checked(lambda: Guides.load(Path(name))))
        file = self.folder / "content/guides.json"
        file.parent.mkdir(exist_ok=True)
        if not file.exists():
            file.write_bytes(b'{"guides": []}')
        settings.swap(file, text)
        return {"guides": count, **self._restarted(args, by)}

    def _update_calendar(self, args: Json, by: By) -> Json:
        """`{"toml": "..."}`, the whole of `calendar.toml`."""
        text = args.get("toml")
        if not isinstance(text, str):
            raise Unfit("bad_args")
        _checked(lambda: settings.put(self.folder / "calendar.toml", text.encode()))
        return self._restarted(args, by)

    def _restarted(self, args: Json, by: By) -> Json:
        """In force at once by a restart of some seconds, where the county says so."""
        if args.get("restart") is True:
            self.registrar.ask(StopBox(by=by, what="restart"))
            return {"in_force": "now"}
        return {"in_force": "next_start"}

    def _set_clock(self, args: Json, by: By) -> Json:
        try:
            at = datetime.fromisoformat(_text(args, "at", 40))
        except ValueError as error:
            raise Unfit("bad_args") from error
        if at.tzinfo is None:
            raise Unfit("bad_args")
        here = at.astimezone(self.timezone)
        self.registrar.ask(OpenDay(by=by, date=f"{here:%Y-%m-%d}", time=f"{here:%H:%M}"))
        return {"at": self.registrar.now().at.isoformat(timespec="seconds")}

    # --- what the county wants to know ---

    def _report(self, args: Json, by: By) -> Json:
        day = _day(args, "day") or str(self.registrar.now().day)
        found = reports(self.registrar.journal.path, date.fromisoformat(day), date.fromisoformat(day))
        if not found:
            raise Unfit("no_such_day")
        report = found[0]
        return {"day": day, "closed": report.is_closed, "total": asdict(report.now.total)}

    def _resend(self, args: Json, by: By) -> Json:
        """Entries `from` to `to` once more; `first` is the oldest that this journal still has."""
        journal = self.registrar.journal
        first, last = args.get("from"), args.get("to")
        if type(first) is not int or type(last) is not int or not 0 < first <= last:
            raise Unfit("bad_args")
        if args.get("journal", journal.id) != journal.id:
            raise Unfit("other_journal")
        oldest = next((e.seq for e in journal.read_after(first - 1, 1)), journal.head + 1)
        last = min(last, journal.head, first + MOST_AGAIN - 1)
        if oldest <= last and not self.again.ask(oldest, last):
            raise Unfit("busy")
        return {"journal": journal.id, "first": oldest, "from": first, "to": last}

    def _log_tail(self, args: Json, by: By) -> Json:
        lines = args.get("lines", 50)
        if type(lines) is not int or not 0 < lines <= MOST_LINES:
            raise Unfit("bad_args")
        return {"lines": self.log.last(lines)}

    def _screenshot(self, args: Json, by: By) -> Json:
        picture = self.screenshot(_text(args, "screen", 40))
        if picture is None:
            raise Unfit("no_screen")
        return {"png": base64.b64encode(picture).decode()}

    def _show_config(self, args: Json, by: By) -> Json:
        files = sorted(f for f in self.folder.glob("*.toml") if f.name != STAFF)
        return {f.name: without_secrets(tomllib.loads(f.read_text("utf-8"))) for f in files}


def without_secrets(value: Any, name: str = "") -> Any:
    """Settings for somebody far away: passwords, keys and phone numbers are blanked."""
    if any(word in name for word in SECRETS):
        return BLANK
    if isinstance(value, dict):
        return {k: without_secrets(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [without_secrets(v, name) for v in value]
    return value if isinstance(value, str | int | float | bool) else str(value)


def _text(args: Json, name: str, most: int) -> str:
    said = args.get(name)
    if not isinstance(said, str) or not said.strip() or len(said) > most or not said.isprintable():
        raise Unfit("bad_args")
    return said.strip()


def _day(args: Json, name: str) -> str:
    said = args.get(name, "")
    try:
        return date.fromisoformat(said).isoformat() if said else ""
    except (TypeError, ValueError) as error:
        raise Unfit("bad_args") from error


def _checked(work: Callable[[], Any]) -> Any:
    """Raises Unfit with the first problem of a config."""
    try:
        return work()
    except ConfigError as error:
        raise Unfit(f"bad_settings: {error.problems[0]}"[:300]) from error
