"""Statements and transactions of each kind of webhook, in a process of its own.

Input: JSON, `[[key, path, method, query, headers, body], ...]`, bodies in Latin-1. To standard output:
what each of them did, `[[key, transactions, statements], ...]`. They are counted where no way around Django's cursors
escapes: in libpq's own trace of the protocol, and in SQLite's of what it runs.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django
from psycopg import pq

MESSAGE = r"(?ms)^([FB])\t\d+\t(\w+)(?:\t(.*?))?$(?=\n[FB]\t\d+\t|\n?\Z)"
LONGEST = 110
BRACKETS = ("BEGIN", "COMMIT", "ROLLBACK")
Seen = tuple[int, list[str]]


class OfPostgresql:
    """Of the pool's one connection."""

    def __init__(self, connection: Any) -> None:
        connection.ensure_connection()
        self._file = tempfile.NamedTemporaryFile()  # noqa: SIM115  (as long as the process)
        self._line = connection.connection.pgconn
        self._read, self._prepared = 0, dict[str, str]()
        self._trace()

    def _trace(self) -> None:
        self._line.trace(self._file.fileno())
        self._line.set_trace_flags(pq.Trace.SUPPRESS_TIMESTAMPS)

    def __call__(self) -> Seen:
        """Since the last time."""
        self._line.untrace()  # Which writes what is still in its buffer.
        text = Path(self._file.name).read_text(errors="replace")
        new, self._read = text[self._read :], len(text)
        self._trace()
        transactions, statements, seen, bound = 0, [], 0, ""
        for side, name, content in re.findall(MESSAGE, new):
            if (side, name) == ("F", "Parse"):
                called, sql = re.findall(r'(?s)^ "([^"]*)" "(.*)" \d+', content)[0]
                self._prepared[called] = sql
            elif (side, name) == ("F", "Bind"):
                bound = self._prepared.get(content.split('"')[3], "(prepared before)")
            elif (side, name) == ("F", "Execute"):
                statements.append(bound)
            elif (side, name) == ("F", "Query"):
                statements.append(content.strip()[1:-1])
            elif (side, name, content.strip()) == ("B", "ReadyForQuery", "I"):
                transactions += len(statements) > seen
                seen = len(statements)
        return transactions, statements


class OfSqlite:
    """A statement outside of BEGIN and COMMIT is a transaction by itself."""

    def __init__(self, connection: Any) -> None:
        connection.ensure_connection()
        self._seen: list[str] = []
        connection.connection.set_trace_callback(self._seen.append)

    def __call__(self) -> Seen:
        statements, self._seen[:] = list(self._seen), []
        transactions, inside = 0, False
        for sql in statements:
            inside = inside or sql.startswith("BEGIN")
            transactions += not inside or sql.startswith(("COMMIT", "ROLLBACK"))
            inside = inside and not sql.startswith(("COMMIT", "ROLLBACK"))
        return transactions, statements


def main() -> None:
    os.environ["DATABASE_POOL_SIZE"] = "1"
    django.setup()
    from django.db import connection
    from django.test import Client

    client = Client(headers={"host": "localhost"})
    kept = connection.vendor == "sqlite"
    count: Callable[[], Seen] = OfSqlite(connection) if kept else OfPostgresql(connection)
    counted = []
    for key, path, method, query, headers, body in json.load(sys.stdin):
        kind = headers.pop("Content-Type", "application/octet-stream")
        count()
        more = {"content_type": kind, "QUERY_STRING": query, "headers": headers}
        answer = client.generic(method, path, body.encode("latin-1"), **more)
        assert answer.status_code == 200, answer.content
        transactions, statements = count()
        told = [" ".join(sql.split())[:LONGEST] for sql in statements if not sql.startswith(BRACKETS)]
        counted.append((key, transactions, told))
    json.dump(counted, sys.stdout)


if __name__ == "__main__":
    main()
