"""Deliveries read again: the same as before, or what a mended parser makes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.forms.models import model_to_dict

from telephony.calls import apply, locks
from telephony.domain.events import Direction, Parsed
from telephony.domain.exceptions import CallBusy
from telephony.domain.hooks import ConnectionProfile, Hook
from telephony.intake.replay import replay, replay_many
from telephony.models import Call, CallEvent, CallLeg, Connection, Delivery, Recording
from telephony.vendors import get_vendor
from tests.telephony.conftest import Parse
from tests.telephony.factories import ConnectionFactory, ExtensionFactory, make_contact
from tests.telephony.messages import (
    CLIENT,
    Message,
    deliver,
    form,
    mobilon_rings,
    only_call,
    sipuni,
    sipuni_answers,
    sipuni_ends,
    sipuni_rings,
    xvb,
)

pytestmark = pytest.mark.django_db
SetParser = Callable[[str, Parse], None]


def snapshot() -> dict[str, list[dict[str, Any]]]:
    """Every row of every call, without the primary keys of rows that are written anew."""
    kept: dict[str, list[dict[str, Any]]] = {}
    for model in (Call, CallEvent, CallLeg, Recording):
        rows = [model_to_dict(row, exclude=["id"]) for row in model._default_manager.all()]
        for row in rows:
            # An event stored before its call had an id names the one made here; nobody reads that.
            row.get("content", {}).pop("external_id", None)
        kept[model.__name__] = sorted(rows, key=repr)
    return kept


def mend(set_parser: SetParser, vendor: str = "sipuni", **change: Any) -> None:
    """Today's parser reads the same events with some facts changed."""
    real = get_vendor(vendor)

    def parse(hook: Hook, profile: ConnectionProfile) -> Parsed:
        parsed = real.parse(hook, profile)
        return replace(parsed, events=tuple(replace(event, **change) for event in parsed.events))

    set_parser(vendor, parse)


@pytest.fixture
def whole_call(connection: Connection) -> Connection:
    ExtensionFactory.create(connection=connection, number="101")
    make_contact("+" + CLIENT)
    deliver(connection, sipuni(1, 0))
    deliver(connection, sipuni_rings(2, "101"))
    deliver(connection, sipuni_answers(10, "101"))
    deliver(connection, sipuni_ends(40, call_record_link="https://records.example/1.mp3"))
    return connection


@pytest.mark.parametrize("dry_run", [True, False])
def test_with_the_same_parser_changes_nothing_however_often(whole_call: Connection, dry_run: bool) -> None:
    before = snapshot()
    for _ in range(2):
        reports = replay_many(deliveries=Delivery.objects.all(), dry_run=dry_run)
        assert [(report.state, report.error, report.changes) for report in reports] == [("applied", "", ())] * 4
        assert snapshot() == before


def test_after_a_mended_parser_changes_the_call_and_says_what(whole_call: Connection, set_parser: SetParser) -> None:
    mend(set_parser, direction=Direction.OUTGOING, our_number="74950000000")
    reports = replay_many(deliveries=Delivery.objects.all())
    call = only_call()
    assert (call.direction, call.our_number, call.status) == ("outgoing", "74950000000", "answered")
    assert "call 1.10: direction incoming -> outgoing" in reports[0].changes
    after = snapshot()
    assert all(not report.changes for report in replay_many(deliveries=Delivery.objects.all()))
    assert snapshot() == after


def test_a_dry_run_reports_and_changes_nothing(whole_call: Connection, set_parser: SetParser) -> None:
    broken = deliver(whole_call, form(event="1"))
    before, states = snapshot(), list(Delivery.objects.values())
    mend(set_parser, direction=Direction.OUTGOING)
    reports = replay_many(deliveries=Delivery.objects.all(), dry_run=True)
    assert "call 1.10: direction incoming -> outgoing" in reports[0].changes
    assert (reports[-1].delivery_id, reports[-1].state) == (broken.pk, "failed")
    assert (snapshot(), list(Delivery.objects.values())) == (before, states)


def test_an_event_of_another_call_moves_there(whole_call: Connection, set_parser: SetParser) -> None:
    """Both calls are told of; the recording goes along, and what is left of the first call is a ring."""
    deliver(whole_call, sipuni(1, 0, call_id="2"))
    end = Delivery.objects.order_by("id")[3]
    mend(set_parser, external_id="2")
    report = replay(delivery=end)
    assert {"call 1.10: status answered -> talking", "call 2: status ringing -> answered"} <= set(report.changes)
    assert Recording.objects.get().call == Call.objects.get(external_id="2")


def test_a_call_that_nothing_tells_of_any_more_goes(connection: Connection, set_parser: SetParser) -> None:
    delivery = deliver(connection, sipuni(1, 0))
    mend(set_parser, external_id="2")
    report = replay(delivery=delivery)
    assert report.changes == (
        "call 1.10: gone, nothing tells of it any more",
        "call 2: new, incoming ringing",
    )
    assert only_call().external_id == "2"


def test_a_delivery_that_means_nothing_today_loses_its_events(connection: Connection, set_parser: SetParser) -> None:
    delivery = deliver(connection, sipuni(1, 0))
    set_parser("sipuni", lambda hook, profile: Parsed(ignored="Not a call.", needs_attention=True))
    report = replay(delivery=delivery)
    assert (report.state, report.error) == ("ignored", "Not a call.")
    delivery.refresh_from_db()
    assert (delivery.state, delivery.needs_attention) == ("ignored", True)
    assert not Call.objects.exists()


