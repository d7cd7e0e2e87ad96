"""A contact that is deleted leaves its numbers: each of them is a client by itself again."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models.signals import post_delete, pre_delete

from telephony import conf
from telephony.missed.folding import keys_of_contact, refold


def follow_deleted_contacts() -> None:
    """Listen to the contact model, whichever that is. Whoever merges contacts calls `folding.refold_contact`."""
    contact = apps.get_model(conf.contact_model())
    pre_delete.connect(_remember, sender=contact, dispatch_uid="telephony.missed: remember")
    post_delete.connect(_part, sender=contact, dispatch_uid="telephony.missed: part")


def _remember(instance: Any, **_: Any) -> None:
    instance._missed_numbers = keys_of_contact(instance.pk)


def _part(instance: Any, **_: Any) -> None:
    if numbers := getattr(instance, "_missed_numbers", None):
        refold(keys=numbers, contacts=())
