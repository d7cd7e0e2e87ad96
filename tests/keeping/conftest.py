"""A storage of the test's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def own_storage(settings: Any, tmp_path: Path) -> Path:
    """Recordings lie in this folder."""
    place = tmp_path / "recordings"
    storage = {"BACKEND": "telephony.recordings.storage.WholeFileStorage", "OPTIONS": {"location": str(place)}}
    settings.STORAGES = {**settings.STORAGES, "recordings": storage}
    return place
