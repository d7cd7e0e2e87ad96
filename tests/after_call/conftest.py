"""A company whose clock stands an hour after the calls of these tests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from tests.missed.company import Company
from tests.telephony.messages import START


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(START + timedelta(hours=1), tick=False) as clock:
        yield clock


@pytest.fixture
def company(db: None, clock: time_machine.Coordinates) -> Company:
    return Company()
