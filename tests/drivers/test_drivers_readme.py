"""The drivers' README tells what the code does: the device table, links, the keys of descriptions."""

import re

from drivers import loader
from drivers.checksums import CHECKSUMS
from drivers.frame_format import KEYS
from drivers.links import SCHEMES
from tests.drivers.device_table import README, drivers_in, filled, rows

TEXT = README.read_text(encoding="utf-8")


def test_every_driver_stands_in_the_device_table_once():
    named = [name for row in rows(TEXT) for name in drivers_in(row)]
    assert sorted(named) == list(loader.names())


def test_links_and_golden_frames_are_those_of_the_code():
    """`python -m tests.drivers.device_table` writes them."""
    assert filled(TEXT) == TEXT


def test_every_row_says_its_basis_how_sure_it_is_and_what_it_was_tried_on():
    for row in rows(TEXT):
        assert len(row) == 7 and all(row), row
        assert "never" in row[6] or re.search(r"\b20\d\d-\d\d-\d\d\b", row[6]), "tried when, on what?"


def test_every_link_and_every_key_of_a_description_is_explained():
    assert [scheme for scheme in SCHEMES if f"`{scheme}:" not in TEXT] == []
    assert [key for key in KEYS if f"`{key}`" not in TEXT] == []
    assert [algo for algo in CHECKSUMS if f"`{algo}`" not in TEXT] == []
