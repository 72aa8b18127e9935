"""`python -m tests.journal.make_sample VERSION`: a small journal with every type of event, by the daemon.

Written once for each released version into tests/golden/journals/VERSION/, and never again: later versions
have to read it. The daemon runs as it is, on the demo hall without its twins, under a clock set by hand; what
only machines say (slips, devices, pages) is noted in their place.
"""

import argparse
import json
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from edge.client import Client
from edge.daemon import Daemon
from edge.entries import Entry
from edge.hall import commands as c
from edge.hall import county_events as ce
from edge.hall import desk_events as de
from edge.hall import events as ev
from edge.hall import machine_events as me
from edge.hall.commands import NoteCapture, RateAtCounter, RateByCode
from edge.hall.event_json import EVENTS
from edge.hall.words import By, Door
from edge.journal import entries_after
from edge.settings import load
from edge.verify import verify
from tests.crash.rounds import ROOT
from tests.registrar.hand import HandClock
from tests.waiting import until

JOURNALS = ROOT / "tests/golden/journals"
API = "/api/v1"
Json = dict[str, Any]


class Hall:
    """The daemon of the demo hall, opened and closed as a box is."""

    def __init__(self, data: Path) -> None:
        self._data, self.clock = data, HandClock()
        self._open()

    def _open(self) -> None:
        self._daemon = Daemon(load(ROOT / "config/demo"), self._data, self.clock)
        self._client = Client(self._daemon.start(0))
        self.registrar = self._daemon._registrar

    def again(self, **off: float) -> None:
        """Switch the box off for a while."""
        self.close()
        self.clock.go(**off)
        self.clock.now = replace(self.clock.now, boot=f"boot-{self.clock.now.at:%d%H%M}", uptime_s=30.0)
        self._open()

    def close(self) -> None:
        self._daemon.stop()

    def types(self) -> set[str]:
        return {type(e.event).__name__ for e in entries_after(self._data / "journal.db", 0)}

    def post(self, path: str, **body: object) -> Json:
        status, answer = self._client.post(f"{API}{path}", body)
        assert status < 300, (path, status, answer)
        return answer

    def take(self, service: str, **more: object) -> Json:
        ticket: Json = self.post("/tickets", service=service, **more)["ticket"]
        return ticket

    def at(self, counter: str, *verbs: str) -> None:
        for verb in verbs:
            self.post(f"/counters/{counter}/{verb}")
            self.clock.go(seconds=45)


def morning(hall: Hall) -> None:
    """The clock is set by hand; numbers, many numbers, numbers after another machine's."""
    hall.post("/day/open", date="2026-11-22", time="08:40")
    for _ in range(11):
        hall.take("family", kiosk="k1")
    hall.take("jobs", priority="elderly", item="rural-pension")
    hall.take("jobs", services=["jobs", "social"])
    hall.post("/day/numbers", service="building", last=799)
    hall.take("building")
    hall.post("/tickets/A011/cancel")
    hall.post("/hall/key-in", number="H01", service="farming", taken_at="08:40")


def slips(hall: Hall) -> None:
    note, printer = hall.registrar.note, "printer-9"  # one that the daemon does not drive
    ticket = hall.take("relief")["id"]
    note(ev.SlipStarted(ticket=ticket, printer=printer))
    note(ev.SlipPrinted(ticket=ticket, printer=printer))
    failed = hall.take("relief")["id"]
    note(ev.SlipStarted(ticket=failed, printer=printer))
    note(ev.SlipFailed(ticket=failed, printer=printer, code="paper_out"))
    hall.post(f"/tickets/{failed}/reprint")
    note(ev.SlipStarted(ticket=failed, printer=printer))
    note(ev.SlipUnknown(ticket=failed, printer=printer, code="no_answer"))
    hall.post(f"/tickets/{failed}/paper", state="printed")
    asked = hall.post("/hall/print-waiting")["paper"]
    note(ev.WaitingListStarted(list=asked["id"], printer=printer))
    note(ev.WaitingListEnded(list=asked["id"], printer=printer, state="printed"))
    note(ev.DeviceChanged(device="printer-1", state="degraded", code="paper_low"))


def service(hall: Hall) -> None:
    """Every verb of a counter."""
    hall.post("/counters/1/sign-in")
    hall.at("1", "open", "next", "recall", "start")
    hall.registrar.ask(RateAtCounter(by=By(Door.PAD, "rating-1"), counter="1", score=5))
    page = NoteCapture(
        by=By(Door.HTTP), counter="1", capture="c-1", digest="0" * 64, size_bytes=70_000, pages=2
    )
    hall.registrar.ask(page)
    hall.at("1", "finish")
    hall.post("/counters/1/reopen")
    hall.at("1", "hold", "resume")
    hall.post("/counters/1/transfer", service="jobs")
    hall.post("/counters/1/next")
    hall.post("/counters/1/undo")
    hall.post("/counters/1/next")
    hall.post("/counters/1/said", call=hall.registrar.view.calls[0].seq)
    hall.at("1", "no-show", "next", "next", "next", "next", "finish")
    hall.at("2", "open", "next", "start", "finish", "next", "start", "finish", "next", "start", "finish")
    late = hall.registrar.view.rateable[1]
    hall.registrar.ask(RateByCode(by=By(Door.CODE), ticket=late, score=3, text="t-1"))


