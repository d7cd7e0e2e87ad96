"""Every vendor's messages, read by that vendor's parser and folded, are the call that was played."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from telephony.domain.events import CallEvent
from telephony.domain.fold import CallState, fold
from telephony.domain.hooks import ConnectionProfile, Hook, Outcome
from telephony.simulator.comparison import Seen, differences
from telephony.simulator.scenarios import EMPLOYEES, Scriptwriter
from telephony.vendors import get_vendor, installed
from telephony.vendors.simulated import (
    CallJournal,
    Employee,
    ExpectedLeg,
    Message,
    Scenario,
    ScriptedCall,
    SimulatedPbx,
)

STARTED_AT = datetime(2026, 3, 2, 9, 30, 17, 250_000, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Yekaterinburg")
VENDORS = tuple(installed())
CALLS_EACH = 12
ANONYMOUS = "anonymous"


def make_pbx(slug: str, variant: str = "", employees: tuple[Employee, ...] = EMPLOYEES) -> SimulatedPbx:
    pbx_class = get_vendor(slug).simulator()
    return pbx_class(settings={}, time_zone=ZONE, employees=employees, variant=variant)


def every_case() -> Iterable[object]:
    for slug in VENDORS:
        for variant in get_vendor(slug).simulator().variants:
            for scenario in sorted(make_pbx(slug, variant).scenarios):
                yield pytest.param(slug, variant, scenario, id=f"{slug}-{variant}-{scenario}")


def hook_of(message: Message, call: ScriptedCall, lag: float = 0.04) -> Hook:
    return Hook(
        method=message.method,
        query=message.query.encode("ascii"),
        tail=message.tail,
        headers={name.lower(): value for name, value in message.headers.items()},
        body=message.body,
        received_at=call.started_at + timedelta(seconds=message.after + lag),
    )


def events_of(pbx: SimulatedPbx, call: ScriptedCall) -> list[CallEvent]:
    """What the vendor's parser reads; events without an id are the only call's."""
    profile = ConnectionProfile(time_zone=ZONE, phone_region="RU", settings=pbx.settings)
    vendor = get_vendor(pbx.slug)
    found: list[CallEvent] = []
    for message in pbx.messages(call):
        hook = hook_of(message, call)
        vendor.authenticate(hook, profile)
        parsed = vendor.parse(hook, profile)
        assert not parsed.ignored
        assert parsed.events or parsed.asks_about
        found += [replace(event, external_id=event.external_id or ANONYMOUS) for event in parsed.events]
    return found


def seen(state: CallState, external_id: str) -> Seen:
    return Seen(
        external_id=external_id,
        direction=state.direction,
        status=state.status,
        client=state.client_e164,
        our_number=state.our_number,
        talk_seconds=state.talk_seconds,
        legs=[
            ExpectedLeg(
                role=leg.role,
                extension=leg.extension,
                key=leg.user_key,
                answered=leg.answered_at is not None,
                talk_seconds=leg.talk_seconds,
                is_transfer=leg.is_transfer,
            )
            for leg in state.legs
        ],
        recordings=[note.link or note.reference for note in state.recordings],
        conflicts=state.conflicts,
    )


@pytest.mark.parametrize(("slug", "variant", "scenario"), list(every_case()))
def test_a_played_call_is_received_as_it_was_played(slug: str, variant: str, scenario: Scenario) -> None:
    pbx = make_pbx(slug, variant)
    writer = Scriptwriter(seed=f"{slug}{variant}{scenario}", scenarios=[scenario])
    for minute in range(CALLS_EACH):
        call = writer.write(started_at=STARTED_AT + timedelta(minutes=minute))
        events = events_of(pbx, call)
        ids = {event.external_id for event in events} - {ANONYMOUS}
        assert len(ids) <= 1
        assert differences(pbx.expected(call), seen(fold(events), "".join(ids))) == []


@pytest.mark.parametrize("slug", VENDORS)
def test_a_comparison_finds_what_is_wrong(slug: str) -> None:
    """The check is no rubber stamp: two different calls never pass for one another."""
    pbx = make_pbx(slug)
    writer = Scriptwriter(seed=5, scenarios=pbx.scenarios)
    calls = [writer.write(started_at=STARTED_AT + timedelta(minutes=minute)) for minute in range(8)]
    for one, other in itertools.permutations(calls, 2):
        assert differences(pbx.expected(one), seen(fold(events_of(pbx, other)), pbx.call_id(other)))


@pytest.mark.parametrize("slug", VENDORS)
def test_the_vendors_own_answer_contents_its_pbx(slug: str) -> None:
    pbx = make_pbx(slug)
    vendor = get_vendor(slug)
    profile = ConnectionProfile(time_zone=ZONE, phone_region="RU", settings=pbx.settings)
    call = Scriptwriter(seed=1, scenarios=[Scenario.ANSWERED]).write(started_at=STARTED_AT)
    for message in pbx.messages(call):
        reply = vendor.reply(hook_of(message, call), profile, None, Outcome())
        assert pbx.complaint(message, reply.status, reply.body) == ""
        assert pbx.complaint(message, 500, reply.body)


@pytest.mark.parametrize(
    ("slug", "index", "body"),
    [
        ("sipuni", 0, "{“success”: true}".encode()),
        ("sipuni", 0, b'{"success": false}'),
        ("sipuni", 0, b"ok"),
        ("wirecrm", 0, b"ok"),
        ("wirecrm", 0, b'{"name": "Anna"}'),
        ("wirecrm", 0, b'{"redirect": 101}'),
        ("xvb", 1, b"{ contact_name: 'Anna', responsible: '100' }"),
        ("xvb", 1, b'{"contact_name": "Anna", "responsible": 100}'),
        ("xvb", 1, b'{"name": "Anna"}'),
        ("zadarma", 0, b"ok"),
        ("zadarma", 0, b'{"name": "Anna"}'),
        ("zadarma", 0, b'{"redirect": 101}'),
        ("uis", 1, b"ok"),
        ("uis", 1, b'{"name": "Anna"}'),
        ("uis", 1, b"[]"),
        ("demo", 0, b'{"ok": false}'),
        ("demo", 0, b"ok"),
    ],
)
def test_a_pbx_complains_of_answers_that_it_cannot_use(slug: str, index: int, body: bytes) -> None:
    pbx = make_pbx(slug)
    call = Scriptwriter(seed=1, scenarios=[Scenario.ANSWERED]).write(started_at=STARTED_AT)
    assert pbx.complaint(pbx.messages(call)[index], 200, body)


def test_the_same_seed_writes_the_same_calls() -> None:
    def write(seed: int) -> list[ScriptedCall]:
        writer = Scriptwriter(seed=seed, scenarios=Scenario, clients=["+79235292926", "+74957770011"])
        return [writer.write(started_at=STARTED_AT) for _ in range(20)]

    assert write(3) == write(3)
    assert write(3) != write(4)
    assert {call.client for call in write(3)} <= {"+79235292926", "+74957770011", ""}


def test_a_scenario_needs_its_people() -> None:
    with pytest.raises(ValueError, match="name more extensions"):
        Scriptwriter(seed=1, scenarios=[Scenario.GROUP], employees=EMPLOYEES[:1])
    alone = Scriptwriter(seed=1, scenarios=[Scenario.GROUP, Scenario.MISSED], employees=EMPLOYEES[:1])
    assert alone.write(started_at=STARTED_AT).scenario is Scenario.MISSED


def test_a_journal_forgets_the_oldest_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CallJournal, "LIMIT", 2)
    journal = CallJournal()
    writer = Scriptwriter(seed=1, scenarios=[Scenario.MISSED])
    for name in ("1", "2", "3"):
        journal.add(name, writer.write(started_at=STARTED_AT))
    assert [name for name, _ in journal.calls()] == ["2", "3"]
    assert journal.find("1") is None


def test_an_unknown_variant_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="get, post, wav"):
        make_pbx("sipuni", "soap")


@pytest.mark.parametrize("slug", ["sipuni", "wirecrm", "xvb", "mobilon", "zadarma", "mango", "uis"])
def test_an_ordered_call_is_an_answered_outgoing_call(slug: str) -> None:
    """The order's id comes back where the vendor sends it: as the call's id, or beside it."""
    pbx = make_pbx(slug)
    writer = Scriptwriter(seed=1, scenarios=pbx.scenarios)
    order_id = "1476087194.216329"
    call = writer.write_order(started_at=STARTED_AT, caller=EMPLOYEES[1], client="+79001010100", order_id=order_id)
    events = events_of(pbx, call)
    expected = pbx.expected(call)
    assert differences(expected, seen(fold(events), events[0].external_id)) == []
    sent = b"".join(message.query.encode() + message.body for message in pbx.messages(call))
    assert (order_id.encode() in sent) is (slug not in ("wirecrm", "zadarma"))
