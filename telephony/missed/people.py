"""Who leaves returns nobody any more: what waits for them goes to whom the rule names, at once.

Whoever is switched off by other ways than `save()` is found by the next rebuilding, within an hour.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q
from django.db.models.signals import post_delete, post_save, pre_delete

from telephony.domain.exceptions import CallBusy
from telephony.missed.folding import refold
from telephony.models import MissedItem
from telephony.models.missed import WAITING

log = logging.getLogger(__name__)
AT_ONCE = 200
"""While somebody waits for the page; the others are a worker's turn."""


def follow_people() -> None:
    user = get_user_model()
    post_save.connect(_saved, sender=user, dispatch_uid="telephony.missed: user saved")
    pre_delete.connect(_remember, sender=user, dispatch_uid="telephony.missed: user goes")
    post_delete.connect(_gone, sender=user, dispatch_uid="telephony.missed: user gone")


def keys_of(user_pk: int) -> list[str]:
    """The clients who wait for this person, the most urgent first."""
    theirs = Q(assignee=user_pk) | Q(taken_by=user_pk)
    items = MissedItem.objects.filter(theirs, state__in=WAITING).order_by("due_at", "pk")
    return list(items.values_list("client_key", flat=True))


def _saved(instance: Any, **_: Any) -> None:
    if not instance.is_active and (keys := keys_of(instance.pk)):
        transaction.on_commit(partial(_pass_on, keys))


def _remember(instance: Any, **_: Any) -> None:
    instance._missed_clients = keys_of(instance.pk)


def _gone(instance: Any, **_: Any) -> None:
    if keys := getattr(instance, "_missed_clients", None):
        transaction.on_commit(partial(_pass_on, keys))


def _pass_on(keys: Iterable[str]) -> None:
    for key in list(keys)[:AT_ONCE]:
        try:
            refold(keys=[key], contacts=())
        except CallBusy:
            log.info("a missed client of somebody who left is being worked on: the next rebuilding passes it on")
