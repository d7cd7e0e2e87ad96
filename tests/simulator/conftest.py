"""Fixtures for the simulator's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulator.api import Api


@pytest.fixture
def api() -> Iterator[Api]:
    api = Api()
    with api.server:
        yield api
