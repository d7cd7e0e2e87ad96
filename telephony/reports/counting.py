"""Calls counted by what they have in common: each call once, all kinds in one statement.

It is the one place that says which calls are answered, missed and so on, for figures and for sums of days.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from telephony.domain.events import MISSED, CallStatus, Direction
from telephony.models import CallFact, CallResult, CallSum
from telephony.reports.counts import Counts

Kind = CallSum.Kind
ByValue = dict[str, Counts]
"""Values are texts, empty for none."""

_INCOMING, _OUTGOING = f"direction = '{Direction.INCOMING}'", f"direction = '{Direction.OUTGOING}'"
_ANSWERED = f"status = '{CallStatus.ANSWERED}'"
_MISSED = "status IN ({})".format(", ".join(f"'{status}'" for status in sorted(MISSED)))
_COUNTS = f"""COUNT(*),
    COUNT(*) FILTER (WHERE {_INCOMING}),
    COUNT(*) FILTER (WHERE {_INCOMING} AND {_ANSWERED}),
    COUNT(*) FILTER (WHERE {_INCOMING} AND {_MISSED} AND NOT outside),
    COUNT(*) FILTER (WHERE {_INCOMING} AND {_MISSED} AND outside),
    COUNT(*) FILTER (WHERE {_OUTGOING}),
    COUNT(*) FILTER (WHERE {_OUTGOING} AND {_ANSWERED}),
    COALESCE(SUM(talk_seconds) FILTER (WHERE {_ANSWERED}), 0)"""
"""In the order of COUNTED."""
_BY = {
    Kind.QUARTER: "quarter",
    Kind.PERSON: "user_id",
    Kind.LINE: "line",
    Kind.SOURCE: "source",
    Kind.CONNECTION: "connection_id",
    Kind.RESULT: "disposition_id",
    Kind.WAIT: "wait_seconds",
}
_COLUMNS = ("call_id", "quarter", "connection_id", "line", "direction", "status", "user_id", "source", "outside")
_TIMES = ("wait_seconds", "talk_seconds")


def count_by(facts: QuerySet[CallFact], kinds: Iterable[str], *, step: int = 1) -> Mapping[str, ByValue]:
    """Quarters of an hour are put together to `step` of them, under the first one.

    A call with two results counts at each; waits are those of answered incoming calls.
    """
    found: dict[str, ByValue] = defaultdict(dict)
    wanted = [Kind(kind) for kind in kinds]
    try:
        seen, given = facts.order_by().values(*_COLUMNS, *_TIMES).query.sql_with_params()
    except EmptyResultSet:  # Who sees nothing: no database is asked.
        return found
    parts = " UNION ALL ".join(_part(kind, step) for kind in wanted)
    with connection.cursor() as cursor:
        # Who may see what is worked out once, and each call is fetched once, however many kinds there are.
        cursor.execute(f"WITH seen AS MATERIALIZED ({seen}) {parts}", given)
        for kind, value, *counts in cursor.fetchall():
            found[kind][value] = _counts(counts)
    return found


def _part(kind: Kind, step: int) -> str:
    column, source, only = _BY[kind], "seen", ""
    if kind == Kind.QUARTER and step > 1:
        column = f"quarter / {step} * {step}"
    if kind == Kind.WAIT:
        only = f" WHERE {_INCOMING} AND {_ANSWERED} AND wait_seconds IS NOT NULL"
    if kind == Kind.RESULT:
        source = f"seen LEFT JOIN {_results()} ON chosen.result_of = seen.call_id"
    text = f"COALESCE(CAST({column} AS VARCHAR(200)), '')"
    return f"SELECT '{kind}', {text}, {_COUNTS} FROM {source}{only} GROUP BY {column}"  # nosec B608  # noqa: S608


def _results() -> str:
    """The results of calls; what two people chose for one call alike is one."""
    table = connection.ops.quote_name(CallResult._meta.db_table)
    same = (
        f"SELECT 1 FROM {table} o WHERE o.call_id = r.call_id AND o.disposition_id = r.disposition_id"  # nosec B608  # noqa: S608
        " AND o.id < r.id"
    )
    chosen = f"SELECT r.call_id AS result_of, r.disposition_id FROM {table} r"  # nosec B608  # noqa: S608
    return f"({chosen} WHERE r.disposition_id IS NOT NULL AND NOT EXISTS ({same})) chosen"


def _counts(values: Iterable[Any]) -> Counts:
    calls, incoming, answered, missed, outside, outgoing, reached, talk = values
    return Counts(
        calls=calls,
        incoming=incoming,
        answered=answered,
        missed=missed,
        missed_outside=outside,
        outgoing=outgoing,
        reached=reached,
        talk_seconds=int(talk),
    )
