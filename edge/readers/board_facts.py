"""What an idle board can say of its counter: services, fee, phones, hours; from the plan and the guides."""

from collections.abc import Sequence

from edge.guides import Guide, Guides
from edge.hall.plan import HallPlan
from edge.hall.words import CounterId
from edge.public import NoticeTable
from edge.settings_boards import LONGEST_NOTICE, Notice
from edge.texts import Texts

_PAUSE = "\u3001"
"""Between the items of a list."""
MOST_ITEMS = 2
"""So many are named with a fee: a board is read in passing."""


def facts_of(plan: HallPlan, guides: Guides, texts: Texts, counter: CounterId) -> dict[str, str]:
    """By the names that pages use; empty where nothing is known. No counter: what is true of the hall."""
    found = plan.counter(counter)
    services = found.services if found else ()
    named = [service.name for id in services if (service := plan.service(id))]
    of_services = [guide for id in services for guide in guides.of_service(id)]
    return {
        "services": _PAUSE.join(named),
        "fee": fee_of(of_services, texts),
        "phone": (found.phone if found else "") or plan.phone,
        "hall_phone": plan.phone,
        "hall": plan.name,
        "hours": " ".join(f"{span.opens}-{span.closes}" for span in plan.hours),
    }


def fee_of(guides: Sequence[Guide], texts: Texts) -> str:
    """One word where all cost the same, else each fee with its items. Not known is never called free."""
    by_fee: dict[str, list[str]] = {}
    for guide in guides:
        if guide.fee:
            by_fee.setdefault(guide.fee, []).append(guide.name)
    if len(by_fee) == 1 and all(guide.fee for guide in guides):
        return next(iter(by_fee))
    return " ".join(_with_items(fee, items, texts) for fee, items in by_fee.items())


def _with_items(fee: str, items: Sequence[str], texts: Texts) -> str:
    named = _PAUSE.join(items[:MOST_ITEMS])
    if len(items) > MOST_ITEMS:
        return texts.get("board.fee_many", items=named, count=len(items), fee=fee)
    return texts.get("board.fee_of", items=named, fee=fee)


def notices_of(notices: Sequence[NoticeTable], texts: Texts) -> tuple[Notice, ...]:
    """The hall's dated notices as boards show them; of a long one the title alone."""
    return tuple(Notice(_line(n, texts), n.since, n.until) for n in notices)


def _line(notice: NoticeTable, texts: Texts) -> str:
    text = " ".join(notice.text.split())
    if not text or len(text) > LONGEST_NOTICE:
        return notice.title
    return texts.get("board.notice", title=notice.title, text=text)
