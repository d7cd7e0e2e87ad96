"""The lists of days: pulled by schedule, because somebody asked, or from the command line; stored, and imported."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from telephony.domain.events import Direction
from telephony.domain.listed_call import PbxCall, to_json
from telephony.domain.numbers import match_key
from telephony.jobs import Crew, Pauses, Queue, Run, Stopped
from telephony.models import Call, CallQuery, Connection, PbxDay, PbxRow
from telephony.reconcile import requests
from telephony.reconcile.comparing import Entry, Standing, bounds, compare_day, counts, day_of
from telephony.reconcile.importing import CLEAR, Imported, import_rows
from telephony.vendors import installed
from telephony.vendors.listing import DayList

EVERY = timedelta(hours=1)
AFTER_THE_DAY = timedelta(hours=1)
"""When the list of a day that is over is pulled for the last time: calls of its last minutes have ended by then."""
TRIED_FOR = timedelta(days=3)
"""How long after its end a day's list is asked for that does not come."""
BATCH = 100
OWN_NUMBERS_SINCE = timedelta(days=30)
KEPT_FOR = timedelta(days=92)
QUEUE = Queue(
    model=PbxDay,
    due=Q(connection__enabled=True),
    lease=timedelta(minutes=2),
    related=("connection",),
    pauses=Pauses(
        table=(timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1)),
        repeats_last=True,
    ),
    counts_claims=False,  # What counts are failures in a row.
)
PBXS_AT_ONCE = 4
CREW = Crew[PbxDay](places=PBXS_AT_ONCE, of=lambda day: day.connection_id)


def plan(*, now: datetime | None = None) -> None:
    """See to it that today and yesterday of every PBX that can be asked have a row that says when they are pulled."""
    now = now or timezone.now()
    slugs = [slug for slug, vendor in installed().items() if vendor.call_info is not None]
    wanted = {}
    connections = list(Connection.objects.filter(enabled=True, vendor__in=slugs))
    for connection in connections:
        today = day_of(connection, now)
        first = day_of(connection, connection.created_at)
        for day in (today - timedelta(days=1), today):
            if day >= first and requests.is_set_up(connection):
                wanted[connection.pk, day] = PbxDay(connection=connection, day=day, next_try_at=now)
    known = PbxDay.objects.filter(
        connection__in=connections, day__gte=min((day for _, day in wanted), default=now.date())
    )
    for key in known.values_list("connection_id", "day"):
        wanted.pop(key, None)
    PbxDay.objects.bulk_create(wanted.values(), ignore_conflicts=True)


def forget(*, now: datetime | None = None) -> None:
    """Delete what was pulled and asked so long ago that nobody compares it any more: it holds clients' numbers."""
    since = (now or timezone.now()) - KEPT_FOR
    PbxDay.objects.filter(day__lt=since.date()).delete()
    CallQuery.objects.filter(created_at__lt=since).exclude(state=CallQuery.State.WAITING).delete()


def pull_due(*, now: datetime | None = None, run: Run | None = None, side_by_side: bool = False) -> int:
    """Pull the days whose time has come, and import what is missing; returns how many. For a worker.

    `side_by_side`: of several PBXs at once, so that one that hangs holds up nobody but itself.
    """

    def claim(busy: Collection[int]) -> PbxDay | None:
        return QUEUE.claim(now=now, where=~Q(connection__in=busy) if busy else None)

    def work_on(day: PbxDay) -> None:
        try:
            pull(day=day)
        except Stopped:
            QUEUE.give_back(day)

    return CREW.work(claim=claim, do=work_on, run=run, side_by_side=side_by_side)


def request(*, connection: Connection, day: date) -> PbxDay:
    """Somebody wants to see this day's list now: a worker pulls it within seconds, and imports nothing."""
    now = timezone.now()
    row, _ = PbxDay.objects.update_or_create(
        connection=connection, day=day, defaults={"next_try_at": now, "requested_at": now, "imports": False}
    )
    return row


def request_import(*, day: PbxDay, rows: Sequence[int] | None = None) -> int:
    """Somebody wants these rows, or all that are clear, imported: a worker does it. Returns how many."""
    entries = compare_day(connection=day.connection, day=day.day)
    keys = [
        entry.row.pk
        for entry in entries
        if entry.row and entry.can_import and (entry.row.pk in rows if rows else entry.standing in CLEAR)
    ]
    return PbxRow.objects.filter(day=day, pk__in=keys).update(is_wanted=True)


def import_wanted(*, run: Run | None = None) -> int:
    """Import the rows that somebody chose, some at a time; returns how many. For a worker."""
    run = run or Run()
    done = 0
    wanted = PbxRow.objects.filter(is_wanted=True)
    days = PbxDay.objects.filter(pk__in=wanted.values("day")).select_related("connection")
    for day in days:
        while run.goes_on() and (rows := list(wanted.filter(day=day)[:BATCH])):
            import_rows(connection=day.connection, rows=rows, only=CLEAR | {Standing.UNCLEAR})
            # What could not be done now is not tried for ever: the page still shows it.
            wanted.filter(pk__in=[row.pk for row in rows]).update(is_wanted=False)
            done += len(rows)
        note_counts(day=day)
    return done


