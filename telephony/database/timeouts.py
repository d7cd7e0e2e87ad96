"""PostgreSQL ends a statement of a web process that takes too long, whoever has gone away meanwhile.

A browser that closes its page stops nothing: the server's thread waits for the database, and the database works. So
each connection of a web process has a `statement_timeout`. It is set when a connection is taken from its pool and only
if it has another one: a process that serves only PBXs, or only people, sets it once for each connection. Not in the
options that a connection starts with: pgbouncer refuses these, and a process that serves both needs two values.
Behind a pgbouncer that pools transactions both have to be 0: a role of its own for the web, with the timeout set in
PostgreSQL, does the same.

Workers, commands and migrations have none: what they do may take its time.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any
from weakref import WeakKeyDictionary

from django.core.signals import request_started
from django.db import connection as database
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.http import HttpResponse

from telephony import conf

View = Callable[..., HttpResponse]

CANCELLED = "57014"
"""PostgreSQL's query_canceled."""

_of_web: list[bool] = []
_is_quick: ContextVar[bool] = ContextVar("is_quick", default=False)
_set_to: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
"""Seconds, by psycopg's connection."""


def limit_this_process() -> None:
    """From now on statements of this process have a timeout: for the project's WSGI and ASGI modules."""
    if not _of_web:
        _of_web.append(True)
        connection_created.connect(_on_connection, dispatch_uid="statement timeout")
        request_started.connect(_on_request, dispatch_uid="statement timeout")


def is_web() -> bool:
    """Whether `limit_this_process` was called."""
    return bool(_of_web)


def stop_limiting() -> None:
    """As before `limit_this_process`; for tests."""
    _of_web.clear()
    connection_created.disconnect(dispatch_uid="statement timeout")
    request_started.disconnect(dispatch_uid="statement timeout")


def quick_statements(view: View) -> View:
    """For what PBXs call: they wait for an answer, and send again."""

    @wraps(view)
    def quickly(*args: Any, **kwargs: Any) -> HttpResponse:
        token = _is_quick.set(True)
        try:
            _limit(database)
            return view(*args, **kwargs)
        finally:
            _is_quick.reset(token)

    return quickly


def is_timeout(error: BaseException | None) -> bool:
    """Whether this error, or one that it came of, is a statement that PostgreSQL ended."""
    while error is not None:
        if getattr(error, "sqlstate", None) == CANCELLED:
            return True
        error = error.__cause__ or error.__context__
    return False


def _on_connection(connection: BaseDatabaseWrapper, **_: Any) -> None:
    _limit(connection)


def _on_request(**_: Any) -> None:
    _limit(database)


def _limit(connection: Any) -> None:
    raw = connection.connection
    if not _of_web or connection.vendor != "postgresql" or raw is None or connection.in_atomic_block:
        return
    seconds = conf.hook_statement_timeout() if _is_quick.get() else conf.statement_timeout()
    if _set_to.get(raw, 0) != seconds:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, false)", [f"{seconds}s"])
        _set_to[raw] = seconds