def test_a_failed_delivery_becomes_applied(connection: Connection, set_parser: SetParser) -> None:
    delivery = deliver(connection, form(event="1", src_type="1", dst_type="1"))
    assert delivery.state == "failed"
    assert replay(delivery=delivery).error == "call_id: missing or empty."
    real = get_vendor("sipuni")

    def parse(hook: Hook, profile: ConnectionProfile) -> Parsed:
        return real.parse(replace(hook, body=hook.body + b"&call_id=mended"), profile)

    set_parser("sipuni", parse)
    report = replay(delivery=delivery)
    assert (report.state, report.error, report.changes) == ("applied", "", ("call mended: new, incoming ringing",))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error) == ("applied", "")


def test_a_recording_that_was_misread_is_replaced(whole_call: Connection, set_parser: SetParser) -> None:
    mend(set_parser, recording_link="", recording_reference="1.10")
    replay(delivery=Delivery.objects.order_by("id")[3])
    assert [(row.link, row.reference) for row in only_call().recordings.all()] == [("", "1.10")]


@pytest.mark.parametrize(
    ("vendor", "messages"),
    [
        ("mobilon", [mobilon_rings("K1"), mobilon_rings("K2")]),
        ("xvb", [xvb("INCOMING", "1", type="in"), xvb("COMPLETED", status="missed")]),
        ("xvb", [xvb("COMPLETED", status="missed"), xvb("INCOMING", "1", type="in")]),
        ("xvb", [xvb("COMPLETED", status="missed")]),
    ],
    ids=["rings", "end after its start", "end that overtook its start", "end alone"],
)
def test_messages_without_a_call_id_keep_their_call(vendor: str, messages: list[Message]) -> None:
    connection = ConnectionFactory.create(vendor=vendor)
    deliveries = [deliver(connection, message, second) for second, message in enumerate(messages)]
    for later in (300, 600):  # New calls of the same number make no difference.
        deliver(connection, messages[0], later)
    before, ids = snapshot(), set(Call.objects.values_list("pk", flat=True))
    for order in (deliveries, deliveries[::-1]):
        for delivery in order:
            report = replay(delivery=delivery)
            assert (report.error, report.changes) == ("", ())
    assert (snapshot(), set(Call.objects.values_list("pk", flat=True))) == (before, ids)


def test_a_ring_stays_with_its_call_where_an_earlier_one_has_no_end() -> None:
    connection = ConnectionFactory.create(vendor="mobilon")
    rings = [deliver(connection, mobilon_rings(key), second) for key, second in (("K1", -300), ("K1", 0), ("K2", 1))]
    before = snapshot()
    report = replay(delivery=rings[-1])
    assert (report.error, report.changes) == ("", ())
    assert snapshot() == before


@pytest.mark.parametrize("arrival", [(0, 5), (5, 0)])
def test_copies_of_one_message_can_be_replayed_in_any_order(arrival: tuple[int, int]) -> None:
    connection = ConnectionFactory.create(vendor="xvb")
    copies = [deliver(connection, xvb("INCOMING", "1", type="in"), second) for second in arrival]
    before = snapshot()
    for order in (copies, copies[::-1]):
        for copy in order:
            assert replay(delivery=copy).changes == ()
    assert snapshot() == before


def test_many_are_read_in_the_order_in_which_they_arrived(whole_call: Connection) -> None:
    reports = replay_many(deliveries=Delivery.objects.order_by("?"))
    assert [report.delivery_id for report in reports] == sorted(report.delivery_id for report in reports)


def test_one_that_fails_holds_up_no_other_and_stays_as_it_was(whole_call: Connection, set_parser: SetParser) -> None:
    real, before = get_vendor("sipuni"), snapshot()

    def parse(hook: Hook, profile: ConnectionProfile) -> Parsed:
        if b"event=3" in hook.body:
            raise RuntimeError("a bug of s3cret-of-sipuni")
        return replace(real.parse(hook, profile))

    set_parser("sipuni", parse)
    reports = replay_many(deliveries=Delivery.objects.all())
    assert [report.state for report in reports] == ["applied", "applied", "failed", "applied"]
    assert reports[2].error == "RuntimeError: a bug of [hidden]"
    assert snapshot() == before
    assert set(Delivery.objects.values_list("state", flat=True)) == {"applied"}


def test_a_call_that_is_busy_is_reported(whole_call: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    def take(**_: object) -> None:
        raise CallBusy("Another process worked on the same call for too long.")

    monkeypatch.setattr(locks, "take", take)
    report = replay(delivery=Delivery.objects.all()[0])
    assert report.error == "CallBusy: Another process worked on the same call for too long."


def test_a_question_can_be_replayed() -> None:
    connection = ConnectionFactory.create(vendor="xvb")
    delivery = deliver(connection, form(cmd="contact", phone=CLIENT))
    assert (delivery.state, replay(delivery=delivery).state) == ("applied", "applied")
    assert not Call.objects.exists()


def test_a_waiting_delivery_is_done_by_its_replay(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(apply, "add_event", fail)
        delivery = deliver(connection, sipuni(1, 0))
    replay(delivery=delivery)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.next_try_at) == ("applied", None)
