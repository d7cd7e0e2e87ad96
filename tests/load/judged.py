"""What stands in a server's database, and what should."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from cryptography.fernet import Fernet, MultiFernet

from telephony import vendors
from telephony.domain.events import CallEvent
from telephony.domain.fold import CallState, fold
from tests.load.traffic import Request
from tests.load.workers import wait_for
from tests.servers import Server
from tests.vendors.payloads import profile

Query = Callable[[str], list[tuple[Any, ...]]]
PROCESS_DUE = (
    "from datetime import timedelta; from django.utils import timezone; from telephony.intake import inbox\n"
    "inbox.process_due(now=timezone.now() + timedelta(hours={hours}))"
)


def querying(server: Server) -> Query:
    """Runs SQL on the server's own database."""
    url = server.environment["DATABASE_URL"]

    def query(sql: str) -> list[tuple[Any, ...]]:
        if url:
            with psycopg.connect(url) as connection:
                return connection.execute(sql).fetchall()
        file = Path(server.environment["VAR_DIR"]) / "db.sqlite3"
        with sqlite3.connect(file, timeout=10) as connection:
            return connection.execute(sql).fetchall()

    return query


def add_connection(server: Server) -> tuple[int, str]:
    """Id and hook path of a new Sipuni connection."""
    done = server.manage("connection", "add", "sipuni", "--name", "load", "--set", "user=012345", "--json")
    made = json.loads(done.stdout)
    return made["id"], made["hook_path"]


def store_the_spool(server: Server) -> None:
    """What a busy database was too slow for lies there. The server stores it by itself, unless it was killed."""

    def is_empty() -> bool:
        return json.loads(server.manage("spool", "--drain", "--json").stdout)["files"] == 0

    wait_for(is_empty, seconds=60, what="an empty spool")


def let_a_worker_finish(server: Server) -> None:
    """What the Celery task does, as if its time had come for every delivery that waits."""
    server.manage("shell", "-v0", "-c", PROCESS_DUE.format(hours=2))


def stored_requests(server: Server) -> list[Request]:
    """What its inbox holds, opened with its own keys."""
    keys = (Path(server.environment["VAR_DIR"]) / "keys" / "encryption_keys").read_text().split(",")
    cipher = MultiFernet([Fernet(key.strip()) for key in keys])
    rows = querying(server)("SELECT method, query, body FROM telephony_delivery")
    opened = ((method, *(cipher.decrypt(bytes(raw)) if raw else b"" for raw in raws)) for method, *raws in rows)
    return [Request(method=method, query=query, body=body) for method, query, body in opened]


def expected_calls(requests: Iterable[Request]) -> dict[str, dict[str, Any]]:
    """By call id: what the pure fold of these requests says, in the words of `manage.py calls --json`."""
    by_call: defaultdict[str, list[CallEvent]] = defaultdict(list)
    parse = vendors.get_vendor("sipuni").parse
    for request in set(requests):
        for event in parse(request.hook(), profile(user="012345")).events:
            by_call[event.external_id].append(event)
    return {call_id: _as_json(fold(events)) for call_id, events in by_call.items()}


def calls_in(server: Server) -> dict[str, dict[str, Any]]:
    """By call id: those facts of each stored call that `expected_calls` has."""
    lines = server.manage("calls", "--json").stdout.splitlines()
    rows = [json.loads(line) for line in lines]
    found = {}
    for row in rows:
        legs = [{name: leg[name] for name in LEG_FACTS} for leg in row["legs"]]
        found[row["external_id"]] = {**{name: row[name] for name in FACTS}, "legs": legs}
    assert len(found) == len(rows)
    return found


FACTS = (
    "direction",
    "status",
    "client_raw",
    "started_at",
    "answered_at",
    "ended_at",
    "ring_seconds",
    "talk_seconds",
)
LEG_FACTS = ("role", "extension", "status", "rang_at", "answered_at", "ended_at", "talk_seconds", "is_transfer")


def _as_json(state: CallState) -> dict[str, Any]:
    legs = [{name: _plain(getattr(leg, name)) for name in LEG_FACTS} for leg in state.legs]
    return {**{name: _plain(getattr(state, name)) for name in FACTS}, "legs": legs}


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value
