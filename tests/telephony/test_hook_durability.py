"""A message is committed before anything interprets it; whatever goes wrong then, the PBX gets its neutral answer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import QuerySet

from telephony.calls import contacts, legs
from telephony.domain.directory import ContactCard
from telephony.domain.events import Parsed, Phone
from telephony.intake import inbox, views
from telephony.models import Call, Connection, Delivery
from tests.telephony.conftest import Parse
from tests.telephony.factories import ConnectionFactory
from tests.telephony.messages import send, sipuni, wirecrm

SUCCESS = (200, b'{"success": true}')
SetParser = Callable[[str, Parse], None]


def answer(response: Any) -> tuple[int, bytes]:
    return response.status_code, response.content


@pytest.mark.django_db(transaction=True)
def test_the_delivery_is_committed_before_it_is_interpreted(connection: Connection, set_parser: SetParser) -> None:
    seen = []

    def parse(*_: object) -> Parsed:
        seen.append((transaction.get_connection().in_atomic_block, Delivery.objects.get().state))
        return Parsed(ignored="Seen.")

    set_parser("sipuni", parse)
    assert answer(send(connection, sipuni(1, 0))) == SUCCESS
    assert seen == [(False, "received")]


@pytest.mark.django_db(transaction=True)
def test_a_parser_with_a_bug_leaves_the_delivery_for_later(connection: Connection, set_parser: SetParser) -> None:
    def parse(*_: object) -> Parsed:
        raise RuntimeError("a bug")

    set_parser("sipuni", parse)
    assert answer(send(connection, sipuni(1, 0))) == SUCCESS
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.error, delivery.attempts) == ("received", "RuntimeError: a bug", 1)
    assert bytes(delivery.body) == sipuni(1, 0).body


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [OperationalError("disk I/O error"), IntegrityError("no"), ValueError("NUL")])
def test_a_failure_while_applying_changes_nothing_and_is_tried_again(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """The database fails when half of the call is written."""

    def fail(**_: object) -> None:
        raise error

    with monkeypatch.context() as broken:
        broken.setattr(legs, "write", fail)
        assert answer(send(connection, sipuni(1, 0))) == SUCCESS
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.error) == ("received", f"{type(error).__name__}: {error}")
    assert not Call.objects.exists()
    assert delivery.next_try_at is not None
    inbox.process_due(now=delivery.next_try_at)
    assert Call.objects.get().external_id == "1.10"


@pytest.mark.django_db(transaction=True)
def test_a_directory_with_a_bug_leaves_the_delivery_for_later(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def find(self, phone: Phone) -> list[ContactCard]:
            raise ZeroDivisionError

    monkeypatch.setattr(contacts, "contact_directory", Broken)
    connection = ConnectionFactory.create(vendor="wirecrm")
    assert answer(send(connection, wirecrm("NOTIFY_START"))) == (200, b"{}")
    assert Delivery.objects.get().error == "ZeroDivisionError: "


@pytest.mark.django_db
@pytest.mark.parametrize("error", [OperationalError, DatabaseError, InterfaceError])
@pytest.mark.parametrize("where", ["knock", "inbox.receive"])
def test_503_if_the_message_can_not_be_stored(
    connection: Connection,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    where: str,
    error: type[Exception],
) -> None:
    def fail(**_: object) -> None:
        raise error("server at 10.0.0.9 is gone")

    monkeypatch.setattr(f"telephony.intake.views.{where}", fail)
    with caplog.at_level(logging.ERROR, views.__name__):
        response = send(connection, sipuni(1, 0))
    assert answer(response) == (503, b"The message could not be stored; please send it again.")
    (line,) = (record.getMessage() for record in caplog.records if record.name == views.__name__)
    assert line == f"A message of a PBX could not be stored: {error.__name__}"


@pytest.mark.django_db(transaction=True)
def test_an_error_that_can_not_be_noted_is_answered_neutrally_too(
    connection: Connection, set_parser: SetParser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database goes away after the delivery is stored: its lease runs out, and a worker takes it."""

    def fail(*_: object, **__: object) -> None:
        raise InterfaceError("connection already closed")

    def parse(*_: object) -> Parsed:
        monkeypatch.setattr(QuerySet, "update", fail)
        raise OperationalError("server closed the connection unexpectedly")

    set_parser("sipuni", parse)
    assert answer(send(connection, sipuni(1, 0))) == SUCCESS
    monkeypatch.undo()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.error, delivery.attempts) == ("received", "", 1)
    assert delivery.next_try_at == delivery.received_at + inbox.LEASE_OF_REQUEST
    assert inbox.process_due(now=delivery.next_try_at) == 1
    assert Call.objects.exists()
