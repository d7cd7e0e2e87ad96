"""Companies that are a person: a sole trader's goes with the person, another one loses the number only."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db.models import QuerySet

from crm.models import Company, Contact
from telephony.erasure import Names

MARK = "erased"
SHORTEST_NAME = 3
_WORD = re.compile(r"[^\W\d_]+")
_COLUMNS = ("name", "site", "email")


def forget_companies(contacts: Iterable[int]) -> None:
    """Delete companies that have none but these contacts, and one's name or email: they say who that was.

    For contacts that are about to be deleted. Notes and tasks about such a company go with it.
    """
    going = set(contacts)
    leaving = Contact.objects.filter(pk__in=going).exclude(company=None).select_related("company")
    for contact in leaving.order_by("pk"):
        company = contact.company
        if company is not None and _is(company, contact) and not company.contacts.exclude(pk__in=going).exists():
            company.delete()


def forget_in_companies(rows: QuerySet[Company], names: Names) -> None:
    """Take the number from companies that have it in their name or addresses; of others' the rest stays."""
    for company in rows:
        for column in _COLUMNS:
            if names(getattr(company, column)):
                setattr(company, column, f"{MARK}-{company.pk}" if column == "name" else "")
        company.save(update_fields=list(_COLUMNS))


def _is(company: Company, contact: Contact) -> bool:
    same_email = bool(company.email) and company.email.casefold() == contact.email.casefold()
    return same_email or not _words(company.name).isdisjoint(_words(contact.name))


def _words(name: str) -> set[str]:
    plain = name.casefold().replace("ё", "е")
    return {word for word in _WORD.findall(plain) if len(word) >= SHORTEST_NAME}
