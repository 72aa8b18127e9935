"""Random days over all verbs: what must hold whatever people, clocks and power do."""

from collections import Counter as Tally
from dataclasses import replace
from datetime import date, timedelta

from hall_scenario import CODE, HTTP, KIOSK, PAD, PLAN, POSTS, Scene, everything, request, with_rules
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from random_invariants import WhatMustHold

from edge.hall import commands as cmd
from edge.hall import events as ev
from edge.hall import policy, turn
from edge.hall.hours import local
from edge.hall.plan import Hours, Quota
from edge.hall.words import By, Door, Outcome, PaperState, Refused, TicketState
from edge.hall.workdays import Calendar, DayType

COUNTERS = st.sampled_from(["1", "2", "3", "1", "2", "3", "9"])
SERVICES = st.sampled_from(["social", "social", "civil", "land", "tax"])
PRIORITIES = st.sampled_from(["", "", "", "elderly", "soldier", "vip"])
BYS = st.sampled_from([HTTP, PAD])
NUMBERS = st.builds("{}{:03d}".format, st.sampled_from("AABC"), st.integers(1, 6))
SLIPS = st.sampled_from([ev.SlipStarted, ev.SlipPrinted, ev.SlipFailed, ev.SlipUnknown])
SERVE = [cmd.Recall, cmd.StartService, cmd.FinishService, cmd.MarkNoShow, cmd.Hold, cmd.Transfer]
COUNTER = [cmd.OpenCounter, cmd.OpenCounter, cmd.PauseCounter, cmd.CloseCounter, cmd.SignIn, cmd.SignOut]


MOST = 4
LIMITS = [
    {},
    {
        "services": (
            replace(PLAN.services[0], quota=(Quota(Hours("00:00", "24:00"), MOST),)),
            *PLAN.services[1:],
        ),
        "hours": (Hours("08:00", "12:00"),),
        "calendar": Calendar(dates={date(2026, 11, 24): DayType.CLOSED, date(2026, 11, 25): DayType.MARKET}),
    },
]
"""A hall without limits, and one of mornings, of so many numbers a day, and of a closed day."""


