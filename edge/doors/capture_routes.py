"""The routes of the document cameras: pages taken, looked at, put right and handed out."""

from edge.doors import answers as a
from edge.doors import capture_bodies as b
from edge.doors import counter_page, pages_taken
from edge.doors.callers import Lan
from edge.doors.route import API, Route, get, post

_OF_PAGE = (403, 404, 409, 410, 503)

CAPTURES: tuple[Route, ...] = (
    get(
        "/counter/{id}",
        counter_page.page,
        "A counter's page: camera, pages, what is missing. The browser that opens it is that counter today",
        media="text/html",
        asks=b.CounterPageQuery,
        lan=Lan.COUNTER,
        no=(404,),
    ),
    post(
        "/counters/{id}/captures",
        pages_taken.capture,
        "Take a page with the counter's document camera",
        a.CaptureAnswer,
        takes=b.CaptureBody,
        status=201,
        lan=Lan.COUNTER,
        no=(404, 409, 503),
    ),
    get(
        f"{API}/counters/{{id}}/captures",
        pages_taken.at_counter,
        "Pages of the ticket that is at the counter",
        a.CapturesAnswer,
        lan=Lan.COUNTER,
        no=(404,),
    ),
    get(
        f"{API}/counters/{{id}}/camera",
        pages_taken.live,
        "What the counter's document camera sees: Motion JPEG, up to ten a second, found pages outlined",
        media="multipart/x-mixed-replace",
        lan=Lan.COUNTER,
        no=(404, 409, 503),
    ),
    get(
        f"{API}/counters/{{id}}/camera/stream",
        pages_taken.seen,
        "Server-Sent Events: `event: seen`, how it stands with what lies under the camera",
        media="text/event-stream",
        lan=Lan.COUNTER,
        no=(404, 409),
    ),
    post(
        "/counters/{id}/camera/auto",
        pages_taken.auto,
        "Take pages by themselves, or not any more",
        a.CameraAnswer,
        takes=b.AutoBody,
        lan=Lan.COUNTER,
        no=(404, 409),
    ),
    get(
        f"{API}/tickets/{{id}}/checklist",
        pages_taken.checklist,
        "What a ticket's matter needs, what there is a page of, and what is missing",
        a.ChecklistAnswer,
        asks=b.ChecklistQuery,
        lan=Lan.COUNTER,
        no=(403, 404),
    ),
    get(
        f"{API}/tickets/{{id}}/pdf",
        pages_taken.bound,
        "All pages of a ticket of today as one PDF; that it was handed out is written down",
        media="application/pdf",
        asks=b.PdfQuery,
        lan=Lan.COUNTER,
        no=_OF_PAGE,
    ),
    get(
        f"{API}/captures/{{id}}",
        pages_taken.captured,
        "A stored page of today; that it was handed out is written down",
        media="*/*",
        asks=b.CaptureQuery,
        lan=Lan.COUNTER,
        no=_OF_PAGE,
    ),
    post(
        "/captures/{id}/move",
        pages_taken.move,
        "The page is for another material",
        a.PageAnswer,
        takes=b.MoveBody,
        lan=Lan.COUNTER,
        no=_OF_PAGE,
    ),
    post(
        "/captures/{id}/remove",
        pages_taken.remove,
        "Erase a page of today",
        a.NoAnswer,
        takes=b.RemoveBody,
        lan=Lan.COUNTER,
        no=_OF_PAGE,
    ),
)
