"""The one table of routes: what the local door serves, what it takes, and what it gives."""

from typing import Any

from edge.doors import answers as a
from edge.doors import at_hand, desk, public, reads, verbs
from edge.doors import bodies as b
from edge.doors.callers import Lan
from edge.doors.capture_routes import CAPTURES
from edge.doors.pair_routes import PAIRING
from edge.doors.route import API, JSON, KEEPERS, STAFF, Handler, Route
from edge.doors.route import get as _get
from edge.doors.route import post as _post
from edge.doors.verbs import CounterVerb
from edge.hall import commands as c
from edge.hall.views import HallView

__all__ = ["API", "JSON", "OF_DESK", "ROUTES", "Route"]

SSE = "text/event-stream"
_OF_TICKET = (404, 409, 503)

Json = dict[str, Any]


def _verb(name: str, command: type[c.AtCounter], about: str, takes: type[b.Body] = b.Nothing) -> Route:
    path, no = f"/counters/{{id}}/{name}", (404, 409, 503)
    return _post(path, CounterVerb(command), about, a.CounterAnswer, takes=takes, lan=Lan.COUNTER, no=no)


_PAGES = (
    _get(
        "/",
        reads.live_page,
        "A live page of the hall for a browser",
        media="text/html",
        asks=b.PageQuery,
        lan=Lan.PAIRED,
    ),
    _get("/pages/{file}", reads.asset, "What the pages need", media="*/*", lan=Lan.ANYBODY, no=(404,)),
)

_HEALTH = (
    _get(
        "/healthz",
        reads.healthz,
        "Do registrar, journal and disk work?",
        a.HealthzAnswer,
        lan=Lan.ANYBODY,
        no=(503,),
    ),
    _get("/metrics", reads.metrics, "Figures as Prometheus text", media="text/plain", lan=Lan.PAIRED),
    _get(
        f"{API}/health",
        reads.health,
        "The box, the line to the county, the screens",
        a.HealthAnswer,
        lan=Lan.PAIRED,
    ),
    _get(f"{API}/openapi.json", reads.openapi, "This document", Json, lan=Lan.PAIRED),
)

_HALL = (
    _get(f"{API}/hall", reads.hall, "The present view", HallView, lan=Lan.PAIRED),
    _get(
        f"{API}/view/stream",
        reads.view_stream,
        "Server-Sent Events: `event: view`, the whole view at once and after each change",
        media=SSE,
        asks=b.ScreenQuery,
        lan=Lan.PAIRED,
    ),
    _post(
        "/screens/{name}/alive",
        verbs.alive,
        "A screen says that it draws",
        a.ScreenAnswer,
        takes=b.AliveBody,
        lan=Lan.PAIRED,
        no=(429,),
    ),
    _post(
        "/screens/{name}/picture",
        verbs.picture,
        "A screen's picture, where its sign of life was answered that one is wanted",
        a.PictureAnswer,
        takes=b.PictureBody,
        lan=Lan.PAIRED,
    ),
    _get(
        f"{API}/events",
        reads.events,
        "Journal entries in order",
        a.EventsAnswer,
        asks=b.EventsQuery,
        lan=Lan.PAIRED,
        no=(503,),
    ),
    _get(
        f"{API}/events/stream",
        reads.event_stream,
        "Server-Sent Events: journal entries, `id` is the sequence number; honours `Last-Event-ID`",
        media=SSE,
        asks=b.FollowQuery,
        lan=Lan.PAIRED,
    ),
    _get(
        f"{API}/guides",
        reads.guides,
        "Service guides, best first",
        a.GuidesAnswer,
        asks=b.GuidesQuery,
        lan=Lan.PAIRED,
    ),
    _get(
        f"{API}/guides/groups",
        reads.guide_groups,
        "Departments and occasions",
        a.GuideGroupsAnswer,
        lan=Lan.PAIRED,
    ),
    _get(f"{API}/guides/{{id}}", reads.guide, "One service guide", a.GuideAnswer, lan=Lan.PAIRED, no=(404,)),
)

