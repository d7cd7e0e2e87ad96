"""What was told of an ended call and turns out to be wrong is told again: as a correction, and where it is new."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection as database

from telephony.calls import reaper
from telephony.intake.replay import replay_many
from telephony.models import Call, Connection, Delivery, Notice, Subscription, Topic
from telephony.models.subscription import all_topics
from telephony.outgoing import delivery, notices
from tests.notices.receiver import Receiver
from tests.recordings.world import make_recording
from tests.telephony.factories import ConnectionFactory
from tests.telephony.messages import CLIENT, at, deliver, sipuni_answers, sipuni_ends, sipuni_rings

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection() -> Connection:
    made: Connection = ConnectionFactory.create()
    return made


@pytest.fixture(autouse=True)
def subscription() -> Subscription:
    return Subscription.objects.create(name="Warehouse", url="http://127.0.0.1:1/", internal_networks=["127.0.0.0/8"])


def told() -> list[tuple[str, dict[str, Any]]]:
    return [(notice.topic, notice.payload) for notice in Notice.objects.order_by("pk")]


def topics() -> list[str]:
    return [topic for topic, _ in told()]


def reap(connection: Connection, seconds: float) -> None:
    """The call of `connection` rings, and is given up after so many seconds of silence."""
    deliver(connection, sipuni_rings(0, "101"))
    assert reaper.reap_calls(now=at(seconds)) == 1
    assert Call.objects.get().status == "unknown"


def test_after_a_reap_the_real_outcome_and_the_missed_call_are_told(connection: Connection) -> None:
    reap(connection, 200)
    deliver(connection, sipuni_ends(260, "NOANSWER"), 260)
    assert topics() == ["call.started", "call.ended", "call.corrected", "call.missed"]
    ended, corrected, missed = (payload for _, payload in told()[1:])
    assert ended["status"] == "unknown"
    assert (corrected["status"], corrected["ended_at"]) == ("no_answer", at(260).isoformat())
    assert (corrected["was"]["status"], corrected["was"]["ended_at"]) == ("unknown", ended["ended_at"])
    assert missed["status"] == "no_answer"
    assert "was" not in missed


def test_after_a_reap_an_answer_is_told_as_one(connection: Connection) -> None:
    reap(connection, 200)
    deliver(connection, sipuni_answers(30, "101"), 300)
    deliver(connection, sipuni_ends(290, "ANSWER"), 301)
    assert "call.answered" in topics()
    assert "call.missed" not in topics()
    topic, last = told()[-1]
    assert topic == "call.corrected"
    assert (last["status"], last["answered_at"]) == ("answered", at(30).isoformat())


def test_a_call_that_goes_on_after_its_end_was_told_is_told_to_go_on_and_to_end_again(connection: Connection) -> None:
    reap(connection, 200)
    deliver(connection, sipuni_answers(210, "101"), 210)
    assert topics() == ["call.started", "call.ended", "call.answered", "call.corrected"]
    corrected = told()[-1][1]
    assert (corrected["status"], corrected["ended_at"]) == ("talking", None)
    deliver(connection, sipuni_ends(240, "ANSWER"), 240)
    assert topics()[4:] == ["call.ended"]
    assert told()[-1][1]["status"] == "answered"


def test_versions_grow_with_each_change_so_the_newest_can_be_told(connection: Connection) -> None:
    reap(connection, 200)
    deliver(connection, sipuni_ends(260, "NOANSWER"), 260)
    assert [payload["version"] for _, payload in told()] == [1, 2, 3, 3]
    recording = make_recording(connection=connection)
    Notice.objects.all().delete()
    for _ in range(2):
        notices.tell_of_recording(recording=recording)
    first, second = (payload["version"] for _, payload in told())
    assert second == first + 1


def test_a_call_that_ended_as_it_was_told_is_not_corrected(connection: Connection) -> None:
    for message in (sipuni_rings(0, "101"), sipuni_answers(5, "101"), sipuni_ends(65, "ANSWER")):
        deliver(connection, message)
    list(replay_many(deliveries=Delivery.objects.order_by("pk"), dry_run=False))
    assert topics() == ["call.started", "call.answered", "call.ended"]


def test_a_late_message_that_changes_nothing_of_it_corrects_nothing(connection: Connection) -> None:
    deliver(connection, sipuni_rings(0, "101"))
    deliver(connection, sipuni_ends(20, "NOANSWER"), 20)
    deliver(connection, sipuni_rings(3, "102"), 21)
    assert topics() == ["call.started", "call.ended", "call.missed"]


def test_what_was_missed_and_is_missed_still_is_told_once(connection: Connection) -> None:
    deliver(connection, sipuni_ends(20, "NOANSWER"), 20)
    before = topics()
    deliver(connection, sipuni_ends(15, "BUSY"), 21)
    assert before == ["call.started", "call.ended", "call.missed"]
    assert topics() == [*before, "call.corrected"]


def test_without_a_subscriber_nothing_is_counted(connection: Connection) -> None:
    Subscription.objects.update(topics=["recording.stored"])
    reap(connection, 200)
    assert (Call.objects.get().told_version, Notice.objects.count()) == (0, 0)


def test_a_correction_arrives_signed_like_every_message(connection: Connection) -> None:
    with Receiver() as receiver:
        Subscription.objects.update(url=receiver.url)
        reap(connection, 200)
        deliver(connection, sipuni_ends(260, "NOANSWER"), 260)
        delivery.deliver_due()
        got = receiver.read(Subscription.objects.get().secret)
    assert [message["type"] for message in got] == ["call.started", "call.ended", "call.corrected", "call.missed"]
    assert all(CLIENT in str(message["data"]) for message in got)


class TestTopics:
    def test_new_subscriptions_are_told_of_corrections(self) -> None:
        assert Topic.CALL_CORRECTED in all_topics()

    def test_whoever_was_told_of_ends_is_told_of_corrections_from_the_migration_on(self) -> None:
        migration = import_module("telephony.migrations.0008_promises")
        editor = SimpleNamespace(connection=database)
        ends = Subscription.objects.create(name="1", url="http://x/", topics=["call.ended", "call.missed"])
        starts = Subscription.objects.create(name="2", url="http://x/", topics=["call.started"])
        migration.tell_of_corrections(apps, editor)
        assert self.topics_of(ends) == ["call.ended", "call.missed", "call.corrected"]
        assert self.topics_of(starts) == ["call.started"]
        migration.tell_of_corrections(apps, editor)
        assert self.topics_of(ends).count("call.corrected") == 1
        migration.tell_of_no_corrections(apps, editor)
        assert self.topics_of(ends) == ["call.ended", "call.missed"]

    def topics_of(self, subscription: Subscription) -> list[str]:
        subscription.refresh_from_db()
        return list(subscription.topics)
