"""Makes one contact of two: everything of the one follows to the other."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import Contact, ContactPhone, MergedContact
from crm.numbers import both_extensions
from crm.services.searching import refresh_contacts
from telephony.missed.folding import refold_contact

logger = logging.getLogger(__name__)

FIELDS = ("name", "company", "position", "email", "responsible", "source")
"""What a contact has one of: of these the user chooses."""


class MergeImpossible(Exception):
    """One of the two contacts is gone, or both are the same; says so in words."""


@transaction.atomic
def merge_contacts(*, winner_pk: int, loser_pk: int, taken: Iterable[str] = (), user: Any) -> MergedContact:
    """Move calls, numbers, notes, tasks, tags and whatever else points at the loser to the winner; the loser goes.

    `taken` names those of FIELDS that are taken from the loser. What the winner has none of is taken anyway.
    Raises MergeImpossible. Both rows are locked: of two merges of one contact, the later one finds it gone.
    """
    winner, loser = _lock(winner_pk, loser_pk)
    from_loser = frozenset(taken)
    for name in FIELDS:
        if name in from_loser or not getattr(winner, name):
            setattr(winner, name, getattr(loser, name) or getattr(winner, name))
    moved = {"numbers": _move_numbers(winner, loser), **_move_rows(winner, loser), "tags": _move_tags(winner, loser)}
    winner.created_at = min(winner.created_at, loser.created_at)
    loser.delete()
    winner.save()
    refresh_contacts(ids=[winner.pk])
    refold_contact(contact_pk=winner.pk)
    merged = MergedContact.objects.create(old_id=loser_pk, contact=winner, by=user, moved=moved)
    _log(merged, user)
    return merged


def _lock(winner_pk: int, loser_pk: int) -> tuple[Contact, Contact]:
    if winner_pk == loser_pk:
        raise MergeImpossible(f"Contact {winner_pk} can't be merged with itself.")
    # In one order, so that two merges of the same contacts wait for each other and never for good.
    rows = Contact.objects.select_for_update(of=("self",)).filter(pk__in=[winner_pk, loser_pk]).order_by("pk")
    found = {contact.pk: contact for contact in rows}
    for pk in (winner_pk, loser_pk):
        if pk not in found:
            raise MergeImpossible(f"Contact {pk} is gone: somebody merged or deleted it.")
    return found[winner_pk], found[loser_pk]


def _move_numbers(winner: Contact, loser: Contact) -> int:
    known = {phone.match: phone for phone in winner.phones.all()}
    new = [phone.pk for phone in loser.phones.all() if phone.match not in known]
    for phone in loser.phones.exclude(extension=""):
        if (same := known.get(phone.match)) is not None:
            same.extension = both_extensions(same.extension, phone.extension)
            same.save()
    return ContactPhone.objects.filter(pk__in=new).update(contact=winner)


def _move_rows(winner: Contact, loser: Contact) -> dict[str, int]:
    """Every row of any app that points at the loser; its remaining numbers are the winner's already and go with it."""
    moved: dict[str, int] = {}
    for relation in Contact._meta.get_fields(include_hidden=True):  # Also those that have no name on this side.
        model: Any = relation.related_model
        if not relation.one_to_many or model is ContactPhone or model._meta.auto_created:
            continue
        field = relation.field.name  # type: ignore[union-attr]
        count = model._base_manager.filter(**{field: loser}).update(**{field: winner})
        if count:
            moved[model._meta.model_name] = moved.get(model._meta.model_name, 0) + count
    return moved


def _move_tags(winner: Contact, loser: Contact) -> int:
    new = loser.tags.exclude(pk__in=winner.tags.values("pk"))
    winner.tags.add(*(tags := list(new)))
    return len(tags)


def _log(merged: MergedContact, user: Any) -> None:
    LogEntry.objects.log_actions(
        user.pk,
        [merged.contact],
        CHANGE,
        change_message=_("Contact %(id)s was merged into this one.") % {"id": merged.old_id},
        single_object=True,
    )
    logger.info("User %s merged contact %s into %s: %s", user.pk, merged.old_id, merged.contact_id, merged.moved)
