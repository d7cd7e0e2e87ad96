"""Works off the questions about calls whose outcome no message told, with growing pauses.

A call with an id of the PBX's is asked for by it. Calls without one wait for the list of their day, together: one
list serves all of a connection's, and no list is asked for more often than `GAP` allows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from telephony.calls import adopting, locate, locks
from telephony.domain.events import CallStatus
from telephony.domain.exceptions import CallBusy
from telephony.domain.listed_call import UNTIL_HEARD
from telephony.jobs import Crew, Pauses, Queue, Run, Stopped
from telephony.models import Call, CallQuery, Connection, PbxDay, PbxRow
from telephony.reconcile import importing, pulling, requests, words
from telephony.reconcile.comparing import SURELY_OVER, Standing, day_of
from telephony.vendors.listing import AskProblem

QUEUE = Queue(
    model=CallQuery,
    due=Q(state=CallQuery.State.WAITING, connection__enabled=True),
    lease=timedelta(minutes=3),
    related=("connection", "call__connection"),
    # The first question comes after `queue.FIRST_PAUSE`.
    pauses=Pauses(
        table=(
            *(timedelta(seconds=seconds) for seconds in (40, 90, 180, 300, 600, 1200)),
            *(timedelta(hours=hours) for hours in (1, 3, 6, 12)),
        )
    ),
    counts_claims=False,  # A call that waits for a list that was just pulled has not been asked about.
)
GAP = timedelta(seconds=15)
"""Between two pulls of one day's list for calls that wait for it."""
BATCH = 200
TURN_SECONDS = 60.0
"""So long a PBX is asked one question after another; the lease is longer than this and the longest answer."""
PBXS_AT_ONCE = 4
CREW = Crew[list[CallQuery]](places=PBXS_AT_ONCE, of=lambda queries: queries[0].connection_id)

Why = tuple[str, str]
"""Code and detail of why a question brought nothing."""


def ask_due(*, now: datetime | None = None, run: Run | None = None, side_by_side: bool = False) -> int:
    """Ask about the calls whose time has come; returns how many were looked at. For a worker.

    `side_by_side`: several PBXs at once, so that one that hangs holds up nobody but itself.
    """
    done = 0

    def claim(busy: Collection[int]) -> list[CallQuery] | None:
        nonlocal done
        where = ~Q(connection__in=busy) if busy else None
        queries = QUEUE.claim_alike("connection_id", limit=BATCH, now=now, where=where)
        done += len(queries)
        return queries or None

    CREW.work(claim=claim, do=_ask, run=run, side_by_side=side_by_side)
    return done


def _ask(queries: Sequence[CallQuery]) -> None:
    """Ask one PBX these questions. Those for which there was no time are given back."""
    connection, turn = queries[0].connection, Run(TURN_SECONDS)
    unanswered = _close_known(queries)
    if unanswered and not requests.is_set_up(connection):
        for query in unanswered:
            _give_up(query, (AskProblem.NOT_SET_UP, ""))
        return
    tells_one = requests.tells_one_call(connection)
    by_id = [query for query in unanswered if tells_one and not _is_anonymous(query.call)]
    _ask_by_id(connection, by_id, turn)
    _ask_by_day(connection, [query for query in unanswered if query not in by_id], turn)


def _close_known(queries: Iterable[CallQuery]) -> list[CallQuery]:
    """Close the questions whose answer came meanwhile, by whichever way; returns the others."""
    left = []
    for query in queries:
        if _is_known(query.call):
            _close(query)
        else:
            left.append(query)
    return left


def _is_known(call: Call) -> bool:
    return not call.is_open and call.status != CallStatus.UNKNOWN


def _is_anonymous(call: Call) -> bool:
    return call.external_id.startswith(adopting.ANONYMOUS)


