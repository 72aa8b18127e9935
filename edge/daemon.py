"""Composition root: builds the rooms, hands them to each other, starts them and stops them in order."""

import contextlib
import logging
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from drivers.capabilities import Slip
from edge.books import open_books
from edge.boots import why_booted
from edge.capture_files import KeyFileVault
from edge.captures import Captures
from edge.clock import boot_id, system_clock
from edge.credentials import COUNTY, Credentials
from edge.device_facts import DeviceFacts
from edge.doors.cards import Cards, Place
from edge.doors.ears import Ears
from edge.doors.house import Front
from edge.doors.http import Door
from edge.doors.pads import Pads
from edge.doors.pairings import Pairings
from edge.doors.scans import Scans
from edge.errors import JournalError
from edge.hall.event_values import DeviceKnown
from edge.hall.events import DaemonStarted, DaemonStopped
from edge.hall.views import TicketView
from edge.hall.waiting_list import WaitingView
from edge.hall.words import Now, TicketId
from edge.health import Health, notify
from edge.host import written_bytes
from edge.journal_restored import former_of
from edge.keys import load_key
from edge.log_tail import LogTail
from edge.papers import slip
from edge.rating_codes import RatingCodes
from edge.readers.attendance import Attendance
from edge.readers.board_facts import facts_of, notices_of
from edge.readers.boards import Boards
from edge.readers.orders import OtherPaper
from edge.readers.pad_displays import PadDisplays
from edge.readers.power import Power
from edge.readers.printing import Printing
from edge.readers.signals import Signals
from edge.settings import Settings
from edge.sidestore import SideStore
from edge.slips import guide_facts, line_facts, list_facts, material_facts, ticket_facts, trial_facts
from edge.stop_signals import StopSignals
from edge.supervisor import DeviceOnLink, Handle, LinkPlan, Supervisor
from edge.upkeep import Keep
from edge.written import Written

if TYPE_CHECKING:
    from edge.readers.again import Again
    from edge.readers.county_desk import Doing
    from edge.readers.uplink import Uplink

log = logging.getLogger(__name__)

VERSION = version("bianmin-edge")
TICKET_PAPER, LIST_PAPER, GUIDE_PAPER, TEST_PAPER = "ticket", "waiting", "guide", "test"
KEEP_TEXTS_DAYS = 730
"""Complaint records: two years (facts: standards §4)."""
PURGE_EVERY_S = 3600.0
LAST_ENTRIES = 50
"""Of the journal, among which the end of the former life stands."""


class Room(Protocol):
    """What runs beside the door."""

    def start(self) -> None: ...
    def stop(self) -> None: ...


