"""The inbox: retries with pauses, giving up readably, and nobody waiting for a bad one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from telephony import tasks
from telephony.calls import locks
from telephony.domain.events import Parsed
from telephony.domain.exceptions import CallBusy
from telephony.domain.hooks import ConnectionProfile, Hook
from telephony.intake import inbox
from telephony.models import Call, Connection, Delivery
from telephony.vendors import get_vendor
from tests.telephony.conftest import Parse
from tests.telephony.factories import ConnectionFactory
from tests.telephony.messages import at, deliver, form, sipuni, sipuni_ends, xvb

pytestmark = pytest.mark.django_db
SetParser = Callable[[str, Parse], None]
BUG = "RuntimeError: a bug"


@pytest.fixture
def broken_parser(set_parser: SetParser) -> Callable[[], None]:
    """Sipuni's parser fails on messages that hold `poison`; call the fixture to mend it."""
    real = get_vendor("sipuni")

    def parse(hook: Hook, profile: ConnectionProfile) -> Parsed:
        if b"poison" in hook.body:
            raise RuntimeError("a bug")
        return real.parse(hook, profile)

    set_parser("sipuni", parse)
    return lambda: set_parser("sipuni", real.parse)


def waiting(connection: Connection, second: float = 0, **fields: str) -> Delivery:
    """A delivery whose process died right after storing it."""
    return inbox.receive(connection=connection, hook=sipuni(1, second, **fields).hook(at(second)))


def test_five_attempts_with_growing_pauses_then_failed(
    connection: Connection, broken_parser: object, time_machine: object
) -> None:
    now = at(0)
    time_machine.move_to(now, tick=False)  # type: ignore[attr-defined]
    delivery = deliver(connection, sipuni(1, 0, poison="1"))
    pauses = []
    while delivery.state == Delivery.State.RECEIVED:
        assert delivery.error == BUG
        assert delivery.next_try_at is not None
        pauses.append(delivery.next_try_at - now)
        assert inbox.process_due(now=delivery.next_try_at - timedelta(seconds=1)) == 0
        now = delivery.next_try_at
        time_machine.move_to(now, tick=False)  # type: ignore[attr-defined]
        assert inbox.process_due() == 1
        delivery.refresh_from_db()
    assert [pause.total_seconds() for pause in pauses] == [10, 60, 300, 1800]
    assert (delivery.state, delivery.error, delivery.attempts) == ("failed", BUG, 5)
    assert delivery.next_try_at is None
    assert inbox.process_due(now=now + timedelta(days=1)) == 0


def test_whoever_has_it_processed_learns_its_state(connection: Connection) -> None:
    for message, state in ((sipuni(1, 0), "applied"), (form(event="1"), "failed"), (form(), "ignored")):
        hook = message.hook(at(0))
        done = inbox.process(delivery=inbox.receive(connection=connection, hook=hook), hook=hook)
        assert done.state == state == Delivery.objects.latest("pk").state


def test_a_retry_succeeds_when_the_fault_is_gone(connection: Connection, broken_parser: Callable[[], None]) -> None:
    delivery = deliver(connection, sipuni(1, 0, poison="1"))
    broken_parser()
    assert delivery.next_try_at is not None
    assert inbox.process_due(now=delivery.next_try_at) == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error, delivery.attempts) == ("applied", "", 2)
    assert delivery.next_try_at is None
    assert delivery.processed_at is not None
    assert Call.objects.get().external_id == "1.10"


def test_a_message_that_can_not_be_read_fails_at_once_and_names_the_field(connection: Connection) -> None:
    delivery = deliver(connection, form(event="1", src_type="1"))
    assert (delivery.state, delivery.error, delivery.attempts) == ("failed", "call_id: missing or empty.", 1)
    assert delivery.next_try_at is None


def test_an_event_that_is_not_used_is_ignored_with_its_reason(connection: Connection) -> None:
    delivery = deliver(connection, sipuni(9, 0))
    assert (delivery.state, delivery.next_try_at) == ("ignored", None)
    assert "event=9" in delivery.error


def test_a_delivery_whose_process_died_is_taken_when_its_lease_is_over(connection: Connection) -> None:
    """A request has not long for it, so nobody waits long for a dead one."""
    delivery = waiting(connection)
    assert inbox.process_due(now=at(9)) == 0
    assert inbox.process_due(now=at(10)) == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("applied", 2)


def test_a_delivery_that_kills_its_process_five_times_is_failed(connection: Connection) -> None:
    delivery = waiting(connection)
    for attempt in range(2, 6):
        claimed = inbox.QUEUE.claim(now=at(attempt * 60))  # And the process is killed here.
        assert claimed is not None
        assert claimed.attempts == attempt
        assert inbox.QUEUE.claim(now=at(attempt * 60 + 19)) is None
    assert inbox.process_due(now=at(600)) == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.next_try_at) == ("failed", 5, None)
    assert delivery.error == "The process that worked on it ended before it was done, each time."


def test_a_delivery_that_kills_its_process_costs_the_others_no_attempt(connection: Connection) -> None:
    killer, other = waiting(connection, 0), waiting(connection, 1)
    claimed = inbox.QUEUE.claim(now=at(600))
    assert claimed == killer
    other.refresh_from_db()
    assert other.attempts == 1


