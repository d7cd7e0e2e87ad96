"""Works off the questions about calls whose outcome no message told, with growing pauses.

A call with an id of the PBX's is asked for by it. Calls without one wait for the list of their day, together: one
list serves all of a connection's, and no list is asked for more often than `GAP` allows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from telephony.events import CallStatus
from telephony.exceptions import CallBusy
from telephony.models import Call, CallQuery, Connection, PbxDay, PbxRow
from telephony.services import correlation, locks
from telephony.services.callinfo import door, importing, pulling, words
from telephony.services.callinfo.comparing import SURELY_OVER, Standing, day_of
from telephony.services.callinfo.matching import UNTIL_HEARD
from telephony.services.inbox import PATIENCE_OF_WORKER_MS
from telephony.vendors.call_info import AskProblem

PAUSES = (
    *(timedelta(seconds=seconds) for seconds in (40, 90, 180, 300, 600, 1200)),
    *(timedelta(hours=hours) for hours in (1, 3, 6, 12)),
)
"""How long after each question but the last the next one comes; the first is asked after `queue.FIRST_PAUSE`."""
LEASE = timedelta(minutes=2)
"""A process that began to ask this long ago and did not finish is taken for dead."""
GAP = timedelta(seconds=15)
"""Between two pulls of one day's list for calls that wait for it."""
BATCH = 200

Why = tuple[str, str]
"""Code and detail of why a question brought nothing."""


def ask_due(*, now: datetime | None = None) -> int:
    """Ask about the calls whose time has come; returns how many. For a worker."""
    done = 0
    while queries := _claim(now or timezone.now()):
        _ask(queries[0].connection, queries)
        done += len(queries)
    return done


def _claim(now: datetime) -> list[CallQuery]:
    """Take one connection's due questions from under other workers' hands."""
    due = CallQuery.objects.filter(state=CallQuery.State.WAITING, next_try_at__lte=now, connection__enabled=True)
    with transaction.atomic():
        locked = due.order_by("next_try_at", "id").select_for_update(skip_locked=True, of=("self",))
        first = locked.first()
        if first is None:
            return []
        keys = list(locked.filter(connection_id=first.connection_id).values_list("pk", flat=True)[:BATCH])
        CallQuery.objects.filter(pk__in=keys).update(next_try_at=now + LEASE)
    return list(CallQuery.objects.filter(pk__in=keys).select_related("connection", "call__connection"))


def _ask(connection: Connection, queries: Sequence[CallQuery]) -> None:
    unanswered = _close_known(queries)
    if unanswered and not door.is_set_up(connection):
        for query in unanswered:
            _give_up(query, (AskProblem.NOT_SET_UP, ""))
        return
    by_id = [query for query in unanswered if not _is_anonymous(query.call)]
    _ask_by_id(connection, by_id)
    _ask_by_day(connection, [query for query in unanswered if _is_anonymous(query.call)])


def _close_known(queries: Iterable[CallQuery]) -> list[CallQuery]:
    """Close the questions whose answer came meanwhile, by whichever way; returns the others."""
    left = []
    for query in queries:
        if _is_known(query.call):
            _close(query, CallQuery.State.DONE)
        else:
            left.append(query)
    return left


def _is_known(call: Call) -> bool:
    return not CallStatus(call.status).is_open and call.status != CallStatus.UNKNOWN


def _is_anonymous(call: Call) -> bool:
    return call.external_id.startswith(correlation.ANONYMOUS)


def _ask_by_id(connection: Connection, queries: Sequence[CallQuery]) -> None:
    silence: Why | None = None
    for query in queries:
        if silence is not None:  # It would take as long to fail for each of them.
            _ask_again(query, silence)
            continue
        try:
            why = _learn(connection, query.call)
        except door.NotTold as trouble:
            why = (trouble.code, trouble.detail)
            silence = why if trouble.is_silent else None
        if why is None:
            _close(query, CallQuery.State.DONE)
        else:
            _ask_again(query, why)


