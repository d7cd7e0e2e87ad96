"""Webhooks and the PBX's list together: what comes after the list told how a call ended.

A ring that was received after the list was read is another call's: the listed one was over by then. A message with
an id may be late, and belong to a call that the list told of without one.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from telephony.domain.listed_call import CLOCKS, UNTIL_HEARD
from telephony.models import Call, Connection
from telephony.models import CallEvent as StoredEvent

LISTED = Q(content__has_key="listed_at")
"""Stored events that a PBX's list brought."""
ONLY_LISTED = ~Exists(StoredEvent.objects.filter(call=OuterRef("pk")).exclude(LISTED))
"""Calls that no message told of, only a list."""
LISTED_ID = "anonymous-list-"
"""Begins the ids that are made here for calls that only a list told of, without an id."""


def was_over(*, connection: Connection, call: Call, moment: datetime) -> bool:
    """Whether the PBX's list had told before this moment how the call ended."""
    if connection.vendor_object.call_info is None:
        return False
    listed = call.events.filter(LISTED).first()
    told_at = listed.event().listed_at if listed else None
    return told_at is not None and told_at < moment


def find_rung(*, connection: Connection, calls: QuerySet[Call], moment: datetime) -> Call | None:
    """Of these calls, the one that only a list told of so far and that a phone rang for at this moment.

    The ring came before the list was read, and is processed after it: it waited for the import, in a rush, or for
    a worker.
    """
    if connection.vendor_object.call_info is None:
        return None
    near = calls.filter(ONLY_LISTED, started_at__range=(moment - UNTIL_HEARD, moment + CLOCKS)).order_by("-started_at")
    return next((call for call in near if not was_over(connection=connection, call=call, moment=moment)), None)
