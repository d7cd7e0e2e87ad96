"""Marks days as not summed when something of their calls goes that no event of a call tells of."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models.signals import pre_delete

from telephony.models import Call, Disposition
from telephony.reports.facts import drop_sums, recount


def follow_deleted() -> None:
    """Listen to what is deleted: calls, employees, results that can be chosen."""
    pre_delete.connect(_call_goes, sender=Call, dispatch_uid="telephony.reports: call")
    pre_delete.connect(_user_goes, sender=get_user_model(), dispatch_uid="telephony.reports: user")
    pre_delete.connect(_result_goes, sender=Disposition, dispatch_uid="telephony.reports: result")


def _call_goes(instance: Call, **_: Any) -> None:
    drop_sums(call_pk=instance.pk)


def _user_goes(instance: Any, **_: Any) -> None:
    recount(user=instance.pk)


def _result_goes(instance: Disposition, **_: Any) -> None:
    recount(call__results__disposition=instance.pk)
