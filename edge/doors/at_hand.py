"""What lies on the readers just now: whose card at a counter, whose slip at a kiosk."""

from dataclasses import asdict

from edge.doors.house import Call, House, Reply
from edge.doors.verbs import known_counter


async def card(house: House, call: Call) -> Reply:
    """The masked name, for this counter's clerk; neither kept nor logged."""
    counter = known_counter(house.view, call.id)
    seen = house.cards.at_counter(counter.id) if house.cards else None
    return Reply(200, {"card": {"name": seen.masked_name, "age_s": round(seen.age_s, 1)} if seen else None})


async def scan(house: House, call: Call) -> Reply:
    """The slip that was scanned at this kiosk, with its code for a rating."""
    seen = house.scans.at_kiosk(call.id) if house.scans else None
    return Reply(200, {"scan": asdict(seen) if seen else None})
