"""A connection sends as much as its quota allows; what is beyond is answered 429, and told on its page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import OperationalError
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from telephony import conf
from telephony.intake import quota
from telephony.models import Connection, ConnectionUse, Delivery
from tests.telephony.factories import ConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Connection:
    made: Connection = ConnectionFactory.create(vendor="demo")
    return made


def send(office: Connection, body: bytes = b"event=ringing&call=1") -> Any:
    return Client().post(office.hook_path, body, "application/x-www-form-urlencoded")


def test_messages_beyond_the_quota_of_a_minute_are_asked_to_come_later(office: Connection, settings: Any) -> None:
    settings.TELEPHONY_MESSAGES_PER_MINUTE = 2
    assert [send(office).status_code for _ in range(3)] == [200, 200, 429]
    refused = send(office)
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.content == b"This connection's quota is used up; please send the message again later."
    assert Delivery.objects.count() == 2
    other = ConnectionFactory.create(vendor="demo")
    assert send(other).status_code == 200


def test_bytes_beyond_the_quota_of_a_day_are_asked_to_come_tomorrow(office: Connection, settings: Any) -> None:
    settings.TELEPHONY_MEGABYTES_PER_DAY = 1
    answers = [send(office, b"x" * 250_000).status_code for _ in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    assert int(send(office, b"x").headers["Retry-After"]) <= 86400 or send(office, b"x").status_code == 200


def test_nought_is_any_number(office: Connection, settings: Any) -> None:
    settings.TELEPHONY_MESSAGES_PER_MINUTE = settings.TELEPHONY_MEGABYTES_PER_DAY = 0
    assert {send(office).status_code for _ in range(5)} == {200}


def test_counting_asks_the_database_nothing_for_each_message(office: Connection) -> None:
    send(office)
    with CaptureQueriesContext(database) as asked:
        send(office, b"event=ringing&call=2")
    assert not [query for query in asked.captured_queries if "connectionuse" in query["sql"]]


def test_processes_learn_of_each_other_when_they_settle(office: Connection, settings: Any, monkeypatch: Any) -> None:
    settings.TELEPHONY_MESSAGES_PER_MINUTE = 1000
    monkeypatch.setattr(quota, "SETTLED_EVERY", 0)
    for _ in range(3):
        assert send(office).status_code == 200
    row = ConnectionUse.objects.get()
    assert (row.messages, row.size, row.in_minute) == (2, 40, 2)  # The last one is settled with the next.
    row.in_minute = 1000
    row.save()
    assert send(office).status_code == 429
    quota.seconds_to_wait(connection_id=office.pk, size=1)
    row.refresh_from_db()
    assert (row.messages, row.refused) == (3, 1)


def test_the_page_of_the_connection_tells(office: Connection) -> None:
    ConnectionUse.objects.create(connection=office, day=timezone.localdate(), messages=17, size=5, refused=3)
    send(office)
    browser = Client()
    browser.force_login(User.objects.create_superuser("owner", "", "x"))
    page = browser.get(f"/admin/telephony/connection/{office.pk}/change/").text
    assert "3 messages were beyond the quota" in page
    assert "6000 messages a minute" in page.replace(",", "").replace("\xa0", "")


def test_old_counts_are_deleted(office: Connection) -> None:
    for age in (0, 200):
        ConnectionUse.objects.create(connection=office, day=timezone.localdate() - age * quota.KEPT / 92)
    assert quota.sweep() == 1


def test_after_a_minute_there_is_room_again(office: Connection, settings: Any) -> None:
    settings.TELEPHONY_MESSAGES_PER_MINUTE = 2
    with time_machine.travel(at_second(20), tick=False):
        assert [send(office).status_code for _ in range(3)] == [200, 200, 429]
        assert send(office).headers["Retry-After"] == "40"
    with time_machine.travel(at_second(59.9), tick=False):
        assert send(office).headers["Retry-After"] == "1"
    with time_machine.travel(at_second(60), tick=False):
        assert [send(office).status_code for _ in range(3)] == [200, 200, 429]


def test_what_is_settled_counts_for_its_minute_still(office: Connection, settings: Any, monkeypatch: Any) -> None:
    settings.TELEPHONY_MESSAGES_PER_MINUTE = 4
    monkeypatch.setattr(quota, "SETTLED_EVERY", 0)
    with time_machine.travel(at_second(20), tick=False):
        assert [send(office).status_code for _ in range(5)] == [200, 200, 200, 200, 429]


def test_a_database_that_can_not_count_costs_no_message(office: Connection, monkeypatch: Any) -> None:
    """And what this process counted itself it still knows."""
    monkeypatch.setattr(quota, "SETTLED_EVERY", 0)
    monkeypatch.setattr(conf, "messages_per_minute", lambda: 3)

    def fail(execute: Any, sql: str, *rest: Any) -> Any:
        if "connectionuse" in sql:
            raise OperationalError("away")
        return execute(sql, *rest)

    with time_machine.travel(at_second(20), tick=False), database.execute_wrapper(fail):
        waits = [quota.seconds_to_wait(connection_id=office.pk, size=1) for _ in range(4)]
    assert waits == [0, 0, 0, 40]


def test_a_day_that_is_full_is_over_at_midnight(office: Connection, settings: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(quota, "SETTLED_EVERY", 0)
    settings.TELEPHONY_MEGABYTES_PER_DAY = 1
    evening = timezone.localtime(at_second(0)).replace(hour=23, minute=58, second=30)
    with time_machine.travel(evening, tick=False):
        assert quota.seconds_to_wait(connection_id=office.pk, size=1_000_000) == 0
        assert quota.seconds_to_wait(connection_id=office.pk, size=1) == 90
    with time_machine.travel(evening + timedelta(seconds=90), tick=False):
        assert quota.seconds_to_wait(connection_id=office.pk, size=1_000_000) == 0


def at_second(second: float) -> datetime:
    return datetime(2026, 3, 2, 12, 0, tzinfo=UTC) + timedelta(seconds=second)
