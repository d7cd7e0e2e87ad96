"""Migration 0004: what an earlier version stored in clear becomes encrypted, and nothing of it changes."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection as database

from telephony.models import Connection, Delivery, Recording
from telephony.models.encrypted import cipher
from tests.keeping.world import LINK, play_call
from tests.telephony.factories import ConnectionFactory

pytestmark = pytest.mark.django_db
migration = import_module("telephony.migrations.0004_data")
LOOKS_ENCRYPTED = b"gAAAAAB=1&b=2"


def set_raw(table: str, column: str, value: Any, pk: int) -> None:
    with database.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", [value, pk])


def raw_values(table: str, column: str) -> list[Any]:
    with database.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} ORDER BY id")
        return [bytes(value) if isinstance(value, memoryview) else value for (value,) in cursor.fetchall()]


def run() -> None:
    editor = SimpleNamespace(connection=database)
    for encrypt in (migration.encrypt_deliveries, migration.encrypt_links, migration.encrypt_links_of_events):
        encrypt(apps, editor)


@pytest.fixture
def clear() -> dict[int, bytes]:
    """A call as an earlier version stored it. Returns the deliveries' bodies."""
    connection: Connection = ConnectionFactory.create()
    play_call(connection)
    bodies = {}
    for delivery in Delivery.objects.all():
        bodies[delivery.pk] = bytes(delivery.body)
        set_raw("telephony_delivery", "body", bodies[delivery.pk], delivery.pk)
    odd = Delivery.objects.order_by("pk")[0].pk
    bodies[odd] = LOOKS_ENCRYPTED
    set_raw("telephony_delivery", "body", LOOKS_ENCRYPTED, odd)
    recording = Recording.objects.get()
    set_raw("telephony_recording", "link", recording.link, recording.pk)
    with database.cursor() as cursor:
        cursor.execute("SELECT id, content FROM telephony_callevent")
        for pk, content in cursor.fetchall():
            found = content.partition('"recording_link": "')[2].partition('"')[0]
            if found:
                link = cipher().decrypt(found.removeprefix("fernet:").encode()).decode()
                set_raw("telephony_callevent", "content", content.replace(found, link), pk)
    assert any("opens-it" in content for content in raw_values("telephony_callevent", "content"))
    return bodies


def test_everything_is_encrypted_and_reads_as_before(clear: dict[int, bytes]) -> None:
    run()
    assert {row.pk: bytes(row.body) for row in Delivery.objects.all()} == clear
    assert all(cipher().decrypt(body) for body in raw_values("telephony_delivery", "body"))
    assert Recording.objects.get().link == LINK.format(call_id="1.10")
    assert cipher().decrypt(raw_values("telephony_recording", "link")[0])
    assert not any("opens-it" in content for content in raw_values("telephony_callevent", "content"))
    links = [event.event().recording_link for event in Recording.objects.get().call.events.all()]
    assert LINK.format(call_id="1.10") in links


def test_run_again_it_changes_nothing(clear: dict[int, bytes]) -> None:
    run()
    before = [raw_values("telephony_delivery", name) for name in ("query", "body")]
    before += [raw_values("telephony_recording", "link"), raw_values("telephony_callevent", "content")]
    run()
    after = [raw_values("telephony_delivery", name) for name in ("query", "body")]
    after += [raw_values("telephony_recording", "link"), raw_values("telephony_callevent", "content")]
    assert after == before


def test_what_was_interrupted_is_finished(clear: dict[int, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """The second batch never came; then one more row is found with only one of its columns encrypted."""
    monkeypatch.setattr(migration, "BATCH", 2)
    first = min(clear)
    set_raw("telephony_delivery", "query", cipher().encrypt(b"q=1"), first)
    run()
    assert {row.pk: bytes(row.body) for row in Delivery.objects.all()} == clear
    assert bytes(Delivery.objects.get(pk=first).query) == b"q=1"


def test_until_then_the_old_rows_are_read_as_they_are(clear: dict[int, bytes]) -> None:
    odd = min(clear)
    assert {row.pk: bytes(row.body) for row in Delivery.objects.exclude(pk=odd)} == {
        pk: body for pk, body in clear.items() if pk != odd
    }
    assert Recording.objects.get().link == LINK.format(call_id="1.10")