_TICKETS = (
    _post(
        "/tickets",
        verbs.take,
        "Take a number, or up to ten for others",
        a.TakenAnswer,
        takes=b.TakeBody,
        status=201,
        no=(409, 503),
    ),
    _post(
        "/hall/key-in",
        verbs.key_in,
        "A number that was written by hand while the machine was away",
        a.TicketAnswer,
        takes=b.KeyInBody,
        status=201,
        no=(409, 503),
    ),
    _get(
        f"{API}/tickets/{{id}}",
        reads.ticket,
        "State and history",
        a.TicketAnswer,
        lan=Lan.COUNTER,
        no=(404,),
    ),
    _post("/tickets/{id}/reprint", verbs.reprint, "Print the slip again", a.TicketAnswer, no=_OF_TICKET),
    _post("/tickets/{id}/cancel", verbs.cancel, "Take a ticket back", a.TicketAnswer, no=_OF_TICKET),
    _post(
        "/tickets/{id}/paper",
        verbs.decide_slip,
        "A person's word on an `unknown` slip",
        a.TicketAnswer,
        takes=b.SlipBody,
        no=_OF_TICKET,
    ),
    _post(
        "/ratings",
        verbs.rate,
        "A citizen's rating by the code on the slip",
        a.RatingAnswer,
        takes=b.RatingBody,
        status=201,
        no=(409, 429, 503),
    ),
)

_COUNTERS = (
    _verb("next", c.CallNext, "Call the next ticket; one still there is finished"),
    _verb("call", c.CallTicket, "Call this ticket", b.TicketBody),
    _verb("undo", c.UndoCall, "The last call was a slip of the finger"),
    _verb("said", c.SayCall, "A loudspeaker begins to say the call: it can no longer be undone", b.SaidBody),
    _verb("reopen", c.Reopen, "The last finish was a slip of the finger: the service goes on"),
    _verb("recall", c.Recall, "Call the counter's ticket again"),
    _verb("start", c.StartService, "Start service", b.StartBody),
    _verb("finish", c.FinishService, "Finish service", b.FinishBody),
    _verb("no-show", c.MarkNoShow, "Nobody came; the ticket comes back after others"),
    _verb("hold", c.Hold, "Put the counter's ticket aside"),
    _verb("resume", c.Resume, "Take a ticket up again", b.ResumeBody),
    _verb("transfer", c.Transfer, "Send the ticket to a service or a counter", b.TransferBody),
    _verb("pause", c.PauseCounter, "Pause the counter", b.PauseBody),
    _verb("open", c.OpenCounter, "Open the counter, or end its pause"),
    _verb("close", c.CloseCounter, "Close the counter"),
    _verb("sign-in", c.SignIn, "A clerk signs in", b.SignInBody),
    _verb("sign-out", c.SignOut, "The clerk signs out", b.SignOutBody),
    _verb("cover", c.Cover, "The clerk of another counter holds this one too", b.CoverBody),
    _verb("uncover", c.Uncover, "The counter is itself again"),
    _get(
        f"{API}/counters/{{id}}/why",
        reads.why,
        "Who is next, and why not another",
        Json,
        asks=b.WhyQuery,
        lan=Lan.COUNTER,
        no=(404,),
    ),
    _get(
        f"{API}/counters/{{id}}/card",
        at_hand.card,
        "Whose card lies on the counter's reader: the name masked, for two minutes, kept nowhere",
        a.CardAnswer,
        lan=Lan.COUNTER,
        no=(404,),
    ),
    _get(
        f"{API}/kiosks/{{id}}/scan",
        at_hand.scan,
        "The slip that was scanned at this kiosk in the last seconds",
        a.ScanAnswer,
    ),
)

