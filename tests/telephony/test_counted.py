"""Requests that are not taken are counted: how many, of what kind, whose they were meant to be, when the last came."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from telephony.intake import stray
from telephony.models import Connection, StrayRequests

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, 0).astimezone()


@pytest.fixture(autouse=True)
def nothing_was_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stray, "_waiting", {})
    monkeypatch.setattr(stray, "_written_at", {})


def counted() -> list[tuple[str, str, int, int]]:
    return list(StrayRequests.objects.values_list("vendor", "why", "connection_key", "count"))


def test_what_comes_within_ten_seconds_is_written_with_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(stray.time, "monotonic", lambda: clock[0])
    for second in (0.0, 1.0, 9.9, 10.0):
        clock[0] = 100.0 + second
        with time_machine.travel(NOON + timedelta(seconds=second), tick=False):
            stray.count(vendor="sipuni")
    row = StrayRequests.objects.get()
    assert (row.vendor, row.why, row.connection_key, row.count) == ("sipuni", "unknown", 0, 4)
    assert row.last_at == NOON + timedelta(seconds=10)
    assert row.day == timezone.localdate(NOON)


def test_the_first_of_a_kind_is_written_at_once_with_its_time() -> None:
    with time_machine.travel(NOON, tick=False):
        stray.count(vendor="sipuni", why=stray.Why.OFF, meant=7)
        stray.count(vendor="nobody")
    assert sorted(counted()) == [("", "unknown", 0, 1), ("sipuni", "off", 7, 1)]
    assert {row.last_at for row in StrayRequests.objects.all()} == {NOON}


def test_something_behind_an_address_is_counted_as_its_connections(connection: Connection) -> None:
    answer = Client().post(f"{connection.hook_path}events/call", b"{}", content_type="application/json")
    assert (answer.status_code, answer.content) == (404, b"Not found.")
    assert counted() == [("sipuni", "tail", connection.pk, 1)]
