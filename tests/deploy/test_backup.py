"""Backup and restore as config/deploy/README.md says: what was acknowledged before is there, and the rest is named."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tests.callinfo.played import Site
from tests.databases import POSTGRESQL_URL
from tests.rounds import rounds
from tests.servers import Server
from tests.services import missing

CALLS = rounds(20, full=100)
FETCH = "from telephony.recordings.fetching import fetch_due\nwhile fetch_due():\n    pass"


def dump(database_url: str, to: Path) -> None:
    subprocess.run(["pg_dump", "--format", "custom", "--file", to, "--dbname", database_url], check=True)


def restore(database_url: str, dumped: Path) -> None:
    """Into a database that is empty, as the README has it."""
    name = database_url.rpartition("/")[2]
    with psycopg.connect(POSTGRESQL_URL, autocommit=True) as server:
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}"')
    subprocess.run(["pg_restore", "--no-owner", "--dbname", database_url, dumped], check=True)


def agree(server: Server, *arguments: str) -> dict[str, list[object]]:
    told: dict[str, list[object]] = json.loads(server.manage("recordings", *arguments, "--json").stdout)
    return told


@pytest.mark.proof
def test_a_restore_loses_nothing_of_before_and_the_pbx_s_list_names_what_came_after(
    make_server: Callable[..., Server], postgresql_database: str, tmp_path: Path
) -> None:
    if not shutil.which("pg_dump"):
        missing("pg_dump (apt-get install postgresql-client)")
    server = make_server(database_url=postgresql_database)
    server.start()
    site = Site(server, form="json", info_path="info")
    recordings, copied = Path(server.environment["VAR_DIR"]) / "recordings", tmp_path / "copied"
    with site.api:
        site.play(CALLS, lose=0, seed="before")
        server.manage("shell", "-v0", "-c", FETCH)
        dump(postgresql_database, tmp_path / "dump")
        shutil.copytree(recordings, copied)
        before = site.calls()
        assert len(before) == CALLS
        assert [path for path in copied.rglob("*") if path.is_file()]
        site.play(CALLS, lose=0, seed="after")
        server.manage("shell", "-v0", "-c", FETCH)
        everything = site.calls()

        server.stop()
        restore(postgresql_database, tmp_path / "dump")
        shutil.rmtree(recordings)
        shutil.copytree(copied, recordings)
        assert agree(server, "--check") == {"missing": [], "of_nobody": []}
        server.start()
        assert site.calls() == before
        pulled = site.pull()
        assert sum(one["created"] for one in pulled) == len(everything) - len(before) == CALLS
        server.manage("shell", "-v0", "-c", FETCH)
        assert site.complaints(site.calls()) == []
        assert agree(server, "--check")["missing"] == []
