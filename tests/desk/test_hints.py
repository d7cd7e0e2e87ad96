"""Rows of live events: written, read once each, swept; and whose session still holds."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.db import connection, connections, transaction
from django.utils import timezone

from telephony.cards import hub as hubs
from telephony.cards import live, waking
from telephony.cards.hub import LONGEST_QUEUE, RESYNC, Reader, Stream
from telephony.cards.painters import Message
from telephony.cards.presence import is_still
from telephony.database import notified
from telephony.models import LiveEvent
from tests.desk.hints import event
from tests.desk.people import person, session_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_each_row_is_read_once_also_one_that_becomes_visible_after_a_later_one() -> None:
    event(pk=1)
    reader = Reader()
    assert reader.read() == []
    event(pk=3)
    assert [row.pk for row in reader.read()] == [3]
    event(pk=2)  # Its transaction took longer.
    event(pk=4)
    assert [row.pk for row in reader.read()] == [2, 4]
    assert reader.read() == []


def test_a_row_from_before_the_reader_began_that_becomes_visible_later_is_read() -> None:
    event(pk=10)
    reader = Reader()
    event(pk=9)
    assert [row.pk for row in reader.read()] == [9]


def test_gaps_are_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader()
    event(pk=5)
    reader.read()
    monkeypatch.setattr(hubs, "LATE_SECONDS", 0.0)
    event(pk=6)
    reader.read()
    assert reader._gaps == {}


def test_more_rows_than_one_batch_are_all_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "BATCH", 3)
    reader = Reader()
    for _ in range(8):
        event()
    assert len(reader.read()) == 8


def change_password(user: Any) -> None:
    user.set_password("another")
    user.save()


def deactivate(user: Any) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def delete(user: Any) -> None:
    user.delete()


def promote(user: Any) -> None:
    User.objects.filter(pk=user.pk).update(is_superuser=True)


@pytest.mark.parametrize("happen", [change_password, deactivate, delete, promote])
def test_a_stream_is_looked_at_again(happen: Callable[[Any], None]) -> None:
    anna = person("anna")
    session = session_of(anna)
    assert session[SESSION_KEY] == str(anna.pk)
    pk = anna.pk
    assert is_still(str(session.session_key), pk, False)
    assert not is_still(str(session.session_key), pk + 1, False)
    happen(anna)
    assert not is_still(str(session.session_key), pk, False)


def test_old_hints_are_swept() -> None:
    event()
    old = event()
    LiveEvent.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(hours=2))
    assert live.sweep() == 1
    assert LiveEvent.objects.count() == 1


def test_nobody_to_tell_is_nothing_to_write() -> None:
    live.publish(users=[], content={})
    assert not LiveEvent.objects.exists()


def test_this_database_is_woken_only_if_it_can_be() -> None:
    assert waking.listen() == (connection.vendor == "postgresql")
    waking.unlisten()


def test_a_commit_wakes_who_reads_in_the_same_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waking, "LOOK_SECONDS", 60.0)
    monkeypatch.setattr(waking, "LOOK_SECONDS_WHEN_WOKEN", 60.0)
    listens, is_woken = threading.Event(), threading.Event()
    notified.wait(live.CHANNEL, 0)  # For what other tests told.

    def read() -> None:
        told = waking.listen()
        listens.set()
        waking.wait(told)
        is_woken.set()
        connections.close_all()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    assert listens.wait(20)
    with transaction.atomic():
        live.publish(users=[person("anna").pk], content={})
        assert not is_woken.wait(0.3)  # Nothing is to be read yet.
    assert is_woken.wait(20)
    reader.join()


def test_a_browser_that_takes_nothing_is_told_to_read_everything_anew() -> None:
    async def fill() -> list[Message]:
        stream = Stream(user_id=1, sees_board=False)
        stream.offer([Message("cards", id=number) for number in range(LONGEST_QUEUE + 50)])
        return await stream.take(1)

    assert asyncio.run(fill()) == [RESYNC]


def test_waiting_for_nothing_ends_after_its_time() -> None:
    async def wait() -> list[Message]:
        return await Stream(user_id=1, sees_board=False).take(0.01)

    assert asyncio.run(wait()) == []