_DAY = (
    _post(
        "/day/open",
        verbs.open_day,
        "Today is ...: date and time by hand",
        a.DayAnswer,
        takes=b.DayBody,
        no=(409, 503),
    ),
    _get(
        f"{API}/hall/waiting",
        reads.waiting,
        "Everybody who waits, as a list",
        a.WaitingAnswer,
        lan=Lan.COUNTER,
    ),
    _post(
        "/hall/print-waiting",
        verbs.print_waiting,
        "Print the list of those waiting, before the lights go out",
        a.WaitingAnswer,
        takes=b.PrintWaitingBody,
        status=202,
        no=(409, 503),
    ),
    _post(
        "/day/numbers",
        verbs.start_numbers,
        "Another machine gave numbers today: go on after its last, or in the upper half of the range",
        a.NumbersAnswer,
        takes=b.NumbersBody,
        no=(409, 503),
    ),
    _post("/day/close", verbs.close_day, "Close the business day", a.DayAnswer, no=(409, 503)),
    _post(
        "/hall/served-by-hand",
        verbs.served_by_hand,
        "After a cut: served meanwhile without the machine",
        a.ServedByHandAnswer,
        takes=b.ServedByHandBody,
        no=(409, 503),
    ),
    _post(
        "/hall/clear",
        verbs.clear,
        "After a cut: who waited before it has gone home",
        a.ServedByHandAnswer,
        no=(409, 503),
    ),
)


def _of_staff(path: str, handler: Handler, about: str, gives: Any = a.DeskAnswer, **more: Any) -> Route:
    more = {"roles": STAFF, "lan": Lan.COUNTER, "no": (401, 403, 404, 409, 503), **more}
    return _post(path, handler, about, gives, **more)


OF_DESK: tuple[Route, ...] = (
    _get(
        f"{API}/about",
        public.about,
        "Hours, phones, notices, who is there, floor plans",
        a.AboutAnswer,
        lan=Lan.PAIRED,
    ),
    _get(
        f"{API}/floors/{{id}}",
        public.floor,
        "A floor's picture",
        media="image/*",
        lan=Lan.PAIRED,
        no=(404,),
    ),
    _get(
        f"{API}/photos/{{id}}",
        public.photo,
        "A clerk's photo, if shown",
        media="image/*",
        lan=Lan.PAIRED,
        no=(404,),
    ),
    _get(f"{API}/hall/slips", desk.slips, "Slips that a person should look at", a.SlipsAnswer),
    _post(
        "/hall/help",
        desk.call_help,
        "Somebody asks for a person",
        a.DeskAnswer,
        takes=b.HelpBody,
        no=(503,),
    ),
    _post(
        "/hall/help/{id}/answer",
        desk.answer_help,
        "Somebody goes there",
        a.DeskAnswer,
        takes=b.AnswerHelpBody,
        lan=Lan.COUNTER,
        no=_OF_TICKET,
    ),
    _post(
        "/guides/{id}/print",
        desk.guide_paper,
        "Print what to bring for it",
        a.PaperAnswer,
        takes=b.PaperBody,
        status=202,
        no=_OF_TICKET,
    ),
    _post(
        "/staff/sign-on",
        desk.sign_on,
        "A PIN opens the staff's verbs",
        a.SessionAnswer,
        takes=b.PinBody,
        lan=Lan.COUNTER,
        no=(401, 429),
    ),
    _post("/staff/sign-off", desk.sign_off, "… and closes them", a.NoAnswer, lan=Lan.COUNTER),
    _of_staff("/hall/emergency", desk.emergency, "Over everything, on all screens", takes=b.EmergencyBody),
    _of_staff("/hall/emergency/end", desk.end_emergency, "It is over"),
    _of_staff("/hall/volume", desk.volume, "How loud the voice is today", takes=b.VolumeBody),
    _of_staff("/kiosks/{id}/pause", desk.pause_kiosk, "No numbers at this touch screen"),
    _of_staff("/kiosks/{id}/resume", desk.resume_kiosk, "Numbers again"),
    _of_staff("/printers/paper-changed", desk.paper_changed, "A new roll is in", takes=b.KioskBody),
    _of_staff(
        "/printers/test", desk.test_paper, "Print a test slip", a.PaperAnswer, takes=b.KioskBody, status=202
    ),
    _of_staff(
        "/box/{what}",
        desk.stop_box,
        "`restart` the daemon, `reboot` or `poweroff` the box",
        a.NoAnswer,
        roles=KEEPERS,
        status=202,
    ),
)

ROUTES: tuple[Route, ...] = (
    *_PAGES,
    *_HEALTH,
    *_HALL,
    *_TICKETS,
    *_COUNTERS,
    *CAPTURES,
    *_DAY,
    *OF_DESK,
    *PAIRING,
)
