"""Who gets which page: a counter its own of today, in each form, noted; nobody else's, no other day's."""

import io
import json
import os
import signal
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlsplit

import numpy as np
import pikepdf
import pytest
from PIL import Image

from tests.camera.camera_hall import CameraHall
from tests.camera.small_pages import write_small_pages
from tests.scan.pdf_pictures import rendered
from tests.waiting import until


@pytest.fixture(scope="module")
def hall(tmp_path_factory) -> Iterator[CameraHall]:
    tmp_path = tmp_path_factory.mktemp("hall")
    write_small_pages(tmp_path / "pictures")
    with CameraHall(tmp_path / "data", {"6": tmp_path / "pictures", "3": tmp_path / "pictures"}) as made:
        yield made


class Browser:
    """One that keeps the cookie it is given."""

    def __init__(self, url: str) -> None:
        self._host = urlsplit(url).netloc
        self.cookie = ""

    def get(self, path: str, token: str = "") -> tuple[int, str, bytes]:
        door = HTTPConnection(self._host, timeout=40)
        headers = {"Cookie": self.cookie} if self.cookie else {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        door.request("GET", path, headers=headers)
        answer = door.getresponse()
        if given := answer.headers.get("Set-Cookie"):
            assert "HttpOnly" in given
            assert "SameSite=Strict" in given
            self.cookie = given.partition(";")[0]
        said = answer.status, answer.headers["Content-Type"], answer.read()
        door.close()
        return said

    def refused(self, path: str, token: str = "") -> tuple[int, str]:
        """Status and reason of a refusal, which is said in Chinese."""
        status, _, content = self.get(path, token)
        problem = json.loads(content)
        assert any("一" <= c <= "鿿" for c in problem["detail"]), problem
        return status, problem["reason"]


@pytest.fixture(scope="module")
def taken(hall) -> tuple[str, list[str]]:
    """A ticket at counter 6 with two pages for its second material."""
    ticket = hall.comes("6")["id"]
    pages = [
        hall.client.post("/api/v1/counters/6/captures", {"material": 2, "check": True})[1] for _ in range(2)
    ]
    assert [p["capture"]["faults"] for p in pages] == [[], []], pages
    return ticket, [p["capture"]["id"] for p in pages]


def handed_over(hall: CameraHall) -> list[dict]:
    events = hall.client.get("/api/v1/events?limit=1000")[1]["events"]
    return [e["data"] for e in events if e["type"] == "bianmin.document.handed_over"]


def test_each_form_of_a_page_comes_and_a_thumbnail_is_no_hand_over(hall, taken):
    page, counter6 = f"/api/v1/captures/{taken[1][0]}", Browser(hall.url)
    before = len(handed_over(hall))
    kinds = {form: counter6.get(f"{page}?counter=6&as={form}")[1:] for form in ("jpeg", "png", "original")}
    assert [kind for kind, _ in kinds.values()] == ["image/jpeg", "image/png", "image/jpeg"]
    clean, png, original = (np.asarray(Image.open(io.BytesIO(c)).convert("L")) for _, c in kinds.values())
    assert original.shape == (960, 1280)
    assert clean.shape == png.shape != original.shape
    assert np.median(clean) == 255 > np.median(original)
    assert len(handed_over(hall)) == before + 3
    small = counter6.get(f"{page}?counter=6&as=small")[2]
    assert max(Image.open(io.BytesIO(small)).size) == 260
    assert len(handed_over(hall)) == before + 3
    assert counter6.refused(f"{page}?as=tiff")[1] == "bad_query"
    assert counter6.refused(f"{page}?number=2") == (404, "no_capture")


def test_a_tickets_pages_are_one_pdf_and_a_purpose_may_stand_over_them(hall, taken):
    path = f"/api/v1/tickets/{taken[0]}/pdf?counter=6"
    plain = Browser(hall.url).get(path)[2]
    words = f"&purpose={quote('低保申请')}"
    marked = Browser(hall.url).get(f"{path}{words}&material=2")[2]
    for file in (plain, marked):
        with pikepdf.open(io.BytesIO(file)) as opened:
            assert [[round(float(v)) for v in p.mediabox[2:]] for p in opened.pages] == [[595, 842]] * 2
    pages = zip(rendered(plain, 50), rendered(marked, 50), strict=True)
    assert all((np.abs(a.astype(int) - b) > 12).mean() > 0.01 for a, b in pages)
    assert Browser(hall.url).refused(f"{path}&material=1") == (404, "no_pages")


def test_a_browser_that_opened_a_counters_page_is_that_counter_and_no_other(hall, taken):
    ticket, (page, _) = taken
    counter3 = Browser(hall.url)
    assert counter3.get("/counter/3")[0] == 200
    assert counter3.refused(f"/api/v1/captures/{page}") == (403, "other_counters")
    assert counter3.refused(f"/api/v1/captures/{page}?counter=6") == (403, "other_counters")
    assert counter3.refused(f"/api/v1/tickets/{ticket}/pdf") == (403, "other_counters")
    assert counter3.refused("/api/v1/counters/6/captures") == (403, "other_counters")
    counter6 = Browser(hall.url)
    counter6.get("/counter/6")
    assert counter6.get(f"/api/v1/captures/{page}")[0] == 200
    assert counter6.get(f"/api/v1/tickets/{ticket}/pdf")[0] == 200
    forged = Browser(hall.url)
    forged.cookie = "bianmin-counter=6.\u00e9\u00e9"
    assert forged.get(f"/api/v1/captures/{page}?counter=6")[0] == 200, "says nothing: as without one"
    forged.cookie = counter3.cookie.replace("=3.", "=6.")
    assert forged.refused(f"/api/v1/captures/{page}?counter=3") == (403, "other_counters")


def test_a_person_of_the_staff_is_at_the_counter_where_they_sit(hall, taken):
    page = f"/api/v1/captures/{taken[1][0]}"
    before = len(handed_over(hall))
    tokens = {}
    for staff in ("106", "103"):
        answer = hall.client.post("/api/v1/staff/sign-on", {"staff": staff, "pin": "2468"})[1]
        tokens[staff] = answer["session"]["token"]
    hall.client.post("/api/v1/counters/6/sign-in", {"staff": "106"})
    assert Browser(hall.url).get(page, tokens["106"])[0] == 200
    assert Browser(hall.url).refused(page, tokens["103"]) == (403, "other_counters")
    assert Browser(hall.url).refused(page, "no such token") == (401, "no_session")
    assert len(handed_over(hall)) == before + 1


def test_yesterdays_and_unknown_pages_and_tickets_are_refused(hall):
    counter6 = Browser(hall.url)
    day = hall.daemon._captures._keeping.today()
    files = hall.daemon._captures._files
    old = "20260101-0123456789abcdef"
    files.put(old, b"x", {"counter": "6", "ticket": "t", "digest": "", "item": "", "material": 0})
    assert counter6.refused(f"/api/v1/captures/{old}?counter=6") == (410, "not_of_today")
    files.forget(old)
    files.tidy_day(old[:8])
    assert counter6.refused(f"/api/v1/captures/{day}-0123456789abcdef") == (404, "no_capture")
    assert counter6.refused("/api/v1/captures/nothing") == (404, "no_capture")
    hall_id = hall.settings.plan.hall
    assert counter6.refused(f"/api/v1/tickets/{hall_id}-20260101-A001/pdf") == (410, "not_of_today")
    assert counter6.refused(f"/api/v1/tickets/{hall_id}-{day}-Z999/pdf") == (404, "no_ticket")
    assert counter6.refused("/api/v1/tickets/nobody/pdf") == (404, "no_ticket")


def test_who_takes_over_a_ticket_gets_its_pages(hall):
    ticket = hall.comes("6")["id"]
    page = hall.client.post("/api/v1/counters/6/captures", {})[1]["capture"]["id"]
    assert Browser(hall.url).refused(f"/api/v1/captures/{page}?counter=3") == (403, "other_counters")
    assert hall.client.post("/api/v1/counters/6/transfer", {"counter": "3"})[0] == 200
    hall.client.post("/api/v1/counters/3/open")
    assert hall.client.post("/api/v1/counters/3/call", {"ticket": ticket})[0] == 200
    assert Browser(hall.url).get(f"/api/v1/captures/{page}?counter=3")[0] == 200
    assert Browser(hall.url).get(f"/api/v1/tickets/{ticket}/pdf?counter=3")[0] == 200


def test_a_page_that_is_not_good_is_not_taken_unless_a_person_wants_it(hall):
    hall.comes("6")
    first = hall.client.post("/api/v1/counters/6/captures", {"check": True})
    assert first[0] == 201
    folder = Path(urlsplit(hall.settings.links["camera-6"].url).path)
    files = sorted(folder.glob("*.jpg"))
    kept = {file: file.read_bytes() for file in files}
    try:
        for file in files:
            Image.new("RGB", (1280, 960), (90, 90, 90)).save(file)
        status, problem = hall.client.post("/api/v1/counters/6/captures", {"check": True})
        assert (status, problem["reason"], problem["faults"]) == (409, "page_not_good", "unsure")
        assert "请放平" in problem["detail"]
        status, answer = hall.client.post("/api/v1/counters/6/captures", {})
        assert (status, answer["capture"]["faults"], answer["capture"]["pages"]) == (201, ["unsure"], 1)
    finally:
        for file, content in kept.items():
            file.write_bytes(content)


def test_without_its_finder_a_page_is_kept_as_it_is_and_made_ready_later(hall):
    ticket = hall.comes("6")["id"]
    captures = hall.daemon._captures
    finder = captures._work._finder
    command, finder._command = finder._command, ("/bin/false",)
    if finder.pid():
        os.kill(finder.pid(), signal.SIGKILL)
    try:
        until(lambda: not finder._child or not finder._child.is_alive())
        page = hall.client.post("/api/v1/counters/6/captures", {})[1]["capture"]
        assert page["original"] == ""
        assert Browser(hall.url).get(f"/api/v1/captures/{page['id']}?counter=6")[0] == 200
        assert Browser(hall.url).refused(f"/api/v1/tickets/{ticket}/pdf") == (409, "pages_not_ready")
        strict = hall.client.post("/api/v1/counters/6/captures", {"check": True})
        assert strict[1]["reason"] == "pages_not_ready"
    finally:
        finder._command = command
    status, _, file = Browser(hall.url).get(f"/api/v1/tickets/{ticket}/pdf")
    assert (status, file[:5]) == (200, b"%PDF-")
