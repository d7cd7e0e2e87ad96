"""Lists and pages with 1,000 and with 1,000,000 calls in PostgreSQL, side by side.

    python -m tests.benchmarks.lists [--calls 1000000] [--only TEXT] [--sql] [--keep NAME]

Needs PostgreSQL (TEST_POSTGRESQL_URL). Fails if a page asks more queries of the large database than of the small one,
or if one that people look at takes longer than `MOST_SECONDS`.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.figures import figure
from tests.servers import ROOT, Server

POSTGRESQL = os.environ.get("TEST_POSTGRESQL_URL", "postgres://postgres@127.0.0.1:5432/postgres")
FEW_CALLS = 1_000
MOST_SECONDS = 0.2
MOST_QUERY_SECONDS = 0.05
MOST_QUERIES = 30
GIVE_UP_SECONDS = 20
LIMIT = f"?options=-c%20statement_timeout%3D{GIVE_UP_SECONDS}s"
KEY = base64.urlsafe_b64encode(b"lists.py".ljust(32)).decode()
"""Encrypts what a kept database holds; nothing in it is a secret."""
HEAD = (
    f"{'milliseconds':44}{'p50 few':>9}{'p50':>9}{'p95':>9}{'app CPU':>9}{'database':>9}"
    f"{'SQL few':>9}{'SQL':>5}{'slowest few':>13}{'slowest':>9}"
)


class Asker:
    """A process that asks for pages, on one database."""

    def __init__(self, environment: dict[str, str], calls: int, times: int, *, fill: bool, worker: str) -> None:
        command = [sys.executable, "-m", f"tests.benchmarks.{worker}", str(calls), str(times)]
        command += ["fill"] if fill else []
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.pages: list[str] = self._answer()

    def ask(self, page: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(page + "\n")
        self._process.stdin.flush()
        found: dict[str, Any] = self._answer()
        return found

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            sys.exit("The process that asks for pages ended.")
        return json.loads(line)


@contextmanager
def database_with(calls: int, times: int, kept: str, worker: str = "lists_worker") -> Iterator[Asker]:
    """A database of its own with so many calls; one that is `kept` is made once and used again."""
    name = f"{kept or f'telephony_benchmark_{os.getpid()}'}_{calls}"
    url = POSTGRESQL.rpartition("/")[0] + "/" + name
    asker = None
    with psycopg.connect(POSTGRESQL, autocommit=True) as admin, tempfile.TemporaryDirectory() as folder:
        is_new = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None
        if is_new:
            admin.execute(f'CREATE DATABASE "{name}"')
        try:
            server = Server(var_dir=Path(folder), database_url=url + LIMIT)
            server.environment["TELEPHONY_ENCRYPTION_KEYS"] = KEY
            if is_new:
                server.manage("migrate", "-v0")
            begun = time.monotonic()
            asker = Asker(server.environment, calls, times, fill=is_new, worker=worker)
            if is_new:
                print(f"{calls:,} calls were made in {time.monotonic() - begun:.0f} s", file=sys.stderr)
            yield asker
        finally:
            if asker is not None:
                asker.stop()
            if not kept:
                admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[18] if len(seconds) > 1 else seconds[0]


def line(page: str, small: dict[str, Any], large: dict[str, Any]) -> str:
    if "gave_up" in large:
        return f"{page:44}{_remark(large)}"
    taken = [statistics.median(small["taken"]), statistics.median(large["taken"]), p95(large["taken"])]
    taken += [statistics.median(large["cpu"]), statistics.median(large["database"])]
    times = "".join(f"{seconds * 1000:9.1f}" for seconds in taken)
    queries = f"{small['queries']:9}{large['queries']:5}"
    slowest = f"{small['slowest'] * 1000:13.1f}{large['slowest'] * 1000:9.1f}"
    text = f"{page:44}{times}{queries}{slowest}{_remark(large)}"
    if "rows" in large:
        speed = large["rows"] / large["seconds"]
        text += f"  {large['rows']:,} rows, {speed:,.0f} a second, grew by {large['grown']:.1f} MiB"
    return text


def _remark(large: dict[str, Any]) -> str:
    if "gave_up" in large:
        return f"  OVER {GIVE_UP_SECONDS} SECONDS"
    if "rows" in large:
        return ""
    slow = p95(large["taken"]) > MOST_SECONDS or large["slowest"] > MOST_QUERY_SECONDS
    return ("  SLOW" if slow else "") + ("  MANY QUERIES" if large["queries"] > MOST_QUERIES else "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1_000_000, help="of the large database (default: 1000000)")
    parser.add_argument("--only", default="", help="pages whose name has this text")
    parser.add_argument("--times", type=int, default=15, help="requests of each page (default: 15)")
    parser.add_argument("--sql", action="store_true", help="shows each page's slowest query")
    parser.add_argument("--keep", default="", help="begins the names of databases that are kept for another run")
    options = parser.parse_args()
    remarks, sizes = 0, (FEW_CALLS, options.calls)
    with ExitStack() as stack:
        small, large = [stack.enter_context(database_with(calls, options.times, options.keep)) for calls in sizes]
        print(HEAD)
        for page in large.pages:
            if options.only not in page:
                continue
            runs = small.ask(page), large.ask(page)
            print(line(page, *runs), flush=True)
            if options.sql:
                print(f"    {runs[1]['sql']}", flush=True)
            remarks += bool(_remark(runs[1]))
            if "taken" in runs[1]:
                goal = f"under {MOST_SECONDS * 1000:.0f}"
                figure("lists", f"{page}, p95", p95(runs[1]["taken"]) * 1000, unit="ms", goal=goal)
    if remarks:
        sys.exit(f"{remarks} of the pages are slower, or ask more, than they may.")


if __name__ == "__main__":
    main()
