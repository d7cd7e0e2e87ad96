"""A message that the database does not take is a line on the disk, and one delivery later."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.db import connection as database
from django.test import Client
from pytest_django.fixtures import Settings

from telephony.domain.hooks import Hook
from telephony.intake import inbox
from telephony.intake.spool import draining, files, known
from telephony.intake.spool.entry import Entry, from_line, new_key, to_line
from telephony.models import Call, Connection, Delivery
from tests.telephony.factories import ConnectionFactory
from tests.telephony.messages import Message, send, sipuni

pytestmark = pytest.mark.django_db(transaction=True)
OK = (200, b'{"success": true}')
Break = Callable[..., None]


@pytest.fixture
def place(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The spool's folder, which is drained when the test says so."""
    monkeypatch.setattr(draining, "LOOKED_EVERY", 1e9)
    monkeypatch.setattr(draining, "_looked_at", time.monotonic())
    monkeypatch.setattr(draining, "keep_draining", lambda: None)
    settings.TELEPHONY_SPOOL_DIR = tmp_path / "spool"
    for writer in (files.WRITER, files.UNPROVED):
        writer.finish()
        writer._measured_at = float("-inf")
    known.forget()
    yield tmp_path / "spool"
    files.WRITER.finish()
    files.UNPROVED.finish()


@pytest.fixture
def connection(db: None) -> Connection:
    return ConnectionFactory(vendor="sipuni", settings={"user": "012345"})


def fail(**_: object) -> None:
    raise OperationalError("away")


def sent_while_away(connection: Connection, *seconds: int, knows: bool = True) -> list[tuple[int, bytes]]:
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr("telephony.intake.views.inbox.receive", fail)
        if not knows:
            broken.setattr("telephony.intake.views.knock", fail)
        answers = [send(connection, sipuni(1, second)) for second in seconds]
    return [(answer.status_code, answer.content) for answer in answers]


def test_the_pbx_gets_its_answer_and_the_messages_are_stored_later_in_their_order(
    place: Path, connection: Connection
) -> None:
    assert sent_while_away(connection, 0, 1, 2) == [OK] * 3
    assert not Delivery.objects.exists()
    (path,) = place.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"79201119613" not in path.read_bytes()
    assert draining.drain() == 3
    rows = Delivery.objects.order_by("pk")
    assert [bytes(row.body) for row in rows] == [sipuni(1, second).body for second in (0, 1, 2)]
    assert list(rows) == sorted(rows, key=lambda row: row.received_at)
    assert not list(place.iterdir())
    inbox.process_due()
    assert {row.state for row in Delivery.objects.all()} == {"applied"}
    assert Call.objects.get().external_id == "1.10"


def test_a_line_is_what_was_written() -> None:
    hook = Hook(
        method="PUT",
        tail="events/call",
        query=b"a=%FF&b=\xff",
        body=b"\x00\xff",
        headers={"x-sign": "б"},
        received_at=datetime(2026, 3, 1, 2, 3, 4, 567, tzinfo=UTC),
        remote_address="192.0.2.7",
    )
    written = Entry(
        key=new_key(), vendor="mango", address_sha256="ab" * 32, hook=hook, was_proved=True, refused="A wrong one."
    )
    assert from_line(to_line(written)) == written


def test_a_crash_between_storing_and_removing_doubles_nothing(place: Path, connection: Connection) -> None:
    sent_while_away(connection, 0, 1)

    def die(_: Path) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(files, "remove", die)
        with pytest.raises(KeyboardInterrupt):
            draining.drain()
    assert draining.drain() == 2
    assert Delivery.objects.count() == 2


def test_a_message_that_came_through_unseen_is_stored_once(place: Path, connection: Connection) -> None:
    """The database hung, and committed when nobody waited any more."""
    receive = inbox.receive

    def commit_unseen(**options: Any) -> None:
        receive(**options)
        raise OperationalError("the connection is closed")

    with pytest.MonkeyPatch.context() as broken:
        broken.setattr("telephony.intake.views.inbox.receive", commit_unseen)
        assert send(connection, sipuni(1, 0)).status_code == 200
    assert draining.drain() == 1
    assert Delivery.objects.count() == 1
    assert inbox.process_due() == 1


