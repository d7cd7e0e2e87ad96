"""Contacts as rows of a table, for files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from crm.imports.fields import EXPORTED, FIELDS
from crm.models import Contact
from crm.selectors.contacts import after, listed
from telephony.ui.presentation import person

ROWS = 2000


def table(contacts: QuerySet[Contact]) -> Iterator[list[Any]]:
    """Head and rows, read page by page: no cursor stays open, however slow the reader is."""
    yield [str(FIELDS[name]) for name in EXPORTED]
    rows = listed(contacts)
    page = list(rows[:ROWS])
    while page:
        yield from (_row(contact) for contact in page)
        page = list(after(rows, page[-1].name, page[-1].pk)[:ROWS])


def _row(contact: Contact) -> list[Any]:
    return [
        contact.name,
        ", ".join(str(phone) for phone in contact.phones.all()),
        contact.company.name if contact.company else "",
        contact.position,
        contact.email,
        person(contact.responsible),
        ", ".join(tag.name for tag in contact.tags.all()),
        contact.source,
    ]
