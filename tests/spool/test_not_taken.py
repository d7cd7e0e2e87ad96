"""What the spool does not take, or takes with a refusal: each is answered as if the database were there, or 503."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from telephony.health import of_spool
from telephony.health.report import without_database
from telephony.intake import inbox
from telephony.intake.spool import draining, files
from telephony.models import Connection, Delivery
from tests.spool.test_written_down import OK, connection, fail, place, sent_while_away  # noqa: F401  (fixtures)
from tests.telephony.factories import ConnectionFactory
from tests.telephony.messages import send, sipuni

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("place")]


@pytest.fixture
def nothing_is_known() -> Iterator[None]:
    """The database can't even say whose address it is."""
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr("telephony.intake.views.knock", fail)
        yield


@pytest.mark.usefixtures("nothing_is_known")
def test_a_probe_learns_that_nobody_knows_now(connection: Connection) -> None:  # noqa: F811
    assert Client().head(connection.hook_path).status_code == 503
    assert not files.waiting()


@pytest.mark.usefixtures("nothing_is_known")
def test_too_large_a_body_is_told_so(connection: Connection) -> None:  # noqa: F811
    answer = Client().post(connection.hook_path, b"x" * 300_000, content_type="application/json")
    assert answer.status_code == 413


def _wrongly_signed(connection: Connection) -> tuple[int, bytes]:  # noqa: F811
    body = f"vpbx_api_key=key&sign={'0' * 64}&json=%7B%7D"
    kind = "application/x-www-form-urlencoded"
    answer = Client().post(f"{connection.hook_path}events/call", body, content_type=kind)
    return answer.status_code, answer.content


@pytest.fixture
def mango(db: None) -> Connection:
    return ConnectionFactory(vendor="mango", settings={"api_key": "key", "api_salt": "salt"})


def test_what_a_wrong_signature_refuses_is_kept_and_refused(mango: Connection) -> None:
    usual = _wrongly_signed(mango)
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr("telephony.intake.views.inbox.receive", fail)
        assert _wrongly_signed(mango) == usual
    assert draining.drain() == 1
    assert [row.state for row in Delivery.objects.all()] == ["refused"] * 2


def test_a_refused_one_that_nothing_takes_is_503(mango: Connection, settings: Settings) -> None:
    settings.TELEPHONY_SPOOL_DIR = None
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr("telephony.intake.views.inbox.receive", fail)
        assert _wrongly_signed(mango)[0] == 503


def test_a_full_disk_leaves_no_half_line_before_the_next(
    connection: Connection,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real, full = os.write, [True]

    def write(file: int, line: bytes) -> int:
        return real(file, line[: len(line) // 2]) if full and full.pop() else real(file, line)

    assert sent_while_away(connection, 0) == [OK]
    monkeypatch.setattr(files.os, "write", write)
    assert sent_while_away(connection, 1)[0][0] == 503
    assert sent_while_away(connection, 2) == [OK]
    files.WRITER.finish()
    assert draining.drain() == 2
    assert inbox.process_due() == 2
    assert files.size().damaged == 0


def test_a_disk_without_a_byte_is_503(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    def no_room(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fdatasync", no_room)
    assert sent_while_away(connection, 0)[0][0] == 503
    monkeypatch.undo()
    assert draining.drain() == 0


def test_a_vendor_that_fails_gets_an_empty_answer_and_its_message_is_kept(
    connection: Connection,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(type(connection.vendor_object), "reply", broken)
    assert sent_while_away(connection, 0) == [(200, b"")]
    assert draining.drain() == 1


def test_a_recording_that_comes_meanwhile_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asterisk = ConnectionFactory(vendor="asterisk", settings={"secret": "s" * 40})
    monkeypatch.setattr("telephony.intake.views.connection_of_hook", fail)
    assert Client().put(f"{asterisk.hook_path}recordings/1", b"sound").status_code == 503


def test_a_message_that_is_stored_again_is_not_one_of_the_spool(connection: Connection) -> None:  # noqa: F811
    assert send(connection, sipuni(1, 0)).status_code == 200
    assert draining.drain() == 0


def test_health_says_that_there_is_no_room_before_anybody_is_refused(place: Path, settings: Settings) -> None:  # noqa: F811
    """Also while the database is away: then nobody may be told that messages are kept."""
    settings.TELEPHONY_SPOOL_MEGABYTES = 1
    place.mkdir()
    assert not list(of_spool.room(timezone.now()))
    assert "is kept" in without_database().findings[0].text
    (place / f"{time.time_ns():020d}-1.spool").write_bytes(bytes(950_000))
    (told,) = of_spool.room(timezone.now())
    assert told.code == "spool_full"
    away = without_database().findings
    assert [one.code for one in away] == ["database", "spool_full"]
    assert "is kept" not in away[0].text
