"""Statements sent to PostgreSQL one after another, and waited for once. For psycopg 3.

What a webhook's statement costs the application is mostly the waiting: another process runs meanwhile, and afterwards
everything is cold. libpq's pipeline mode (its documentation, chapter "Pipeline Mode") sends several and waits for the
last; psycopg's own `Connection.pipeline` looks at the line for each of them, which costs more than it spares.

A connection keeps the statements that came last (`MOST_KEPT`), so PostgreSQL parses each once and plans it a few times.
Behind a pgbouncer, where `prepare_threshold` is None, it keeps none.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial
from itertools import count
from typing import Any

from psycopg import Connection, capabilities, errors, generators
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus, TransactionStatus

Sent = tuple[str, Sequence[Any]]
"""A statement with PostgreSQL's own places for values (`$1`), and the values."""
MOST_KEPT = 100
_Command = Callable[[], None]
_BEGIN: Sent = ("BEGIN", ())
_COMMIT: Sent = ("COMMIT", ())
_HAS_PIPELINE = capabilities.has_pipeline()
_KEPT = "_telephony_kept"
_KEPT_IN_VAIN = (errors.FeatureNotSupported, errors.InvalidSqlStatementName)


def fits(line: Connection[Any]) -> bool:
    """Whether this connection can do that, and `BEGIN` alone begins its transactions."""
    return _HAS_PIPELINE and line.isolation_level is None


def run(line: Connection[Any], statements: Sequence[Sent], *, ends: bool) -> list[Any]:
    """The last one's rows. A transaction that is to be begun, is with them; `ends`: it is committed with them, too.

    After an error the rest is not done, and the transaction has failed.
    """
    begins = not line.autocommit and line.pgconn.transaction_status == TransactionStatus.IDLE
    kept = _kept_of(line)
    try:
        commands: list[_Command] = []
        for sql, given in [_BEGIN] * begins + [*statements]:
            commands += kept.commands(line, sql, given)
        wanted = len(commands) - 1
        if ends:
            commands += kept.commands(line, *_COMMIT)
        with line.lock:
            results = line.wait(_talk(line.pgconn, commands))
        _check(line, results)
    except BaseException as error:
        kept.forget_new()
        if line.pgconn.pipeline_status or isinstance(error, _KEPT_IN_VAIN):
            # Nobody knows what is still to come on it; or a table's columns were changed meanwhile, and what it keeps
            # does not fit them any more.
            line.close()
        raise
    kept.new.clear()
    kept.adapters.set_pgresult(results[wanted])
    rows: list[Any] = kept.adapters.load_rows(0, results[wanted].ntuples, tuple)
    return rows


def _kept_of(line: Any) -> _Kept:
    """At the connection itself: what is kept for it goes with it."""
    kept: _Kept | None = line.__dict__.get(_KEPT)
    if kept is None:
        kept = line.__dict__[_KEPT] = _Kept(line)
    return kept


class _Kept:
    """The statements that one connection keeps, by text and types of values; the one used last stands last."""

    def __init__(self, line: Connection[Any]) -> None:
        self.adapters: Any = Transformer(line)
        """What writes and reads values; found once for each type."""
        self.new: list[tuple[str, tuple[int, ...]]] = []
        """Those that are about to be parsed."""
        self._names: OrderedDict[tuple[str, tuple[int, ...]], bytes] = OrderedDict()
        self._numbers = count(1)

    def commands(self, line: Connection[Any], sql: str, given: Sequence[Any]) -> Iterator[_Command]:
        """What is to be sent for this statement; each has one result."""
        sent = self.adapters.dump_sequence(given, [PyFormat.AUTO] * len(given))
        types, formats, pgconn = tuple(self.adapters.types or ()), self.adapters.formats, line.pgconn
        if line.prepare_threshold is None:
            yield partial(pgconn.send_query_params, sql.encode(), sent, param_types=types, param_formats=formats)
            return
        key = sql, types
        if key in self._names:
            self._names.move_to_end(key)
        else:
            if len(self._names) >= MOST_KEPT:
                _, oldest = self._names.popitem(last=False)
                yield partial(pgconn.send_query_params, b"DEALLOCATE " + oldest, None)
            self.new.append(key)
            self._names[key] = b"telephony_%d" % next(self._numbers)
            yield partial(pgconn.send_prepare, self._names[key], sql.encode(), param_types=types)
        yield partial(pgconn.send_query_prepared, self._names[key], sent, param_formats=formats)

    def forget_new(self) -> None:
        """Something failed: perhaps they were not parsed. Their names are not used again."""
        for key in self.new:
            self._names.pop(key, None)
        self.new.clear()


def _talk(pgconn: Any, commands: Sequence[_Command]) -> Generator[Any, Any, list[Any]]:
    """The result of each; waits as psycopg's own generators do."""
    pgconn.enter_pipeline_mode()
    for send in commands:
        send()
    pgconn.pipeline_sync()
    yield from generators.send(pgconn)
    results = []
    for _ in commands:
        results += yield from generators.fetch_many(pgconn)
    yield from generators.fetch_many(pgconn)  # That was all.
    pgconn.exit_pipeline_mode()
    return results


def _check(line: Connection[Any], results: Sequence[Any]) -> None:
    """Raise the error of the first that failed: those after it were not done."""
    for result in results:
        if result.status == ExecStatus.FATAL_ERROR:
            raise errors.error_from_result(result, encoding=line.info.encoding)