class Daemon:
    """One hall. `start` opens the local door first of all that takes time; devices come when they come."""

    def __init__(self, settings: Settings, data: Path, clock: Callable[[], Now] | None = None) -> None:
        self._settings = settings
        self._data = data
        self._clock = clock or system_clock(settings.plan.timezone)
        self._open = ExitStack()
        self._log = LogTail()

    def start(self, port: int) -> str:
        """Open everything; the local door's address. Raises JournalError, and OSError for the port."""
        with ExitStack() as opening:
            url = self._start(opening, port)
            self._open = opening.pop_all()
        return url

    def _start(self, stack: ExitStack, port: int) -> str:
        """Truth first, then the door, then what may take its time."""
        logging.getLogger().addHandler(self._log)
        stack.callback(logging.getLogger().removeHandler, self._log)
        self._open_books(stack)
        registrar, settings = self._registrar, self._settings
        counters = {d.id: d.counter for d in settings.devices.values()}
        pads = Pads(registrar, counters, posts={d.id: d.post for d in settings.devices.values()})
        places = {d.id: Place(d.counter, d.kiosk) for d in settings.devices.values()}
        cards = Cards(places, self._side.keyed_digest)
        scans = Scans(registrar, self._codes, cards, places)
        attendance = Attendance(registrar, self._data / "attendance.seen")
        ears = Ears(registrar, pads, cards, scans, attendance)
        self._supervisor = Supervisor(self._links(), ears)
        handles = self._supervisor.handles
        self._pad_displays = PadDisplays(
            registrar, handles, counters, settings.plan, settings.texts, settings.staff
        )
        pads.show_on(self._pad_displays)
        printers = {id: h for id, h in handles.items() if h.kind == "printer"}
        believed = {d.id for d in settings.devices.values() if getattr(d.options, "trust_unconfirmed", False)}
        self._printing = Printing(
            registrar,
            printers,
            self._compose,
            self._compose_list,
            compose_other=self._compose_other,
            trusted=believed,
        )
        self._boards = self._call_boards(handles, counters)
        self._signals = Signals(registrar, handles, counters)
        power = Power(registrar, {id: h for id, h in handles.items() if h.kind == "ups"}, settings.power)
        self._uplink: Uplink | None = None
        known = DeviceFacts(registrar, settings.plan, handles)
        self._health = Health(
            registrar,
            self._data,
            version=VERSION,
            beats=self._beats,
            uplink=lambda: self._uplink.status() if self._uplink else {},
            screens=lambda: self._door.screens(),
            devices=known.all,
            boot_reason=self._boot_reason,
            written=self._written,
        )
        cameras = {counters[id]: h for id, h in handles.items() if h.kind == "camera"}
        self._captures = Captures(
            registrar,
            cameras,
            self._data / "captures",
            vault=KeyFileVault(Path(key)) if (key := settings.captures.key_file) else self._side,
            settings=settings.captures,
        )
        self._door = Door(
            registrar,
            texts=settings.texts,
            guides=settings.guides,
            codes=self._codes,
            keep_text=self._keep_text,
            front=Front(settings.plan, settings.public, settings.staff),
            pairings=Pairings(self._data / "paired.json"),
            lan=settings.door,
            cameras=self._captures,
            facts=self._health.report,
            devices=known.all,
            cards=cards,
            scans=scans,
            version=VERSION,
            port=port,
        )
        opened = self._door.start()
        stack.callback(self._door.stop)
        stack.callback(self._captures.stop)
        self._captures.mend()
        self._uplink = self._county()
        rooms: list[Room] = [
            self._printing,
            self._boards,
            self._pad_displays,
            self._signals,
            power,
            *([attendance] if any(h.kind == "attendance" for h in handles.values()) else []),
            self._supervisor,
            self._health,
        ]
        for room in (*rooms, *filter(None, (self._uplink, self._backups()))):
            room.start()
            stack.callback(room.stop)
        stack.callback(self._door.hurry)
        notify("READY=1")
        return f"http://127.0.0.1:{opened}/"

    def _open_books(self, stack: ExitStack) -> None:
        """Journal, side store and registrar; from here on everything can be written down."""
        settings, plan = self._settings, self._settings.plan
        self._make_data_folder()
        county = settings.uplink
        keep = Keep(county.keep_days, ("uplink",) if county.enabled else ())
        self._registrar = open_books(self._data / "journal.db", plan, self._clock, keep=keep)
        stack.callback(self._registrar.journal.close)
        stack.callback(self._registrar.stop)
        self._codes = RatingCodes(load_key(self._data / "hall.key"))
        self._side = SideStore(self._data / "side.db", self._data / "hall.key")
        stack.callback(self._side.close)
        known = tuple(
            DeviceKnown(id=d.id, kind=d.kind, driver=d.driver, counter=d.counter)
            for d in settings.devices.values()
        )
        self._look_at_the_box(stack)
        after, former = former_of(self._data / "journal.db")
        self._registrar.note(
            DaemonStarted(version=VERSION, boot=boot_id(), devices=known, former=former, begins_after=after)
        )
        stack.callback(self._say_stopped)

    def _look_at_the_box(self, stack: ExitStack) -> None:
        """Why it started, which the journal's last entries tell; and how much its disk takes in a day."""
        journal, data = self._registrar.journal, self._data
        last = journal.read_after(max(0, journal.head - LAST_ENTRIES), LAST_ENTRIES)
        self._boot_reason = ""
        with contextlib.suppress(OSError):  # nobody knows, then
            self._boot_reason = why_booted(data, boot_id(), last)
        self._written = Written(data, boot_id(), lambda: written_bytes(data))
        stack.callback(self._written.save)

    def _call_boards(self, handles: Mapping[str, Handle], counters: Mapping[str, str]) -> Boards:
        settings, texts = self._settings, self._settings.texts
        of_hall = notices_of(settings.public.notices, texts)
        return Boards(
            self._registrar,
            handles,
            counters,
            texts,
            zone=settings.plan.timezone,
            plan=replace(settings.boards, notices=(*settings.boards.notices, *of_hall)),
            facts=lambda counter: facts_of(settings.plan, settings.guides, texts, counter),
        )

    def _county(self) -> "Uplink | None":
        settings, plan = self._settings.uplink, self._settings.plan
        if not settings.enabled:
            return None
        from edge.readers.doings import Doings
        from edge.readers.uplink import Uplink  # after the door is open: numbers do not wait for MQTT

        def doings(again: "Again") -> "Mapping[str, Doing]":
            return Doings(
                self._registrar,
                self._settings.folder,
                again,
                restart=self._supervisor.reopen,
                log=self._log,
                timezone=ZoneInfo(plan.timezone),
                screenshot=self._door.screenshot,
            ).table()

        return Uplink(
            self._registrar,
            settings,
            plan,
            version=VERSION,
            boot=boot_id(),
            health=lambda: self._health.facts(),  # made after the uplink, on which it reports
            doings=doings,
            credentials=Credentials(self._data / COUNTY) if settings.enroll else None,
            inventory=self._inventory,
            say=lambda code: self._settings.texts.get(f"line.{code}"),
        )

    def _inventory(self) -> dict[str, object]:
        from edge.inventory import inventory  # once in a life

        urls = {link.name: link.url for link in self._settings.links.values()}
        devices = self._settings.devices.values()
        return inventory(
            data=self._data,
            config=self._settings.folder,
            devices=[(d.id, d.kind, d.driver, d.counter, urls.get(d.link, "")) for d in devices],
            screens=self._door.screens(),
        )

    def _backups(self) -> Room | None:
        to = self._settings.backup
        if not to.folder:
            return None
        from edge.backup import Backups  # few halls have a second medium

        where = (self._data, self._settings.folder, self._settings.plan.hall)
        return Backups(*where, folder=to.folder, keep=to.keep, every_s=to.every_min * 60)

    def _beats(self) -> dict[str, float]:
        """When each thread last went round; not the uplink, which may hang in the look-up of a name."""
        beats = {**self._supervisor.beats(), "printing": self._printing.beat, "boards": self._boards.beat}
        beats["pads"] = self._pad_displays.beat
        beats["door"] = self._door.beat()
        return beats

    # --- the parts' little needs ----------------------------------------------------------------------------

    def _make_data_folder(self) -> None:
        try:
            self._data.mkdir(mode=0o750, parents=True, exist_ok=True)
        except OSError as error:
            raise JournalError(f"{self._data}: {error.strerror}") from error

    def _links(self) -> list[LinkPlan]:
        devices = self._settings.devices.values()
        return [
            LinkPlan(
                link.name,
                link.url,
                tuple(DeviceOnLink(d.id, d.driver, d.options) for d in devices if d.link == link.name),
                link.frames,
            )
            for link in self._settings.links.values()
        ]

    def _compose(self, ticket: TicketView) -> Slip:
        code = self._codes.code(ticket.id)
        facts = ticket_facts(self._settings.plan, self._settings.guides, ticket, code)
        return slip(self._settings.papers[TICKET_PAPER], facts)

    def _compose_list(self, waiting: WaitingView) -> Slip:
        settings, plan = self._settings, self._settings.plan
        lines = [line_facts(plan, settings.texts, n, w) for n, w in enumerate(waiting.waiting, 1)]
        return slip(settings.papers[LIST_PAPER], list_facts(plan, waiting, self._registrar.now().at), lines)

    def _compose_other(self, paper: OtherPaper) -> Slip | None:
        settings, plan, now = self._settings, self._settings.plan, self._registrar.now().at
        if not paper.guide:
            return slip(settings.papers[TEST_PAPER], trial_facts(plan, paper.printer, VERSION, now))
        guide = settings.guides.get(paper.guide)
        if guide is None:
            return None
        return slip(settings.papers[GUIDE_PAPER], guide_facts(plan, guide, now), material_facts(guide))

    def _keep_text(self, text: str, ticket: TicketId) -> str:
        return self._side.put("rating_text", text.encode(), KEEP_TEXTS_DAYS, self._registrar.now())

    def _say_stopped(self) -> None:
        try:
            self._registrar.note(DaemonStopped())
        except JournalError as error:
            log.error("the end is not recorded: %s", error)

    # --- life -----------------------------------------------------------------------------------------------

    def wait(self, signals: StopSignals) -> int:
        """Serve until a signal, then stop everything in order. Main thread only."""
        while not signals.wait(PURGE_EVERY_S):
            self._side.purge(self._registrar.now())
            self._captures.purge()
        notify("STOPPING=1")
        self.stop()
        return 0

    def stop(self) -> None:
        self._open.close()
