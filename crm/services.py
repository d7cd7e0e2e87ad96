"""What writes contacts. Arguments are keyword-only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from crm.models import Company, Contact, ContactPhone


@transaction.atomic
def add_contact(*, name: str, phones: Iterable[str], company: str = "", responsible: Any = None) -> Contact:
    """A new contact with its numbers; the company is found by name or made. Raises ValidationError by argument."""
    contact = Contact(name=name.strip(), responsible=responsible)
    if company.strip():
        contact.company, _ = Company.objects.get_or_create(name=company.strip())
    contact.full_clean()
    contact.save()
    for number in phones:
        row = ContactPhone(contact=contact, raw=number.strip())
        try:
            row.full_clean()
        except ValidationError as error:
            raise ValidationError({"phones": error.messages}) from None
        row.save()
    return contact
