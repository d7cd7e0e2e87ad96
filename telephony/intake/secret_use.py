"""By which of a connection's secrets its PBX proves its messages, while those of before hold."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from django.db import DatabaseError, transaction
from django.utils import timezone

from telephony.models import Connection
from telephony.vendors.proofs import ProvedBy

WRITTEN_EVERY = timedelta(minutes=1)
_COLUMNS = {ProvedBy.PRESENT: "present_secrets_used_at", ProvedBy.FORMER: "former_secrets_used_at"}


def note_use(connection: Connection, proved_by: ProvedBy) -> None:
    """A message came that was proved so. Never fails, and costs nothing where there is one secret."""
    column = _COLUMNS.get(proved_by)
    if column is None:
        return
    now, known = timezone.now(), getattr(connection, column)
    if known is not None and now - known < WRITTEN_EVERY:
        return
    with suppress(DatabaseError), transaction.atomic():  # The caller may be in a transaction, and goes on in it.
        Connection.objects.filter(pk=connection.pk).update(**{column: now})
