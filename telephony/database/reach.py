"""Whether the database answers in time; and if not, an answer to whoever waits all the same.

A statement that PostgreSQL does not answer (stopped by SIGSTOP, a line that swallows everything, a lock on the table)
keeps its thread for as long as that takes: neither statement_timeout, which the server counts, nor libpq's
tcp_user_timeout, which a local socket has not got, ends it. So a thread of this process shuts down the socket of a
connection whose time is over; psycopg then raises OperationalError where it waits. Waiting for the pool has the same
end.

Once the time was over, the database counts as away in this process: everything asked within a limit fails at once.
Another thread asks until it answers. It asks as well when somebody has waited for some time, whatever they are still
allowed: a slow statement may be worth waiting for, a database that answers nobody is not, and all limits are over then.
Only web processes have limits (timeouts.py), and SQLite has none.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from typing import Any

from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.http import HttpResponse

from telephony.database import timeouts

log = logging.getLogger(__name__)
View = Callable[..., HttpResponse]

LOOKED_AT_EVERY = 0.02
"""Seconds between two looks for limits that are over."""
ASKED_EVERY, ASKED_FOR = 0.5, 1.0
"""Seconds between two questions whether it is back, and how long one of them waits."""
ASKED_AFTER, SILENT_AFTER = 0.25, 0.4
"""Seconds: who has waited so long makes another thread ask, and without its answer after so many more nobody waits."""
CONNECTED_WITHIN = 0.25
"""Seconds for a connection from the pool: who lost theirs does not wait for another until a limit that is far off."""


class DatabaseAway(OperationalError):
    """It did not answer in time, or is known not to answer."""


class Limit:
    """Until when this thread may wait for its database."""

    def __init__(self, seconds: float, *, asks_anyway: bool = False) -> None:
        self.wrapper: Any = connections[DEFAULT_DB_ALIAS]
        self.began = time.monotonic()
        self.ends = self.began + seconds
        self.asks_anyway = asks_anyway
        self.is_over = False

    def until(self, seconds: float) -> None:
        """Longer, or shorter: so many seconds since it began."""
        self.ends = self.began + seconds

    def connect(self) -> None:
        """Stands in for the connection's own `ensure_connection`."""
        if self.is_over or (_away.is_set() and not self.asks_anyway):
            raise DatabaseAway("The database does not answer.")
        if self.wrapper.connection is None and self.wrapper.pool is not None:
            self._wait_for_pool(self.wrapper.pool)
        type(self.wrapper).ensure_connection(self.wrapper)

    def _wait_for_pool(self, pool: Any) -> None:
        pool.open()
        if pool.get_stats().get("pool_available"):
            return
        try:
            left = self.ends - time.monotonic()
            pool.putconn(pool.getconn(timeout=max(left if self.asks_anyway else min(left, CONNECTED_WITHIN), 0.01)))
        except Exception as error:
            self.is_over = True
            raise DatabaseAway(f"No connection in time: {type(error).__name__}.") from error

    def cut(self) -> None:
        """From another thread: whoever waits for this connection waits no more."""
        self.is_over = True
        raw = self.wrapper.connection
        # It may have been closed meanwhile: then this raises.
        with suppress(Exception), socket.socket(fileno=os.dup(raw.pgconn.socket)) as line:
            # It must be open still, after the copy: else the copy may be of another's socket, which got its number.
            if raw.pgconn.socket >= 0:
                line.shutdown(socket.SHUT_RDWR)


class _Question:
    """Which another thread asks: does the database answer?"""

    asked_at: float | None = None
    """None without one that waits for its answer."""
    answered_at = float("-inf")


ASKS = "is the database back"
_question = _Question()
_lock = threading.Lock()
_limits: set[Limit] = set()
_some = threading.Event()
_away = threading.Event()
_in_vain = threading.Event()
_threads: dict[str, threading.Thread] = {}
_on_return: list[Callable[[], None]] = []
_of_thread = threading.local()