def _learn(connection: Connection, call: Call) -> Why | None:
    """Ask for the call by its id and import the answer; returns why that is not the last word. Raises `NotTold`."""
    listed = door.ask_for_call(connection=connection, call=call)
    if listed is None:
        return words.NOT_THERE, ""
    if not listed.is_final and timezone.now() - listed.started_at < SURELY_OVER:
        return words.GOING_ON, ""
    try:
        with transaction.atomic():
            locks.take(names=correlation.lock_names_of(call=call), patience_ms=PATIENCE_OF_WORKER_MS)
            importing.apply(connection=connection, call=call, listed=listed, external_id=call.external_id)
    except CallBusy:
        return words.GOING_ON, ""
    return None


def _ask_by_day(connection: Connection, queries: Sequence[CallQuery]) -> None:
    """Pull the days in which these calls may be listed, and look for them there."""
    by_day: dict[date, list[CallQuery]] = defaultdict(list)
    for query in queries:
        begun = query.call.started_at
        for day in {day_of(connection, begun - UNTIL_HEARD), day_of(connection, begun)}:
            by_day[day].append(query)
    trouble: dict[int, Why] = {}
    for day, waiting in by_day.items():
        row, _ = PbxDay.objects.get_or_create(connection=connection, day=day, defaults={"next_try_at": timezone.now()})
        may_ask = Q(asked_at=None) | Q(asked_at__lte=timezone.now() - GAP)
        if PbxDay.objects.filter(may_ask, pk=row.pk).update(asked_at=timezone.now()):
            row.asked_at = timezone.now()
            why = _pull(row)
        else:
            why = _look_again_later(row, waiting)
        if why is not None:
            trouble |= dict.fromkeys([query.pk for query in waiting], why)
    for query in queries:
        query.call.refresh_from_db()
        if _is_known(query.call):
            _close(query, CallQuery.State.DONE)
        elif trouble.get(query.pk) != _LATER:
            _ask_again(query, trouble.get(query.pk, (words.NOT_THERE, "")))


_LATER: Why = ("later", "")


def _look_again_later(day: PbxDay, queries: Iterable[CallQuery]) -> Why:
    """The list was pulled a moment ago: the question waits without counting as asked."""
    keys = [query.pk for query in queries]
    CallQuery.objects.filter(pk__in=keys).update(next_try_at=(day.asked_at or timezone.now()) + GAP)
    return _LATER


def _pull(day: PbxDay) -> Why | None:
    """Pull the list and import what it says of the calls that wait for it; returns why it did not come."""
    try:
        listed = door.ask_for_day(connection=day.connection, day=day.day)
    except door.NotTold as trouble:
        pulling.note_failure(day=day, trouble=trouble)
        return trouble.code, trouble.detail
    pulling.store(day=day, listed=listed)
    waiting = CallQuery.objects.filter(connection=day.connection, state=CallQuery.State.WAITING)
    clients = set(waiting.values_list("call__client_match", flat=True))
    rows = PbxRow.objects.filter(day=day, client_match__in=clients)
    importing.import_rows(connection=day.connection, rows=rows, only=frozenset({Standing.DIFFERENT}))
    return None


def _ask_again(query: CallQuery, why: Why) -> None:
    query.attempts += 1
    if query.attempts > len(PAUSES):
        _give_up(query, why)
        return
    query.reason, query.detail = why
    query.next_try_at = timezone.now() + PAUSES[query.attempts - 1]
    query.save(update_fields=["attempts", "reason", "detail", "next_try_at"])


def _give_up(query: CallQuery, why: Why) -> None:
    query.reason, query.detail = why
    _close(query, CallQuery.State.GIVEN_UP)


def _close(query: CallQuery, state: CallQuery.State) -> None:
    query.state, query.next_try_at = state, None
    if state is CallQuery.State.DONE:
        query.reason = query.detail = ""
    query.save(update_fields=["state", "next_try_at", "attempts", "reason", "detail"])
