"""Events become calls: copies, contacts, recordings, the signal, and how many queries it takes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection as database
from django.db import transaction
from django.test.utils import CaptureQueriesContext

from telephony.calls import apply, legs
from telephony.calls.contacts import Lookup
from telephony.calls.selectors import call_as_json
from telephony.domain import numbers
from telephony.domain.directory import EmptyDirectory
from telephony.models import Call, CallEvent, Connection, Delivery, Recording
from telephony.signals import call_changed
from tests.telephony.factories import ConnectionFactory, ExtensionFactory, make_contact
from tests.telephony.messages import (
    CLIENT,
    OUR_NUMBER,
    at,
    deliver,
    only_call,
    sipuni,
    sipuni_answers,
    sipuni_ends,
    sipuni_rings,
    wirecrm,
    xvb,
)

pytestmark = pytest.mark.django_db

MESSAGES = (
    ("a phone rings in a new call", sipuni_rings(0, "101"), 0),
    ("another phone rings", sipuni_rings(1, "102"), 1),
    ("answer", sipuni_answers(5, "101"), 5),
    ("a copy", sipuni_answers(5, "101"), 6),
    ("end", sipuni_ends(9), 9),
)
QUERIES = {"postgresql": (9, 7, 8, 7, 8), "sqlite": (14, 14, 15, 7, 15)}
"""Of each of them, with everything: storing the delivery, a savepoint (two), a leg, an extension, a contact, whom else
to tell (subscribers, the board), the call as reports count it. More needs a reason."""


def test_a_whole_call(connection: Connection) -> None:
    extension = ExtensionFactory.create(connection=connection, number="101")
    contact = make_contact("+" + CLIENT)
    link = "https://records.example/1.mp3"
    deliver(connection, sipuni(1, 0, roistat="marker-1"))
    deliver(connection, sipuni_rings(2, "101"), 2)
    deliver(connection, sipuni_answers(10, "101"), 10)
    deliver(connection, sipuni_ends(40, call_record_link=link), 40)
    call = only_call()
    assert (call.direction, call.status, call.flag, call.conflicts) == ("incoming", "answered", "", [])
    assert (call.client_raw, call.client_e164, call.our_number) == (CLIENT, "+" + CLIENT, OUR_NUMBER)
    assert (call.started_at, call.ringing_at, call.answered_at, call.ended_at) == (at(0), at(2), at(10), at(40))
    assert (call.ring_seconds, call.talk_seconds, call.tracking) == (10, 30, {"roistat": "marker-1"})
    assert (call.responsible, call.contact) == (extension.user, contact)
    leg = call.legs.get()
    assert (leg.extension, leg.user, leg.extension_number) == (extension, extension.user, "101")
    assert (leg.rang_at, leg.answered_at, leg.ended_at, leg.talk_seconds) == (at(2), at(10), at(40), 30)
    assert call.recordings.get().link == link
    assert call.events.count() == 4


def test_rows_as_people_see_them(connection: Connection) -> None:
    delivery = deliver(connection, sipuni_rings(0, "101"))
    deliver(connection, sipuni_ends(9, call_record_link="https://records.example/1.mp3"))
    call = only_call()
    recording = call.recordings.get()
    recording.created_at = datetime(2026, 3, 14, 6, 5, tzinfo=UTC)
    rows = [delivery, call, call.legs.get(), call.events.all()[0], recording]
    words = [f"#{delivery.pk}", f"incoming, {numbers.shown('+' + CLIENT)}", "101", "leg_ringing", "03/14/2026 09:05"]
    assert [str(row) for row in rows] == words


def test_a_copy_of_a_message_changes_nothing(connection: Connection) -> None:
    deliver(connection, sipuni(1, 0))
    deliver(connection, sipuni_rings(2, "101"))
    before = call_as_json(only_call())
    copies = [deliver(connection, sipuni_rings(2, "101"), second) for second in (3, 400)]
    assert [copy.state for copy in copies] == ["applied", "applied"]
    assert call_as_json(only_call()) == before
    assert CallEvent.objects.count() == 2


@pytest.mark.parametrize("order", [(5, 2, 9), (9, 5, 2), (2, 9, 5)])
def test_of_copies_without_a_time_of_their_own_the_earliest_counts(order: tuple[int, ...]) -> None:
    connection = ConnectionFactory.create(vendor="xvb")
    for second in order:
        deliver(connection, xvb("INCOMING", "1", type="in"), second)
    stored = CallEvent.objects.get()
    assert stored.occurred_at == only_call().started_at == at(2)
    assert stored.delivery == Delivery.objects.get(received_at=at(2))


def test_a_known_contact_is_linked_and_of_several_none(connection: Connection) -> None:
    contact = make_contact("+" + CLIENT)
    deliver(connection, sipuni(1, 0))
    assert only_call().contact == contact
    make_contact("+" + CLIENT, "Пётр Петров")
    deliver(connection, sipuni(1, 0, call_id="2"))
    assert Call.objects.get(external_id="2").contact is None


def test_the_contact_that_a_person_chose_stays(connection: Connection) -> None:
    deliver(connection, sipuni_rings(0, "101"))
    chosen = make_contact("+79990000000", "Chosen")
    Call.objects.update(contact=chosen)
    make_contact("+" + CLIENT)
    deliver(connection, sipuni(1, 0))
    deliver(connection, sipuni_ends(9))
    apply.refold(call=only_call(), lookup=Lookup(EmptyDirectory()))
    assert only_call().contact == chosen


def test_another_client_is_another_contact() -> None:
    """The start, which came late, is believed more than the recording that came first."""
    connection = ConnectionFactory.create(vendor="wirecrm")
    make_contact("+" + CLIENT)
    right = make_contact("+79990000000", "Right")
    deliver(connection, wirecrm("NOTIFY_END", disposition="answered", duration="5"), 9)
    deliver(connection, wirecrm("NOTIFY_START", caller_id="79990000000"), 10)
    assert (only_call().contact, only_call().conflicts) == (right, ["client_raw"])
    deliver(connection, wirecrm("NOTIFY_START", caller_id="79990000001"), 11)
    assert CallEvent.objects.count() == 3


def test_what_others_write_meanwhile_is_not_overwritten(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person links a contact between our reading of the call and our writing."""
    deliver(connection, sipuni(1, 0))
    contact = make_contact("+79990000000")
    real = legs.write

    def write(**values: Any) -> None:
        Call.objects.update(contact=contact)
        real(**values)

    monkeypatch.setattr(legs, "write", write)
    deliver(connection, sipuni_answers(3, "101"))
    assert (only_call().contact, only_call().status) == (contact, "talking")


