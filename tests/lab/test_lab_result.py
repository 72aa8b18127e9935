"""The lab is no part of the suite: what it left is read, and whether it is of the present files is said."""

from tests.lab.image import ROOT
from tests.lab.parts import FILES, PARTS
from tests.lab.results import failed, load
from tests.lab.status import told


def test_every_file_that_a_result_is_about_is_there() -> None:
    missing = {path for files in FILES.values() for path in files if not (ROOT / path).is_file()}
    assert missing == set()


def test_the_lab_s_result_holds_no_failure_and_says_what_it_is_about() -> None:
    parts = load()
    assert set(parts) <= set(PARTS)
    for part in parts.values():
        assert part["checks"] and failed(part) == []
        assert part["files"] and all(part["files"].values())
        assert len(part["commit"]) == 40


def test_status_has_a_line_for_each_part() -> None:
    lines = told()
    for _, line in lines:
        print(line)
    assert [line.partition(":")[0] for _, line in lines] == list(PARTS)
