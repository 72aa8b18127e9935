"""Captures: a page of the folder camera through the real link, into the journal and the data folder, once."""

import hashlib
import io
import json
import shutil
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from drivers.twins.pages import write_pages
from edge.hall.events import DocumentCaptured
from edge.hall.words import NO_REQUEST, Refused, Request
from tests.camera.camera_bench import DESK, Bench


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> Path:
    folder: Path = tmp_path_factory.mktemp("pages")
    write_pages(folder)
    return folder


@pytest.fixture
def bench(tmp_path, pages, finder) -> Iterator[Bench]:
    shutil.copytree(pages, tmp_path / "pictures")
    with Bench(tmp_path, finder) as made:
        yield made


def refused(bench: Bench, capture: str, why: str, counter: str = "") -> None:
    with pytest.raises(Refused) as caught:
        bench.captures.fetch(capture, counter)
    assert caught.value.reason == why


def test_a_page_is_stored_its_digest_noted_and_handed_out_again(bench):
    bench.calls_a_ticket()
    (event,) = bench.captures.take("6", NO_REQUEST, DESK)
    assert bench.noted(DocumentCaptured) == [event]
    page, original = bench.captures.fetch(event.capture), bench.captures.fetch(event.capture, "", "original")
    assert original.content == (bench.pictures / "page-1.jpg").read_bytes()
    assert event.original == hashlib.sha256(original.content).hexdigest()
    assert (page.media_type, page.counter) == ("image/jpeg", "6")
    assert event.digest == hashlib.sha256(page.content).hexdigest()
    assert event.size_bytes == len(page.content) < len(original.content) / 2
    with Image.open(io.BytesIO(page.content)) as clean:
        assert clean.height > 1.3 * clean.width, "the sheet alone, upright"
        assert np.median(np.asarray(clean)) == 255, "white paper"
    assert event.ticket == bench.registrar.ticket("A001").id
    kinds = [name.removeprefix(event.capture) for name in bench.files()]
    assert kinds == [".json", ".original.sealed", ".pdf.sealed", ".sealed", ".small.sealed"]


def test_what_lies_on_the_disk_is_no_picture(bench):
    (event,) = bench.captures.take("6", NO_REQUEST, DESK)
    page = bench.captures.fetch(event.capture).content
    sealed = next(bench.stored.rglob(f"{event.capture}.sealed")).read_bytes()
    assert page[:3] == b"\xff\xd8\xff"
    assert b"JFIF" in page[:32]
    assert b"JFIF" not in sealed
    assert page[1000:1016] not in sealed


def test_a_page_in_another_ones_place_is_not_handed_out(bench):
    first, second = (bench.captures.take("6", NO_REQUEST, DESK)[0].capture for _ in range(2))
    one = next(bench.stored.rglob(f"{first}.sealed"))
    one.write_bytes(next(bench.stored.rglob(f"{second}.sealed")).read_bytes())
    refused(bench, first, "no_capture")
    assert bench.captures.fetch(second).content


def test_the_page_on_the_picture_is_found_beside_it(bench):
    (event,) = bench.captures.take("6", NO_REQUEST, DESK)
    facts = json.loads(next(bench.stored.rglob(f"{event.capture}.json")).read_text())
    assert facts["pages"][0]["accepted"] is True
    assert len(facts["pages"][0]["corners"]) == 4


@pytest.mark.parametrize("width", [1920, 3840])
def test_a_calibrated_camera_gives_pages_their_true_size(bench, width):
    (bench.stored / "scale").mkdir(parents=True)
    known = {"per_mm": 4.15 * width / 1920, "width": width, "paper": "A4"}
    (bench.stored / "scale" / "6.json").write_text(json.dumps(known))
    (event,) = bench.captures.take("6", NO_REQUEST, DESK)
    facts = json.loads(next(bench.stored.rglob(f"{event.capture}.json")).read_text())
    assert facts["dpi"] == [pytest.approx(4.15 * 25.4, abs=0.1)]


def test_the_same_request_takes_one_page_even_from_many_callers_at_once(bench):
    request = Request("POST /api/v1/counters/6/captures k1", "0123456789abcdef")
    answers: list[tuple] = []
    callers = [
        threading.Thread(target=lambda: answers.append(bench.captures.take("6", request, DESK)))
        for _ in range(4)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len({events[0].capture for events in answers}) == 1
    assert len(bench.noted(DocumentCaptured)) == 1
    assert len({name.partition(".")[0] for name in bench.files()}) == 1
    with pytest.raises(Refused) as caught:
        bench.captures.take("6", Request(request.key, "another body"), DESK)
    assert caught.value.reason == "key_reused"


def test_a_counter_without_a_camera_is_refused(bench):
    with pytest.raises(Refused) as caught:
        bench.captures.take("1", NO_REQUEST, DESK)
    assert caught.value.reason == "no_camera"
    assert bench.noted(DocumentCaptured) == []


def test_a_picture_that_cannot_be_taken_is_refused_and_leaves_nothing(bench):
    for picture in bench.pictures.glob("*.jpg"):
        picture.write_bytes(b"broken")
    with pytest.raises(Refused) as caught:
        bench.captures.take("6", NO_REQUEST, DESK)
    assert caught.value.reason == "camera_failed"
    assert (bench.noted(DocumentCaptured), bench.files()) == ([], [])


def test_a_journal_that_does_not_take_it_leaves_no_file(bench):
    bench.registrar.stop()
    with pytest.raises(Exception, match="not running"):
        bench.captures.take("6", NO_REQUEST, DESK)
    assert bench.files() == []


def test_a_page_that_was_altered_is_not_handed_out(bench):
    (event,) = bench.captures.take("6", NO_REQUEST, DESK)
    next(bench.stored.rglob(f"{event.capture}.sealed")).write_bytes(b"something else")
    refused(bench, event.capture, "no_capture")


@pytest.mark.parametrize("id", ["", "../../etc/passwd", "20200101-0123456789abcdef", "x" * 200, "%2e%2e"])
def test_no_other_file_is_handed_out(bench, id):
    refused(bench, id, "no_capture")


def test_a_picture_without_a_page_is_kept_all_the_same(tmp_path, finder):
    (tmp_path / "pictures").mkdir()
    Image.new("RGB", (640, 480), (80, 80, 80)).save(tmp_path / "pictures" / "empty.jpg")
    with Bench(tmp_path, finder) as bench:
        (event,) = bench.captures.take("6", NO_REQUEST, DESK)
        assert Image.open(io.BytesIO(bench.captures.fetch(event.capture).content)).size == (640, 480)


@pytest.mark.parametrize(("trusted", "left"), [(True, 1), (False, 2)])
def test_old_days_are_erased_only_by_a_clock_that_is_to_be_trusted(tmp_path, trusted, left, finder):
    (tmp_path / "pictures").mkdir()
    Image.new("RGB", (64, 64)).save(tmp_path / "pictures" / "x.png")
    with Bench(tmp_path, finder, trusted=trusted, keep_days=7) as bench:
        today = date.fromisoformat(bench.registrar.view.day)
        for age in (7, 8):
            folder = bench.stored / f"{today - timedelta(days=age):%Y%m%d}"
            folder.mkdir(parents=True)
            (folder / f"{folder.name}-0123456789abcdef.sealed").write_bytes(b"x")
        assert bench.captures.purge() == 2 - left
        assert len(list(bench.stored.iterdir())) == left
