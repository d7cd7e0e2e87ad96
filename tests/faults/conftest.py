"""A cluster, a server as in production and a worker, all of them the test's own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.databases import postgresql_template
from tests.faults.cluster import Cluster
from tests.faults.installation import Installation
from tests.load.workers import Program, celery
from tests.servers import Server, free_port
from tests.services import missing


@pytest.fixture
def make_cluster(postgresql: str) -> Iterator[Callable[..., Cluster]]:
    """With the project's tables, and running."""
    made: list[Cluster] = []
    tables = postgresql.rpartition("/")[0] + "/" + postgresql_template(postgresql)

    def make(**options: int) -> Cluster:
        cluster = Cluster(**options)
        made.append(cluster)
        cluster.start()
        cluster.copy(tables)
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


@pytest.fixture
def make_installation(make_cluster: Callable[..., Cluster], tmp_path: Path) -> Iterator[Callable[..., Installation]]:
    """Not started yet: what its processes read from the environment may be set before."""
    if shutil.which("redis-server") is None:
        missing("redis-server")
    made: list[Installation] = []

    def make(*, workers: int = 2, threads: int = 4, asgi: bool = False) -> Installation:
        cluster, port = make_cluster(), free_port()
        options = {"workers": workers, "threads": threads, "asgi": asgi}
        server = Server(var_dir=tmp_path / "var", database_url=cluster.url, **options)
        server.environment |= {"CELERY_BROKER_URL": f"redis://127.0.0.1:{port}/0"}
        made.append(Installation(cluster=cluster, server=server, folder=tmp_path, redis_port=port))
        return made[-1]

    yield make
    for one in made:
        one.stop()
