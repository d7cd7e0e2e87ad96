"""What the spool's messages become, and how much of it there is meanwhile."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from telephony.intake.spool import draining, files
from telephony.models import Connection, Delivery
from tests.spool.test_written_down import connection, fail, place, sent_while_away  # noqa: F401  (fixtures)
from tests.telephony.factories import ConnectionFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_file_that_is_stored_meanwhile_has_no_size(
    place: Path,  # noqa: F811
    connection: Connection,  # noqa: F811
) -> None:
    sent_while_away(connection, 0)
    (path,) = place.iterdir()
    (place / "00000000000000000001-1.spool").symlink_to(place / "gone")
    assert (files.size().files, files.size().bytes) == (1, path.stat().st_size)


def test_what_was_spooled_was_tried_by_nobody_and_is_due(
    place: Path,  # noqa: F811
    connection: Connection,  # noqa: F811
) -> None:
    sent_while_away(connection, 0)
    draining.drain()
    row = Delivery.objects.get()
    assert (row.state, row.attempts) == ("received", 0)
    assert row.next_try_at is not None
    assert row.received_at <= row.next_try_at <= timezone.now()


def test_a_signature_is_proved_later_by_the_connections_settings(
    place: Path,  # noqa: F811
) -> None:
    mango = ConnectionFactory(vendor="mango", settings={"api_key": "key", "api_salt": "salt"})
    text = '{"entry_id":"x"}'
    for sign in (sha256(f"key{text}salt".encode()).hexdigest(), "0" * 64):
        body = urlencode({"vpbx_api_key": "key", "sign": sign, "json": text})
        with pytest.MonkeyPatch.context() as broken:
            broken.setattr("telephony.intake.views.inbox.receive", fail)
            broken.setattr("telephony.intake.views.knock", fail)
            Client().post(f"{mango.hook_path}events/call", body, content_type="application/x-www-form-urlencoded")
    draining.drain()
    assert sorted(row.state for row in Delivery.objects.all()) == ["received", "refused"]


def test_its_folder_is_made_with_those_above_it(
    settings: Settings,
    place: Path,  # noqa: F811
    connection: Connection,  # noqa: F811
) -> None:
    settings.TELEPHONY_SPOOL_DIR = place / "of" / "ours"
    assert sent_while_away(connection, 0)[0][0] == 200
    [path] = (place / "of" / "ours").iterdir()
    assert path.name.endswith(f"-{os.getpid()}.spool")


def test_a_process_tries_until_nothing_lies_there_any_more(
    place: Path,  # noqa: F811
    connection: Connection,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[int] = []

    def drain() -> int:
        tried.append(1)
        if len(tried) < 3:
            raise OSError("the disk is away")
        return draining_itself()

    draining_itself = draining.drain
    monkeypatch.setattr(draining, "LOOKED_EVERY", 0.01)
    monkeypatch.setattr(draining, "drain", drain)
    sent_while_away(connection, 0, 1)
    draining._keep_draining()
    assert Delivery.objects.count() == 2
    assert len(tried) == 3
