"""Other systems are told of calls: signed, once each, until they have accepted it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from telephony.intake.replay import replay_many
from telephony.models import Call, Connection, Delivery, Notice, Recording, Subscription
from telephony.outgoing import delivery, notices
from tests.notices.receiver import Receiver
from tests.telephony.factories import ConnectionFactory
from tests.telephony.messages import deliver, sipuni_answers, sipuni_ends, sipuni_rings

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection() -> Connection:
    made: Connection = ConnectionFactory.create()
    return made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def subscription(receiver: Receiver) -> Subscription:
    return Subscription.objects.create(name="Warehouse", url=receiver.url, internal_networks=["127.0.0.0/8"])


def answered_call(connection: Connection) -> None:
    for message in (sipuni_rings(0, "101"), sipuni_answers(5, "101"), sipuni_ends(65, "ANSWER")):
        deliver(connection, message)


def topics(receiver: Receiver, subscription: Subscription) -> list[Any]:
    return [message["type"] for message in receiver.read(subscription.secret)]


def test_an_answered_call_is_told_in_three_signed_messages(
    connection: Connection, receiver: Receiver, subscription: Subscription
) -> None:
    answered_call(connection)
    delivery.deliver_due()
    assert topics(receiver, subscription) == ["call.started", "call.answered", "call.ended"]
    data = receiver.read(subscription.secret)[-1]["data"]
    call = Call.objects.get()
    assert (data["id"], data["status"], data["client_e164"]) == (call.pk, "answered", call.client_e164)  # type: ignore[index]
    assert set(Notice.objects.values_list("state", "answered_status")) == {("delivered", 204)}


def test_a_missed_call_is_told_as_ended_and_as_missed(
    connection: Connection, receiver: Receiver, subscription: Subscription
) -> None:
    deliver(connection, sipuni_rings(0, "101"))
    deliver(connection, sipuni_ends(20, "NOANSWER"))
    delivery.deliver_due()
    assert topics(receiver, subscription) == ["call.started", "call.ended", "call.missed"]


def test_a_replay_and_a_copy_tell_nobody_twice(connection: Connection, subscription: Subscription) -> None:
    answered_call(connection)
    answered_call(connection)
    list(replay_many(deliveries=Delivery.objects.order_by("pk"), dry_run=False))
    assert Notice.objects.count() == 3


def test_only_chosen_topics_are_told_and_nothing_of_what_is_switched_off(
    connection: Connection, subscription: Subscription
) -> None:
    Subscription.objects.update(topics=["call.ended"])
    Subscription.objects.create(name="Off", url="http://127.0.0.1:1/", enabled=False)
    answered_call(connection)
    assert list(Notice.objects.values_list("topic", flat=True)) == ["call.ended"]


def test_a_stored_recording_is_told(connection: Connection, receiver: Receiver, subscription: Subscription) -> None:
    answered_call(connection)
    Notice.objects.all().delete()
    recording = Recording.objects.create(call=Call.objects.get(), link="https://pbx.example/1.mp3", sha256="ab", size=3)
    notices.tell_of_recording(recording=recording)
    delivery.deliver_due()
    (message,) = receiver.read(subscription.secret)
    assert message["type"] == "recording.stored"
    assert "pbx.example" not in str(message)


def test_a_signature_made_with_another_key_is_refused(
    connection: Connection, receiver: Receiver, subscription: Subscription
) -> None:
    deliver(connection, sipuni_rings(0, "101"))
    delivery.deliver_due()
    headers, body = receiver.got[0]
    other = Subscription(name="Other")
    with pytest.raises(WebhookVerificationError):
        Webhook(other.secret).verify(body, headers)


def test_a_failure_is_tried_again_later_with_the_same_message_id(
    connection: Connection, receiver: Receiver, subscription: Subscription
) -> None:
    receiver.statuses[:] = [500, 204]
    deliver(connection, sipuni_rings(0, "101"))
    delivery.deliver_due()
    notice = Notice.objects.get()
    assert (notice.state, notice.answered_status, notice.attempts) == ("waiting", 500, 1)
    assert "500" in notice.error
    delivery.deliver_due()
    assert len(receiver.got) == 1
    delivery.deliver_due(now=timezone.now() + timedelta(seconds=6))
    assert Notice.objects.get().state == "delivered"
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1


def test_it_is_given_up_after_ten_attempts_and_can_be_sent_again(
    connection: Connection, receiver: Receiver, subscription: Subscription
) -> None:
    receiver.statuses[:] = [500]
    deliver(connection, sipuni_rings(0, "101"))
    now = timezone.now()
    for _ in range(12):
        now += timedelta(days=1, seconds=1)
        delivery.deliver_due(now=now)
    assert (Notice.objects.get().state, len(receiver.got)) == ("failed", 10)
    receiver.statuses[:] = [200]
    delivery.send_again(notice=Notice.objects.get())
    delivery.deliver_due()
    assert Notice.objects.get().state == "delivered"


def test_a_receiver_that_is_gone_is_switched_off(
    connection: Connection, receiver: Receiver, subscription: Subscription
) -> None:
    receiver.statuses[:] = [410]
    answered_call(connection)
    delivery.deliver_due()
    assert not Subscription.objects.get().enabled
    assert Notice.objects.filter(state="failed").exists()


def test_a_receiver_that_fails_does_not_hold_up_the_others(
    connection: Connection, receiver: Receiver, subscription: Subscription
) -> None:
    with Receiver(statuses=[500]) as broken:
        Subscription.objects.create(name="Broken", url=broken.url, internal_networks=["127.0.0.0/8"])
        answered_call(connection)
        delivery.deliver_due()
        assert len(broken.got) == 1
    assert len(receiver.got) == 3


def test_an_address_inside_the_own_network_has_to_be_allowed(
    connection: Connection, receiver: Receiver, subscription: Subscription
) -> None:
    Subscription.objects.update(internal_networks=[])
    deliver(connection, sipuni_rings(0, "101"))
    delivery.deliver_due()
    assert not receiver.got
    assert Notice.objects.get().error


def test_messages_of_a_subscription_that_was_switched_off_are_not_sent(
    connection: Connection, receiver: Receiver, subscription: Subscription
) -> None:
    deliver(connection, sipuni_rings(0, "101"))
    Subscription.objects.update(enabled=False)
    delivery.deliver_due()
    assert not receiver.got
    assert Notice.objects.get().state == "failed"
