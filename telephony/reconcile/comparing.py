"""A PBX's list of a day, as it was pulled, against the calls here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from telephony.calls import adopting
from telephony.calls.listed import ONLY_LISTED
from telephony.domain.events import CallStatus, EventKind
from telephony.domain.fold import fold
from telephony.domain.listed_call import UNTIL_HEARD, PbxCall
from telephony.models import Call, Connection, PbxDay, PbxRow
from telephony.models import CallEvent as StoredEvent
from telephony.reconcile.matching import Known, Listed, Matching, match

AROUND = timedelta(minutes=15)
"""A call at midnight may stand in one day's list and have begun here on the next."""
SURELY_OVER = timedelta(hours=4)
"""What the PBX does not call finished so long after its start, it never will."""
LISTED_AFTER = timedelta(minutes=1)
"""So soon after its end a call stands in the PBX's list."""
TALK_SLACK = 2
"""Seconds: the PBX rounds otherwise."""


class Standing(StrEnum):
    """How a call stands between the PBX's list and the calls here."""

    PBX_ONLY = "pbx_only"
    DIFFERENT = "different"
    UNCLEAR = "unclear"
    HERE_ONLY = "here_only"
    GOING_ON = "going_on"
    BOTH = "both"


class Fact(StrEnum):
    """What may differ."""

    STATUS = "status"
    TALK = "talk"
    RECORDING = "recording"
    DIRECTION = "direction"
    CALL_ID = "call_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row of the list with its call, or either of them alone."""

    standing: Standing
    started_at: datetime
    row: PbxRow | None = None
    listed: PbxCall | None = None
    """The row's content."""
    call: Call | None = None
    replaces: Call | None = None
    """Made of the row earlier; gives way to `call`."""
    differs: tuple[Fact, ...] = ()
    can_import: bool = False
    """An import would change something: what messages said is not taken back."""


def bounds(connection: Connection, day: date) -> tuple[datetime, datetime]:
    """The day on the PBX's clock, from its first moment to the next day's."""
    zone = ZoneInfo(connection.time_zone)
    return datetime.combine(day, time.min, zone), datetime.combine(day + timedelta(days=1), time.min, zone)


def day_of(connection: Connection, moment: datetime) -> date:
    """The day of the PBX's clock."""
    return moment.astimezone(ZoneInfo(connection.time_zone)).date()


def compare_day(*, connection: Connection, day: date) -> list[Entry]:
    """Every call of the day, those of the list and those here, in the order of time."""
    since, until = bounds(connection, day)
    entries = compare(connection=connection, since=since - AROUND, until=until + AROUND)
    of_day = [
        entry for entry in entries if (entry.row.day.day == day if entry.row else since <= entry.started_at < until)
    ]
    pulled = PbxDay.objects.filter(connection=connection, day=day).values_list("pulled_at", flat=True).first()
    return [replace(entry, standing=Standing.GOING_ON) if _is_newer(entry, pulled) else entry for entry in of_day]


def _is_newer(entry: Entry, pulled_at: datetime | None) -> bool:
    """Whether a call that is only here may be on the PBX's next list: this one was made before its end."""
    if entry.standing is not Standing.HERE_ONLY or entry.call is None:
        return False
    ended = entry.call.ended_at or entry.call.started_at
    return pulled_at is None or ended > pulled_at - LISTED_AFTER


def compare(
    *, connection: Connection, since: datetime, until: datetime, clients: Sequence[str] | None = None
) -> list[Entry]:
    """What began between these moments, of all clients or of those with these `client_match`."""
    rows = PbxRow.objects.filter(day__connection=connection, started_at__range=(since, until)).select_related("day")
    heard = Q(started_at__range=(since, until + UNTIL_HEARD))
    if clients is not None:
        rows = rows.filter(client_match__in=clients)
        heard &= Q(client_match__in=clients)
    found = list(rows)
    listed = {row.pk: row.pbx_call() for row in found}
    ids = [call.call_id for call in listed.values() if call.call_id]
    named = Q(external_id__in=ids) | Q(pk__in=[row.call_id for row in found if row.call_id])
    calls = {call.pk: call for call in _calls(connection).filter(heard | named)}
    matching = match(
        [Listed(pk=row.pk, call=listed[row.pk], tied_to=row.call_id) for row in found],
        [_known(call) for call in calls.values()],
    )
    entries = [_entry(row, listed[row.pk], calls, matching) for row in found]
    entries += _here_only(calls.values(), matching)
    return sorted(_with_changes(entries), key=lambda entry: entry.started_at)


