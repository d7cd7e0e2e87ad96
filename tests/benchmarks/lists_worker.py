"""Asks for the pages of lists.py: one process for each database.

    python -m tests.benchmarks.lists_worker CALLS TIMES [fill]     (DATABASE_URL says of which database)

Reads names of pages from standard input, a line each, and answers each with a line of JSON.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client

from config.memory import keep_loaded
from telephony.conf import contact_directory
from telephony.domain.events import Phone
from tests.benchmarks.lists_data import fill
from tests.benchmarks.lists_pages import WHO, pages

WARM_UPS = 2
EXPORTED = 100_000
NONE = (0.0, "")
Measured = dict[str, Any]


@dataclass(slots=True)
class Queries:
    """What one request asked the database."""

    seen: list[tuple[float, str]] = field(default_factory=list)

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.seen.append((time.perf_counter() - begun, _with_values(sql, params)))

    @property
    def slowest(self) -> tuple[float, str]:
        return max(self.seen, default=NONE)


def _with_values(sql: str, params: Any) -> str:
    """For whoever reads it; some statements have PostgreSQL's own places for values (telephony/database/cursors.py)."""
    if params and "$1" in sql:
        return f"{sql}  -- {list(params)}"
    return sql % tuple(params) if params else sql


def measure(ask: Callable[[], None], times: int) -> Measured:
    """Seconds of each request: by the clock, of this process's CPU and of the database; queries of the quickest."""
    taken: dict[str, list[float]] = {"taken": [], "cpu": [], "database": []}
    runs: list[Queries] = []
    for turn in range(WARM_UPS + times):
        queries = Queries()
        cache.clear()  # Limits of the API are not what is measured.
        begun, cpu_before = time.perf_counter(), time.process_time()
        with connection.execute_wrapper(queries):
            try:
                ask()
            except OperationalError:  # The time limit of the database: once is enough.
                return {"gave_up": True, "sql": queries.seen[-1][1]}
        if turn >= WARM_UPS:
            taken["taken"].append(time.perf_counter() - begun)
            taken["cpu"].append(time.process_time() - cpu_before)
            taken["database"].append(sum(seconds for seconds, _ in queries.seen))
            runs.append(queries)
    # The run that other work on this machine held up least.
    quickest = min(runs, key=lambda run: run.slowest[0])
    return {**taken, "queries": len(quickest.seen), "slowest": quickest.slowest[0], "sql": quickest.slowest[1]}


def export(client: Client, address: str) -> Measured:
    """Rows per second of the first rows of an export, and by how many MiB the process grew after the first 10,000."""
    begun, cpu_before, rows, before = time.perf_counter(), time.process_time(), 0, 0
    queries = Queries()
    with connection.execute_wrapper(queries):
        for piece in client.get(address):  # type: ignore[attr-defined]
            rows += piece.count(b"\r\n")
            if rows >= EXPORTED // 10 and not before:
                before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            if rows >= EXPORTED:
                break
    seconds, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    waited = sum(seconds for seconds, _ in queries.seen)
    taken = {"taken": [seconds], "cpu": [time.process_time() - cpu_before], "database": [waited]}
    found = {"queries": len(queries.seen), "slowest": queries.slowest[0], "sql": queries.slowest[1]}
    return {**taken, **found, "rows": rows, "seconds": seconds, "grown": (after - (before or after)) / 1024}


def run(who: str, address: str, client: Client, times: int) -> Measured:
    def ask() -> None:
        if address.startswith("find:"):
            assert contact_directory().find(Phone(raw=address[5:], e164=address[5:]))
            return
        answer = client.get(address)
        assert answer.status_code == 200, (answer.status_code, answer.headers, address)

    return export(client, address) if "/export." in address else measure(ask, times)


def serve(fill: Callable[[int], None], wanted: Callable[[], dict[str, tuple[str, str]]]) -> None:
    """Fill the database if that is asked for, then answer one line after another."""
    logging.disable(logging.CRITICAL)
    calls, times, is_new = int(sys.argv[1]), int(sys.argv[2]), "fill" in sys.argv
    if is_new:
        fill(calls)
    clients = {}
    for who, username in WHO.items():
        clients[who] = Client(headers={"host": "localhost"})
        clients[who].force_login(User.objects.get(username=username))
    pages_by_name = wanted()
    keep_loaded()  # As the servers do.
    print(json.dumps(list(pages_by_name)), flush=True)
    for line in sys.stdin:
        who, address = pages_by_name[line.strip()]
        print(json.dumps(run(who, address, clients[who], times)), flush=True)


if __name__ == "__main__":
    serve(fill, pages)
