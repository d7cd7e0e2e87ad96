"""Counts the SQL statements of each kind of webhook, in a process of its own: `statements.py HOOK_PATH`, JSON out."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import django

KINDS = (("new call", 0), ("phone rings", 1), ("answer", 4), ("end", 11), ("duplicate", 1))
NUMBER = 5_000_000
"""Far from the calls that are sent to the server."""


def main(path: str) -> None:
    django.setup()
    from django.db import connection
    from django.test import Client

    from tests.load.traffic import FORM, call_of_12_events

    client = Client(headers={"host": "localhost"})

    def send(number: int, place: int) -> list[str]:
        request = call_of_12_events(number)[place]
        seen: list[str] = []

        def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
            seen.append(" ".join(sql.split())[:110])
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            answer = client.generic(
                request.method, path, request.body, content_type=FORM, QUERY_STRING=request.query.decode()
            )
        assert answer.status_code == 200
        return seen

    for _, place in KINDS:
        send(NUMBER, place)  # What is looked up only once in a process.
    json.dump({kind: send(NUMBER + 1, place) for kind, place in KINDS}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
