"""The same through the inbox and the database: rows end as the fold says, whatever the order of processing.

Every message keeps the time at which it was received; what is permuted is when it is processed (one
that had to wait for a lock or a worker is processed minutes after its successors).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from telephony.calls import legs, loading, reaper
from telephony.domain.events import CallStatus, Direction
from telephony.domain.fold import fold
from telephony.domain.fold.order import set_of
from telephony.models import CallEvent as StoredEvent
from tests.properties.messages import by_form, by_get
from tests.properties.played import (
    LATEST_ANONYMOUS_COPY,
    SCRIPTS,
    VENDORS,
    arrivals,
    events_of,
    examples,
    first_copy_first,
    play,
    played_calls,
    subsets,
)
from tests.properties.stored import deliver, make_connection, stored_calls

pytestmark = pytest.mark.django_db

SAME_RING = 120


@pytest.fixture(params=["calls as they are", "each call is a long one"])
def lengths(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """From how many events and legs on a call that rings is not folded for each event (calls/ringing.py)."""
    if request.param != "calls as they are":
        monkeypatch.setattr(loading, "MANY", 1)
        monkeypatch.setattr(legs, "MANY", 2)
        monkeypatch.setattr(legs, "_LATEST_OF_ID", legs._latest_of_id(3))


@pytest.mark.usefixtures("lengths")
@pytest.mark.parametrize("vendor", VENDORS)
@examples(40)
@given(data=st.data())
def test_rows_are_the_fold_of_what_came(vendor: str, data: st.DataObject) -> None:
    call = data.draw(played_calls(vendor))
    some = data.draw(subsets(call.messages))
    events = events_of(some)
    assume(events)
    if all(event.external_id for event in events):
        arrived = data.draw(arrivals(some))
    else:  # Which call a nameless end belongs to is told by times alone: a late copy of the start misleads.
        arrived = first_copy_first(data.draw(arrivals(some, latest_copy=LATEST_ANONYMOUS_COPY)))

    connection = make_connection(vendor)
    deliver(connection, arrived)

    assert stored_calls(connection) == [fold(events)]
    stored = StoredEvent.objects.filter(call__connection=connection)
    assert sorted(row.fingerprint for row in stored) == sorted(event.fingerprint for event in set_of(events))


@pytest.mark.parametrize("vendor", VENDORS)
@examples(20)
@given(data=st.data())
def test_two_calls_at_once_from_one_number_stay_two(vendor: str, data: st.DataObject) -> None:
    first = data.draw(SCRIPTS[vendor])
    second = data.draw(SCRIPTS[vendor])
    gap = timedelta(seconds=data.draw(st.integers(1, 60)))
    assume(first.direction is second.direction)
    second = replace(second, call_id=first.call_id + "1", client=first.client)
    second = replace(second, started_at=first.started_at + gap, delay=first.delay)
    calls = [play(vendor, first), play(vendor, second)]

    connection = make_connection(vendor)
    deliver(connection, data.draw(arrivals([*calls[0].messages, *calls[1].messages])))

    assert stored_calls(connection) == [call.truth for call in calls]


@st.composite
def template_rings(draw: st.DrawFn, begin: int) -> list[tuple[str, int]]:
    """Keys of phones that ring for one call, and when; the same key may come again."""
    keys = st.sampled_from(["key-101", "key-102", "key-103"])
    return draw(st.lists(st.tuples(keys, st.integers(begin, begin + SAME_RING)), min_size=1, max_size=5))


@examples(40)
@given(data=st.data())
def test_mobilon_s_template_rings_of_one_number_are_one_call(data: st.DataObject) -> None:
    """Within 120 s; the next call of the same number, later than that, is another."""
    script = data.draw(SCRIPTS["mobilon"])
    calls = [
        [
            by_get("mobilon", script.arrives(after), {"number": "79201119613", "key": key})
            for key, after in data.draw(template_rings(begin))
        ]
        for begin in (0, 2 * SAME_RING + 1)
    ]
    connection = make_connection("mobilon")
    deliver(connection, data.draw(st.permutations([*calls[0], *calls[1]])))

    found = [replace(state, responsible_leg=None) for state in stored_calls(connection)]
    expected = [replace(fold(events_of(rings)), responsible_leg=None) for rings in calls]
    assert found == expected


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_xvb_s_nameless_end_overtakes_its_call(order: tuple[int, ...]) -> None:
    """Times of receipt in another order, too: what is sent within seconds may be received in any order."""
    zero = datetime(2024, 1, 29, 10, 46, tzinfo=UTC)
    call = {"cmd": "event", "access_code": "10019", "phone": "79201119613"}
    told: list[dict[str, object]] = [
        {**call, "event": "INCOMING", "callid": "1", "type": "in", "ext": ""},
        {**call, "event": "ANSWERED", "callid": "1", "type": "in", "ext": "101"},
        {**call, "event": "COMPLETED", "status": "Success", "duration": 4},
    ]
    connection = make_connection("xvb")
    deliver(
        connection,
        [by_form("xvb", zero + timedelta(seconds=5 * slot), told[number]) for slot, number in enumerate(order)],
    )
    (row,) = connection.calls.all()
    assert (row.external_id, row.status, row.direction, row.talk_seconds) == ("1", "answered", "incoming", 4)
    assert [(leg.extension_number, leg.status) for leg in row.legs.all()] == [("101", "answered")]


def test_xvb_s_nameless_end_of_a_call_that_the_reaper_closed() -> None:
    """Without a queue no answer is told, so every longer talk looks like a phone that rings for minutes."""
    zero = datetime(2024, 1, 29, 10, 46, tzinfo=UTC)
    call = {"cmd": "event", "access_code": "10019", "phone": "79201119613"}
    start = by_form("xvb", zero, {**call, "event": "INCOMING", "callid": "1", "type": "in", "ext": ""})
    end = by_form(
        "xvb", zero + timedelta(minutes=10), {**call, "event": "COMPLETED", "status": "Success", "duration": 590}
    )
    connection = make_connection("xvb")
    deliver(connection, [start])
    assert reaper.reap_calls(now=zero + timedelta(minutes=4)) == 1
    deliver(connection, [end])
    assert [state.status for state in stored_calls(connection)] == [CallStatus.ANSWERED]


def test_xvb_s_nameless_end_does_not_end_a_later_call() -> None:
    """It was received before that call began, but had to wait for a worker."""
    zero = datetime(2024, 1, 29, 10, 46, tzinfo=UTC)
    call = {"cmd": "event", "access_code": "10019", "phone": "79201119613"}
    later = by_form(
        "xvb", zero + timedelta(minutes=1), {**call, "event": "INCOMING", "callid": "2", "type": "in", "ext": ""}
    )
    end = by_form("xvb", zero, {**call, "event": "COMPLETED", "status": "Success", "duration": 20})
    connection = make_connection("xvb")
    deliver(connection, [later, end])
    assert [state.status for state in stored_calls(connection)] == [CallStatus.ANSWERED, CallStatus.RINGING]


@examples(40)
@given(data=st.data())
def test_mobilon_s_template_rings_beside_its_json_events(data: st.DataObject) -> None:
    """An account may send both (or 1C's IncomingCall and its Event): still one call, if its START is not late.

    A ring names no call, so until something tells of a ringing call of that number, it begins one of its own.
    """
    script = data.draw(SCRIPTS["mobilon"].filter(lambda script: script.direction is Direction.INCOMING))
    call = play("mobilon", script)
    rings = [
        by_get("mobilon", script.arrives(after), {"number": script.client, "key": f"key-{extension}"})
        for extension, after in script.rings
    ]
    connection = make_connection("mobilon")
    arrived = list(data.draw(arrivals([*call.messages, *rings], latest_copy=timedelta(0))))
    start = call.messages[0]
    first = next(place for place, message in enumerate(arrived) if message not in rings)
    deliver(connection, [*arrived[:first], start, *arrived[first:]])
    (found,) = stored_calls(connection)
    assert found == fold([*call.events, *events_of(rings)])
    assert [leg.extension for leg in found.legs] == [leg.extension for leg in call.truth.legs]
