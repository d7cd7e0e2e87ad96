"""Whole calls, as the documents tell them: one message after the other, and in every other order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from telephony.domain.events import CallEvent, CallStatus, Direction, LegRole
from telephony.domain.fold import CallState, RecordingNote, fold
from tests.vendors.payloads import RECEIVED_AT, events_of

SIPUNI_TRANSFER = (
    "sipuni-doc-1-trunk",
    "sipuni-doc-2-ring-101",
    "sipuni-doc-3-answer-101",
    "sipuni-doc-4-transfer-102",
    "sipuni-doc-5-answer-102",
    "sipuni-doc-6-secondary-hangup",
    "sipuni-doc-7-hangup",
)
WIRECRM_CALL = ("wirecrm-notify-start-params", "wirecrm-notify-internal", "wirecrm-notify-record", "wirecrm-notify-end")
SIPUNI_OUTGOING = (
    "sipuni-outgoing-start",
    "sipuni-outgoing-answer",
    "sipuni-outgoing-transfer",
    "sipuni-outgoing-hangup",
)
MOBILON_CALL = (
    "mobilon-json-start",
    "mobilon-json-preanswer",
    "mobilon-get-answer",
    "mobilon-json-hangup-answered",
    "mobilon-json-end",
)


def sipuni_time(second: int) -> datetime:
    return datetime.fromtimestamp(1378296000 + second, UTC)


def mobilon_time(second: int) -> datetime:
    return datetime.fromtimestamp(1706525172 + second, UTC)


def one_call(events: Sequence[CallEvent]) -> list[CallEvent]:
    """The documents' examples under one call id, as if they were of one call."""
    return [replace(event, external_id="1") for event in events]


def test_sipuni_s_attended_transfer() -> None:
    events = events_of("sipuni", *SIPUNI_TRANSFER)
    assert {event.external_id for event in events} == {"1419783130.15593"}

    call = fold(events)
    assert (call.direction, call.status) == (Direction.INCOMING, CallStatus.ANSWERED)
    assert (call.client_raw, call.our_number) == ("8955555555", "8499999999")
    assert (call.started_at, call.answered_at, call.ended_at) == (sipuni_time(0), sipuni_time(10), sipuni_time(50))
    assert (call.ring_seconds, call.talk_seconds) == (10, 40)
    first, second = call.legs
    assert (first.extension, first.rang_at, first.answered_at, first.ended_at, first.talk_seconds) == (
        "101",
        sipuni_time(0),
        sipuni_time(10),
        sipuni_time(40),
        30,
    )
    assert (second.extension, second.rang_at, second.answered_at, second.ended_at, second.talk_seconds) == (
        "102",
        sipuni_time(20),
        sipuni_time(30),
        sipuni_time(50),
        20,
    )
    assert (first.is_transfer, second.is_transfer) == (False, True)
    assert call.responsible_leg == 0
    assert call.recordings == (RecordingNote(link="ftp://myhost.info/account/frecords/354435435436.wav", reference=""),)


@pytest.mark.parametrize("length", range(1, 7))
def test_only_event_2_ends_sipuni_s_call(length: int) -> None:
    call = fold(events_of("sipuni", *SIPUNI_TRANSFER[:length]))
    assert call.status is (CallStatus.RINGING if length < 3 else CallStatus.TALKING)
    assert call.ended_at is None


def test_sipuni_s_repeated_call_event_a_second_later_changes_nothing() -> None:
    events = events_of("sipuni", *SIPUNI_TRANSFER)
    again = [
        replace(event, occurred_at=event.occurred_at + timedelta(seconds=1), fingerprint=f"{number}")
        for number, event in enumerate(events[:2])
    ]
    assert fold([*events, *again]) == fold(events)


def test_sipuni_s_answer_is_guessed_from_the_end_without_event_3() -> None:
    names = [name for name in SIPUNI_TRANSFER if "-answer-" not in name and "-6-" not in name]
    call = fold(events_of("sipuni", *names))
    assert (call.status, call.answered_at, call.talk_seconds) == (CallStatus.ANSWERED, sipuni_time(25), 25)
    assert [(leg.extension, leg.status) for leg in call.legs] == [
        ("101", CallStatus.CANCELLED),
        ("102", CallStatus.ANSWERED),
    ]


def test_sipuni_s_transferred_outgoing_call_stays_outgoing() -> None:
    call = fold(events_of("sipuni", *SIPUNI_OUTGOING))
    assert (call.direction, call.client_e164, call.status) == (Direction.OUTGOING, "+79031234567", CallStatus.ANSWERED)
    assert [(leg.extension, leg.role, leg.is_transfer) for leg in call.legs] == [
        ("101", LegRole.CALLING, False),
        ("102", LegRole.CALLED, True),
    ]
    assert call.tracking == {"roistatgoogleid": "GA1.2.3"}


def test_sipuni_s_internal_call_has_two_legs_and_no_client() -> None:
    call = fold(events_of("sipuni", "sipuni-synth-inner-0"))
    assert (call.direction, call.client_raw) == (Direction.INTERNAL, "")
    assert [(leg.extension, leg.role) for leg in call.legs] == [("101", LegRole.CALLING), ("102", LegRole.CALLED)]
    assert call.responsible_leg == 1


