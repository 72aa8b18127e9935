"""Book 4: what concerns the hall as a whole: help, emergency, paused kiosks, volume, rolls, other papers."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from edge.hall import commands as cmd
from edge.hall import desk_events as de
from edge.hall.events import DayOpened, DeviceChanged, Event, SlipPrinted, WaitingListEnded
from edge.hall.plan import HallPlan
from edge.hall.reasons import No
from edge.hall.words import DeviceId, Now, PaperState, Refused, Stamp

Events: TypeAlias = tuple[Event, ...]

LAST_PAPERS = 8
PAPER_OUT = "paper_out"
"""The devices' word for it."""
FRESH_S = 60.0
"""A paper that nothing was heard of for so long is no reason to refuse another."""
HELP_S = 900.0
"""Who waited for help for so long has gone, or has been helped without a word to the machine."""


@dataclass(frozen=True)
class Help:
    id: str
    kiosk: DeviceId
    called: Stamp


@dataclass(frozen=True)
class Emergency:
    kind: str
    drill: bool
    since: Stamp


@dataclass(frozen=True)
class PaperNow:
    id: str
    printer: DeviceId
    kind: str
    guide: str
    asked: Stamp
    state: PaperState = PaperState.QUEUED
    code: str = ""


@dataclass(frozen=True)
class Roll:
    changed: Stamp
    slips: int = 0
    """Papers printed since."""


@dataclass
class Desk:
    """Changed by `apply` alone; everybody else reads."""

    plan: HallPlan
    seq: int = 0
    """Of the last event."""
    day: str = ""
    helps: dict[str, Help] = field(default_factory=dict)
    emergency: Emergency | None = None
    paused: tuple[DeviceId, ...] = ()
    """Kiosks at which no numbers are taken, by a person's word; until the day ends."""
    volume: int | None = None
    """Percent, for today; None: as the settings say."""
    papers: tuple[PaperNow, ...] = ()
    """Newest first."""
    rolls: dict[DeviceId, Roll] = field(default_factory=dict)

    def copy(self) -> "Desk":
        return replace(self, helps=self.helps.copy(), rolls=self.rolls.copy())


# --- decisions ----------------------------------------------------------------------------------------------


def call_help(desk: Desk, command: cmd.CallHelp, now: Now) -> Events:
    """Nobody is ever refused; asked again while somebody is on the way it is the same call."""
    if any(h.kiosk == command.kiosk and h.called.age_s(now) < HELP_S for h in desk.helps.values()):
        return ()
    return (de.HelpCalled(help=_id(desk, now), kiosk=command.kiosk),)


def answer_help(desk: Desk, command: cmd.AnswerHelp, now: Now) -> Events:
    """Somebody goes. Refused: no_help."""
    if command.help not in desk.helps:
        raise Refused(No.NO_HELP)
    return (de.HelpAnswered(help=command.help, counter=command.counter),)


def declare(desk: Desk, command: cmd.DeclareEmergency, now: Now) -> Events:
    """Another kind replaces the one that holds; the same one again is no news."""
    holds = desk.emergency
    if holds and (holds.kind, holds.drill) == (command.kind, command.drill):
        return ()
    return (de.EmergencyDeclared(kind=command.kind, drill=command.drill),)


def end_emergency(desk: Desk, command: cmd.EndEmergency, now: Now) -> Events:
    return (de.EmergencyEnded(),) if desk.emergency else ()


def pause_kiosk(desk: Desk, command: cmd.PauseKiosk, now: Now) -> Events:
    """Refused: no_kiosk."""
    _known(desk, command.kiosk)
    return () if command.kiosk in desk.paused else (de.KioskPaused(kiosk=command.kiosk),)


def resume_kiosk(desk: Desk, command: cmd.ResumeKiosk, now: Now) -> Events:
    """Refused: no_kiosk."""
    _known(desk, command.kiosk)
    return (de.KioskResumed(kiosk=command.kiosk),) if command.kiosk in desk.paused else ()


def set_volume(desk: Desk, command: cmd.SetVolume, now: Now) -> Events:
    percent = min(100, max(0, command.percent))
    return () if desk.volume == percent else (de.VolumeSet(percent=percent),)


def paper_changed(desk: Desk, command: cmd.NotePaperChanged, now: Now) -> Events:
    """Refused: no_printer."""
    return (de.PaperChanged(printer=_printer(desk, command.printer, command.kiosk)),)


def print_paper(desk: Desk, command: cmd.PrintPaper, now: Now) -> Events:
    """A guide's list or a test, at the kiosk's printer. Refused: no_printer, paper_busy."""
    printer = _printer(desk, command.printer, command.kiosk)
    if any(p.printer == printer and is_busy(p, now) for p in desk.papers):
        raise Refused(No.PAPER_BUSY)
    kind = "guide" if command.guide else "test"
    return (de.PaperAsked(paper=_id(desk, now), printer=printer, kind=kind, guide=command.guide),)


def stop_box(desk: Desk, command: cmd.StopBox, now: Now) -> Events:
    return (de.BoxStopAsked(what=command.what),)


def is_busy(paper: PaperNow, now: Now) -> bool:
    return paper.state in (PaperState.QUEUED, PaperState.PRINTING) and paper.asked.age_s(now) < FRESH_S


def refuse_paused(desk: Desk, command: cmd.TakeTicket) -> None:
    """Raises Refused: kiosk_paused."""
    if command.kiosk and command.kiosk in desk.paused:
        raise Refused(No.KIOSK_PAUSED)


