"""After a backup was restored: what the PBXs' own lists have, and the database has not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone

from telephony.models import Connection
from telephony.reconcile import pulling, requests
from telephony.reconcile.comparing import Entry, Standing, day_of
from telephony.reconcile.words import reason_text

MOST_DAYS = 92
_NOT_HERE = frozenset({Standing.PBX_ONLY, Standing.DIFFERENT})


@dataclass(frozen=True, kw_only=True)
class Lacking:
    """Calls of one connection that an import would create or complete."""

    connection: Connection
    calls: list[Entry] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)
    """Why the PBX can't be asked, or did not tell a day."""


def lacking(*, since: datetime) -> Iterator[Lacking]:
    """Of each connection, what its PBX lists from this day on. Asks the PBXs, and changes nothing."""
    for connection in Connection.objects.order_by("pk"):
        if not requests.is_set_up(connection):
            yield Lacking(connection=connection, untold=["its PBX has no list of calls that can be asked for"])
        else:
            yield _lacking(connection, days_since(connection, since))


def days_since(connection: Connection, since: datetime) -> list[date]:
    """Days of the PBX's clock, the newest 92 of them."""
    first, last = day_of(connection, since), day_of(connection, timezone.now())
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return days[-MOST_DAYS:]


def _lacking(connection: Connection, days: Sequence[date]) -> Lacking:
    found = Lacking(connection=connection)
    for day in days:
        try:
            entries = pulling.preview(connection=connection, day=day)
        except requests.NotTold as trouble:
            found.untold.append(f"{day}: {reason_text(trouble.code, trouble.detail)}")
            continue
        found.calls.extend(one for one in entries if one.can_import and one.standing in _NOT_HERE)
    return found
