"""What the CRM does when its own rows change."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import get_hasher, identify_hasher
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete, pre_save
from django.dispatch import receiver

from crm.models import ApiToken, Company, Contact, ContactPhone
from crm.services import api_keys, forgetting
from crm.services.notes import adopt_from_calls
from crm.services.searching import refresh_contacts
from telephony.calls.contacts import link_earlier_calls
from telephony.domain.events import Phone
from telephony.models import Call
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


@receiver(pre_save, sender=settings.AUTH_USER_MODEL)
def keep_keys_over_an_upgrade(instance: Any, raw: bool, update_fields: Any, **_: Any) -> None:
    """Signing in with a password whose hash is of an older Django hashes it anew: that is no change of the password."""
    if raw or instance.pk is None or set(update_fields or ()) != {"password"} or instance._password is not None:
        return
    before = type(instance)._default_manager.filter(pk=instance.pk).values_list("password", flat=True).first()
    preferred = get_hasher()
    if before and (identify_hasher(before).algorithm != preferred.algorithm or preferred.must_update(before)):
        api_keys.keep_over_upgrade(user=instance, before=before)


@receiver(post_save, sender=settings.AUTH_USER_MODEL)
def end_keys_of_whom_they_may_not_serve(instance: Any, raw: bool, update_fields: Any, **_: Any) -> None:
    """A new password or a deactivation ends a person's API keys, at once."""
    if not raw and set(update_fields or ()) != {"last_login"}:
        api_keys.end_if_lost(ApiToken.objects.filter(user=instance.pk, ended_at=None).select_related("user"))


@receiver(m2m_changed, sender=get_user_model().groups.through)
def end_keys_of_lost_roles(action: str, instance: Any, reverse: bool, pk_set: set[int] | None, **_: Any) -> None:
    """Who is taken out of a group loses the keys that only it allowed."""
    if action not in ("post_remove", "post_clear"):
        return
    keys = ApiToken.objects.filter(ended_at=None).select_related("user")
    if not reverse:
        keys = keys.filter(user=instance.pk)
    elif pk_set is not None:
        keys = keys.filter(user__in=pk_set)
    api_keys.end_if_lost(keys)


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
