"""An agent between an AMI and a CRM, which are both not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agent.collector import Collector
from tests.agent.fake_ami import FakeAmi
from tests.agent.running import Agent
from tests.servers import free_port


@pytest.fixture
def ami() -> Iterator[FakeAmi]:
    made = FakeAmi(free_port())
    yield made
    made.stop()


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector(free_port())
    yield made
    made.stop()


@pytest.fixture
def agent(tmp_path: Path, collector: Collector, ami: FakeAmi) -> Iterator[Agent]:
    """Not started yet, so that a test can change its settings."""
    made = Agent(tmp_path / "agent", collector.url, ami.port)
    yield made
    made.kill()