def test_half_a_line_at_the_end_costs_nothing_before_it(place: Path, connection: Connection) -> None:
    sent_while_away(connection, 0, 1)
    files.WRITER.finish()
    (path,) = place.iterdir()
    path.write_bytes(path.read_bytes()[:-40])
    assert draining.drain() == 1
    assert Delivery.objects.count() == 1
    assert not list(place.iterdir())


def test_a_damaged_line_costs_no_other_and_its_file_stays_to_be_looked_at(place: Path, connection: Connection) -> None:
    sent_while_away(connection, 0, 1, 2)
    files.WRITER.finish()
    (path,) = place.iterdir()
    lines = path.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(lines[1][60:64], b"AAAA")
    path.write_bytes(b"".join(lines))
    assert draining.drain() == 2
    assert [left.suffix for left in place.iterdir()] == [".damaged"]
    assert draining.drain() == 0
    assert files.size().damaged == 1


def test_an_address_that_can_not_be_looked_up_is_judged_later(place: Path, connection: Connection) -> None:
    stranger = Connection(vendor="sipuni", hook_secret="x" * 32)
    assert sent_while_away(connection, 0, knows=False) == [OK]
    assert sent_while_away(stranger, 1, knows=False) == [OK]
    (path,) = place.iterdir()
    assert path.stem.endswith("-unproved")
    assert draining.drain() == 2
    assert [bytes(row.body) for row in Delivery.objects.all()] == [sipuni(1, 0).body]


def test_what_is_no_address_of_ours_is_told_so(place: Path, connection: Connection) -> None:
    assert sent_while_away(Connection(vendor="sipuni", hook_secret="admin"), 0, knows=False)[0][0] == 404
    assert not place.exists()


def test_a_known_address_needs_no_database(place: Path, connection: Connection) -> None:
    send(connection, sipuni(1, 0))
    assert sent_while_away(connection, 1, knows=False) == [OK]
    (path,) = place.iterdir()
    assert not path.stem.endswith("-unproved")


def test_strangers_fill_a_quarter_and_then_everything_that_is_full_is_503(
    place: Path, connection: Connection, settings: Settings
) -> None:
    settings.TELEPHONY_SPOOL_MEGABYTES = 1
    place.mkdir()
    (place / "1-1-unproved.spool").write_bytes(bytes(250_000))
    assert sent_while_away(connection, 0, knows=False)[0][0] == 503
    send(connection, sipuni(1, 0))
    assert sent_while_away(connection, 1) == [OK]
    (place / "1-2.spool").write_bytes(bytes(750_000))
    files.WRITER._measured_at = float("-inf")
    assert sent_while_away(connection, 2)[0][0] == 503


def test_a_file_of_a_living_process_is_left_to_it(place: Path, connection: Connection) -> None:
    sent_while_away(connection, 0)
    (path,) = place.iterdir()
    with files.finished(path) as file:
        assert file is None
    files.WRITER.finish()
    with files.finished(path) as file:
        assert file is not None


@pytest.mark.parametrize(("sender", "state"), [("203.0.113.7", "received"), ("203.0.113.8", "refused")])
def test_addresses_of_the_pbx_hold_for_what_was_written_down_unproved(
    place: Path, connection: Connection, sender: str, state: str
) -> None:
    connection.sender_networks = [sender.replace(".8", ".7")]
    connection.save()
    with pytest.MonkeyPatch.context() as broken:
        broken.setattr("telephony.intake.views.inbox.receive", fail)
        broken.setattr("telephony.intake.views.knock", fail)
        assert send(connection, sipuni(1, 0), Client(REMOTE_ADDR=sender)).status_code == 200
    draining.drain()
    assert Delivery.objects.get().state == state


def test_what_is_refused_is_refused_while_the_database_is_away_too(place: Path, connection: Connection) -> None:
    other = ConnectionFactory(vendor="xvb", settings={"access_code": "10019"})
    wrong = Message(body=b"cmd=event&access_code=1")
    assert send(other, wrong).status_code == 403  # Its address is known from now on.
    with database.execute_wrapper(fail_to_write):
        assert send(other, wrong).status_code == 403
    assert not list(place.glob("*.spool"))


def fail_to_write(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    if sql.startswith("UPDATE"):
        raise OperationalError("away")
    return execute(sql, params, many, context)