def _ask_by_id(connection: Connection, queries: Sequence[CallQuery], turn: Run) -> None:
    silence: Why | None = None
    for query in queries:
        if silence is not None:  # It would take as long to fail for each of them.
            _ask_again(query, silence)
            continue
        if not turn.goes_on():
            QUEUE.give_back(query)
            continue
        try:
            why = _learn(connection, query.call)
        except Stopped:
            QUEUE.give_back(query)
            continue
        except requests.NotTold as trouble:
            why = (trouble.code, trouble.detail)
            silence = why if trouble.is_silent else None
        if why is None:
            _close(query)
        else:
            _ask_again(query, why)


def _learn(connection: Connection, call: Call) -> Why | None:
    """Ask for the call by its id and import the answer; returns why that is not the last word. Raises `NotTold`."""
    listed = requests.ask_for_call(connection=connection, call=call)
    if listed is None:
        return words.NOT_THERE, ""
    if not listed.is_final and timezone.now() - listed.started_at < SURELY_OVER:
        return words.GOING_ON, ""
    try:
        with transaction.atomic():
            locks.take(names=locate.lock_names_of(call=call), patience_ms=locks.PATIENCE_OF_WORKER_MS)
            importing.apply(
                connection=connection,
                call=call,
                listed=listed,
                external_id=call.external_id,
                listed_at=timezone.now(),
            )
    except CallBusy:
        return words.GOING_ON, ""
    return None


def _ask_by_day(connection: Connection, queries: Sequence[CallQuery], turn: Run) -> None:
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
        why: Why | None
        if not turn.goes_on():
            why = _look_again(waiting, at=None)
        elif PbxDay.objects.filter(may_ask, pk=row.pk).update(asked_at=timezone.now()):
            row.asked_at = timezone.now()
            why = _pull(row, waiting)
        else:
            # The list was pulled a moment ago.
            why = _look_again(waiting, at=(row.asked_at or timezone.now()) + GAP)
        if why is not None:
            trouble |= dict.fromkeys([query.pk for query in waiting], why)
    for query in queries:
        query.call.refresh_from_db()
        if _is_known(query.call):
            _close(query)
        elif trouble.get(query.pk) != _LATER:
            _ask_again(query, trouble.get(query.pk, (words.NOT_THERE, "")))


_LATER: Why = ("later", "")


def _look_again(queries: Iterable[CallQuery], *, at: datetime | None) -> Why:
    """These questions wait until then without counting as asked."""
    for query in queries:
        QUEUE.give_back(query, at=at)
    return _LATER


def _pull(day: PbxDay, waiting: Iterable[CallQuery]) -> Why | None:
    """Pull the list and import what it says of the calls that wait for it; returns why it did not come."""
    try:
        listed = requests.ask_for_day(connection=day.connection, day=day.day)
    except Stopped:
        return _look_again(waiting, at=None)
    except requests.NotTold as trouble:
        pulling.note_failure(day=day, trouble=trouble)
        return trouble.code, trouble.detail
    pulling.store(day=day, listed=listed)
    unanswered = CallQuery.objects.filter(connection=day.connection, state=CallQuery.State.WAITING)
    clients = set(unanswered.values_list("call__client_match", flat=True))
    rows = PbxRow.objects.filter(day=day, client_match__in=clients)
    importing.import_rows(connection=day.connection, rows=rows, only=frozenset({Standing.DIFFERENT}))
    return None


def _ask_again(query: CallQuery, why: Why) -> None:
    query.attempts += 1
    reason, detail = why
    if not QUEUE.retry(query, attempts=query.attempts, reason=reason, detail=detail):
        _give_up(query, why)


def _give_up(query: CallQuery, why: Why) -> None:
    reason, detail = why
    QUEUE.release(query, at=None, state=CallQuery.State.GIVEN_UP, attempts=query.attempts, reason=reason, detail=detail)


def _close(query: CallQuery) -> None:
    QUEUE.release(query, at=None, state=CallQuery.State.DONE, reason="", detail="")