def clerks(hall: Hall) -> None:
    """Leave, cover, and who sits where."""
    hall.post("/counters/1/pause", reason="leave")
    hall.clock.go(minutes=40)
    until(lambda: "LeaveOverdue" in hall.types())
    hall.post("/counters/1/open")
    hall.post("/counters/3/sign-in")
    hall.post("/counters/3/open")
    hall.post("/counters/4/cover", at="3")
    hall.post("/counters/4/uncover")
    hall.post("/counters/3/sign-out")
    hall.post("/counters/3/close")


def desk(hall: Hall) -> None:
    """Help, an emergency drill, a paused kiosk, volume, a new roll, and papers that are no slips."""
    note, by = hall.registrar.note, By(Door.KIOSK, "k1", "130")
    help_id = hall.post("/hall/help", kiosk="k1")["desk"]["helps"][0]["id"]
    hall.post(f"/hall/help/{help_id}/answer", counter="6")
    for command in (
        c.DeclareEmergency(by=by, kind="evacuate", drill=True),
        c.EndEmergency(by=by),
        c.PauseKiosk(by=by, kiosk="k1"),
        c.ResumeKiosk(by=by, kiosk="k1"),
        c.SetVolume(by=by, percent=60),
        c.NotePaperChanged(by=by, kiosk="k1"),
        c.PrintPaper(by=by, kiosk="k1", guide="yi_county-01"),
        c.StopBox(by=by, what="restart"),
    ):
        hall.registrar.ask(command)
    paper = hall.registrar.view.desk.papers[0]
    note(de.PaperStarted(paper=paper.id, printer="printer-9"))
    note(de.PaperEnded(paper=paper.id, printer="printer-9", state="printed"))


def house(hall: Hall) -> None:
    """Mains, contacts and attendance."""
    for fact in (
        me.ShutdownPlanned(device="ups-1", why="low", in_s=30),
        me.ShutdownCancelled(device="ups-1"),
        me.ShutdownOrdered(device="ups-1"),
        me.ContactChanged(device="door", closed=True),
        me.DocumentHandedOver(capture="c-1", counter="1", digest="0" * 64, staff="101"),
        me.DocumentErased(captures=("c-1",), why="handed_over"),
        me.DocumentMoved(capture="c-1", counter="1", staff="101", item="pension", material=2),
        me.StaffPunched(device="punches", staff="101", at="2026-11-22T08:31:05", way="in", source="a.csv:2"),
        me.PunchRefused(device="punches", source="a.csv:3", why="no_time", digest="0" * 16),
    ):
        hall.registrar.note(fact)


def county(hall: Hall) -> None:
    """A notice of the county's, by its command, and its end."""
    for fact in (
        ce.CountyCommandAccepted(command="c-1", does="notice.set", signed_by="county"),
        ce.NoticeSet(notice="n-1", text="低保年审", begins="2026-11-22", ends="2026-11-28"),
        ce.CountyCommandEnded(command="c-1", state="done"),
        ce.NoticeCleared(notice="n-1"),
    ):
        hall.registrar.note(fact)


def live(hall: Hall) -> None:
    """A day with a cut in it, and the next one."""
    morning(hall)
    slips(hall)
    service(hall)
    clerks(hall)
    desk(hall)
    house(hall)
    county(hall)
    hall.again(minutes=20)
    until(lambda: "PowerReturned" in hall.types())
    hall.post("/hall/served-by-hand", service="relief", up_to="D001")
    hall.clock.go(hours=9)
    hall.take("general")
    hall.clock.go(hours=7)  # past midnight
    until(lambda: "TicketCarried" in hall.types())
    hall.post("/counters/6/open")
    hall.post("/counters/6/next")
    hall.post("/day/close")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.journal.make_sample")
    parser.add_argument("version")
    folder = JOURNALS / parser.parse_args().version
    with tempfile.TemporaryDirectory() as name:
        data = Path(name)
        hall = Hall(data)
        try:
            live(hall)
        finally:
            hall.close()
        missing = {cls.__name__ for cls in EVENTS.values()} - hall.types()
        assert not missing, missing
        said = summary(data)
        folder.mkdir(parents=True)
        shutil.copy(data / "journal.db", folder)
    (folder / "said.json").write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"{folder.relative_to(ROOT)}: {said['entries']} entries, {len(said['types'])} types")
    return 0


def summary(folder: Path) -> Json:
    """What a journal says, in words that no later version may read otherwise."""
    entries: list[Entry] = list(entries_after(folder / "journal.db", 0))
    verdict = verify(folder / "journal.db")
    issued = [e.event for e in entries if isinstance(e.event, ev.TicketIssued)]
    rated = [e.event for e in entries if isinstance(e.event, ev.ServiceRated)]
    called = [e.event for e in entries if isinstance(e.event, ev.TicketCalled)]
    return {
        "entries": verdict.entries,
        "bad_seq": verdict.bad_seq,
        "last_chain": entries[-1].chain,
        "types": sorted({type(e.event).__name__ for e in entries}),
        "issued": [[e.ticket, e.service] for e in issued],
        "called": [[e.number, e.counter] for e in called],
        "rated": [[e.ticket, e.score] for e in rated],
    }


if __name__ == "__main__":
    raise SystemExit(main())
