"""What the CRM does when its own rows change."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.signals import post_delete, post_save, pre_delete
from django.dispatch import receiver

from crm.models import Company, Contact, ContactPhone
from crm.services import forgetting
from crm.services.notes import adopt_from_calls
from crm.services.searching import refresh_contacts
from telephony.events import Phone
from telephony.models import Call
from telephony.services.contacts import link_earlier_calls
from telephony.signals import number_erased


@receiver(post_save, sender=ContactPhone)
def give_earlier_calls_to_contact(instance: ContactPhone, raw: bool, **_: Any) -> None:
    """A number that was just saved may have called before. (`raw` is a fixture being loaded.)"""
    if raw:
        return
    refresh_contacts(ids=[instance.contact_id])
    number = Phone(raw=instance.raw, e164=instance.e164)
    transaction.on_commit(partial(_link, number, instance.contact_id))


def _link(number: Phone, contact_id: int) -> None:
    if link_earlier_calls(number=number):
        adopt_from_calls(contact_id=contact_id)


@receiver(post_delete, sender=ContactPhone)
def forget_number(instance: ContactPhone, origin: Any, **_: Any) -> None:
    """A contact is no longer found by a number that it had. (Of a deleted contact there is nothing to keep right.)"""
    if not isinstance(origin, Contact):
        refresh_contacts(ids=[instance.contact_id])


@receiver(number_erased)
def forget_person(number: Phone, calls: QuerySet[Call], **_: Any) -> int:
    return forgetting.forget_number(number=number, calls=calls)


@receiver(post_save, sender=Company)
def keep_contacts_searchable(instance: Company, created: bool, raw: bool, **_: Any) -> None:
    """A company's new name has to be found in its contacts, too."""
    if not created and not raw:
        refresh_contacts(ids=instance.contacts.values_list("pk", flat=True))


@receiver(pre_delete, sender=Company)
def remember_contacts(instance: Company, **_: Any) -> None:
    instance._former_contacts = list(instance.contacts.values_list("pk", flat=True))  # type: ignore[attr-defined]


@receiver(post_delete, sender=Company)
def forget_company(instance: Company, **_: Any) -> None:
    """The name of a company that is gone finds nobody any more; its contacts stay."""
    refresh_contacts(ids=instance._former_contacts)  # type: ignore[attr-defined]
