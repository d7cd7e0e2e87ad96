"""A cluster, a server as in production and a worker, all of them the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.cluster import Cluster
from tests.load.workers import Program, celery
from tests.servers import Server


@pytest.fixture
def make_cluster() -> Iterator[Callable[..., Cluster]]:
    made: list[Cluster] = []

    def make(**options: int) -> Cluster:
        cluster = Cluster(**options)
        made.append(cluster)
        cluster.start()
        return cluster

    yield make
    for cluster in made:
        cluster.remove()


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[Callable[[Server], Program]]:
    programs: list[Program] = []

    def start(server: Server) -> Program:
        command = celery("worker", "--beat", "--pool", "threads", "--concurrency", "24")
        program = Program(server.environment, tmp_path / "worker.log", *command)
        programs.append(program)
        program.start()
        return program

    yield start
    for program in programs:
        program.stop()
