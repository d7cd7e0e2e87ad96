"""Which call is it? By the PBX's id; where a message names none, by number and time.

What protocols.md says: a template webhook's ring belongs to the call of the same number that rang within
120 s; a COMPLETED without callid ends the only open call of its number, and of several none.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q, QuerySet

from telephony import phone
from telephony.events import CallEvent, Direction, EventKind, NoCallId
from telephony.models import Call, Connection
from telephony.models import CallEvent as StoredEvent

SAME_RING = timedelta(seconds=120)
"""Two rings of one number closer than this are one ring, or one group's."""
REPEATED = timedelta(seconds=120)
"""A message without a call id that comes again this soon, word for word, is the same message."""
OVERTAKEN_START = timedelta(seconds=15)
"""How late a call's start may come after an end that named no call, and still be that call's."""
ANONYMOUS = "anonymous-"
"""Begins the call ids that are made here for calls whose PBX sent none."""
LONGEST_CALL = timedelta(hours=4)
"""An open call older than this is not what an end without a call id speaks of."""


def lock_names(*, connection: Connection, event: CallEvent) -> list[str]:
    """What has to be locked before this event's call is looked for."""
    names = []
    if event.external_id:
        names.append(f"call:{connection.pk}:{event.external_id}")
    if connection.vendor_object.may_lack_call_id:
        names.append(f"client:{connection.pk}:{phone.match_key(event.client_raw)}")
    return names


def find_call(*, connection: Connection, event: CallEvent) -> Call | None:
    """The call of this event, or None if it begins a new one. Call it under the locks of `lock_names`.

    A call that had no id of the PBX's gets the event's, if it is found to be the same call."""
    if event.external_id:
        of_id = Call.objects.filter(connection=connection, external_id=event.external_id).first()
        return of_id or _adopt_anonymous(connection, event)
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
    return Q(connection=connection, client_match=phone.match_key(event.client_raw))


def _same_ring(connection: Connection, event: CallEvent) -> Call | None:
    """The call whose rings, of whichever phone, are nearest in time; a new one if none is near enough."""
    if not event.client_raw:
        return None
    # Whom we call may call back at once, and who was missed, again: those are calls of their own.
    own = Call.objects.filter(_of_client(connection, event)).exclude(direction=Direction.OUTGOING)
    going_on = own.exclude(ended_at__lt=event.occurred_at - OVERTAKEN_START)
    rings = StoredEvent.objects.filter(
        # An account that sends events with ids, too, tells of the start before any phone rings.
        kind__in=[EventKind.CALL_STARTED, EventKind.LEG_RINGING],
        occurred_at__range=(event.occurred_at - SAME_RING, event.occurred_at + SAME_RING),
        call__in=going_on,
    ).select_related("call")
    nearest = min(rings, key=lambda ring: (abs(ring.occurred_at - event.occurred_at), ring.pk), default=None)
    return nearest.call if nearest else None


def _repeated(connection: Connection, event: CallEvent) -> Call | None:
    """The call of the same message, word for word, a short while ago."""
    found = StoredEvent.objects.filter(
        fingerprint=event.fingerprint,
        call__connection=connection,
        occurred_at__range=(event.occurred_at - REPEATED, event.occurred_at + REPEATED),
    ).select_related("call")
    row = found.first()
    return row.call if row else None


def _open_calls(connection: Connection, event: CallEvent) -> QuerySet[Call]:
    """Calls of the event's number that had no end yet when it happened; the reaper's guess is no end."""
    at = event.occurred_at
    reaped = Q(status="unknown", events__kind=EventKind.REAPED)
    return (
        Call.objects.filter(
            _of_client(connection, event),
            Q(status__in=["ringing", "talking"]) | reaped,
            started_at__range=(at - LONGEST_CALL, at + OVERTAKEN_START),
        )
        .exclude(client_match="")
        .exclude(events__kind=EventKind.ENDED)
        .distinct()
    )


def _only_open_call(connection: Connection, event: CallEvent) -> Call | None:
    found = list(_open_calls(connection, event)[:2])
    return found[0] if len(found) == 1 else None


def _adopt_anonymous(connection: Connection, event: CallEvent) -> Call | None:
    """For an id seen the first time: a call that messages without one began, which now gets the id.

    Either a ring that a template webhook (or 1C's IncomingCall) told first, or an end that overtook its start.
    """
    if not connection.vendor_object.may_lack_call_id or not event.client_raw or event.kind is EventKind.ENDED:
        return None
    anonymous = Call.objects.filter(_of_client(connection, event), external_id__startswith=ANONYMOUS)
    at = event.occurred_at
    rings = Q(status="ringing", flag="", started_at__range=(at - SAME_RING, at + SAME_RING))
    # An end after this event would have ended its call, had this been processed in time (it waited for a worker).
    ends = Q(flag=Call.Flag.NO_START_SEEN, ended_at__range=(at - OVERTAKEN_START, at + LONGEST_CALL))
    found = list(anonymous.filter(rings | ends)[:2])
    if len(found) != 1:
        return None
    found[0].external_id = event.external_id
    found[0].flag = ""
    found[0].save(update_fields=["external_id", "flag"])
    return found[0]