def test_two_calls_at_once_from_one_number_stay_two(connection: Connection) -> None:
    deliver(connection, sipuni(1, 0, call_id="1"))
    deliver(connection, sipuni(1, 1, call_id="2"))
    deliver(connection, sipuni_ends(9, call_id="1"))
    assert dict(Call.objects.values_list("external_id", "status")) == {"1": "answered", "2": "ringing"}


def test_the_same_id_on_two_connections_is_two_calls(connection: Connection) -> None:
    deliver(connection, sipuni(1, 0))
    deliver(ConnectionFactory.create(vendor="sipuni"), sipuni_ends(9))
    assert sorted(Call.objects.values_list("status", flat=True)) == ["answered", "ringing"]


def test_the_first_recording_may_come_before_its_call(connection: Connection) -> None:
    connection = ConnectionFactory.create(vendor="wirecrm")
    record = wirecrm("NOTIFY_RECORD", record_link="https://records.example/1.mp3")
    deliver(connection, record, 60)
    assert only_call().status == "unknown"
    deliver(connection, wirecrm("NOTIFY_START"), 61)
    deliver(connection, record, 62)
    assert Recording.objects.get().call == only_call()


@pytest.fixture
def announced() -> Iterator[list[tuple[str, bool]]]:
    """What `call_changed` told: the call's status in the database, and whether it is new."""
    told: list[tuple[str, bool]] = []

    def receiver(call: Call, created: bool, **_: object) -> None:
        assert not transaction.get_connection().in_atomic_block
        told.append((Call.objects.get(pk=call.pk).status, created))

    call_changed.connect(receiver)
    yield told
    call_changed.disconnect(receiver)


@pytest.mark.django_db(transaction=True)
def test_other_apps_are_told_after_the_commit_and_only_of_changes(announced: list[tuple[str, bool]]) -> None:
    connection = ConnectionFactory.create(vendor="sipuni")
    deliver(connection, sipuni(1, 0))
    deliver(connection, sipuni(1, 0))
    deliver(connection, sipuni_ends(9))
    deliver(connection, sipuni(9, 9))
    assert announced == [("ringing", True), ("answered", False)]


@pytest.mark.django_db(transaction=True)
def test_other_apps_are_not_told_of_what_was_rolled_back(
    announced: list[tuple[str, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("telephony.intake.processed.finish_parsed", fail)
    deliver(ConnectionFactory.create(vendor="sipuni"), sipuni(1, 0))
    assert announced == []


@pytest.mark.django_db(transaction=True)
def test_another_apps_bug_hurts_no_call() -> None:
    def receiver(**_: object) -> None:
        raise RuntimeError("their bug")

    call_changed.connect(receiver)
    try:
        delivery = deliver(ConnectionFactory.create(vendor="sipuni"), sipuni(1, 0))
    finally:
        call_changed.disconnect(receiver)
    assert delivery.state == "applied"


def test_an_event_takes_few_queries(connection: Connection) -> None:
    ExtensionFactory.create(connection=connection, number="101")
    make_contact("+" + CLIENT)
    counted = {}
    for kind, message, second in MESSAGES:
        with CaptureQueriesContext(database) as queries:
            deliver(connection, message, second)
        counted[kind] = len(queries)
    assert counted == dict(zip(counted, QUERIES[database.vendor], strict=True))


def test_a_copy_takes_fewer_queries(connection: Connection) -> None:
    deliver(connection, sipuni_rings(0, "101"))
    with CaptureQueriesContext(database) as queries:
        deliver(connection, sipuni_rings(0, "101"))
    assert not [query for query in queries if "telephony_call" in query["sql"] and "SELECT" not in query["sql"]]
