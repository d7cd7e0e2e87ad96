"""The database: SQLite without a setting, PostgreSQL with one, straight or through a pgbouncer."""

from __future__ import annotations

import os
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from config import environment as read

DIRECT = "direct"
"""The name in DATABASES of PostgreSQL itself, where a pgbouncer is before it."""
IS_POOLED = bool(os.environ.get("DATABASE_DIRECT_URL", "").strip())
"""DATABASE_URL is a pgbouncer's that pools transactions: what a session remembers is somebody else's a moment later."""


def make_databases(default: str) -> dict[str, dict[str, Any]]:
    """The value for DATABASES; `default` is the address without `DATABASE_URL`."""
    databases = {"default": _make(read.read_database("DATABASE_URL", default))}
    if IS_POOLED:
        direct = read.read_database("DATABASE_DIRECT_URL", "")
        if any(one["ENGINE"].endswith("sqlite3") for one in (databases["default"], direct)):
            raise ImproperlyConfigured("DATABASE_DIRECT_URL goes with a pgbouncer in DATABASE_URL: PostgreSQL's both.")
        # One connection of each process that has streams: nothing to pool.
        databases[DIRECT] = {**direct, "OPTIONS": {"connect_timeout": 3, **direct.get("OPTIONS", {})}}
    return databases


def _make(database: dict[str, Any]) -> dict[str, Any]:
    database["ATOMIC_REQUESTS"] = False  # A delivery is committed before anything interprets it.
    if database["ENGINE"].endswith("sqlite3"):
        database["CONN_MAX_AGE"] = None  # Opening the file anew for each request costs more than most requests.
        database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 10,
            "init_command": "PRAGMA journal_mode=WAL;",  # and synchronous=FULL, the default: a power cut loses nothing
        }
        return database
    pool_size = read.read_int("DATABASE_POOL_SIZE", 10, lowest=1, highest=500)
    database["DISABLE_SERVER_SIDE_CURSORS"] = IS_POOLED  # They outlive a transaction.
    database["OPTIONS"] = {
        "connect_timeout": 3,
        **database.get("OPTIONS", {}),
        # Statements that come again and again are parsed once in a connection (telephony/database/cursors.py).
        "prepare_threshold": 2 if read.read_bool("DATABASE_PREPARE", not IS_POOLED) else None,
        # An attempt that is given up soon is begun anew by the next request: pauses that grow would keep the
        # database away for a minute after it came back.
        "pool": {"min_size": 1, "max_size": pool_size, "timeout": 10, "reconnect_timeout": 2},
    }
    return database