def is_away() -> bool:
    """Whether it did not answer in time, and was not heard of since."""
    return _away.is_set()


def is_silent() -> bool:
    """Whether even a question that costs it nothing was not answered since: it is not only slow."""
    return _in_vain.is_set()


def on_return(work: Callable[[], None]) -> None:
    """What to do, in another thread, when the database is back."""
    if work not in _on_return:
        _on_return.append(work)


def in_time(seconds: float) -> Callable[[View], View]:
    """For a view whose caller does not wait; `allow` gives it more later. Then its database fails at once."""

    def decorated(view: View) -> View:
        @wraps(view)
        def limited(*args: Any, **kwargs: Any) -> HttpResponse:
            if not timeouts.is_web():
                return view(*args, **kwargs)
            with within(seconds):
                return view(*args, **kwargs)

        return limited

    return decorated


def allow(seconds: float) -> None:
    """So many seconds since the view began, instead of what it had."""
    if (limit := getattr(_of_thread, "limit", None)) is not None:
        limit.until(seconds)


@contextmanager
def within(seconds: float, *, asks_anyway: bool = False) -> Iterator[None]:
    """What asks the database in here gets DatabaseAway, or OperationalError, when the time is over."""
    limit = Limit(seconds, asks_anyway=asks_anyway)
    if limit.wrapper.vendor != "postgresql" or limit.wrapper.in_atomic_block:
        yield
        return
    limit.wrapper.ensure_connection = limit.connect
    _of_thread.limit = limit
    with _lock:
        _limits.add(limit)
    _start("limits of the database", _look)
    _some.set()
    try:
        yield
    finally:
        with _lock:  # From here on it is not cut any more.
            _limits.discard(limit)
        _of_thread.limit = None
        del limit.wrapper.ensure_connection
        if limit.is_over:
            with suppress(Exception):
                if limit.wrapper.connection is not None:
                    limit.wrapper.connection.close()  # It may not have noticed, and the pool would take it back.
                limit.wrapper.close()
            if not asks_anyway:
                _suspect()


def _suspect() -> None:
    _away.set()
    _start(ASKS, _ask)


def _start(name: str, work: Callable[[], None]) -> None:
    with _lock:
        running = _threads.get(name)
        if running is None or not running.is_alive():
            _threads[name] = threading.Thread(target=work, name=name, daemon=True)
            _threads[name].start()


def _look() -> None:
    while _some.wait():
        time.sleep(LOOKED_AT_EVERY)
        if _cut_what_is_over(time.monotonic()):
            _start(ASKS, _ask)


def _cut_what_is_over(now: float) -> bool:
    """Whether somebody has waited so long, and heard nothing, that it has to be asked."""
    asked_at = _question.asked_at
    is_silent_now = asked_at is not None and now - asked_at > SILENT_AFTER
    with _lock:
        if not _limits:
            _some.clear()
        for limit in _limits:
            if limit.ends <= now or (is_silent_now and not limit.asks_anyway):
                # Every time: a connection that was being made at the first would be waited for without end.
                limit.cut()
        waits_since = min((limit.began for limit in _limits if not limit.asks_anyway), default=now)
    return now - max(waits_since, _question.answered_at) > ASKED_AFTER


def _ask() -> None:
    _question.asked_at = time.monotonic()
    while not _answers():
        _away.set()
        _in_vain.set()
        time.sleep(ASKED_EVERY)
    with _lock:  # Whoever finds it away from here on starts another thread that asks.
        was_away = _away.is_set()
        _away.clear()
        _in_vain.clear()
        _question.asked_at, _question.answered_at = None, time.monotonic()
        del _threads[ASKS]
    for work in _on_return if was_away else ():
        work()


def _answers() -> bool:
    wrapper = connections[DEFAULT_DB_ALIAS]
    try:
        with within(ASKED_FOR, asks_anyway=True), wrapper.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:  # Any at all: it is asked again.
        log.info("The database is away.", exc_info=True)
        return False
    finally:
        with suppress(Exception):
            wrapper.close()
    return True
