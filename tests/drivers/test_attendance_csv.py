"""Attendance files: each whole line, half-written ones later, bad ones with their place, none lost."""

import shutil

import pytest

from drivers import attendance_csv
from drivers.attendance_csv import AT_ONCE, LOOK_S, BadLine, Options, punch_of
from drivers.capabilities import State
from drivers.errors import Fault, LinkLost
from drivers.links import open_link
from drivers.readings import Punched, PunchRefused

HEADER = "工号,时间,进出,姓名\n".encode()


def line(staff=101, at="2026-11-22 08:31:05", way="0"):
    return f"{staff},{at},{way},某某\n".encode()


class Clock:
    """Goes on only by `pass_`."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    def pass_(self, s):
        self.now += s


class Bench:
    def __init__(self, folder, options):
        self.folder = folder
        self.clock = Clock()
        self.link = open_link(f"inbox://{folder}")
        self.driver = attendance_csv.Driver(self.link, options, self.clock)
        self.driver.start()

    def told(self):
        """What the next look finds."""
        self.clock.pass_(LOOK_S)
        return list(self.driver.poll(0))


@pytest.fixture
def bench(tmp_path):
    made = []

    def make(**options):
        folder = tmp_path / "punches"
        folder.mkdir(exist_ok=True)
        made.append(Bench(folder, Options(way=3, **options)))
        return made[-1]

    yield make
    for one in made:
        one.link.close()


def test_lines_are_told_once_in_each_life_with_their_place_and_without_the_name(bench):
    one = bench()
    (one.folder / "2026-11.csv").write_bytes(HEADER + line() + line(102, "2026-11-22 17:30:00", "1"))
    (one.folder / "notes.md").write_bytes(b"nothing")
    (one.folder / ".new.csv").write_bytes(line(9))
    assert one.told() == [
        Punched("101", "2026-11-22T08:31:05", "in", "2026-11.csv:2"),
        Punched("102", "2026-11-22T17:30:00", "out", "2026-11.csv:3"),
    ]
    assert one.told() == []
    with (one.folder / "2026-11.csv").open("ab") as file:
        file.write(line(103))
    assert [p.staff for p in one.told()] == ["103"]
    assert [p.staff for p in bench().told()] == ["101", "102", "103"], "a new life reads all of it again"
    assert one.driver.check().state is State.OK


def test_half_a_line_waits_for_its_end(bench):
    one = bench(quiet_s=30)
    file = one.folder / "a.csv"
    file.write_bytes(HEADER + line() + b"102,2026-11-22 08:3")
    assert [p.staff for p in one.told()] == ["101"]
    file.write_bytes(HEADER + line() + b"102,2026-11-22 08:32:10,1,x\n" + line(103))
    assert [p.staff for p in one.told()] == ["102", "103"]


def test_a_last_line_without_an_end_counts_once_the_file_is_quiet_and_only_whole(bench):
    one = bench(quiet_s=30)
    whole, torn = one.folder / "a.csv", one.folder / "b.csv"
    whole.write_bytes(HEADER + b"102,2026-11-22 08:32:10")
    torn.write_bytes(HEADER + b"103,2026-11-22 08:32:1")
    assert one.told() == []
    one.clock.pass_(31)
    found = one.told()
    assert found[0] == Punched("102", "2026-11-22T08:32:10", "", "a.csv:2")
    assert (found[1].source, found[1].why) == ("b.csv:2", "cut_off")
    assert one.told() == []
    with torn.open("ab") as file:
        file.write(b"7,0,x\n")
    assert one.told() == [Punched("103", "2026-11-22T08:32:17", "in", "b.csv:2")]


def test_a_file_that_was_written_anew_is_read_from_its_beginning(bench):
    one = bench()
    file = one.folder / "a.csv"
    file.write_bytes(HEADER + line(101) + line(102))
    one.told()
    fresh = one.folder / "a.part"
    fresh.write_bytes(HEADER + line(104))
    fresh.rename(file)
    assert [p.staff for p in one.told()] == ["104"]
    file.write_bytes(HEADER)
    assert one.told() == []


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b",2026-11-22 08:31:05\n", "no_staff"),
        (b"10 1,2026-11-22 08:31:05\n", "no_staff"),
        (b"101,yesterday\n", "no_time"),
        (b"101\n", "no_time"),
        (b"101,2026-13-41 08:31:05\n", "no_time"),
        (b"\xff\xfe\x00,2026-11-22 08:31:05\n", "not_text"),
        (b"1" * 2000 + b"\n", "too_long"),
    ],
)
def test_a_line_that_says_nothing_is_refused_with_its_reason(said, why):
    with pytest.raises(BadLine) as no:
        punch_of(said, Options(), "a.csv:2")
    assert str(no.value) == why


def test_bad_lines_are_told_with_their_place_and_the_rest_goes_on(bench):
    one = bench()
    file = one.folder / "a.csv"
    content = HEADER + line(101) + b"what,is,this\n\n" + line(102)
    file.write_bytes(content)
    found = one.told()
    assert [type(f) for f in found] == [Punched, PunchRefused, Punched]
    assert (found[1].source, found[1].why) == ("a.csv:3", "no_time")
    status = one.driver.check()
    assert (status.state, status.code, status.detail) == (State.DEGRADED, Fault.BAD_LINES, "a.csv:3 no_time")
    assert file.read_bytes() == content, "another program's file is never changed"


def test_other_tables_are_a_matter_of_options(bench):
    one = bench(
        staff=1, at=2, time=3, format="%Y/%m/%d %H:%M", delimiter="\t", header=False, encoding="gb18030"
    )
    (one.folder / "log.dat").write_bytes("101\t2026/11/22\t08:31\t站街镇\n".encode("gb18030"))
    assert one.told() == [Punched("101", "2026-11-22T08:31:00", "", "log.dat:1")]


def test_a_line_that_the_hall_could_not_take_down_is_told_again_in_order(bench):
    one = bench()
    (one.folder / "a.csv").write_bytes(HEADER + b"".join(line(n) for n in range(100, 100 + AT_ONCE + 5)))
    first = one.told()
    assert len(first) == AT_ONCE
    for punch in first[-2:]:
        one.driver.again(punch)
    assert one.driver.poll(0) == (), "not at once"
    assert [p.staff for p in one.told()] == ["298", "299"]
    assert [p.staff for p in one.told()] == ["300", "301", "302", "303", "304"]


def test_a_folder_that_goes_is_a_lost_link(bench):
    one = bench()
    shutil.rmtree(one.folder)
    with pytest.raises(LinkLost):
        one.driver.check()
    with pytest.raises(LinkLost):
        one.told()
    with pytest.raises(LinkLost):
        open_link(f"inbox://{one.folder}")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"staff": 0}, "columns"),
        ({"delimiter": "::"}, "one character"),
        ({"encoding": "latin-1"}, "utf-8 or gb18030"),
        ({"quiet_s": 0}, "quiet_s"),
        ({"format": "%Q"}, "format"),
    ],
)
def test_options_that_cannot_be_are_refused(options, words):
    with pytest.raises(ValueError, match=words):
        Options(**options)
