"""How much each table grows with a call: `.venv/bin/python -m tests.benchmarks.growth [--calls 300]`.

A simulated Mobilon with four employees posts calls of all kinds to a real server on PostgreSQL, three of four recorded;
everybody's own missed clients, cards and figures follow. Prints rows and bytes of each table, and what a day adds.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

import django
import psycopg

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from tests.callinfo.played import Site
from tests.databases import POSTGRESQL_URL, RUN, postgresql_database, postgresql_template
from tests.figures import figure
from tests.servers import Server

CALLS_OF_ONE = 40
"""Calls a day of an employee who is on the phone most of the time."""
SIZES = (10, 100, 1000)
PEOPLE = """
from django.contrib.auth.models import Group, User
from telephony.models import Connection, Extension
from telephony.simulator.scenarios import EMPLOYEES
for one in EMPLOYEES:
    user = User.objects.create(username=one.extension, is_staff=True)
    user.groups.add(Group.objects.get(name="Operator"))
    Extension.objects.create(connection=Connection.objects.get(), user=user, number=one.extension, key=one.key)
"""
WORK = """
from telephony.intake import inbox
from telephony.recordings.fetching import fetch_due
inbox.process_due()
while fetch_due():
    pass
"""
TABLES = """
SELECT relname, n, pg_total_relation_size(oid) FROM pg_class,
LATERAL (SELECT (xpath('/row/c/text()', query_to_xml('SELECT count(*) AS c FROM ' || quote_ident(relname),
         false, true, '')))[1]::text::bigint AS n) counted
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 3 DESC
"""


def tables(url: str) -> dict[str, tuple[int, int]]:
    """Rows and bytes, with indexes and what lies beside."""
    with psycopg.connect(url, autocommit=True) as database:
        database.execute("VACUUM")
        return {name: (rows, size) for name, rows, size in database.execute(TABLES)}


def grown(url: str, folder: Path, calls: int) -> dict[str, tuple[float, float]]:
    """Rows and bytes of each table by call."""
    server = Server(var_dir=folder, database_url=url, threads=4)
    server.start()
    try:
        site = Site(server, form="json", info_path="info")
        server.manage("shell", "-v0", "-c", PEOPLE)
        before = tables(url)
        with site.api:
            site.play(calls, lose=0, seed="growth", duplicates=0.05)
            server.manage("shell", "-v0", "-c", WORK)
    finally:
        server.stop()
    after = tables(url)
    both = {name: (now, before[name]) for name, now in after.items() if now[0] > before[name][0]}
    return {name: tuple((a - b) / calls for a, b in zip(*pair, strict=True)) for name, pair in both.items()}  # type: ignore[misc]


def table(found: dict[str, tuple[float, float]]) -> list[str]:
    """As config/deploy/README.md has it."""
    lines = ["| table | rows a call | bytes a call | MB a day: 10, 100, 1,000 employees |", "|---|---|---|---|"]
    total = sum(size for _, size in found.values())
    for name, (rows, size) in [*sorted(found.items(), key=lambda one: -one[1][1]), ("all", (0, total))]:
        a_day = ", ".join(f"{size * CALLS_OF_ONE * people / 1e6:,.1f}" for people in SIZES)
        lines.append(f"| {name} | {rows:.2f} | {size:,.0f} | {a_day} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=300)
    calls = parser.parse_args().calls
    os.environ.setdefault(RUN, "growth")
    template = postgresql_template(POSTGRESQL_URL)
    with tempfile.TemporaryDirectory() as folder, postgresql_database(POSTGRESQL_URL, template) as (_, url):
        found = grown(url, Path(folder) / "var", calls)
    figure("growth", "a call, in all tables", sum(size for _, size in found.values()), unit="bytes")
    print("\n".join(table(found)))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
