"""Excel files of many calls, ordered of a running server."""

from __future__ import annotations

from http.client import HTTPConnection

import psycopg

from tests.load.clicks import Page

BEING_WRITTEN = "SELECT count(*) FROM telephony_export WHERE state = 'working' AND rows_done > 0"


def order_export(page: Page, port: int) -> None:
    """Order all calls as an Excel file; a worker writes it."""
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {**page.headers, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/telephony/exports/", "kind=calls", headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 302


def copy_the_call(url: str, rows: int) -> None:
    """So many calls like the one that there is, but over, in one statement."""
    with psycopg.connect(url) as database:
        names = database.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'telephony_call' "
            "AND column_name NOT IN ('id', 'external_id', 'status') ORDER BY ordinal_position"
        ).fetchall()
        columns = ", ".join(f'"{name}"' for (name,) in names)
        database.execute(
            f"INSERT INTO telephony_call (external_id, status, {columns}) SELECT 'copy-' || number, 'no_answer', "
            f"{columns} FROM telephony_call, generate_series(1, {rows}) number"
        )
