"""One page finder for all tests of a module."""

from collections.abc import Iterator

import pytest

from tests.camera.camera_bench import Shared


@pytest.fixture(scope="module")
def finder() -> Iterator[Shared]:
    shared = Shared()
    yield shared
    shared.end()
