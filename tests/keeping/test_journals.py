"""Journals are kept for years, not for ever; that a number was erased is known for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.utils import timezone

from config.tasks import forget_sign_ins
from telephony.models import AuditEntry, Exported, Listening
from telephony.recordings.keeping.journals import expire_journals

pytestmark = pytest.mark.django_db
DELETED, ERASED = AuditEntry.Action.RECORDING_DELETED, AuditEntry.Action.NUMBER_ERASED
ROWS: dict[str, Any] = {
    "exports": lambda: Exported.objects.create(user=None, username="anna", kind="calls", way="csv", query=""),
    "listening": lambda: Listening.objects.create(username="anna", play="1"),
    "deletions": lambda: AuditEntry.objects.create(action=DELETED),
    "erased": lambda: AuditEntry.objects.create(action=ERASED),
}


@pytest.mark.parametrize(
    ("journal", "days", "gone"),
    [
        ("exports", 364, False),
        ("exports", 366, True),
        ("listening", 1094, False),
        ("listening", 1096, True),
        ("deletions", 1094, False),
        ("deletions", 1096, True),
        ("erased", 9999, False),
    ],
)
def test_a_row_stays_for_its_time(journal: str, days: int, gone: bool) -> None:
    row = ROWS[journal]()
    model = type(row)
    model.objects.update(at=timezone.now() - timedelta(days=days))
    assert expire_journals() == int(gone)
    assert model.objects.exists() is not gone


def test_zero_is_for_ever(settings: Any) -> None:
    settings.TELEPHONY_KEEP_JOURNALS_DAYS = settings.TELEPHONY_KEEP_AUDIT_DAYS = 0
    for make in ROWS.values():
        type(make()).objects.update(at=timezone.now() - timedelta(days=9999))
    assert expire_journals() == 0


def test_the_admins_journal_and_sessions_that_are_over_go_too() -> None:
    anna, now = User.objects.create(username="anna"), timezone.now()
    kind = ContentType.objects.get_for_model(User)
    for number, days in enumerate((1, 1096)):
        entry = LogEntry.objects.create(
            user=anna, content_type=kind, object_id=str(number), object_repr="anna", action_flag=CHANGE
        )
        LogEntry.objects.filter(pk=entry.pk).update(action_time=now - timedelta(days=days))
        Session.objects.create(session_key=f"key-{number}", expire_date=now + timedelta(days=1 - number * 2))
    forget_sign_ins()
    assert [entry.object_id for entry in LogEntry.objects.all()] == ["0"]
    assert [session.session_key for session in Session.objects.all()] == ["key-0"]
