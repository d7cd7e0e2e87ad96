"""Messages of a canary call that the PBX really made: heard of, and no call comes of them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from telephony.domain.errands import FailedOrder
from telephony.domain.events import CallEvent, EventKind, Parsed
from telephony.intake import echo_messages
from telephony.intake.echo_messages import taken_out
from telephony.models import CanaryRun, Connection, LiveEvent

pytestmark = pytest.mark.django_db
IGNORED = "a canary call"


@pytest.fixture
def connection() -> Connection:
    return Connection.objects.create(vendor="mango", name="Office", echo_at=timezone.now())


@pytest.fixture
def run(connection: Connection) -> CanaryRun:
    return CanaryRun.objects.create(connection=connection, begun_at=timezone.now(), order_id="canary-1")


def event(kind: EventKind, external_id: str = "pbx-7", order_id: str = "") -> CallEvent:
    return CallEvent(
        kind=kind,
        external_id=external_id,
        order_id=order_id,
        occurred_at=timezone.now(),
        fingerprint=f"{kind} {external_id}",
    )


def left_of(connection: Connection, parsed: Parsed, *, received_at: datetime | None = None) -> Parsed:
    return taken_out(parsed, connection=connection, received_at=received_at or timezone.now(), ignored=IGNORED)


def heard() -> list[dict[str, object]]:
    return list(LiveEvent.objects.filter(topic=LiveEvent.Topic.CANARY).order_by("pk").values_list("content", flat=True))


def test_its_call_is_known_by_our_id_and_then_by_the_pbxs(connection: Connection, run: CanaryRun) -> None:
    began = Parsed(events=(event(EventKind.CALL_STARTED, order_id="canary-1"),))
    assert left_of(connection, began) == Parsed(ignored=IGNORED)
    run.refresh_from_db()
    assert run.call_id == "pbx-7"
    assert left_of(connection, Parsed(events=(event(EventKind.ANSWERED), event(EventKind.ENDED)))).events == ()
    assert [(one["answered"], one["ended"]) for one in heard()] == [(False, False), (True, True)]


def test_another_call_of_the_same_message_stays(connection: Connection, run: CanaryRun) -> None:
    other = event(EventKind.CALL_STARTED, "pbx-8")
    both = Parsed(events=(event(EventKind.CALL_STARTED, order_id="canary-1"), other))
    assert left_of(connection, both).events == (other,)


def test_an_order_that_failed_is_told_in_the_pbxs_words(connection: Connection, run: CanaryRun) -> None:
    failed = FailedOrder(order_id="canary-1", problem="busy", said="Line is busy")
    assert left_of(connection, Parsed(failed_orders=(failed,))).failed_orders == ()
    assert [one["failed"] for one in heard()] == ["Line is busy"]


def test_what_is_read_again_later_is_no_call_either_and_nobody_hears_of_it(
    connection: Connection, run: CanaryRun
) -> None:
    began = Parsed(events=(event(EventKind.CALL_STARTED, order_id="canary-1"),))
    assert left_of(connection, began, received_at=timezone.now() - timedelta(days=90)).ignored == IGNORED
    assert heard() == []


def test_without_a_canary_call_a_message_is_as_it_is(connection: Connection) -> None:
    began = Parsed(events=(event(EventKind.CALL_STARTED),))
    assert left_of(connection, began) is began


def test_a_message_that_names_no_call_gives_the_run_none(connection: Connection, run: CanaryRun) -> None:
    left_of(connection, Parsed(failed_orders=(FailedOrder(order_id="canary-1", problem="busy", said=""),)))
    run.refresh_from_db()
    assert run.call_id == ""
    stale = CanaryRun.objects.get()
    left_of(connection, Parsed(events=(event(EventKind.CALL_STARTED, "pbx-9", "canary-1"),)))
    echo_messages._remember(stale, [event(EventKind.CALL_STARTED, "pbx-10", "canary-1")])
    run.refresh_from_db()
    assert run.call_id == "pbx-9"
