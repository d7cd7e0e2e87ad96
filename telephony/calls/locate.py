"""Which call is it? By the PBX's id; where a message names none, by number and time.

docs/protocols.md, "Calls without an id": a template webhook's ring belongs to the call of the same number that
rang within 120 s; a COMPLETED without callid ends the only open call of its number, and of several none.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Q, QuerySet

from telephony.calls import listed
from telephony.calls.adopting import ANONYMOUS, LONGEST, LONGEST_CALL, OVERTAKEN_START, SAME_RING, adopt
from telephony.calls.of_id import call_of_id
from telephony.database.together import Answers
from telephony.domain import numbers
from telephony.domain.events import OPEN, CallEvent, Direction, EventKind, NoCallId
from telephony.models import Call, Connection
from telephony.models import CallEvent as StoredEvent

REPEATED = timedelta(seconds=120)
"""A message without a call id that comes again this soon, word for word, is the same message."""


def lock_names(*, connection: Connection, event: CallEvent) -> list[str]:
    """What has to be locked before this event's call is looked for."""
    return _lock_names(connection, event.external_id, numbers.match_key(event.client_raw))


def lock_names_of(*, call: Call) -> list[str]:
    """What has to be locked before something else than an event changes this call."""
    return _lock_names(call.connection, call.external_id, call.client_match)


def lock_names_of_client(*, connection: Connection, client_match: str, external_ids: Iterable[str]) -> list[str]:
    """What has to be locked before calls of this client, or with these ids, are matched with others."""
    return [name for external_id in external_ids for name in _lock_names(connection, external_id, client_match)]


def _lock_names(connection: Connection, external_id: str, client_match: str) -> list[str]:
    names = []
    if external_id:
        names.append(f"call:{connection.pk}:{external_id}")
    vendor = connection.vendor_object
    if vendor.may_lack_call_id or vendor.call_info is not None:
        names.append(f"client:{connection.pk}:{client_match}")
    return names


def find_call(*, connection: Connection, event: CallEvent) -> Call | None:
    """The call of this event, or None if it begins a new one. Call it under the locks of `lock_names`.

    A call that had no id of the PBX's gets the event's, if it is found to be the same call."""
    if event.external_id:
        known = call_of_id(connection=connection.pk, external_id=event.external_id)
        if known is not None:
            return known
    return find_unnamed(connection=connection, event=event, answers=Answers())


def find_unnamed(*, connection: Connection, event: CallEvent, answers: Answers) -> Call | None:
    """The same where no call has the event's id, or it has none."""
    if event.external_id:
        return adopt(connection=connection, event=event, answers=answers)
    repeated = _repeated(connection, event)
    if repeated is not None:
        return repeated
    if event.no_call_id is NoCallId.SAME_RING:
        return _same_ring(connection, event)
    return _only_open_call(connection, event)


def anonymous_id(*, delivery_id: int) -> str:
    """The id of a call that begins with a message without one."""
    return f"{ANONYMOUS}{delivery_id}"


def flag_of_new_call(*, connection: Connection, event: CallEvent) -> str:
    """What is remarkable about a call that begins with this event."""
    if event.no_call_id is not NoCallId.ENDS_OPEN_CALL:
        return ""
    return Call.Flag.SEVERAL_OPEN if _open_calls(connection, event).exists() else Call.Flag.NO_START_SEEN


def _of_client(connection: Connection, event: CallEvent) -> Q:
    return Q(connection=connection, client_match=numbers.match_key(event.client_raw))


def _same_ring(connection: Connection, event: CallEvent) -> Call | None:
    """The call whose rings, of whichever phone, are nearest in time; a new one if none is near enough."""
    if not event.client_raw:
        return None
    # Whom we call may call back at once, and who was missed, again: those are calls of their own.
    own = Call.objects.filter(_of_client(connection, event)).exclude(direction=Direction.OUTGOING)
    going_on = own.filter(started_at__gte=event.occurred_at - LONGEST).exclude(
        ended_at__lt=event.occurred_at - OVERTAKEN_START
    )
    rings = StoredEvent.objects.filter(
        # An account that sends events with ids, too, tells of the start before any phone rings.
        kind__in=[EventKind.CALL_STARTED, EventKind.LEG_RINGING],
        occurred_at__range=(event.occurred_at - SAME_RING, event.occurred_at + SAME_RING),
        call__in=going_on,
    ).select_related("call")
    at = event.occurred_at
    possible = [ring for ring in rings if not listed.was_over(connection=connection, call=ring.call, moment=at)]
    nearest = min(possible, key=lambda ring: (abs(ring.occurred_at - event.occurred_at), ring.pk), default=None)
    return nearest.call if nearest else listed.find_rung(connection=connection, calls=own, moment=at)


def _repeated(connection: Connection, event: CallEvent) -> Call | None:
    """The call of the same message, word for word, a short while ago."""
    found = StoredEvent.objects.filter(
        fingerprint=event.fingerprint,
        call__connection=connection,
        occurred_at__range=(event.occurred_at - REPEATED, event.occurred_at + REPEATED),
    ).select_related("call")
    row = found.first()
    if row is None or listed.was_over(connection=connection, call=row.call, moment=event.occurred_at):
        return None
    return row.call


def _open_calls(connection: Connection, event: CallEvent) -> QuerySet[Call]:
    """Calls of the event's number that had no end yet when it happened; the reaper's guess is no end."""
    at = event.occurred_at
    reaped = Q(status="unknown", events__kind=EventKind.REAPED)
    return (
        Call.objects.filter(
            _of_client(connection, event),
            Q(status__in=OPEN) | reaped,
            started_at__range=(at - LONGEST_CALL, at + OVERTAKEN_START),
        )
        .exclude(client_match="")
        .exclude(events__kind=EventKind.ENDED)
        .distinct()
    )


def _only_open_call(connection: Connection, event: CallEvent) -> Call | None:
    found = list(_open_calls(connection, event)[:2])
    return found[0] if len(found) == 1 else None
