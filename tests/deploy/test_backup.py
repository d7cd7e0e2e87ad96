"""Backup and restore as config/deploy/README.md says: nothing acknowledged before is lost, and the rest is named."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.callinfo.played import Site
from tests.databases import POSTGRESQL_URL
from tests.rounds import rounds
from tests.servers import Server
from tests.services import missing

CALLS = rounds(20, full=100)
DRAINED_WITHIN = 60.0
APPLY = "from telephony.intake import inbox\nwhile inbox.process_due():\n    pass"
FETCH = "from telephony.recordings.fetching import fetch_due\nwhile fetch_due():\n    pass"
YESTERDAY = "from datetime import date, timedelta\nprint(date.today() - timedelta(days=1))"


def dump(database_url: str, to: Path) -> None:
    subprocess.run(["pg_dump", "--format", "custom", "--file", to, "--dbname", database_url], check=True)


@contextmanager
def replaced(database_url: str, dumped: Path) -> Iterator[None]:
    """In the block there is no database of that name; after it the backup is, as the README has it."""
    name = database_url.rpartition("/")[2]
    restored = f"{name}_restored"
    with psycopg.connect(POSTGRESQL_URL, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{restored}"')
        url = database_url.removesuffix(name) + restored
        subprocess.run(["pg_restore", "--no-owner", "--exit-on-error", "--dbname", url, dumped], check=True)
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        admin.execute(f'ALTER DATABASE "{name}" RENAME TO "{name}_before"')
        try:
            yield
        finally:
            admin.execute(f'ALTER DATABASE "{restored}" RENAME TO "{name}"')
            admin.execute(f'DROP DATABASE "{name}_before"')


def look(server: Server) -> dict[str, Any]:
    day = server.manage("shell", "-v0", "-c", YESTERDAY).stdout.strip()
    told: dict[str, Any] = json.loads(server.manage("restored", "--since", day, "--json").stdout)
    return told


def drain(server: Server) -> None:
    """The server may have begun by itself, and then has the file: until it is done nothing is left for the command."""
    ends = time.monotonic() + DRAINED_WITHIN
    while list(Path(server.environment["VAR_DIR"]).rglob("*.spool")):
        assert time.monotonic() < ends
        server.manage("spool", "--drain")


def ids(calls: list[dict[str, Any]]) -> set[str]:
    return {call["external_id"] for call in calls}


@pytest.mark.proof
def test_a_restore_loses_nothing_of_before_or_meanwhile_and_names_what_came_between(
    make_server: Callable[..., Server], postgresql_database: str, tmp_path: Path
) -> None:
    if not shutil.which("pg_dump"):
        missing("pg_dump (apt-get install postgresql-client)")
    server = make_server(database_url=postgresql_database)
    server.start()
    site = Site(server, form="json", info_path="info")
    recordings, copied = Path(server.environment["VAR_DIR"]) / "recordings", tmp_path / "copied"
    with site.api:
        before = play(site, "before")
        dump(postgresql_database, tmp_path / "dump")
        shutil.copytree(recordings, copied)
        assert [path for path in copied.rglob("*") if path.is_file()]
        after = [call for call in play(site, "after") if call["external_id"] not in ids(before)]
        assert (len(before), len(after)) == (CALLS, CALLS)
        with replaced(postgresql_database, tmp_path / "dump"):
            shutil.rmtree(recordings)
            shutil.copytree(copied, recordings)
            answers = site.play(CALLS, lose=0, seed="meanwhile")
            assert (set(answers.answers), answers.complaints) == ({"200"}, 0)
        drain(server)
        server.manage("shell", "-v0", "-c", APPLY)
        calls = site.calls()
        assert [call for call in calls if call["external_id"] in ids(before)] == before
        assert len(calls) == 2 * CALLS
        assert not ids(calls) & ids(after)
        the_report_names(site, after)


def play(site: Site, seed: str) -> list[dict[str, Any]]:
    """Returns all calls that are there afterwards."""
    site.play(CALLS, lose=0, seed=seed)
    site.settle()
    site.server.manage("shell", "-v0", "-c", FETCH)
    return site.calls()


def the_report_names(site: Site, after: list[dict[str, Any]]) -> None:
    told = look(site.server)
    assert told["recordings"] == {"missing": [], "of_nobody": []}
    assert (told["spool"]["files"], told["spool"]["damaged"]) == (0, 0)
    named = [call for call in told["connections"][0]["calls"] if call["is_new"]]
    # The list has no id of some calls: whose they are is their client's number.
    assert Counter(one["client"] for one in named) == Counter(one["client_e164"] or "" for one in after)
    assert sum(one["created"] for one in site.pull()) == CALLS
    site.server.manage("shell", "-v0", "-c", FETCH)
    assert site.complaints(site.calls()) == []
    told = look(site.server)
    assert told["recordings"]["missing"] == []
    assert told["connections"][0]["calls"] == []
