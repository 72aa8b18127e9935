"""What papers say: the facts of one ticket, or of all who wait, for the fields of their paper."""

from datetime import datetime

from edge.guides import Guide, Guides
from edge.hall.hours import local
from edge.hall.plan import HallPlan
from edge.hall.views import TicketView
from edge.hall.waiting_list import WaitingLine, WaitingView
from edge.hall.words import TicketState
from edge.texts import Texts


def ticket_facts(plan: HallPlan, guides: Guides, ticket: TicketView, code: str) -> dict[str, str]:
    """The fields of `edge.papers.FIELDS`, empty where nothing honest can be said; never why it goes first."""
    service = plan.service(ticket.service)
    guide = guides.get(ticket.item) if ticket.item else None
    issued = datetime.fromisoformat(ticket.issued_at)
    wait_s = ticket.estimated_wait_s
    return {
        "hall": plan.name,
        "number": ticket.number,
        "service": service.name if service else "",
        "item": guide.name if guide else "",
        "ahead": str(ticket.ahead),
        "wait": "" if wait_s is None else str(max(1, round(wait_s / 60))),
        "counter": _counters(plan, ticket.service),
        "area": service.area if service else "",
        "date": f"{issued:%Y-%m-%d}",
        "time": f"{issued:%H:%M}",
        "code": code,
        "phone": plan.phone,
    }


def list_facts(plan: HallPlan, waiting: WaitingView, now: datetime) -> dict[str, str]:
    """The fields of `edge.papers.LIST_FIELDS`."""
    here = local(plan, now)
    return {
        "hall": plan.name,
        "date": f"{here:%Y-%m-%d}",
        "time": f"{here:%H:%M}",
        "waiting": str(len(waiting.waiting)),
        "phone": plan.phone,
    }


def line_facts(plan: HallPlan, texts: Texts, place: int, line: WaitingLine) -> dict[str, str]:
    """The fields of `edge.papers.LINE_FIELDS`."""
    service = plan.service(line.service)
    is_aside = line.state != TicketState.WAITING
    note = texts.get(f"paper.{line.state}") if is_aside else ""
    if line.counter and not is_aside:
        note = texts.get("paper.for_counter", counter=line.counter)
    return {
        "place": str(place),
        "number": line.number,
        "service": service.name if service else "",
        "since": f"{datetime.fromisoformat(line.since):%H:%M}",
        "note": note,
    }


def guide_facts(plan: HallPlan, guide: Guide, now: datetime) -> dict[str, str]:
    """The fields of `edge.papers.GUIDE_FIELDS`."""
    service = plan.service(guide.service)
    return {
        "hall": plan.name,
        "item": guide.name,
        "department": guide.department,
        "promised": guide.promised_time,
        "legal": guide.legal_time,
        "fee": guide.fee,
        "counter": _counters(plan, guide.service),
        "area": service.area if service else "",
        "contact": guide.contact,
        "date": f"{local(plan, now):%Y-%m-%d}",
        "phone": plan.phone,
    }


def material_facts(guide: Guide) -> list[dict[str, str]]:
    """The fields of `edge.papers.MATERIAL_FIELDS`, for every material."""
    return [{"place": str(n), "material": m} for n, m in enumerate(guide.materials, 1)]


def trial_facts(plan: HallPlan, printer: str, version: str, now: datetime) -> dict[str, str]:
    """The fields of `edge.papers.TEST_FIELDS`."""
    here = local(plan, now)
    named = {"hall": plan.name, "printer": printer, "version": version}
    return {**named, "date": f"{here:%Y-%m-%d}", "time": f"{here:%H:%M}"}


def _counters(plan: HallPlan, service: str) -> str:
    """The counters that serve it in the first place; a general counter only where no other does."""
    own = [c.id for c in plan.counters if service in c.services and c.takes_tickets]
    return "/".join(own or [c.id for c in plan.counters if c.general])
