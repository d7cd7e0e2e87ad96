"""A server, a worker, beat, a PostgreSQL and a Redis of a test's own, each of which can be taken away."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psycopg
import redis

from tests.faults.cluster import Cluster
from tests.load.workers import Program, celery
from tests.servers import Server

WITHIN = 25.0
"""Seconds, besides those that a process may be silent."""


@dataclass(kw_only=True)
class Installation:
    cluster: Cluster
    server: Server
    folder: Path
    redis_port: int
    programs: dict[str, Program] = field(default_factory=dict)
    redis: subprocess.Popen[bytes] | None = None
    cookie: str = ""

    def start_redis(self) -> None:
        words = ("--port", str(self.redis_port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder))
        self.redis = subprocess.Popen(["redis-server", *words], stdout=subprocess.DEVNULL)
        with redis.Redis(port=self.redis_port) as line:
            until(lambda: _answers(line), "Redis")

    def stop_redis(self) -> None:
        assert self.redis is not None
        self.redis.kill()
        self.redis.wait()

    def start_all(self) -> None:
        self.start_redis()
        self.start("worker")
        self.start("beat")
        self.server.start()

    def start(self, name: str) -> None:
        words = {"worker": ("worker", "--pool", "threads", "--concurrency", "24"), "beat": ("beat",)}[name]
        program = Program(self.server.environment, self.folder / f"{name}.log", *celery(*words))
        self.programs[name] = program
        program.start()

    def signal(self, name: str, number: signal.Signals) -> None:
        process = self.programs[name]._process
        assert process is not None
        process.send_signal(number)

    def execute(self, statement: str) -> bool:
        """Whether it is about any row."""
        with psycopg.connect(self.cluster.url, autocommit=True) as line:
            return bool(line.execute(statement).rowcount)

    def get(self, path: str) -> tuple[int, str]:
        line = HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        try:
            line.request("GET", path, headers={"Cookie": self.cookie, "Accept": "text/html"})
            answer = line.getresponse()
            return answer.status, answer.read().decode()
        finally:
            line.close()

    def ready(self) -> dict[str, str]:
        """What is missing, by the name of the part."""
        status, body = self.get("/readyz")
        told = json.loads(body)
        assert (status == 200) is told["ok"]
        return {name: text for name, text in told["checks"].items() if text != "ok"}

    def codes(self) -> set[str]:
        done = self.server.manage("health", "--json", check=False)
        return {one["code"] for whole in json.loads(done.stdout) for one in whole["findings"]}

    def stop(self) -> None:
        for name, program in self.programs.items():
            with suppress(ProcessLookupError):
                self.signal(name, signal.SIGCONT)
            program.stop()
        self.server.stop()
        if self.redis is not None and self.redis.poll() is None:
            self.stop_redis()


def _answers(line: Any) -> bool:
    with suppress(redis.ConnectionError):
        return bool(line.ping())
    return False


def until(holds: Callable[[], bool], what: str, seconds: float = WITHIN) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.3)
