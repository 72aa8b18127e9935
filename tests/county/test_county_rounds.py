"""Five rounds of what `make county` does fifty times."""

from pathlib import Path

import pytest

from tests.county.rounds import run


@pytest.mark.timeout(240)
@pytest.mark.xdist_group("county")
def test_hall_broker_and_center_may_die_in_turn(tmp_path: Path) -> None:
    assert "each once" in run(tmp_path, f"sqlite:///{tmp_path}/center.db", rounds=5, seed=4)
