"""Whoever has a role may sign in: Django's “staff status” follows the groups."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db.models.signals import m2m_changed
from django.dispatch import receiver


@receiver(m2m_changed, sender=User.groups.through, dispatch_uid="config: staff by role")
def staff_by_role(instance: Any, action: str, reverse: bool, pk_set: set[int] | None, **_: Any) -> None:
    """Users who got a group may sign in; who lost the last one may not, unless rights were given by hand."""
    if action not in {"post_add", "post_remove", "post_clear"}:
        return
    if reverse:
        changed = User.objects.filter(pk__in=pk_set) if pk_set else User.objects.none()
    else:
        changed = User.objects.filter(pk=instance.pk)
    if action == "post_add":
        changed.filter(groups__isnull=False, is_staff=False).update(is_staff=True)
    else:
        by_hand = User.objects.filter(user_permissions__isnull=False).values("pk")
        without = changed.filter(groups__isnull=True, is_superuser=False).exclude(pk__in=by_hand)
        User.objects.filter(pk__in=list(without.values_list("pk", flat=True))).update(is_staff=False)
    if not reverse:
        instance.is_staff = changed.values_list("is_staff", flat=True).get()
