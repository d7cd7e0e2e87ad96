"""Finds contacts and companies by what somebody typed, and pages through them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from crm.models import Company, Contact, ContactPhone
from crm.models.words import HasWords
from crm.words import typed
from telephony.domain import numbers as phone
from telephony.domain.searching import MOST_WORDS, is_searchable

Named = TypeVar("Named", Contact, Company)
FEW = 1000
MOST_PIECES = 3 * MOST_WORDS
"""Of words with signs in them: a mail address has three."""


def matching(rows: QuerySet[Named], term: str) -> QuerySet[Named]:
    """Those that have all words of the term: names, companies, emails, or a number in any form, or a part of one.

    Words may be just begun: it is for searching while typing. All rows for an empty term; none for one of
    signs only, or that is too long.
    """
    if not term.strip():
        return rows
    words = typed(term) if is_searchable(term) else []
    return rows.filter(HasWords("search_text", words)) if 0 < len(words) <= MOST_PIECES else rows.none()


def first_matching(rows: QuerySet[Named], term: str) -> QuerySet[Named]:
    """The same rows, for a page of them in order of name.

    PostgreSQL takes two rare words for common ones, and reads everybody by name until it has a page of those who have
    both. Where few have them it is told who.
    """
    found = matching(rows, term)
    if not term.strip():
        return found
    few = list(found.order_by().values_list("pk", flat=True)[: FEW + 1])
    return rows.filter(pk__in=few) if len(few) <= FEW else found


def found_or_merged(contacts: QuerySet[Contact], pk: int) -> Contact | None:
    """The contact of this id; if it was merged meanwhile, the one that it is a part of now; or None."""
    return contacts.filter(pk=pk).first() or contacts.filter(merged__old_id=pk).first()


def listed(contacts: QuerySet[Contact]) -> QuerySet[Contact]:
    """The contacts with all that a row of a list shows, by name: three queries."""
    with_others = contacts.select_related("company", "responsible").prefetch_related("phones", "tags")
    return with_others.defer("search_text", "company__search_text").order_by("name", "id")


def listed_companies(companies: QuerySet[Company]) -> QuerySet[Company]:
    """The companies with all that a row of a list shows, by name: two queries. `contact_count`: who work there."""
    counted = with_contact_count(companies)
    return counted.select_related("responsible").prefetch_related("tags").defer("search_text").order_by("name", "id")


def with_contact_count(companies: QuerySet[Company]) -> QuerySet[Company]:
    """The companies, each with `contact_count`; counted only for those that are read in the end."""
    of_company = Contact.objects.filter(company=OuterRef("pk")).order_by().values("company")
    count = Subquery(of_company.annotate(found=Count("pk")).values("found"), output_field=IntegerField())
    return companies.annotate(contact_count=Coalesce(count, 0))


def after(rows: QuerySet[Named], name: str, pk: int) -> QuerySet[Named]:
    """The rows that follow this one by (name, id): the next page costs as little as the first."""
    return rows.filter(Q(name__gt=name) | Q(name=name, pk__gt=pk), name__gte=name)


def sharing_numbers(contact: Contact, phones: Iterable[ContactPhone]) -> list[ContactPhone]:
    """Numbers of the contact that others have, too: each with its contact, at most 20, in one query."""
    same = _same_number([(number.e164, number.last10) for number in phones])
    if not same:
        return []
    others = ContactPhone.objects.filter(same).exclude(contact=contact.pk)
    return list(others.select_related("contact__company").order_by("contact__name", "id")[:20])


def owners_of(number: str, region: str) -> list[Contact]:
    """Contacts that have this number (or one of these), in any form; at most 5."""
    read = [found for found in phone.read(number, region) if found.may_be_stored]
    same = _same_number([(found.e164, phone.last_digits(found.e164 or found.bare)) for found in read])
    if not same:
        return []
    return list(Contact.objects.filter(pk__in=ContactPhone.objects.filter(same).values("contact")).order_by("name")[:5])


def _same_number(numbers: Sequence[tuple[str, str]]) -> Q:
    """Rows with one of the numbers, each as (E.164, last ten digits); what is no valid number by its digits."""
    valid = [e164 for e164, _ in numbers if e164]
    unreadable = [last10 for e164, last10 in numbers if last10 and not e164]
    same = Q()
    if valid:
        same |= Q(e164__in=valid)
    if unreadable:
        same |= Q(last10__in=unreadable)
    return same
