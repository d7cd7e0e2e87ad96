"""Writes contacts, their numbers and their companies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from crm.models import Company, Contact, ContactPhone, Tag
from crm.models.words import HasWords
from crm.numbers import both_extensions, key_of, numbers_in
from crm.selectors.contacts import found_or_merged
from crm.words import typed
from telephony.domain.numbers import ReadNumber

MOST_ALIKE = 100


@transaction.atomic
def add_contact(
    *,
    name: str,
    phones: Iterable[str],
    company: str = "",
    responsible: Any = None,
    position: str = "",
    email: str = "",
    source: str = "",
    tags: Iterable[Tag] = (),
    user: Any = None,
) -> Contact:
    """A new contact with its numbers; the company is found by name or made. Raises ValidationError by argument."""
    contact = Contact(name=name.strip(), responsible=responsible, created_by=user)
    contact.position, contact.email, contact.source = position.strip(), email.strip(), source.strip()
    return save_contact(contact=contact, phones=phones, company=company, tags=tags, user=user)


@transaction.atomic
def save_contact(
    *, contact: Contact, phones: Iterable[str], company: str, tags: Iterable[Tag], user: Any = None
) -> Contact:
    """Save the contact with exactly these numbers, company (by name; empty for none) and tags.

    Raises ValidationError by argument; nothing is saved then.
    """
    contact.company = company_named(company.strip(), user)
    contact.full_clean()
    contact.save()
    _save_phones(contact, phones)
    contact.tags.set(tags)
    return contact


def still_there(contact: Contact) -> Contact:
    """The contact, or the one that it was merged into meanwhile; locked, so that it stays until the transaction ends.

    Raises ValidationError if it was deleted.
    """
    found = found_or_merged(Contact.objects.select_for_update(of=("self",), no_key=True), contact.pk)
    if found is None:
        raise ValidationError({"contact": _("This contact is gone: somebody deleted it.")})
    return found


def add_number(*, contact: Contact, number: str) -> bool:
    """Give the contact one more number, in whatever form, unless it has it already. Returns whether it was new.

    Several numbers in one text are several. Raises ValidationError for what is no number.
    """
    added = [_add(contact, read) for read in _read([number])]
    return any(added)


def find_company(name: str) -> Company | None:
    """The company of this name, whatever its case; by an index, on every database."""
    exact = Company.objects.filter(name=name).first()
    if exact is not None or not (words := typed(name)):
        return exact
    alike = Company.objects.filter(HasWords("search_text", words)).order_by("id")
    return next((company for company in alike[:MOST_ALIKE] if company.name.casefold() == name.casefold()), None)


def company_named(name: str, user: Any) -> Company | None:
    """The company of this name, which is made if there is none; None for no name. Raises ValidationError."""
    if not name:
        return None
    if (known := find_company(name)) is not None:
        return known
    company = Company(name=name, created_by=user)
    try:
        company.full_clean()
    except ValidationError as error:
        raise ValidationError({"company": error.messages}) from None
    company.save()
    return company


def _save_phones(contact: Contact, phones: Iterable[str]) -> None:
    rows = list(contact.phones.all())
    typed_before = {row.raw: row for row in rows}
    texts = [text.strip() for text in phones]
    wanted = {row.match: row for text in texts if (row := typed_before.get(text))}
    read = _read(text for text in texts if text not in typed_before)
    for row in rows:
        if row.match in wanted:
            continue
        if (again := next((number for number in read if key_of(number) == row.match), None)) is not None:
            row.raw, row.extension = again.raw, again.extension  # The same number in another spelling.
            row.save()
        else:
            row.delete()
    for number in read:
        _add(contact, number)


def _read(texts: Iterable[str]) -> list[ReadNumber]:
    """The numbers in the texts, each once. Raises ValidationError."""
    try:
        found = [number for text in texts for number in numbers_in(text)]
    except ValidationError as error:
        raise ValidationError({"phones": error.messages}) from None
    once: dict[str, ReadNumber] = {}
    for number in found:
        known = once.setdefault(key_of(number), number)
        extension = both_extensions(known.extension, number.extension)
        once[key_of(number)] = replace(known, extension=extension)
    return list(once.values())


def _add(contact: Contact, number: ReadNumber) -> bool:
    """Add the number, or to the number that is there its extension. Somebody else may add the same at this moment."""
    row = ContactPhone(contact=contact, raw=number.raw, extension=number.extension)
    known = ContactPhone.objects.filter(contact=contact, match=key_of(number)).first()
    if known is None:
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:
            return False
        return True
    if both_extensions(known.extension, number.extension) != known.extension:
        known.extension = number.extension
        known.save()
    return False
