"""Keeps the words that contacts are found by in step with what they are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from crm.models import Contact

BATCH = 1000


def refresh_contacts(*, ids: Iterable[int]) -> None:
    """Write `search_text` anew after names of companies, or numbers, changed; needed after bulk changes, too."""
    wanted = iter(dict.fromkeys(ids))
    while batch := list(islice(wanted, BATCH)):
        contacts = Contact.objects.filter(pk__in=batch).select_related("company").prefetch_related("phones")
        Contact.objects.bulk_update(list(_changed(contacts)), ["search_text"])


def _changed(contacts: Iterable[Contact]) -> Iterator[Contact]:
    for contact in contacts:
        words = contact.searchable()
        if words != contact.search_text:
            contact.search_text = words
            yield contact
