"""A message that waited for its thread is stored and answered; it is applied a moment later, to the same call."""

from __future__ import annotations

from typing import Any

import pytest

from telephony.http.queued import WAITED
from telephony.intake import inbox, rush
from telephony.models import Call, Connection, Delivery
from tests.telephony.factories import ConnectionFactory
from tests.telephony.messages import CLIENT, at, send, sipuni, wirecrm
from tests.telephony.test_contacts import make_contact

pytestmark = pytest.mark.django_db
SUCCESS = b'{"success": true}'


@pytest.fixture(autouse=True)
def nobody_looks_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """tests/load/test_rush.py has the thread of a real server."""
    monkeypatch.setattr(rush, "look_after_the_rest", lambda: None)


def send_late(connection: Connection, message: Any, seconds: float = 2 * rush.WAITED_TOO_LONG) -> Any:
    return send(connection, message, **{WAITED: seconds})


def test_it_is_stored_answered_and_due_at_once(connection: Connection) -> None:
    assert send_late(connection, sipuni(1, 0)).content == SUCCESS
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.next_try_at) == ("received", 0, delivery.received_at)
    assert not Call.objects.exists()
    assert inbox.process_due() == 1
    assert Call.objects.get().external_id == "1.10"
    assert Delivery.objects.get().attempts == 1


def test_one_that_did_not_wait_is_applied(connection: Connection) -> None:
    send_late(connection, sipuni(1, 0), seconds=0)
    assert Call.objects.get().external_id == "1.10"


def test_a_question_has_its_answer_all_the_same() -> None:
    connection = ConnectionFactory.create(vendor="wirecrm")
    make_contact("+" + CLIENT, "Иван Иванов")
    assert send_late(connection, wirecrm("NOTIFY_START")).json() == {"caller_name": "Иван Иванов"}
    assert Delivery.objects.get().state == "received"


def test_a_message_that_nobody_can_read_has_the_neutral_answer(connection: Connection, set_parser: Any) -> None:
    def parse(*_: object) -> None:
        raise RuntimeError("a bug")

    set_parser("sipuni", parse)
    assert send_late(connection, sipuni(1, 0)).content == SUCCESS
    inbox.process_due()
    assert Delivery.objects.get().error == "RuntimeError: a bug"


def test_what_was_read_for_the_answer_is_given_on(connection: Connection, set_parser: Any) -> None:
    hook = sipuni(1, 0).hook(at(0))
    delivery = inbox.receive(connection=connection, hook=hook, put_off=True)
    done = rush.put_off(delivery=delivery, hook=hook)
    assert done.state == Delivery.State.RECEIVED
    assert done.parsed is not None
    assert [event.external_id for event in done.parsed.events] == ["1.10"]
    set_parser("sipuni", lambda *_: 1 / 0)
    unread = rush.put_off(delivery=Delivery.objects.get(), hook=hook)
    assert (unread.state, unread.parsed) == (Delivery.State.RECEIVED, None)


@pytest.mark.django_db(transaction=True)
def test_the_process_that_put_it_off_applies_it_when_nothing_more_has_to_be(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rush, "OVER_AFTER", 0.0)
    send_late(connection, sipuni(1, 0))
    rush._catch_up()
    assert Delivery.objects.get().state == "applied"


@pytest.mark.django_db(transaction=True)
def test_it_is_left_to_a_worker_if_that_fails(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(rush, "OVER_AFTER", 0.0)
    send_late(connection, sipuni(1, 0))
    with monkeypatch.context() as broken:
        broken.setattr(inbox, "process_due", fail)
        rush._catch_up()
    assert "What was put off is left to a worker" in caplog.text
    assert inbox.process_due() == 1
