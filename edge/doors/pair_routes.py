"""The routes by which browsers and screens of the hall's network are let in."""

from edge.doors import answers as a
from edge.doors import pair_bodies as b
from edge.doors import pairing
from edge.doors.callers import PAIRING_PAGE, Lan
from edge.doors.route import API, KEEPERS, Route, get, post

PAIRING: tuple[Route, ...] = (
    get(
        PAIRING_PAGE,
        pairing.page,
        "Where a browser of the hall's network says its code",
        media="text/html",
        lan=Lan.ANYBODY,
    ),
    post(
        "/pair",
        pairing.pair,
        "A code for a token, once",
        b.TokenAnswer,
        takes=b.PairBody,
        status=201,
        lan=Lan.ANYBODY,
        no=(409, 429, 503),
    ),
    get(f"{API}/paired", pairing.who_am_i, "As whom this caller is paired", b.PairedAnswer, lan=Lan.PAIRED),
    get(f"{API}/pairings", pairing.everybody, "All that is paired", b.AllPairedAnswer),
    post(
        "/pairings",
        pairing.make_code,
        "A code for a browser or a screen, good for once within ten minutes",
        b.CodeAnswer,
        takes=b.WishBody,
        status=201,
        roles=KEEPERS,
        no=(401, 404, 409),
    ),
    post(
        "/pairings/{id}/revoke",
        pairing.revoke,
        "Not paired any more, from now on",
        a.NoAnswer,
        roles=KEEPERS,
        no=(401, 404, 503),
    ),
)
