"""Recordings lie in a folder of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def everything_lies_there(own_storage: Path) -> None:
    """Each of these tests has a storage of its own."""
