"""Codes on slips: the same for ever, different for each ticket, forgiving of a tired reader."""

import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as st

from edge.rating_codes import RatingCodes

KEY = bytes(range(32))
CODES = RatingCodes(KEY)
TICKETS = [f"510000001-20261122-A{n:03d}" for n in range(1, 400)]


def test_a_code_is_fifty_bits_of_the_hmac_under_the_halls_key() -> None:
    mac = hmac.new(KEY, b"rating code 510000001-20261122-A001", hashlib.sha256).digest()
    letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    value = int.from_bytes(mac[:8], "big") & (1 << 50) - 1
    expected = ""
    for _ in range(10):
        value, digit = divmod(value, 32)
        expected += letters[digit]
    assert CODES.code(TICKETS[0]) == expected


def test_no_two_tickets_share_a_code_and_another_hall_has_others() -> None:
    codes = {CODES.code(t) for t in TICKETS}
    assert len(codes) == len(TICKETS)
    assert not codes & {RatingCodes(bytes(32)).code(t) for t in TICKETS}


def test_a_code_finds_its_ticket_as_it_is_typed() -> None:
    code = CODES.code(TICKETS[7])
    for typed in (code, code.lower(), f"{code[:5]}-{code[5:]}", f" {code[:3]} {code[3:]} "):
        assert CODES.find(typed, TICKETS) == TICKETS[7]


def test_look_alikes_are_forgiven() -> None:
    ticket = next(t for t in TICKETS if {"0", "1"} <= set(CODES.code(t)))
    code = CODES.code(ticket)
    assert CODES.find(code.replace("0", "O").replace("1", "l"), TICKETS) == ticket
    assert not set("".join(CODES.code(t) for t in TICKETS)) & set("ILOU")


def test_a_code_of_an_older_ticket_is_nobodys() -> None:
    assert CODES.find(CODES.code(TICKETS[0]), TICKETS[1:]) is None


@given(st.text(max_size=40))
def test_whatever_is_typed_is_no_crash_and_no_ticket(typed: str) -> None:
    assert CODES.find(typed, TICKETS[:3]) is None