def counts(entries: Iterable[Entry]) -> dict[str, int]:
    """How many of each standing, and how many of both came by import alone."""
    found = dict.fromkeys(map(str, Standing), 0) | {"imported": 0}
    for entry in entries:
        found[entry.standing] += 1
        if entry.row and entry.call and getattr(entry.call, "is_listed_only", False):
            found["imported"] += 1
    return found


def _calls(connection: Connection) -> QuerySet[Call]:
    started = StoredEvent.objects.filter(call=OuterRef("pk"), kind=EventKind.CALL_STARTED)
    calls = Call.objects.filter(connection=connection, is_test=False).select_related("contact", "responsible")
    return calls.annotate(start_is_told=Exists(started), is_listed_only=ONLY_LISTED).prefetch_related(
        "legs", "recordings"
    )


def _known(call: Call) -> Known:
    is_ours = call.external_id.startswith(adopting.ANONYMOUS)
    return Known(
        pk=call.pk,
        external_id="" if is_ours else call.external_id,
        client_match=call.client_match,
        direction=call.direction,
        started_at=call.started_at,
        start_is_told=getattr(call, "start_is_told", False),
        talk_seconds=call.talk_seconds if call.status == CallStatus.ANSWERED else None,
        phones=frozenset(leg.extension_number for leg in call.legs.all() if leg.extension_number),
        is_listed_only=getattr(call, "is_listed_only", False),
    )


def _entry(row: PbxRow, listed: PbxCall, calls: dict[int, Call], matching: Matching) -> Entry:
    call, replaces = calls.get(matching.pairs.get(row.pk, 0)), calls.get(matching.replaced.get(row.pk, 0))
    entry = Entry(standing=Standing.BOTH, started_at=row.started_at, row=row, listed=listed, call=call)
    if row.pk in matching.unclear:
        return replace(entry, standing=Standing.UNCLEAR, can_import=True)
    if not listed.is_final and timezone.now() - listed.started_at < SURELY_OVER:
        return replace(entry, standing=Standing.GOING_ON)
    if call is None:
        return replace(entry, standing=Standing.PBX_ONLY, can_import=True)
    differs = _differences(listed, call)
    if not differs and replaces is None:
        return entry
    return replace(entry, standing=Standing.DIFFERENT, replaces=replaces, differs=differs)


def _differences(listed: PbxCall, call: Call) -> tuple[Fact, ...]:
    if call.flag == Call.Flag.ERASED:
        return ()
    are_answered = listed.status is CallStatus.ANSWERED and call.status == CallStatus.ANSWERED
    talk = listed.talk_seconds or 0
    is_known = listed.status is not CallStatus.UNKNOWN
    is_one_way = str(listed.direction) not in ("unknown", call.direction) and not listed.direction_is_guess
    found = {
        Fact.STATUS: is_known and call.status != listed.status,
        Fact.TALK: are_answered and talk > 0 and abs((call.talk_seconds or 0) - talk) > TALK_SLACK,
        Fact.RECORDING: listed.is_recorded and not call.recordings.all(),
        Fact.DIRECTION: is_one_way,
        Fact.CALL_ID: bool(listed.call_id) and call.external_id.startswith(adopting.ANONYMOUS),
    }
    return tuple(fact for fact, differs in found.items() if differs)


def _here_only(calls: Iterable[Call], matching: Matching) -> list[Entry]:
    matched = {*matching.pairs.values(), *matching.replaced.values()}
    found = []
    for call in calls:
        if call.pk not in matched:
            standing = Standing.GOING_ON if call.is_open else Standing.HERE_ONLY
            found.append(Entry(standing=standing, started_at=call.started_at, call=call))
    return found


def _with_changes(entries: list[Entry]) -> list[Entry]:
    """Find out for what differs whether an import would change it, by folding the call with what the list tells."""
    differ = {entry.call.pk: entry for entry in entries if entry.standing is Standing.DIFFERENT and entry.call}
    events: dict[int, list[StoredEvent]] = {pk: [] for pk in differ}
    for row in StoredEvent.objects.filter(call__in=differ):
        events[row.call_id].append(row)
    changing = {pk for pk, entry in differ.items() if entry.replaces or _would_change(entry, events[pk])}
    return [replace(entry, can_import=True) if entry.call and entry.call.pk in changing else entry for entry in entries]


def _would_change(entry: Entry, rows: list[StoredEvent]) -> bool:
    if entry.listed is None or entry.call is None or Fact.CALL_ID in entry.differs:
        return True
    stored = [row.event() for row in rows]
    told = entry.listed.events(external_id=entry.call.external_id, listed_at=timezone.now())
    return fold([*(event for event in stored if not event.listed_at), *told]) != fold(stored)
