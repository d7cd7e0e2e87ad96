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
def own_storage(settings: Any, tmp_path: Path) -> Path:
    """Recordings lie in this folder."""
    place = tmp_path / "recordings"
    storage = {"BACKEND": "telephony.recordings.storage.WholeFileStorage", "OPTIONS": {"location": str(place)}}
    settings.STORAGES = {**settings.STORAGES, "recordings": storage}
    settings.TELEPHONY_DISK_FLOOR = 0
    return place
