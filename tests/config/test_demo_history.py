"""The demo's past: told by the PBXs, at its own time, written once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from config.demo.company import make_company
from config.demo.history.days import PastCall, calls_of
from config.demo.history.writing import write_history
from telephony.models import Call, CallResult, Card, Delivery
from telephony.vendors.simulated import Scenario

pytestmark = pytest.mark.django_db
API = "http://127.0.0.1:8001"
MONDAY_NOON = datetime(2026, 9, 14, 9, tzinfo=UTC)


def write(days: int = 1) -> dict[str, int]:
    return {str(day): calls for day, calls in write_history(now=MONDAY_NOON, api_url=API, days=days)}


def test_each_message_goes_through_the_inbox_once_and_at_its_own_time() -> None:
    make_company(password="x", api_url=API)
    written = write()
    assert list(written) == ["2026-09-14", "2026-09-13"], "the latest first"
    assert Call.objects.count() == sum(written.values()) >= 10
    assert not Call.objects.exclude(started_at__lt=MONDAY_NOON).exists()
    assert not Call.objects.filter(ended_at=None).exists()
    assert Call.objects.filter(connection__vendor__in=("zadarma", "mango", "asterisk")).exists()
    assert set(Delivery.objects.values_list("state", flat=True)) == {Delivery.State.APPLIED}
    assert not Delivery.objects.filter(processed_at__gt=MONDAY_NOON).exists()
    assert not Delivery.objects.filter(processed_at__lte=F("received_at")).exists(), "Health shows how long they took"
    assert Card.objects.filter(shown_at__isnull=False).exists()
    assert not Card.objects.filter(dismissed_at=None).exists(), "the desk is empty in the morning"
    assert CallResult.objects.exclude(disposition=None).exists()
    assert timezone.now() > MONDAY_NOON, "the clock is right again"
    assert write() == {}, "days that have calls are left alone"


def test_most_missed_calls_of_three_weeks_are_returned_and_some_are_not() -> None:
    clients = [f"+7916000{number:04}" for number in range(100)]
    strangers = [f"+7926000{number:04}" for number in range(60)]
    days = [date(2026, 9, day) for day in range(1, 22)]
    calls = [call for day in days for call in calls_of(day, clients=clients, strangers=strangers)]
    missed = [call for call in calls if call.scenario is Scenario.MISSED]
    share = sum(is_returned(call, calls) for call in missed) / len(missed)
    assert 0.4 < share < 0.9
    assert 400 < len(calls) < 800
    assert any(call.started_at.hour >= 18 for call in missed)


def is_returned(missed: PastCall, calls: list[PastCall]) -> bool:
    """Whether somebody talked with this client on the three days after."""
    talks = (Scenario.OUTGOING, Scenario.ANSWERED, Scenario.GROUP, Scenario.TRANSFERRED)
    until = missed.started_at + timedelta(days=3)
    return any(
        call.client == missed.client and missed.started_at < call.started_at < until and call.scenario in talks
        for call in calls
    )