def test_the_last_known_error_is_kept_when_a_delivery_is_given_up(connection: Connection) -> None:
    delivery = waiting(connection)
    Delivery.objects.update(attempts=5, error=BUG)
    inbox.process_due(now=at(60))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error) == ("failed", BUG)


def test_a_lost_database_costs_an_attempt_and_a_short_pause(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, time_machine: object
) -> None:
    """However often it was tried before: what failed is not the message."""
    time_machine.move_to(at(100), tick=False)  # type: ignore[attr-defined]
    delivery = waiting(connection)
    Delivery.objects.update(attempts=3)

    def lost(**_: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as broken:
        broken.setattr(locks, "taking", lost)
        assert inbox.process_due() == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("received", 4)
    assert delivery.next_try_at == at(100) + inbox.PAUSE_AFTER_BUSY
    assert inbox.process_due(now=delivery.next_try_at) == 1
    assert Call.objects.exists()


def test_one_poisonous_delivery_holds_up_no_other(connection: Connection, broken_parser: object) -> None:
    poison = waiting(connection, 0, poison="1")
    others = [waiting(connection, second, call_id=f"1.{second}") for second in range(1, 61)]
    gone = inbox.receive(connection=ConnectionFactory.create(vendor="gone"), hook=sipuni(1, 0).hook(at(0)))
    assert inbox.process_due(now=at(200)) == len(others) + 2
    assert Call.objects.count() == len(others)
    for delivery in (poison, gone):
        delivery.refresh_from_db()
    assert (poison.state, poison.error) == ("received", BUG)
    assert gone.state == "failed"
    assert "(gone) is not installed" in gone.error


def test_deliveries_are_taken_oldest_first(connection: Connection, set_parser: SetParser) -> None:
    taken: list[bytes] = []

    def parse(hook: Hook, profile: ConnectionProfile) -> Parsed:
        taken.append(hook.body)
        return Parsed(ignored="Seen.")

    set_parser("sipuni", parse)
    for second in (5, 1, 3):
        waiting(connection, second)
    inbox.process_due(now=at(100))
    assert taken == [sipuni(1, second).body for second in (1, 3, 5)]


def test_no_secret_of_the_connection_stands_in_an_error(set_parser: SetParser) -> None:
    secrets = {"access_code": "10019", "token": "t0ken-of-xvb"}
    connection = ConnectionFactory.create(vendor="xvb", settings=secrets)

    def parse(hook: Hook, profile: ConnectionProfile) -> Parsed:
        told = f"code 10019 token=t0ken-of-xvb of {connection.hook_path} {connection.hook_secret}"
        raise RuntimeError(told + " \x00\ud800 " + "x" * 5000)

    set_parser("xvb", parse)
    error = deliver(connection, xvb("INCOMING", "1")).error
    for secret in ("10019", "t0ken-of-xvb", connection.hook_secret, "\x00"):
        assert secret not in error
    assert "code [hidden]" in error
    assert len(error) == 2000


def test_the_secrets_of_a_vendor_that_is_gone_are_hidden_too() -> None:
    connection = ConnectionFactory.create(vendor="gone", settings={"anything": "hidden-anyway"})
    assert connection.without_secrets("x hidden-anyway x") == "x [hidden] x"


def test_a_call_that_somebody_else_works_on_for_long_is_left_to_the_worker(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    patience: list[int] = []

    def take(*, names: object, patience_ms: int, then: object) -> None:
        patience.append(patience_ms)
        raise CallBusy("Another process worked on the same call for too long.")

    with monkeypatch.context() as busy:
        busy.setattr(locks, "taking", take)
        delivery = deliver(connection, sipuni(1, 0))
        assert delivery.state == "received"
        assert timezone.now() < delivery.next_try_at <= timezone.now() + inbox.PAUSE_AFTER_BUSY
        assert delivery.error == "CallBusy: Another process worked on the same call for too long."
        inbox.process_due(now=delivery.next_try_at)
    assert patience == [inbox.PATIENCE_IN_REQUEST_MS, locks.PATIENCE_OF_WORKER_MS]
    delivery.refresh_from_db()
    assert delivery.next_try_at is not None
    inbox.process_due(now=delivery.next_try_at)
    assert Call.objects.exists()


def test_a_lock_needs_a_transaction(transactional_db: None) -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        locks.take(names=["call:1:1"], patience_ms=1)


def test_the_inbox_task_works_until_nothing_is_due(connection: Connection) -> None:
    for second in range(120):  # More than one sweep takes, all stored long ago.
        waiting(connection, second, call_id=f"1.{second}")
    tasks.process_inbox()
    assert not Delivery.objects.filter(state="received").exists()
    assert Call.objects.count() == 120


def test_the_reaper_task_closes_all_silent_calls(connection: Connection) -> None:
    for number in range(3):
        deliver(connection, sipuni(1, 0, call_id=f"1.{number}"))
    deliver(connection, sipuni_ends(5, call_id="1.0"))
    tasks.reap_calls()
    assert sorted(Call.objects.values_list("status", flat=True)) == ["answered", "unknown", "unknown"]
