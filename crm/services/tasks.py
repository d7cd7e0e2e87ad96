"""Writes tasks."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.models import Task
from crm.services.contacts import still_there


@transaction.atomic
def save_task(*, task: Task, user: Any) -> Task:
    """Save a new or changed task; a new one is the user's, and for the user unless it names somebody else.

    Raises ValidationError by field.
    """
    if task.pk is None:
        task.created_by = user
        task.assignee = task.assignee or user
    if task.contact is not None and task.company is not None:
        raise ValidationError({"company": _("A task is for a contact or for a company, not for both.")})
    task.contact = task.contact and still_there(task.contact)
    task.full_clean()
    task.save()
    return task


def set_done(*, task: Task, done: bool, user: Any) -> None:
    """Tick the task off, or open it again. Who ticked it off first stays."""
    if done == (task.done_at is not None):
        return
    task.done_at = timezone.now() if done else None
    task.done_by = user if done else None
    task.save(update_fields=["done_at", "done_by"])
