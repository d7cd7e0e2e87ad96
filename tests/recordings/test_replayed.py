"""A replay with another parser destroys nothing that is kept, and one with the right parser brings every row back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from telephony.domain.events import EventKind, Parsed
from telephony.intake.replay import replay
from telephony.models import AuditEntry, Call, CallResult, Connection, Delivery, Recording
from tests.recordings.world import make_connection
from tests.telephony.factories import make_user
from tests.telephony.messages import deliver, wirecrm

pytestmark = pytest.mark.django_db
LINK, OTHER = "https://pbx.example.ru/a.mp3", "https://pbx.example.ru/b.mp3"


@pytest.fixture
def delivery() -> Delivery:
    """The only message of a call, with the link of its recording, which was fetched."""
    told = deliver(make_connection(), wirecrm("NOTIFY_RECORD", record_link=LINK))
    Recording.objects.update(state="stored", file="1/a.mp3", sha256="5" * 64, next_try_at=None)
    return told


def parse_otherwise(monkeypatch: pytest.MonkeyPatch, delivery: Delivery, change: Any) -> None:
    """From now on the vendor's parser gives what `change` makes of the right result."""
    vendor = type(delivery.connection.vendor_object)
    right = vendor.parse
    monkeypatch.setattr(vendor, "parse", lambda self, hook, profile: change(right(self, hook, profile)))


def reads_another_link(parsed: Parsed) -> Parsed:
    return replace(
        parsed,
        events=tuple(
            replace(event, recording_link=OTHER) if event.kind is EventKind.RECORDING_READY else event
            for event in parsed.events
        ),
    )


def reads_no_link(parsed: Parsed) -> Parsed:
    return replace(parsed, events=tuple(replace(event, recording_link="") for event in parsed.events))


def ignores(parsed: Parsed) -> Parsed:
    return Parsed(ignored="It is of no use.")


def raises(parsed: Parsed) -> Parsed:
    raise ZeroDivisionError


def rows() -> list[Any]:
    return [*Recording.objects.order_by("pk").values(), *Call.objects.order_by("pk").values()]


@pytest.mark.parametrize("broken", [reads_another_link, reads_no_link, ignores, raises])
@pytest.mark.parametrize("held", [True, False])
def test_a_stored_recording_stays_and_the_right_parser_brings_all_back(
    delivery: Delivery, monkeypatch: pytest.MonkeyPatch, broken: Any, held: bool
) -> None:
    Recording.objects.update(held=held)
    before = rows()
    with monkeypatch.context() as patched:
        parse_otherwise(patched, delivery, broken)
        replay(delivery=Delivery.objects.get())
        kept = Recording.objects.get()
        assert (kept.state, kept.file.name, kept.held) == ("stored", "1/a.mp3", held)
    replay(delivery=Delivery.objects.get())
    assert rows() == before


def test_a_call_with_a_stored_recording_is_not_deleted_and_the_report_says_why(
    delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    parse_otherwise(monkeypatch, delivery, ignores)
    report = replay(delivery=delivery)
    assert report.state == "failed"
    assert "it has: recording (1). It is left as it was" in report.error
    assert Delivery.objects.get().state == "applied"


def test_a_call_with_a_result_is_not_deleted_either(monkeypatch: pytest.MonkeyPatch) -> None:
    told = deliver(make_connection(), wirecrm("NOTIFY_START"))
    CallResult.objects.create(call=Call.objects.get(), user=make_user("anna"), note="Calls back")
    parse_otherwise(monkeypatch, told, ignores)
    assert "callresult (1)" in replay(delivery=told).error
    assert CallResult.objects.get().note == "Calls back"


def test_a_call_that_nothing_hangs_on_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    told = deliver(make_connection(), wirecrm("NOTIFY_START"))
    name = Call.objects.get().external_id
    parse_otherwise(monkeypatch, told, ignores)
    assert replay(delivery=told).changes == (f"call {name}: gone, nothing tells of it any more",)
    assert not Call.objects.exists()


def test_the_dry_run_says_what_would_become_of_the_recording(
    delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    parse_otherwise(monkeypatch, delivery, reads_no_link)
    lines = replay(delivery=delivery, dry_run=True).changes
    assert any("told of by no message: it is kept" in line for line in lines)
    assert Recording.objects.get().is_told


def test_what_was_not_fetched_yet_gets_its_new_link(monkeypatch: pytest.MonkeyPatch) -> None:
    told = deliver(make_connection(), wirecrm("NOTIFY_RECORD", record_link=LINK))
    Recording.objects.update(state="lost", attempts=11)
    parse_otherwise(monkeypatch, told, reads_another_link)
    replay(delivery=told)
    assert Recording.objects.values_list("link", "state", "attempts").get() == (OTHER, "expected", 0)


def test_what_goes_is_in_the_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    told = deliver(make_connection(), wirecrm("NOTIFY_RECORD", record_link=LINK))
    gone = Recording.objects.get()
    parse_otherwise(monkeypatch, told, reads_no_link)
    replay(delivery=told)
    assert not Recording.objects.exists()
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.details["recording"]) == ("recording_dropped", gone.pk)


def test_a_second_recording_leaves_the_first_as_it_is() -> None:
    connection: Connection = make_connection()
    deliver(connection, wirecrm("NOTIFY_RECORD", record_link=LINK))
    Recording.objects.update(state="stored")
    deliver(connection, wirecrm("NOTIFY_RECORD", record_link=OTHER), 90)
    assert list(Recording.objects.order_by("position").values_list("link", "state")) == [
        (LINK, "stored"),
        (OTHER, "expected"),
    ]
