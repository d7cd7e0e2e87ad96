"""A connection sends as much as its quota allows; what is beyond is answered 429, and told on its page."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

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
