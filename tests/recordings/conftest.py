"""Fixtures: the simulated PBXs, and a storage of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.api import Api


@pytest.fixture
def api() -> Iterator[Api]:
    api = Api()
    with api.server:
        yield api


@pytest.fixture(autouse=True)
def everything_lies_there(own_storage: Path, settings: Any) -> None:
    """Each of these tests has a storage of its own, whatever is free on the disk."""
    settings.TELEPHONY_DISK_FLOOR = 0
