"""What the admin's first page tells: today's numbers, the latest calls, the connections' health."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db.models import Count, DateTimeField, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from telephony.calls.access import visible_calls
from telephony.domain import events
from telephony.domain.events import Direction
from telephony.models import Call, Connection, Delivery

MISSED = Q(direction=Direction.INCOMING, status__in=sorted(events.MISSED))
"""Call.is_missed, for queries."""
LOOKED_AT = 500
"""So many of a connection's latest messages are looked at for the one that came last."""
OUTSIDE = Q(fact__isnull=False, fact__outside=True)
"""Whether it came outside working hours; a call without a row for reports did not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """Numbers of calls begun since midnight in the site's time zone; talking and ringing are right now."""

    calls: int
    incoming: int
    outgoing: int
    missed: int
    """In working hours, as in reports."""
    missed_outside: int
    talking: int
    ringing: int


def today(user: Any, *, now: datetime | None = None) -> Today:
    """The day's numbers of the calls that this user sees, in two queries."""
    calls = visible_calls(user)
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(now), time.min))
    begun = calls.filter(started_at__gte=midnight).aggregate(
        calls=Count("pk"),
        incoming=Count("pk", filter=Q(direction="incoming")),
        outgoing=Count("pk", filter=Q(direction="outgoing")),
        missed=Count("pk", filter=MISSED & ~OUTSIDE),
        missed_outside=Count("pk", filter=MISSED & OUTSIDE),
    )
    going_on = calls.filter(status__in=sorted(events.OPEN)).aggregate(
        talking=Count("pk", filter=Q(status="talking")), ringing=Count("pk", filter=Q(status="ringing"))
    )
    return Today(**begun, **going_on)


def latest_calls(user: Any, *, limit: int, contact_id: int | None = None) -> QuerySet[Call]:
    """Calls that this user sees, newest first, all or one contact's, with what a list of them shows."""
    found = listed_calls(visible_calls(user).order_by("-started_at", "-id"))
    if contact_id is not None:
        found = found.filter(contact_id=contact_id)
    return found[:limit]


def listed_calls(calls: QuerySet[Call]) -> QuerySet[Call]:
    """The calls with all that a row of a list shows, in one query; without secrets, which cost time to decrypt."""
    with_others = calls.select_related("connection", "contact", "responsible")
    return with_others.defer("connection__settings", "connection__hook_secret")


def connections_with_health() -> QuerySet[Connection]:
    """Connections, each with `last_received_at`, `failed_count`, `refused_count`, `attention_count`.

    Once a silent connection's last delivery was deleted (they are kept for a time only), its last call stands for it.
    """
    of_connection = Delivery.objects.filter(connection=OuterRef("pk"))
    # Not an equality: PostgreSQL would look for the last delivery of a silent connection among all, from the latest on.
    this_one = Delivery.objects.filter(connection__gte=OuterRef("pk"), connection__lte=OuterRef("pk"))
    # What is stored last need not have come last: a history that is written in is old, and so is what lay in the spool.
    # Their ids stand in an index as they are wanted; asked for the moments as well, PostgreSQL read all messages.
    latest = this_one.order_by("connection_id", "-id").values("id")[:LOOKED_AT]
    moments = f"SELECT MAX(received_at) FROM {Delivery._meta.db_table} WHERE id IN (%(subquery)s)"  # nosec B608  # noqa: S608
    last = Subquery(latest, output_field=DateTimeField(), template=f"({moments})")
    its_calls = Call.objects.filter(connection__gte=OuterRef("pk"), connection__lte=OuterRef("pk"))
    last_call = its_calls.order_by("connection_id", "-started_at").values("started_at")[:1]
    return Connection.objects.annotate(
        last_received_at=Coalesce(last, Subquery(last_call)),
        failed_count=_counted(of_connection.filter(state=Delivery.State.FAILED)),
        refused_count=_counted(of_connection.filter(state=Delivery.State.REFUSED)),
        attention_count=_counted(of_connection.filter(needs_attention=True)),
    )


def _counted(deliveries: QuerySet[Delivery]) -> Coalesce:
    counts = deliveries.order_by().values("connection").annotate(found=Count("pk")).values("found")
    return Coalesce(Subquery(counts, output_field=IntegerField()), 0)
