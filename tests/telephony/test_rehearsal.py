"""A canary call's message: told to the canary, and nothing is left of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from telephony.intake import canary_mark
from telephony.models import Call, CallEvent, CanaryRun, Card, Connection, Delivery, LiveEvent
from tests.telephony.messages import Message, send, sipuni_rings

pytestmark = pytest.mark.django_db(transaction=True)
NOTHING = {"success": True}


@pytest.fixture
def run(connection: Connection) -> CanaryRun:
    return CanaryRun.objects.create(connection=connection, begun_at=timezone.now())


def send_marked(connection: Connection, run: CanaryRun, message: Message) -> Any:
    mark = canary_mark.mark(connection_id=connection.pk, run_id=run.pk)
    message.headers[canary_mark.HEADER] = mark
    return send(connection, message)


def heard() -> list[Any]:
    return list(LiveEvent.objects.values_list("topic", "content"))


def test_it_is_answered_and_told_of_and_leaves_no_row(connection: Connection, run: CanaryRun) -> None:
    assert send_marked(connection, run, sipuni_rings(0, "101")).json() == NOTHING
    assert heard() == [("canary", {"run": run.pk, "calls": 1})]
    for table in (Delivery, Call, CallEvent, Card):
        assert not table.objects.exists()


def test_one_that_can_not_be_read_is_told_of_with_its_reason(
    connection: Connection, run: CanaryRun, set_parser: Any
) -> None:
    def parse(*_: object) -> None:
        raise RuntimeError("a bug " + "x" * 400)

    set_parser("sipuni", parse)
    assert send_marked(connection, run, sipuni_rings(0, "101")).json() == NOTHING
    [(topic, content)] = heard()
    assert (topic, content["run"], "calls" in content) == ("canary", run.pk, False)
    assert content["error"].startswith("RuntimeError: a bug xxx")
    assert len(content["error"]) == 300
    assert not Delivery.objects.exists()


def test_one_with_the_mark_of_another_connection_is_a_message_like_any_other(
    connection: Connection, run: CanaryRun
) -> None:
    run.connection_id = connection.pk + 1
    message = sipuni_rings(0, "101")
    message.headers[canary_mark.HEADER] = canary_mark.mark(connection_id=run.connection_id, run_id=run.pk)
    send(connection, message)
    assert Call.objects.count() == 1
    assert ("canary", {"run": run.pk, "calls": 1}) not in heard()
