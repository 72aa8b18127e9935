"""What must hold after every step of a random day."""

from collections import Counter as Tally

from hall_scenario import Scene
from hypothesis.stateful import RuleBasedStateMachine, invariant

from edge.hall.book import AT_COUNTER, OVER
from edge.hall.sheet import day_sheet
from edge.hall.words import TicketState


class WhatMustHold(RuleBasedStateMachine):
    """`scene`: the hall; the days themselves are in `test_hall_random_days`."""

    scene: Scene

    @invariant()
    def a_ticket_is_at_one_counter_at_most(self):
        book = self.scene.hall.book
        at = {c.ticket: c.id for c in book.counters.values() if c.ticket}
        assert len(at) == len([c for c in book.counters.values() if c.ticket])
        there = {t.id: t.counter for t in book.tickets.values() if t.state in AT_COUNTER}
        assert at == there

    @invariant()
    def who_waits_stands_in_one_line_and_in_order(self):
        book = self.scene.hall.book
        lines = [*book.lines.values(), *book.sent.values()]
        in_line = [id for line in lines for id in line]
        waiting = [t.id for t in book.tickets.values() if t.state is TicketState.WAITING]
        assert sorted(in_line) == sorted(waiting)
        for line in lines:
            places = [book.tickets[id].place for id in line]
            assert places == sorted(places)
        aside = {
            t.id: t.state for t in book.tickets.values() if t.state in (TicketState.HELD, TicketState.NO_SHOW)
        }
        assert book.aside == aside

    @invariant()
    def the_screen_counts_what_the_journal_says(self):
        book, view = self.scene.hall.book, self.scene.view()
        waiting = Tally(t.service for t in book.tickets.values() if t.state is TicketState.WAITING)
        assert {s.id: s.waiting for s in view.services if s.waiting} == dict(waiting)
        for counter in view.counters:
            planned = book.plan.counter(counter.id)
            if planned.takes_tickets:
                order = self.scene.why(counter.id)["order"]
                assert counter.waiting == len([line for line in order if not line["goes_on"]])

    @invariant()
    def a_counter_held_elsewhere_calls_nobody_and_is_held_once(self):
        book, view = self.scene.hall.book, self.scene.view()
        held = [id for c in view.counters for id in c.holds]
        assert len(held) == len(set(held))
        for counter in view.counters:
            if counter.served_at:
                there = next(c for c in view.counters if c.id == counter.served_at)
                assert not counter.ticket and not counter.holds and not there.served_at
                assert counter.id in there.holds
                assert (counter.staff, counter.reason) == (there.staff, there.reason)
                assert not book.counter(counter.id).is_open

    @invariant()
    def the_sheet_adds_up_and_says_what_the_books_say(self):
        book, rights = self.scene.hall.book, self.scene.hall.feedback.rights
        visits, sheet = self.scene.hall.tally.visits, day_sheet(self.scene.hall.tally)
        total = sheet.total
        ends = (total.served, total.by_hand, total.no_show, total.cancelled, total.expired, total.open)
        assert sum(ends) == total.issued + total.carried == len(book.tickets)
        for id, ticket in book.tickets.items():
            if ticket.state is TicketState.FINISHED:
                assert visits[id].end in ("served", "by_hand")
            elif ticket.state not in OVER:
                assert visits[id].end in ("served", "open")
            assert bool(visits[id].score or visits[id].rated_before) == (
                id in rights and rights[id].score is not None
            )
            if not visits[id].carried:
                assert visits[id].score == ((rights[id].score if id in rights else 0) or 0)
        assert sum(s.issued for s in sheet.services) == total.issued
        assert sum(c.calls for c in sheet.counters) == total.calls == sum(s.calls for s in sheet.services)
        assert [sum(n) for n in zip(*(s.ratings for s in sheet.services), strict=True)] in (
            [],
            [*total.ratings],
        )

    @invariant()
    def nobody_signs_in_twice_at_a_counter(self):
        for counter in self.scene.hall.book.counters.values():
            there = [s for s in (counter.staff, *counter.beside) if s]
            assert len(there) == len(set(there))
            assert counter.staff or not counter.beside

    @invariant()
    def everybody_is_told_why(self):
        for ticket in self.scene.hall.book.tickets.values():
            told = self.scene.why("3", ticket.id)
            mine, first = told["mine"], told["next"]
            assert (mine["because"] == "next") == bool(first and first["ticket"] == ticket.id)
            if mine["because"] == "waits":
                assert [b["number"] for b in mine["before"]] == [
                    line["number"] for line in told["order"][: mine["place"] - 1]
                ]

    @invariant()
    def a_ticket_that_is_over_is_nowhere(self):
        book = self.scene.hall.book
        over = {t.id for t in book.tickets.values() if t.state in OVER}
        assert not over & {c.ticket for c in book.counters.values()}

    @invariant()
    def a_closed_day_leaves_nobody_behind(self):
        book = self.scene.hall.book
        if not book.day_open:
            assert all(t.state in OVER for t in book.tickets.values())
            assert not any(c.is_open for c in book.counters.values())

    @invariant()
    def the_numbers_of_the_day_stay_in_their_ranges(self):
        plan, book = self.scene.plan, self.scene.hall.book
        for number, id in book.numbers.items():
            if book.tickets[id].by_hand:
                assert number[0] == "H"
                continue
            service = next(s for s in plan.services if s.prefix == number[0])
            assert service.first <= int(number[1:]) <= service.last
            assert book.tickets[id].number == number
