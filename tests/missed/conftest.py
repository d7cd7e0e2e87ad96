"""Fixtures for the tests of missed clients."""

from __future__ import annotations

import pytest

from tests.missed.company import Company


@pytest.fixture
def company(db: None) -> Company:
    return Company()
