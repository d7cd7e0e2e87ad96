"""The comparison with the database: messages go through the real inbox, and the check sees what became of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from telephony.connections.settings import add_connection
from telephony.intake import inbox
from telephony.models import Call, Connection
from telephony.simulator.check import check
from telephony.simulator.player import Played, Target
from telephony.simulator.targets import Casting, of_connection
from tests.simulator.test_messages import VENDORS, hook_of

pytestmark = pytest.mark.django_db


def connect(vendor: str) -> Connection:
    return add_connection(vendor=vendor, name="x", time_zone="Europe/Moscow", phone_region="RU", settings={})


def play(connection: Connection, casting: Casting, count: int = 10, step: int = 1) -> list[Played]:
    """Play into the inbox; the calls begin now, `step` seconds apart."""
    target: Target = of_connection(connection, base_url="http://127.0.0.1", casting=casting)
    played = []
    now = datetime.now(UTC)
    for number in range(count):
        call = target.writer.write(started_at=now + timedelta(seconds=number * step))
        for message in target.pbx.messages(call):
            hook = hook_of(message, call)
            inbox.process(delivery=inbox.receive(connection=connection, hook=hook), hook=hook)
        played.append(Played(target=target, call=call, is_whole=True))
    return played


@pytest.mark.parametrize("vendor", VENDORS)
def test_what_was_received_is_what_was_played(vendor: str) -> None:
    connection = connect(vendor)
    result = check(play(connection, Casting(seed=vendor)), connection=connection, patience_seconds=0)
    assert (result.faults, result.right, result.skipped) == ([], 10, 0)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"status": "busy"}, "status: expected"),
        ({"direction": "unknown"}, "direction: expected"),
        ({"client_e164": "+79235292926"}, "client: expected"),
        ({"our_number": "73422994393"}, "our number: expected"),
        ({"talk_seconds": 9999}, "talk seconds: expected"),
        ({"conflicts": ["client_raw"]}, "contradictions: expected none"),
        ({"external_id": "another"}, "it is not there"),
    ],
)
def test_every_wrong_field_is_named(change: dict[str, object], fault: str) -> None:
    connection = connect("sipuni")
    played = play(connection, Casting(seed=4, scenarios=["answered"]), count=2)  # type: ignore[list-item]
    spoilt = Call.objects.get(external_id=played[0].target.pbx.call_id(played[0].call))
    Call.objects.filter(pk=spoilt.pk).update(**change)
    result = check(played, connection=connection, patience_seconds=0)
    assert result.right == 1
    assert any(fault in line for line in result.faults), result.faults


def test_wrong_legs_and_recordings_are_named() -> None:
    connection = connect("sipuni")
    played = play(connection, Casting(seed=4, scenarios=["transferred"]), count=1)  # type: ignore[list-item]
    call = Call.objects.get()
    call.recordings.all().delete()
    first, second = call.legs.all()
    call.legs.filter(pk=first.pk).update(talk_seconds=0, answered_at=None)
    call.legs.filter(pk=second.pk).update(extension_number="777")
    faults = "\n".join(check(played, connection=connection, patience_seconds=0).faults)
    for part in ("recording: expected http", "not answered", "leg 777: expected no such leg", "no such leg"):
        assert part in faults


def test_a_call_that_nobody_played_is_a_fault() -> None:
    connection = connect("sipuni")
    played = play(connection, Casting(seed=4, scenarios=["missed"]), count=1)  # type: ignore[list-item]
    made = Call.objects.get()
    made.pk, made.external_id = None, "another"
    made.save()
    result = check(played, connection=connection, patience_seconds=0)
    assert result.right == 1
    assert "nobody played" in result.faults[0]


def test_calls_that_cannot_be_told_apart_or_lost_something_are_skipped() -> None:
    connection = connect("mobilon")
    casting = Casting(seed=4, variant="template", clients=["+79235292926", "+79235292927"])
    played = play(connection, casting, count=3, step=0)
    assert check(played, connection=connection, patience_seconds=0).skipped == 2
    lost = [Played(target=one.target, call=one.call, is_whole=False) for one in played]
    result = check(lost, connection=connection, patience_seconds=0)
    assert (result.right, result.skipped, result.faults) == (0, 3, [])


def test_nothing_played_is_nothing_to_check() -> None:
    assert check([], connection=connect("demo"), patience_seconds=0).right == 0
