"""The database: SQLite without a setting, PostgreSQL with one."""

from __future__ import annotations

from typing import Any

from config import environment as read


def make_database(default: str) -> dict[str, Any]:
    """The value for DATABASES; `default` is the address without `DATABASE_URL`."""
    database = read.read_database("DATABASE_URL", default)
    database["ATOMIC_REQUESTS"] = False  # A delivery is committed before anything interprets it.
    if database["ENGINE"].endswith("sqlite3"):
        database["CONN_MAX_AGE"] = None  # Opening the file anew for each request costs more than most requests.
        database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 10,
            "init_command": "PRAGMA journal_mode=WAL;",  # and synchronous=FULL, the default: a power cut loses nothing
        }
    else:
        pool_size = read.read_int("DATABASE_POOL_SIZE", 10, lowest=1, highest=500)
        database["OPTIONS"] = {
            "connect_timeout": 3,
            **database.get("OPTIONS", {}),
            # Statements that come again and again are parsed once in a connection (telephony/database/cursors.py).
            "prepare_threshold": 2 if read.read_bool("DATABASE_PREPARE", True) else None,
            # An attempt that is given up soon is begun anew by the next request: pauses that grow would keep the
            # database away for a minute after it came back.
            "pool": {"min_size": 1, "max_size": pool_size, "timeout": 10, "reconnect_timeout": 2},
        }
    return database
