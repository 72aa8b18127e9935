"""Some of what `make county` does at length: five rounds of fifty, one fault of a line of four."""

from pathlib import Path

import pytest

from tests.county import lines
from tests.county.rounds import run


@pytest.mark.timeout(240)
@pytest.mark.xdist_group("county")
def test_hall_broker_and_center_may_die_in_turn(tmp_path: Path) -> None:
    assert "each once" in run(tmp_path, f"sqlite:///{tmp_path}/center.db", rounds=5, seed=4)


@pytest.mark.timeout(240)
@pytest.mark.xdist_group("county")
def test_a_line_may_be_dead_without_a_word_and_no_door_waits(tmp_path: Path) -> None:
    faults = ["dead without a word"]
    said = lines.run(tmp_path, f"sqlite:///{tmp_path}/center.db", faults, whole=False)
    assert len(said) == 2
