"""All databases but PostgreSQL: each part is a statement of the ORM."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Model

from telephony.database import notified
from telephony.database.together import Answers, Question
from telephony.database.versions import Version
from telephony.database.writing.parts import Deleted, Inserted, Part, Updated


def write(parts: Sequence[Part], channel: str, ends: bool, asks: Sequence[Question]) -> Answers:
    """Write them in this order. Who waits in this process for the channel hears of it at the commit. Whether the
    transaction ends with them is left to its block, and what is asked to whoever wants the answer."""
    for part in parts:
        rows = part.model._base_manager
        match part:
            case Inserted(unique=()):
                rows.bulk_create(part.rows)
            case Inserted(columns=()):
                rows.bulk_create(part.rows, ignore_conflicts=True)
            case Inserted():
                rows.bulk_create(
                    part.rows, update_conflicts=True, unique_fields=part.unique, update_fields=part.columns
                )
            case Updated():
                rows.filter(**part.where).update(**part.values)
            case Deleted():
                found = rows.filter(**part.where)
                found._raw_delete(found.db)
    if channel:
        notified.notify(channel)
    return Answers()


def insert(row: Model, version: Version | None = None) -> bool:
    """Write this one row; its key is set. No row has a version here."""
    row.save(force_insert=True)
    return True
