import pytest
from hall_scenario import Scene


@pytest.fixture
def scene() -> Scene:
    """A trusted clock, ten in the morning, counters 1 to 3 open."""
    return Scene().open("1", "2", "3")