def test_wirecrm_s_examples_contradict_each_other_and_the_start_is_believed() -> None:
    call = fold(one_call(events_of("wirecrm", "wirecrm-notify-out-start", "wirecrm-notify-out-end")))
    assert (call.client_e164, call.started_at.year, call.talk_seconds) == ("+79001010100", 2024, 3)
    assert call.status is CallStatus.ANSWERED
    assert call.conflicts == ("client_raw", "started_at")


def test_wirecrm_s_end_alone_is_a_whole_call() -> None:
    call = fold(events_of("wirecrm", "wirecrm-notify-end"))
    assert (call.status, call.talk_seconds, call.ring_seconds) == (CallStatus.ANSWERED, 2, 0)
    assert (call.ended_at, call.started_at) == (call.started_at + timedelta(seconds=2), call.answered_at)
    assert [(leg.extension, leg.status, leg.talk_seconds) for leg in call.legs] == [("100", CallStatus.ANSWERED, 2)]


def test_wirecrm_s_late_start_reopens_nothing() -> None:
    end = events_of("wirecrm", "wirecrm-notify-end")
    call = fold([*end, *events_of("wirecrm", "wirecrm-notify-start-params")])
    assert (call.status, call.talk_seconds) == (CallStatus.ANSWERED, 2)
    assert [leg.extension for leg in call.legs] == ["100"]


def test_wirecrm_s_recording_alone_neither_rings_nor_ends() -> None:
    call = fold(events_of("wirecrm", "wirecrm-notify-record"))
    assert (call.status, call.direction, call.ended_at) == (CallStatus.UNKNOWN, Direction.OUTGOING, None)
    assert (call.talk_seconds, call.legs, call.responsible_leg) == (None, (), None)
    assert call.recordings == (RecordingNote(link="https://pbx.ru/filed3cfd85e3102ec7.mp3", reference=""),)


def test_xvb_s_end_alone_is_as_long_as_its_talk() -> None:
    (ended,) = events_of("xvb", "xvb-event-completed-doc")
    call = fold([ended])
    assert (call.started_at, call.ended_at) == (RECEIVED_AT - timedelta(seconds=16), RECEIVED_AT)
    assert (call.answered_at, call.ring_seconds, call.talk_seconds) == (call.started_at, 0, 16)
    assert call.direction is Direction.UNKNOWN


def test_xvb_s_end_without_type_is_of_the_employee_who_called() -> None:
    started = events_of("xvb", "xvb-event-outgoing")
    (ended,) = events_of("xvb", "xvb-event-completed-full")
    ended = replace(ended, direction=None, occurred_at=RECEIVED_AT + timedelta(seconds=30))
    for events in ([*started, ended], [*[replace(event, extension="") for event in started], ended]):
        call = fold(one_call(events))
        assert [(leg.extension, leg.role, leg.talk_seconds) for leg in call.legs] == [("100", LegRole.CALLING, 16)]


def test_mobilon_s_json_call() -> None:
    call = fold(events_of("mobilon", *MOBILON_CALL))
    assert (call.status, call.our_number, call.client_e164) == (CallStatus.ANSWERED, "73912000000", "+79201119613")
    assert (call.started_at, call.answered_at, call.ended_at) == (mobilon_time(0), mobilon_time(8), mobilon_time(28))
    assert [(leg.extension, leg.user_key, leg.talk_seconds) for leg in call.legs] == [("101", "gW3cyUJAtl50PhF", 20)]
    assert call.tracking == {"utmString": "utm_source=yandex"}
    assert RecordingNote(link="", reference="1476087194.216329") in call.recordings


def test_mobilon_s_end_erases_neither_a_missed_call_nor_an_answered_one() -> None:
    start, _, _, answered, end = events_of("mobilon", *MOBILON_CALL)
    (missed,) = events_of("mobilon", "mobilon-json-hangup-missed")
    assert fold([start, missed, end]).status is CallStatus.NO_ANSWER
    assert fold([start, answered, end]).status is CallStatus.ANSWERED
    assert fold([start, answered, end]).answered_at == mobilon_time(8)


@pytest.mark.parametrize(
    ("vendor", "names"),
    [
        ("sipuni", SIPUNI_TRANSFER),
        ("sipuni", SIPUNI_OUTGOING),
        ("wirecrm", WIRECRM_CALL),
        ("mobilon", MOBILON_CALL),
        ("xvb", ("xvb-event-incoming", "xvb-event-answered", "xvb-event-completed-full")),
    ],
)
def test_every_order_gives_the_same_call(vendor: str, names: tuple[str, ...]) -> None:
    events = one_call(events_of(vendor, *names))
    expected: CallState = fold(events)
    assert not expected.status.is_open
    for shuffled in permutations(events):
        assert fold(shuffled) == expected


@pytest.mark.parametrize("left_out", SIPUNI_TRANSFER[:-1])
def test_a_lost_message_of_the_transfer_costs_only_what_it_told(left_out: str) -> None:
    call = fold(events_of("sipuni", *[name for name in SIPUNI_TRANSFER if name != left_out]))
    assert (call.status, call.client_raw, call.ended_at) == (CallStatus.ANSWERED, "8955555555", sipuni_time(50))
    assert call.started_at == sipuni_time(0)
    assert call.answered_at == sipuni_time(30 if left_out == "sipuni-doc-3-answer-101" else 10)
    assert "102" in {leg.extension for leg in call.legs}
