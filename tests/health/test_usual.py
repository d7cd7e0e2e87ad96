"""What is usual is learned by weekday and hour: of messages as of calls, and not of weeks of silence."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from telephony.connections.clock import clock_figure
from telephony.health import message_hours
from telephony.health.known import Known, known_of
from telephony.models import Connection, Delivery, MessageHour

WEEK = timedelta(days=7)
pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Connection:
    made = Connection.objects.create(vendor="sipuni", name="Офис")
    Connection.objects.update(created_at=timezone.now() - 20 * WEEK)
    return made


def store(office: Connection, *, at: Any, count: int) -> None:
    values: dict[str, Any] = {"method": "POST", "query": b"", "body": b"", "state": "applied"}
    Delivery.objects.bulk_create(Delivery(connection=office, received_at=at, **values) for _ in range(count))


def known() -> Known:
    return known_of(now=timezone.now())[0]


def test_messages_of_weeks_before_are_usual_when_they_are_deleted_too(office: Connection) -> None:
    # Not at an hour's edge, where a second decides which one it is.
    middle = timezone.now().replace(minute=30)
    for weeks in (4, 3, 2, 1):
        store(office, at=middle - weeks * WEEK, count=40)
        store(office, at=middle - weeks * WEEK + timedelta(hours=3), count=7)
    assert message_hours.count() == 4 * 47
    assert message_hours.count() == 0
    Delivery.objects.all().delete()
    store(office, at=timezone.now() - timedelta(minutes=2), count=3)
    assert message_hours.count() == 3
    usual = known().usual
    assert usual.messages_at(middle) == pytest.approx(40, rel=0.1)
    assert usual.messages_at(middle + timedelta(hours=3)) == pytest.approx(7, rel=0.1)
    assert usual.messages_at(middle + timedelta(hours=9)) == 0
    assert known().messages_of_hour == 3


def test_one_that_is_silent_for_months_keeps_what_was_usual(office: Connection) -> None:
    then = timezone.now() - 12 * WEEK
    for weeks in range(5):
        store(office, at=then - weeks * WEEK, count=10)
    message_hours.count()
    assert known().usual.messages_at(then) == pytest.approx(10, rel=0.3)


def test_what_is_still_being_stored_is_counted_later_and_old_hours_are_forgotten(office: Connection) -> None:
    store(office, at=timezone.now() - 10 * WEEK, count=2)
    assert message_hours.count() == 2
    store(office, at=timezone.now() - timedelta(minutes=5), count=2)
    store(office, at=timezone.now(), count=1)
    assert message_hours.count() == 2
    assert message_hours.sweep() == 1
    assert MessageHour.objects.get().messages == 2
    assert message_hours.count(now=timezone.now() + timedelta(minutes=2)) == 1


def test_a_busy_hour_is_counted_whole(office: Connection) -> None:
    store(office, at=timezone.now() - timedelta(minutes=1), count=1200)
    assert known().messages_of_hour == 1200


@pytest.mark.parametrize(
    ("behind", "words"),
    [
        (None, "not known yet"),
        (-0.5, "as ours"),
        (0.4, "as ours"),
        (42, "0:42 behind ours"),
        (-3600, "1:00:00 ahead of ours"),
    ],
)
def test_a_clock_is_behind_or_ahead_or_as_ours(office: Connection, behind: float | None, words: str) -> None:
    office.clock_behind = behind
    assert clock_figure(office) == words