def pull(*, day: PbxDay) -> Imported | None:
    """Ask for the day's list, store it, and import what is missing if the row says so; None if it was not told.

    Raises `Stopped` when the process is to end.
    """
    day.asked_at = timezone.now()
    day.save(update_fields=["asked_at"])
    try:
        listed = requests.ask_for_day(connection=day.connection, day=day.day)
    except requests.NotTold as trouble:
        QUEUE.release(day, at=_next_try(day, timezone.now()), requested_at=None)
        note_failure(day=day, trouble=trouble)
        return None
    store(day=day, listed=listed)
    imported = import_day(day=day) if day.imports else Imported()
    note_counts(day=day)
    QUEUE.release(day, at=_next_pull(day, timezone.now()), requested_at=None, imports=True)
    return imported


def import_day(*, day: PbxDay) -> Imported:
    """Import what of the day's stored list is clear."""
    entries = compare_day(connection=day.connection, day=day.day)
    rows = [entry.row for entry in entries if entry.row and entry.can_import and entry.standing in CLEAR]
    imported = import_rows(connection=day.connection, rows=rows)
    imported.unclear += sum(entry.standing is Standing.UNCLEAR for entry in entries)
    return imported


def preview(*, connection: Connection, day: date) -> list[Entry]:
    """How the PBX's list and the calls here compare now; nothing is kept of it. Raises `NotTold`."""
    listed = requests.ask_for_day(connection=connection, day=day)
    entries: list[Entry] = []
    with transaction.atomic():
        row, _ = PbxDay.objects.get_or_create(connection=connection, day=day)
        store(day=row, listed=listed)
        entries += compare_day(connection=connection, day=day)
        transaction.set_rollback(True)
    return entries


def store(*, day: PbxDay, listed: DayList) -> None:
    """Replace the day's rows by what the PBX lists now; a row that was there keeps its call."""
    connection, now = day.connection, timezone.now()
    own = _own_numbers(connection) if any(call.direction_is_guess for call in listed.calls) else set()
    rows = []
    for key, original in _keys(listed.calls).items():
        call = _in_place(original, own, connection)
        rows.append(
            PbxRow(day=day, key=key, started_at=call.started_at, client_match=call.match_key, content=to_json(call))
        )
    day.state, day.reason, day.detail, day.failures = PbxDay.State.PULLED, "", "", 0
    day.unread, day.pulled_at = listed.unread, now
    with transaction.atomic():
        day.rows.exclude(key__in=[row.key for row in rows]).delete()
        PbxRow.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["day", "key"],
            update_fields=["started_at", "client_match", "content"],
            batch_size=500,
        )
        day.save(update_fields=["state", "reason", "detail", "failures", "unread", "pulled_at"])


def note_failure(*, day: PbxDay, trouble: requests.NotTold) -> None:
    """The list did not come: what was stored earlier stays."""
    day.state, day.reason, day.detail = PbxDay.State.FAILED, trouble.code, trouble.detail
    day.failures += 1
    day.save(update_fields=["state", "reason", "detail", "failures"])


def note_counts(*, day: PbxDay) -> None:
    """Store how the list and the calls here compare now, for the overview of days."""
    day.counts = counts(compare_day(connection=day.connection, day=day.day))
    day.save(update_fields=["counts"])


def _next_pull(day: PbxDay, now: datetime) -> datetime | None:
    """Every hour while the day goes on, and once when it is over."""
    complete_at = bounds(day.connection, day.day)[1] + AFTER_THE_DAY
    return None if now >= complete_at else min(now + EVERY, complete_at)


def _next_try(day: PbxDay, now: datetime) -> datetime | None:
    is_old = now - bounds(day.connection, day.day)[1] > TRIED_FOR
    pause = QUEUE.pauses.after(day.failures + 1)
    return None if is_old or pause is None else now + pause


def _keys(calls: Sequence[PbxCall]) -> dict[str, PbxCall]:
    """The calls by what stays the same when the list is pulled again; an id may be added later."""
    alike: dict[str, list[PbxCall]] = defaultdict(list)
    for call in calls:
        natural = (call.client_raw, call.our_number, call.caller, call.extension, call.started_at.isoformat())
        alike["\n".join(natural)].append(call)
    found = {}
    for natural_key, same in alike.items():
        for number, call in enumerate(sorted(same, key=lambda call: (call.call_id, call.talk_seconds or 0))):
            found[hashlib.sha256(f"{natural_key}\n{number}".encode()).hexdigest()] = call
    return found


def _own_numbers(connection: Connection) -> set[str]:
    """The company's numbers, as far as calls named them."""
    since = timezone.now() - OWN_NUMBERS_SINCE
    recent = Call.objects.filter(connection=connection, started_at__gte=since, is_test=False)
    numbers = recent.exclude(our_number="").order_by().values_list("our_number", flat=True).distinct()
    return {match_key(number) for number in numbers}


def _in_place(call: PbxCall, own: set[str], connection: Connection) -> PbxCall:
    """Read as an outgoing call if who seems to call is our own number; without the prefix of an outside line."""
    if call.direction_is_guess and call.match_key in own and match_key(call.our_number) not in own:
        call = call.swapped(connection.phone_region)
    if call.direction is not Direction.OUTGOING or not call.client_raw:
        return call
    client = connection.called_number(call.client_raw)
    return replace(call, client_raw=client.raw, client_e164=client.e164)
