"""One message at a time to each receiver, whichever process sends; and who is asked to end gives back."""

from __future__ import annotations

from datetime import timedelta
from threading import Event, Timer

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from telephony.jobs import runs, stop_runs
from telephony.models import Call, Connection, Notice, Subscription
from telephony.outgoing import delivery
from tests.load.strangers import Stranger
from tests.telephony.factories import ConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def call() -> Call:
    at: Connection = ConnectionFactory.create()
    return Call.objects.create(connection=at, external_id="1", status="answered", started_at=timezone.now())


def subscribe(call: Call, url: str, messages: int = 2) -> list[Notice]:
    subscription = Subscription.objects.create(name=url, url=url, internal_networks=["127.0.0.0/8"])
    now = timezone.now()
    return Notice.objects.bulk_create(
        Notice(
            subscription=subscription,
            call=call,
            topic="call.ended",
            message_id=f"{subscription.pk}-{number}",
            created_at=now,
            payload={},
            next_try_at=now,
        )
        for number in range(messages)
    )


def test_while_one_is_under_way_only_others_are_begun(call: Call) -> None:
    first, second = subscribe(call, "http://127.0.0.1:1/")
    [other, _] = subscribe(call, "http://127.0.0.1:2/")
    assert [delivery.QUEUE.claim(), delivery.QUEUE.claim(), delivery.QUEUE.claim()] == [first, other, None]
    later = timezone.now() + delivery.QUEUE.lease + timedelta(seconds=1)
    again = delivery.QUEUE.claim(now=later)
    assert (again, again and again.attempts) == (first, 2), "Whoever sent it died: it is sent again, and by itself."
    assert second.state == Notice.State.WAITING


def test_the_database_holds_it(call: Call) -> None:
    """Two processes that look at the same moment."""
    rows = subscribe(call, "http://127.0.0.1:1/")
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.filter(pk__in=[row.pk for row in rows]).update(state=Notice.State.SENDING)


def test_a_message_that_was_interrupted_is_given_back(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "_stopping", Event())
    with Stranger(8) as slow:
        subscribe(call, slow.url)
        begun = timezone.now()
        Timer(0.5, stop_runs).start()
        assert delivery.deliver_due() == 1
        assert timezone.now() - begun < timedelta(seconds=5)
    assert list(Notice.objects.values_list("state", "attempts", "error")) == [("waiting", 0, "")] * 2