class RandomDays(WhatMustHold):
    @initialize(
        trusted=st.booleans(),
        posts=st.sampled_from([(), POSTS]),
        by_time=st.booleans(),
        others=st.integers(0, 3),
        cards=st.booleans(),
        start_after_s=st.sampled_from([0.0, 20.0]),
        limits=st.sampled_from(LIMITS),
    )
    def morning(self, trusted, posts, by_time, others, cards, start_after_s, limits):
        plan = with_rules(
            replace(PLAN, posts=posts, **limits),
            first_come_across_services=by_time,
            no_show_after_others=others,
            one_ticket_per_card=cards,
            start_after_call_s=start_after_s,
        )
        self.scene = Scene(plan, trusted)
        self.given_out: set[str] = set()
        self.ids: set[str] = set()
        self.rated: Tally[str] = Tally()
        self.keys = 0
        self.scene.open("1", "2", "3")

    def ask(self, command: cmd.Command) -> tuple[ev.Event, ...]:
        self.keys += 1
        command = replace(command, request=request(f"key {self.keys}"))
        day, hall = self.scene.hall.day, self.scene.hall
        before, tickets = everything(hall), dict(hall.book.tickets)
        try:
            events = hall.decide(command, self.scene.now())
        except Refused as refused:
            assert refused.reason
            assert everything(hall) == before
            return ()
        assert everything(hall) == before
        for event in events:
            self.scene.happens(event)
        self.check_numbers(events, day)
        self.check_nobody_is_dropped(command, events, tickets)
        self.ask_again(command, events)
        return events

    def check_numbers(self, events, day):
        for event in events:
            if isinstance(event, ev.DayOpened) and event.date != day:
                self.given_out.clear()
            if isinstance(event, ev.TicketIssued | ev.TicketCarried):
                assert event.number not in self.given_out
                assert (event.ticket in self.ids) == isinstance(event, ev.TicketCarried)
                self.given_out.add(event.number)
                self.ids.add(event.ticket)
            if isinstance(event, ev.ServiceRated):
                self.rated[event.ticket] += 1
                assert self.rated[event.ticket] == 1

    def check_nobody_is_dropped(self, command, events, before):
        """No clock makes anybody expire who is known to have come within the last hours."""
        now = self.scene.now()
        if isinstance(command, cmd.CloseDay | cmd.ClearBeforeCut | cmd.OpenDay) or now.trusted:
            return
        for event in events:
            if isinstance(event, ev.TicketExpired):
                issued = before[event.ticket].issued
                assert issued.boot != now.boot or issued.age_s(now) > 12 * 3600

    def ask_again(self, command, events):
        before = everything(self.scene.hall)
        if events:
            assert self.scene.hall.decide(command, self.scene.now()) == ()
            assert self.scene.hall.remembered(command.request) is not None
        assert everything(self.scene.hall) == before

    # --- what people do ---

    @rule(
        service=SERVICES,
        priority=PRIORITIES,
        kiosk=st.sampled_from(["k1", "k2", ""]),
        often=st.integers(1, 4),
    )
    def take(self, service, priority, kiosk, often):
        for _ in range(often):
            events = self.ask(cmd.TakeTicket(by=KIOSK, service=service, priority=priority, kiosk=kiosk))
            if any(isinstance(e, ev.TicketIssued) for e in events):
                self.check_limits(service)

    def check_limits(self, service):
        """What was given under a right clock was given within the day, the hours and the quota."""
        book, now = self.scene.hall.book, self.scene.now()
        planned = book.plan.service(service)
        if not book.hours_hold(now) or not planned.quota:
            return
        assert book.plan.calendar.type_of(now.day) is not DayType.CLOSED
        assert len(book.given[service]) <= MOST
        assert "07:50" <= local(book.plan, now.at).strftime("%H:%M") < "12:00"

    @rule(counter=COUNTERS, by=BYS, often=st.integers(1, 3))
    def call_next(self, counter, by, often):
        for _ in range(often):
            self.call_next_once(counter, by)

    def call_next_once(self, counter, by):
        hall = self.scene.hall
        planned = hall.book.planned(counter)
        is_same_day = hall.book.day_open and hall.day >= self.scene.now().day.isoformat()
        run = hall.book.counter(counter).priority_run
        now, missing = self.scene.now(), {t.id for t in hall.book.all_aside(TicketState.NO_SHOW)}
        expected = policy.next_of(hall.plan, planned, turn.candidates(hall.book, planned, now), run)
        told = self.scene.why(counter)["next"]
        events = self.ask(cmd.CallNext(by=by, counter=counter))
        called = [e for e in events if isinstance(e, ev.TicketCalled)]
        assert len(called) <= 1
        if called and is_same_day:
            assert called[0].ticket == told["ticket"]
            assert called[0].ticket in ({expected.id} if expected else missing)

    @rule(verbs=st.lists(st.sampled_from(SERVE), min_size=1, max_size=3), n=st.integers(0, 9), by=BYS)
    def serve(self, verbs, n, by):
        busy = [c.id for c in self.scene.hall.book.counters.values() if c.ticket]
        if not busy:
            self.ask(cmd.TakeTicket(by=KIOSK, service="social"))
            self.call_next_once("1", PAD)
            busy = ["1"]
        for verb in verbs:
            more = {"service": "civil"} if verb is cmd.Transfer else {}
            self.ask(verb(by=by, counter=busy[n % len(busy)], **more))

    @rule(counter=COUNTERS, ticket=NUMBERS)
    def call_this_one(self, counter, ticket):
        self.ask(cmd.CallTicket(by=HTTP, counter=counter, ticket=ticket))

    @rule(counter=COUNTERS, ticket=st.one_of(st.just(""), NUMBERS))
    def resume(self, counter, ticket):
        self.ask(cmd.Resume(by=HTTP, counter=counter, ticket=ticket))

    @rule(counter=COUNTERS, to=st.sampled_from(["", "1", "3", "9"]), outcome=st.sampled_from(Outcome))
    def send_or_finish(self, counter, to, outcome):
        self.ask(cmd.Transfer(by=HTTP, counter=counter, to_counter=to))
        self.ask(cmd.FinishService(by=HTTP, counter=counter, outcome=outcome))

    @rule(counter=COUNTERS, verb=st.sampled_from(COUNTER), more=st.sampled_from(["", "001", "leave"]))
    def counter_itself(self, counter, verb, more):
        name = {cmd.PauseCounter: "reason", cmd.SignIn: "staff"}.get(verb)
        self.ask(verb(by=HTTP, counter=counter, **({name: more} if name else {})))

    @rule(counter=COUNTERS, at=st.sampled_from(["", "1", "2", "3", "9"]))
    def one_clerk_for_both(self, counter, at):
        verb = {"at": at} if at else {}
        self.ask((cmd.Cover if at else cmd.Uncover)(by=HTTP, counter=counter, **verb))

    @rule(counter=st.sampled_from(["1", "2"]), beside=st.booleans(), leaves=st.booleans())
    def somebody_stands_in(self, counter, beside, leaves):
        if leaves:
            self.ask(cmd.PauseCounter(by=PAD, counter=counter, reason="leave"))
        asked = {a.counter: a.staff for a in self.scene.view().asks}
        before = self.scene.counter(counter)
        self.ask(cmd.SignIn(by=PAD, counter=counter, beside=beside))
        after = self.scene.counter(counter)
        if counter in asked and not before.served_at:
            assert asked[counter] in (after.staff, *after.beside)
            assert after.state != "paused"

    @rule(minutes=st.sampled_from([0, 3, 20]), says_clear=st.booleans())
    def the_power_goes(self, minutes, says_clear):
        self.scene.at += timedelta(minutes=minutes)
        self.scene.off_and_on(f"boot-{self.keys}-cut")
        events = self.ask(cmd.Tick(by=By(Door.TIMER)))
        self.scene.happens(ev.DaemonStarted(version="1", boot=self.scene.boot))
        if any(isinstance(e, ev.PowerReturned) for e in events):
            assert {c.state for c in self.scene.view().counters} <= {"closed", "paused"}
        elif self.scene.trusted and minutes > 5:
            assert not any(c.is_open and not c.is_paused for c in self.scene.hall.book.counters.values())
        if says_clear:
            self.ask(cmd.ClearBeforeCut(by=HTTP))

    @rule(ticket=NUMBERS, service=st.sampled_from(["social", "civil"]), cancels=st.integers(0, 2))
    def give_up(self, ticket, service, cancels):
        if cancels:
            self.ask(cmd.CancelTicket(by=HTTP, ticket=ticket))
        else:
            self.ask(cmd.MarkServedByHand(by=HTTP, service=service, up_to=ticket))

    @rule(counter=COUNTERS, score=st.sampled_from([0, 1, 3, 5, 5, 6]))
    def press_the_rating_pad(self, counter, score):
        before = dict(self.scene.hall.book.tickets)
        events = self.ask(cmd.RateAtCounter(by=PAD, counter=counter, score=score))
        for event in (e for e in events if isinstance(e, ev.ServiceRated)):
            assert "started" in [s.what for s in before[event.ticket].history]

    @rule(score=st.integers(1, 5), n=st.integers(0, 30))
    def rate_by_code(self, score, n):
        ids = sorted(self.ids)
        if ids:
            self.ask(cmd.RateByCode(by=CODE, ticket=ids[n % len(ids)], score=score))

    @rule(
        services=st.lists(SERVICES, min_size=1, max_size=3),
        count=st.sampled_from([1, 1, 1, 3, 10, 11]),
        former=st.one_of(st.just(""), NUMBERS),
        card=st.sampled_from(["", "", "5ca1ab1e", "c0ffee"]),
    )
    def take_otherwise(self, services, count, former, card):
        self.ask(
            cmd.TakeTicket(
                by=KIOSK,
                service=services[0],
                services=tuple(services),
                count=count,
                former=former,
                card=card,
                kiosk="k1",
            )
        )

    @rule(n=st.integers(0, 4), service=SERVICES, taken_at=st.sampled_from(["", "00:10", "09:59", "23:59"]))
    def key_in(self, n, service, taken_at):
        self.ask(cmd.KeyInTicket(by=HTTP, number=f"H{n:02d}", service=service, taken_at=taken_at))

    @rule(
        counter=COUNTERS, back=st.sampled_from([cmd.UndoCall, cmd.Reopen]), late=st.sampled_from([1, 11, 130])
    )
    def a_slip_of_the_finger(self, counter, back, late):
        """Done and undone at once, the line is as it was; later it may be refused."""
        if late == 1 and back is cmd.UndoCall:
            before = self.scene.why(counter)["order"]
            called = self.ask(cmd.CallNext(by=HTTP, counter=counter))
            undone = self.ask(back(by=HTTP, counter=counter))
            if called and undone and not ends_something(called):  # else an earlier call is taken back
                assert self.scene.why(counter)["order"] == before
            return
        self.scene.wait(late)
        self.ask(back(by=HTTP, counter=counter))

    @rule(ends=st.sampled_from(["", "printed", "unknown"]))
    def print_the_list(self, ends):
        for asked in self.ask(cmd.PrintWaiting(by=HTTP)):
            if ends and isinstance(asked, ev.WaitingListAsked):
                self.scene.happens(ev.WaitingListStarted(list=asked.list, printer=asked.printer))
                ended = ev.WaitingListEnded(list=asked.list, printer=asked.printer, state=ends)
                self.scene.happens(ended)

    # --- what machines do ---

    @rule(ticket=NUMBERS, fate=SLIPS, state=st.sampled_from(PaperState), counter=COUNTERS)
    def papers(self, ticket, fate, state, counter):
        id = self.scene.hall.book.numbers.get(ticket, "yesterdays")
        more = {"code": "paper_out"} if fate in (ev.SlipFailed, ev.SlipUnknown) else {}
        self.scene.happens(fate(ticket=id, printer="printer-1", **more))
        self.ask(cmd.DecideSlip(by=HTTP, ticket=ticket, state=state))
        self.ask(cmd.Reprint(by=HTTP, ticket=ticket))
        self.ask(cmd.NoteCapture(by=HTTP, counter=counter, capture="c", digest="d", size_bytes=1))

    @rule(seconds=st.sampled_from([1, 5, 21, 21, 95]))
    def time_passes(self, seconds):
        self.scene.wait(seconds)
        self.ask(cmd.Tick(by=By(Door.TIMER)))

    @rule()
    def the_box_starts_again(self):
        self.scene.off_and_on(f"boot-{self.keys}")
        self.scene.happens(ev.DaemonStarted(version="1", boot=self.scene.boot))

    @rule(
        how=st.sampled_from(["jump", "jump", "set", "close"]),
        days=st.sampled_from([-10, -1, 0, 1, 2]),
        trusted=st.booleans(),
        luck=st.integers(0, 3),
    )
    def a_bad_day(self, how, days, trusted, luck):
        if luck:
            return
        if how == "jump":
            uptime_s = self.scene.uptime_s
            self.scene.wait(days * 86400)
            self.scene.uptime_s, self.scene.trusted = uptime_s, trusted
        elif how == "set":
            date = self.scene.now().day + timedelta(days=days)
            self.ask(cmd.OpenDay(by=HTTP, date=date.isoformat(), time="10:00"))
        else:
            self.ask(cmd.CloseDay(by=HTTP))

    @rule(
        service=st.sampled_from(["", "social", "civil"]),
        last=st.sampled_from([None, 0, 3, 40]),
        in_doubt=st.booleans(),
    )
    def go_on_behind_another_machine(self, service, last, in_doubt):
        self.ask(cmd.StartNumbers(by=HTTP, service=service, last=last, in_doubt=in_doubt))

    def teardown(self):
        if hasattr(self, "scene"):
            assert everything(self.scene.replayed()) == everything(self.scene.hall)


def ends_something(events: tuple[ev.Event, ...]) -> bool:
    """Does the call also finish somebody, bring back a no-show, or begin a day?"""
    return any(not isinstance(e, ev.TicketCalled | ev.ServiceStarted) for e in events)


TestRandomDays = RandomDays.TestCase
TestRandomDays.settings = settings(
    max_examples=80, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)
