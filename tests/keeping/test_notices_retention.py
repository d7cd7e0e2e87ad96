"""Messages to other systems hold clients' numbers: they go when their time is over, and a journal's row says so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from telephony import tasks
from telephony.models import AuditEntry, Call, Connection, Notice, Subscription
from telephony.recordings.keeping import retention
from tests.keeping.world import play_call
from tests.telephony.factories import ConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def call() -> Call:
    """Three messages tell of it, which were accepted."""
    Subscription.objects.create(name="Warehouse", url="http://127.0.0.1:1/")
    connection: Connection = ConnectionFactory.create()
    call = play_call(connection)
    Notice.objects.update(state="delivered", next_try_at=None)
    assert Notice.objects.count() == 3
    return call


def set_age(days: float, **values: Any) -> None:
    Notice.objects.update(created_at=timezone.now() - timedelta(days=days), **values)


def test_old_ones_go_by_schedule_and_what_they_told_of_stays(call: Call) -> None:
    set_age(91)
    tasks.apply_retention()
    assert not Notice.objects.exists()
    assert Call.objects.get() == call
    entry = AuditEntry.objects.get(action="notices_expired")
    assert entry.details == {"delivered": 3, "created_before": entry.details["created_before"]}
    assert retention.expire_notices() == 0


@pytest.mark.parametrize("state", ["delivered", "failed"])
def test_young_ones_stay(state: str) -> None:
    set_age(89, state=state)
    assert retention.expire_notices() == 0
    assert not AuditEntry.objects.exists()


def test_what_was_given_up_goes_and_what_still_waits_does_not() -> None:
    set_age(91, state="failed")
    waiting = Notice.objects.earliest("pk")
    Notice.objects.filter(pk=waiting.pk).update(state="waiting")
    assert retention.expire_notices() == 2
    assert Notice.objects.get() == waiting


@pytest.mark.parametrize(("days", "left"), [(0, 3), (7, 0)])
def test_the_setting_says_for_how_long(settings: Any, days: int, left: int) -> None:
    settings.TELEPHONY_KEEP_NOTICES_DAYS = days
    set_age(8)
    retention.expire_notices()
    assert Notice.objects.count() == left


def test_the_journal_says_how_many(admin_client: Client) -> None:
    set_age(91)
    retention.expire_notices()
    page = admin_client.get("/admin/telephony/auditentry/").content.decode()
    assert "old outgoing messages deleted" in page
    assert "3 messages" in page
