"""An installation that makes canary calls: a server with streams, a proxy before it, a connection of each PBX."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.canary.front import Front
from tests.e2e.browser import run
from tests.servers import Server

SET_UP = """
import json
from django.contrib.auth import get_user_model
from telephony.connections.settings import add_connection
from telephony.models import Extension
from telephony.vendors import get_vendor, installed
person = get_user_model().objects.create(username="anna")
made = {}
for slug in installed():
    try:
        settings = dict(get_vendor(slug).simulator().example_settings)
    except NotImplementedError:
        continue
    connection = add_connection(
        vendor=slug, name=slug, time_zone="Europe/Moscow", phone_region="RU", settings=settings
    )
    made[slug] = connection.pk
    Extension.objects.create(connection=connection, user=person, number="101", key="sim101key")
print(json.dumps(made))
"""


class Office:
    def __init__(self, database_url: str, folder: Path) -> None:
        self.database_url = database_url
        self.server = Server(var_dir=folder, database_url=database_url, asgi=True)
        self.front = Front(self.server.port)
        self.server.environment["TELEPHONY_PUBLIC_URL"] = self.front.url
        self.connections: dict[str, int] = json.loads(run(self.server, SET_UP))

    def start(self) -> None:
        self.server.start()

    def stop(self) -> None:
        self.server.stop()
        self.front.stop()

    def canary(self, vendor: str = "", *, seconds: float = 10.0) -> dict[str, dict[str, Any]]:
        """What became of one call of this PBX, or of each; by vendor."""
        chosen = ["--connection", str(self.connections[vendor])] if vendor else []
        done = self.server.manage("canary", "--json", "--seconds", str(seconds), *chosen, check=False)
        told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        assert told, done.stderr
        names = {pk: slug for slug, pk in self.connections.items()}
        return {names[one["connection"]]: one for one in told}

    def do(self, statement: str) -> None:
        with psycopg.connect(self.database_url, autocommit=True) as database:
            database.execute(sql.SQL(statement))  # type: ignore[arg-type]

    def rows(self) -> dict[str, list[str]]:
        """All that the database holds, by table."""
        with psycopg.connect(self.database_url) as database:
            tables = database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            return {
                table: sorted(
                    row[0]
                    for row in database.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(table)))
                )
                for (table,) in tables
            }
