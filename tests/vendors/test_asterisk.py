"""What single AMI events mean, beside the whole calls of the payloads: menus, transfers, strange words, no words."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from telephony.domain.events import CallEvent, CallStatus, Direction, EventKind, LegRole, Parsed
from telephony.domain.exceptions import MalformedHook, NotReady
from telephony.domain.fold import fold
from telephony.domain.hooks import Hook
from telephony.domain.reasons import EndReason
from telephony.vendors import get_vendor
from tests.vendors.payloads import profile

AT = "2026-11-27T19:37:56.609Z"
CALL = "1795808276.7"
ANNA, VERA, TRUNK = "PJSIP/101-00000005", "PJSIP/102-00000006", "PJSIP/trunk-00000004"
STARTED = {"Event": "Newchannel", "Channel": TRUNK, "CallerIDNum": "79161234567", "Exten": "74951234567"}


def parsed(*events: Any, **settings: str) -> Parsed:
    body = json.dumps({"v": 1, "events": [{"at": AT, "Linkedid": CALL, **event} for event in events]})
    hook = Hook(method="POST", body=body.encode(), received_at=datetime(2026, 11, 27, 19, 38, tzinfo=UTC))
    return get_vendor("asterisk").parse(hook, profile(**settings))


def only(event: dict[str, str], **settings: str) -> CallEvent:
    (found,) = parsed(event, **settings).events
    return found


def dial(event: str, caller: str, called: str, **fields: str) -> dict[str, str]:
    return {"Event": event, "Channel": caller, "DestChannel": called, **fields}


def end() -> dict[str, str]:
    return {"Event": "CEL", "EventName": "LINKEDID_END"}


class TestWhoseChannel:
    def test_the_settings_name_trunks_that_look_like_internal_numbers(self) -> None:
        begun = {**STARTED, "Channel": "PJSIP/300-00000001", "Uniqueid": CALL}
        assert only(begun, trunks="300, 400").direction is Direction.INCOMING
        assert only(begun).direction is Direction.OUTGOING

    def test_a_pattern_that_is_none_is_taken_for_the_usual_one(self) -> None:
        begun = {**STARTED, "Channel": ANNA, "Exten": "102", "Uniqueid": CALL}
        assert only(begun, extensions="(").direction is Direction.INTERNAL

    def test_a_code_of_the_pbx_is_no_call(self) -> None:
        assert parsed({**STARTED, "Channel": ANNA, "Exten": "*98", "Uniqueid": CALL}).ignored

    def test_a_local_channel_is_nobodys_phone(self) -> None:
        local = "Local/101@from-queue-00000001;1"
        assert parsed(dial("DialBegin", TRUNK, local), dial("DialEnd", TRUNK, local, DialStatus="ANSWER")).ignored

    def test_a_queue_that_dials_through_one_rings_the_phone_for_the_client(self) -> None:
        rung = dial("DialBegin", "Local/101@from-queue-00000001;2", ANNA, CallerIDNum="79161234567")
        assert (only(rung).extension, only(rung).client_e164) == ("101", "+79161234567")

    def test_a_colleague_who_is_asked_first_is_not_rung_by_the_client(self) -> None:
        rung = only(dial("DialBegin", "Local/102@internal-00000001;2", VERA, CallerIDNum="101"))
        assert (rung.extension, rung.client_raw, rung.direction) == ("102", "", None)

    def test_a_call_that_is_forwarded_outside_rings_nobody_here(self) -> None:
        other = "PJSIP/trunk-00000009"
        assert parsed(dial("DialBegin", TRUNK, other), dial("DialEnd", TRUNK, other, DialStatus="BUSY")).ignored


class TestHowItEnds:
    @pytest.mark.parametrize(
        ("word", "status", "reason"),
        [
            ("CHANUNAVAIL", CallStatus.FAILED, EndReason.NOT_REGISTERED),
            ("CONGESTION", CallStatus.FAILED, EndReason.LIMIT),
            ("NOANSWER", CallStatus.NO_ANSWER, EndReason.NOT_PICKED_UP),
        ],
    )
    def test_a_phone_that_could_not_be_rung_says_why(self, word: str, status: CallStatus, reason: EndReason) -> None:
        left = only(dial("DialEnd", TRUNK, ANNA, DialStatus=word))
        assert (left.kind, left.status, left.reason, left.reason_said) == (EventKind.LEG_ENDED, status, reason, word)

    def test_a_number_outside_that_can_not_be_reached(self) -> None:
        left = only(dial("DialEnd", ANNA, TRUNK, DialStatus="CHANUNAVAIL"))
        assert (left.extension, left.role, left.reason) == ("101", LegRole.CALLING, EndReason.UNREACHABLE)

    def test_a_word_that_nobody_knows_changes_nothing(self) -> None:
        assert parsed(dial("DialEnd", TRUNK, ANNA, DialStatus="MOON")).ignored

    def test_the_clients_own_channel_tells_nothing(self) -> None:
        assert parsed({"Event": "Hangup", "Channel": TRUNK, "Uniqueid": CALL, "Cause": "16"}).ignored

    def test_another_record_of_channels_is_no_end(self) -> None:
        assert parsed({"Event": "CEL", "EventName": "HANGUP"}).ignored

    def test_who_gave_up_in_the_menu(self) -> None:
        call = fold(parsed({**STARTED, "Uniqueid": CALL}, end()).events)
        assert call.status is CallStatus.CANCELLED

    def test_of_an_end_without_a_beginning_nobody_knows(self) -> None:
        assert fold(parsed(end()).events).status is CallStatus.UNKNOWN


class TestTransfers:
    ASKED = {"Event": "AttendedTransfer", "OrigTransfererChannel": ANNA, "OrigTransfererLinkedid": CALL}

    def test_who_handed_the_client_over_has_left(self) -> None:
        left = only({**self.ASKED, "Result": "Success", "TransferTargetChannel": VERA})
        assert (left.extension, left.transferred_to, left.status) == ("101", "102", CallStatus.ANSWERED)

    def test_to_whom_may_be_unsaid(self) -> None:
        assert only({**self.ASKED, "Result": "Success"}).transferred_to == ""

    def test_who_was_asked_in_a_call_of_its_own_talks_in_the_client_s(self) -> None:
        joined = {**self.ASKED, "Result": "Success", "TransfereeChannel": TRUNK, "TransferTargetChannel": VERA}
        [rings, answers, left] = parsed({**joined, "TransferTargetLinkedid": "1795898256.2"}).events
        assert (rings.kind, answers.kind) == (EventKind.LEG_RINGING, EventKind.ANSWERED)
        assert (rings.extension, answers.extension, left.extension) == ("102", "102", "101")
        assert {rings.external_id, answers.external_id, left.external_id} == {CALL}

    def test_so_does_who_was_asked_before_the_client_was_called(self) -> None:
        joined = {**self.ASKED, "Result": "Success", "TransfereeChannel": VERA, "TransferTargetChannel": TRUNK}
        of_client = {"SecondTransfererChannel": ANNA, "SecondTransfererLinkedid": "1795898256.2"}
        [_, answers, left] = parsed({**joined, **of_client}).events
        assert (answers.kind, left.kind) == (EventKind.ANSWERED, EventKind.LEG_ENDED)
        assert (answers.extension, left.extension, left.transferred_to) == ("102", "101", "102")
        assert {answers.external_id, left.external_id} == {"1795898256.2"}

    @pytest.mark.parametrize("result", ["Fail", "Invalid", "Not Permitted", ""])
    def test_what_failed_changed_nothing(self, result: str) -> None:
        assert parsed({**self.ASKED, "Result": result, "TransferTargetChannel": VERA}).ignored


class TestWhatCanNotBeRead:
    @pytest.mark.parametrize(
        ("body", "error"), [(b"{", "no JSON"), (b"[]", "events"), (b"{}", "events"), (b'{"events": 1}', "events")]
    )
    def test_no_batch(self, body: bytes, error: str) -> None:
        hook = Hook(method="POST", body=body, received_at=datetime(2026, 11, 27, tzinfo=UTC))
        with pytest.raises(MalformedHook, match=error):
            get_vendor("asterisk").parse(hook, profile())

    def test_rubbish_among_events_costs_the_others_nothing(self) -> None:
        events = parsed(
            {"Event": "Unheard", "Linkedid": ""}, {**STARTED, "Uniqueid": CALL, "Exten": ["x"], "at": "soon"}
        )
        assert [event.client_e164 for event in events.events] == ["+79161234567"]
        assert [note.field for note in events.notes] == ["at"]


def test_a_recording_is_waited_for_and_not_fetched() -> None:
    with pytest.raises(NotReady):
        next(get_vendor("asterisk").recording(profile(), link="", reference="a.wav"))


@pytest.mark.parametrize(("pattern", "fits"), [(r"1\d\d", True), ("(", False), ("", True)])
def test_the_form_takes_regular_expressions_only(pattern: str, fits: bool) -> None:
    form = get_vendor("asterisk").settings_form(data={"extensions": pattern})
    assert form.is_valid() is fits


@pytest.mark.parametrize(("status", "body", "right"), [(200, b'{"commands": []}', True), (200, b"ok", False)])
def test_the_simulated_agent_reads_our_answer(status: int, body: bytes, right: bool) -> None:
    pbx = get_vendor("asterisk").simulator()(settings={}, time_zone=profile().time_zone)
    assert (pbx.complaint(None, status, body) == "") is right  # type: ignore[arg-type]