def _id(desk: Desk, now: Now) -> str:
    return f"{now.day:%Y%m%d}-{desk.seq + 1}"


def _known(desk: Desk, kiosk: DeviceId) -> None:
    if all(k.id != kiosk for k in desk.plan.kiosks):
        raise Refused(No.NO_KIOSK, kiosk=kiosk[:40])


def _printer(desk: Desk, named: DeviceId, kiosk: DeviceId) -> DeviceId:
    """The named one, else the kiosk's, else the hall's only one."""
    printers = {k.printer for k in desk.plan.kiosks if k.printer}
    own = next((k.printer for k in desk.plan.kiosks if k.id == kiosk), "")
    printer = named or own or (min(printers) if len(printers) == 1 else "")
    if printer not in printers:
        raise Refused(No.NO_PRINTER)
    return printer


DECIDE: dict[type[cmd.Command], Callable[[Desk, Any, Now], Events]] = {
    cmd.CallHelp: call_help,
    cmd.AnswerHelp: answer_help,
    cmd.DeclareEmergency: declare,
    cmd.EndEmergency: end_emergency,
    cmd.PauseKiosk: pause_kiosk,
    cmd.ResumeKiosk: resume_kiosk,
    cmd.SetVolume: set_volume,
    cmd.NotePaperChanged: paper_changed,
    cmd.PrintPaper: print_paper,
    cmd.StopBox: stop_box,
}


# --- the fold -----------------------------------------------------------------------------------------------


def apply(desk: Desk, event: Event, stamp: Stamp) -> None:
    desk.seq = stamp.seq
    if handler := _HANDLERS.get(type(event)):
        handler(desk, event, stamp)


def _day_opened(desk: Desk, event: DayOpened, stamp: Stamp) -> None:
    if event.date != desk.day:
        desk.day, desk.paused, desk.volume, desk.papers = event.date, (), None, ()
        desk.helps.clear()


def _help_called(desk: Desk, event: de.HelpCalled, stamp: Stamp) -> None:
    desk.helps = {id: h for id, h in desk.helps.items() if h.called.age_s(stamp) < HELP_S}
    desk.helps[event.help] = Help(event.help, event.kiosk, stamp)


def _help_answered(desk: Desk, event: de.HelpAnswered, stamp: Stamp) -> None:
    desk.helps.pop(event.help, None)


def _declared(desk: Desk, event: de.EmergencyDeclared, stamp: Stamp) -> None:
    desk.emergency = Emergency(event.kind, event.drill, stamp)


def _ended(desk: Desk, event: de.EmergencyEnded, stamp: Stamp) -> None:
    desk.emergency = None


def _paused(desk: Desk, event: de.KioskPaused, stamp: Stamp) -> None:
    desk.paused = (*(k for k in desk.paused if k != event.kiosk), event.kiosk)


def _resumed(desk: Desk, event: de.KioskResumed, stamp: Stamp) -> None:
    desk.paused = tuple(k for k in desk.paused if k != event.kiosk)


def _volume_set(desk: Desk, event: de.VolumeSet, stamp: Stamp) -> None:
    desk.volume = int(event.percent)


def _changed(desk: Desk, event: de.PaperChanged, stamp: Stamp) -> None:
    desk.rolls[event.printer] = Roll(stamp)


def _device_changed(desk: Desk, event: DeviceChanged, stamp: Stamp) -> None:
    """Behind a roll that has ended comes a new one."""
    if event.code == PAPER_OUT and any(k.printer == event.device for k in desk.plan.kiosks):
        desk.rolls[event.device] = Roll(stamp)


def _asked(desk: Desk, event: de.PaperAsked, stamp: Stamp) -> None:
    paper = PaperNow(event.paper, event.printer, event.kind, event.guide, stamp)
    desk.papers = (paper, *desk.papers)[:LAST_PAPERS]


def _started(desk: Desk, event: de.PaperStarted, stamp: Stamp) -> None:
    _set(desk, event.paper, PaperState.PRINTING, "")


def _paper_ended(desk: Desk, event: de.PaperEnded, stamp: Stamp) -> None:
    _set(desk, event.paper, PaperState(event.state), event.code)
    if event.state == PaperState.PRINTED:
        _spent(desk, event.printer)


def _slip_printed(desk: Desk, event: SlipPrinted, stamp: Stamp) -> None:
    _spent(desk, event.printer)


def _list_ended(desk: Desk, event: WaitingListEnded, stamp: Stamp) -> None:
    if event.state == PaperState.PRINTED:
        _spent(desk, event.printer)


def _set(desk: Desk, id: str, state: PaperState, code: str) -> None:
    desk.papers = tuple(replace(p, state=state, code=code) if p.id == id else p for p in desk.papers)


def _spent(desk: Desk, printer: DeviceId) -> None:
    if roll := desk.rolls.get(printer):
        desk.rolls[printer] = replace(roll, slips=roll.slips + 1)


_HANDLERS: dict[type[Event], Callable[[Desk, Any, Stamp], None]] = {
    DayOpened: _day_opened,
    DeviceChanged: _device_changed,
    de.HelpCalled: _help_called,
    de.HelpAnswered: _help_answered,
    de.EmergencyDeclared: _declared,
    de.EmergencyEnded: _ended,
    de.KioskPaused: _paused,
    de.KioskResumed: _resumed,
    de.VolumeSet: _volume_set,
    de.PaperChanged: _changed,
    de.PaperAsked: _asked,
    de.PaperStarted: _started,
    de.PaperEnded: _paper_ended,
    SlipPrinted: _slip_printed,
    WaitingListEnded: _list_ended,
}
