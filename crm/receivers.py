"""What the CRM does when its own rows change."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

from crm.models import Company, Contact, ContactPhone
from telephony.events import Phone
from telephony.services.contacts import link_earlier_calls


@receiver(post_save, sender=ContactPhone)
def give_earlier_calls_to_contact(instance: ContactPhone, raw: bool, **_: Any) -> None:
    """A number that was just saved may have called before. (`raw` is a fixture being loaded.)"""
    if not raw:
        number = Phone(raw=instance.raw, e164=instance.e164)
        transaction.on_commit(partial(link_earlier_calls, number=number))


@receiver(post_save, sender=Company)
def keep_contacts_searchable(instance: Company, created: bool, raw: bool, **_: Any) -> None:
    """A company's new name has to be found in its contacts, too."""
    if created or raw:
        return
    for contact in Contact.objects.filter(company=instance).select_related("company"):
        contact.save(update_fields=["search_text"])
