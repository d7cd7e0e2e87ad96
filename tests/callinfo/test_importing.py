"""A day's list is pulled over HTTP, matched with the calls here, and makes up for what messages did not tell."""

from __future__ import annotations

import json
from typing import Any

import pytest

from telephony.models import Call, CallEvent, Card, Connection, Notice, PbxDay, Recording, Subscription
from telephony.privacy.user_keys import make_hash
from telephony.reconcile.comparing import Standing, compare_day
from tests.callinfo.office import DAY, TOKEN, Office, calls, told
from tests.telephony.factories import ExtensionFactory, make_contact, make_user
from tests.telephony.messages import CLIENT, OUR_NUMBER, at, only_call

pytestmark = pytest.mark.django_db
OTHER = "79990000000"


def everything() -> str:
    """All that is stored of calls, to see that nothing changed."""
    rows: list[Any] = [
        list(Call.objects.order_by("pk").values()),
        list(CallEvent.objects.order_by("pk").values()),
        list(Recording.objects.order_by("pk").values("call", "link", "reference")),
    ]
    return json.dumps(rows, default=str)


class TestWhatNobodyTold:
    def test_a_missed_call_is_created_once_however_often_it_is_pulled(self, office: Office) -> None:
        office.lists(0, to=OUR_NUMBER)
        assert office.pull().created == 1
        before = everything()
        assert (office.pull().created, office.pull().completed) == (0, 0)
        assert everything() == before
        call = only_call()
        assert (call.direction, call.status, call.client_e164) == ("incoming", "no_answer", "+" + CLIENT)
        assert (call.started_at, call.our_number, call.talk_seconds) == (at(0), OUR_NUMBER, 0)
        assert call.ring_seconds is None

    def test_an_answered_one_has_its_id_length_and_recording(self, office: Office) -> None:
        office.lists(0, "ANSWERED", duration=16, call_id="170.001", to="101")
        office.pull()
        assert told(only_call()) == ("170.001", "answered", 16)
        assert Recording.objects.get().reference == "170.001"
        assert only_call().legs.get().extension_number == "101"
        assert TOKEN not in everything()

    def test_it_finds_its_contact_and_the_employee(self, office: Office) -> None:
        contact, user = make_contact("+" + CLIENT), make_user("anna")
        ExtensionFactory.create(connection=office.connection, number="101", user=user)
        office.lists(0, "ANSWERED", duration=16, to="101")
        office.pull()
        assert (only_call().contact_id, only_call().responsible) == (contact.pk, user)

    def test_it_interrupts_nobody_and_is_told_to_other_systems_once(self, office: Office) -> None:
        ExtensionFactory.create(connection=office.connection, number="101", user=make_user("anna"))
        Subscription.objects.create(name="CRM", url="https://crm.example/", topics=["call.ended"])
        office.lists(3590, to="101")
        office.pull()
        office.pull()
        assert Card.objects.count() == 0
        assert list(Notice.objects.values_list("topic", flat=True)) == ["call.ended"]

    def test_a_call_between_colleagues_has_both(self, office: Office) -> None:
        office.lists(0, "ANSWERED", of="101", to="102", duration=7)
        office.pull()
        legs = list(only_call().legs.values_list("role", "extension_number", "status"))
        assert sorted(legs) == [("called", "102", "answered"), ("calling", "101", "answered")]
        assert (only_call().direction, only_call().client_raw) == ("internal", "")

    def test_two_calls_that_look_the_same_are_two(self, office: Office) -> None:
        office.lists(0)
        office.lists(0)
        assert office.pull().created == 2
        assert office.pull().created == 0
        assert Call.objects.count() == 2

    def test_what_is_still_going_on_waits(self, office: Office) -> None:
        row = office.lists(3500, "RINGING")
        assert office.pull().created == 0
        assert office.day().counts[Standing.GOING_ON] == 1
        row["status"] = "BUSY"
        assert office.pull().created == 1

    def test_what_never_became_final_is_taken_as_unknown_after_hours(self, office: Office) -> None:
        office.lists(-4 * 3600, "STRANGE")
        office.pull()
        assert only_call().status == "unknown"

    def test_a_call_from_our_own_number_is_an_outgoing_one(self, office: Office) -> None:
        office.tells(0, "START")
        office.lists(500, "ANSWERED", of=OUR_NUMBER, to=OTHER, duration=9)
        office.pull()
        call = Call.objects.get(client_e164="+" + OTHER)
        assert (call.direction, call.our_number) == ("outgoing", OUR_NUMBER)


class TestWhatMessagesToldInPart:
    def test_a_template_ring_gets_its_outcome_id_and_recording(self, office: Office) -> None:
        ExtensionFactory.create(connection=office.connection, number="", key="K1", user=make_user("anna"))
        office.rings(3)
        office.lists(0, "ANSWERED", duration=16, call_id="170.001")
        assert (office.pull().created, office.pull().completed) == (0, 0)
        call = only_call()
        assert told(call) == ("170.001", "answered", 16)
        assert (call.started_at, call.our_number, call.legs.get().key_hash) == (at(0), OUR_NUMBER, make_hash("K1"))
        assert call.legs.get().status == "answered"
        assert Recording.objects.get().reference == "170.001"

    def test_every_call_of_one_caller_gets_its_own(self, office: Office) -> None:
        for second in (2, 200, 400):
            office.rings(second)
        office.lists(400, "ANSWERED", duration=30, call_id="170.001")
        office.lists(199, "BUSY")
        office.lists(0)
        office.pull()
        assert [(status, talk) for status, talk, _ in calls()] == [("no_answer", 0), ("busy", 0), ("answered", 30)]

    def test_two_calls_that_were_taken_for_one_ring_become_two(self, office: Office) -> None:
        office.rings(1)
        office.rings(41)
        office.lists(0)
        office.lists(40, "ANSWERED", duration=9)
        office.pull()
        assert calls() == [("no_answer", 0, at(0)), ("answered", 9, at(40))]

    @pytest.mark.parametrize(
        ("heard", "listed", "known"),
        [
            ([("START", {})], "ANSWERED", ("answered", 16)),
            ([("ANSWER", {"to": "101"})], "ANSWERED", ("answered", 16)),
            ([("HANGUP", {})], "BUSY", ("busy", 0)),
            ([("END", {})], "CANCEL", ("cancelled", 0)),
        ],
    )
    def test_a_call_whose_messages_got_lost_is_completed_by_its_id(
        self, office: Office, heard: list[tuple[str, dict[str, str]]], listed: str, known: tuple[str, int]
    ) -> None:
        for state, fields in heard:
            office.tells(30, state, **fields)
        office.lists(0, listed, duration=16, call_id="170.001")
        office.pull()
        assert (only_call().status, only_call().talk_seconds) == known

    def test_an_answer_is_never_taken_back(self, office: Office) -> None:
        office.tells(0, "START")
        office.tells(5, "ANSWER", to="101")
        office.tells(25, "HANGUP", callstatus="ANSWER", duration="20")
        office.lists(0, "NOANSWER", callid="170.001")
        before = everything()
        assert (office.pull().completed, everything()) == (0, before)
        (entry,) = compare_day(connection=office.connection, day=DAY)
        assert (entry.standing, entry.can_import) == (Standing.DIFFERENT, False)

    def test_the_messages_own_times_stay(self, office: Office) -> None:
        office.tells(0, "START")
        office.tells(8, "ANSWER", to="101")
        office.tells(30, "HANGUP", callstatus="ANSWER", duration="22")
        times = Call.objects.values("answered_at", "ended_at", "ring_seconds").get()
        office.lists(0, "ANSWERED", duration=22, call_id="170.001")
        assert office.pull().completed == 1
        assert Call.objects.values("answered_at", "ended_at", "ring_seconds").get() == times
        assert Recording.objects.count() == 1

    def test_the_recording_that_a_message_named_is_not_told_twice(self, office: Office) -> None:
        office.tells(30, "HANGUP", callstatus="ANSWER", duration="22", recordUrl="https://records.example/1.mp3")
        office.lists(0, "ANSWERED", duration=90, call_id="170.001")
        office.pull()
        assert [one.link for one in Recording.objects.all()] == ["https://records.example/1.mp3"]

    def test_a_row_that_changed_replaces_what_it_said_before(self, office: Office) -> None:
        row = office.lists(0, "BUSY")
        office.pull()
        row |= {"status": "ANSWERED", "duration": "5", "record_url": f"/record?token={TOKEN}&callid=170.001"}
        assert office.pull().completed == 1
        assert told(only_call()) == ("170.001", "answered", 5)
        assert CallEvent.objects.count() == 1
        row |= {"status": "CANCEL", "duration": "0"}
        office.pull()
        assert told(only_call()) == ("170.001", "cancelled", 0)

    def test_the_outcome_of_a_caller_without_a_number_is_found_by_time(self, office: Office) -> None:
        office.rings(2, number="anonymous")
        office.lists(0, of="anonymous")
        office.pull()
        assert calls() == [("no_answer", 0, at(0))]

    def test_what_is_the_same_already_is_left_alone(self, office: Office) -> None:
        office.tells(0, "START")
        office.tells(20, "HANGUP")
        office.lists(0, "NOANSWER", callid="170.001")
        before = everything()
        office.pull()
        assert everything() == before

    def test_a_call_whose_number_was_erased_stays_as_it_is(self, office: Office) -> None:
        office.tells(0, "START")
        Call.objects.update(flag=Call.Flag.ERASED, client_raw="", client_e164="", client_match="")
        office.lists(0, "ANSWERED", duration=16, call_id="170.001")
        before = everything()
        assert office.pull().created == 0
        assert everything() == before


class TestAcrossMidnight:
    def test_a_call_at_midnight_is_one_call_of_the_day_in_whose_list_it_stands(self, office: Office) -> None:
        midnight = 11 * 3600  # 21:00 UTC is midnight in Moscow.
        office.rings(midnight + 2)
        office.lists(midnight - 3, "BUSY")
        office.pull()
        assert calls() == [("busy", 0, at(midnight - 3))]
        next_day = DAY.replace(day=30)
        assert compare_day(connection=office.connection, day=next_day) == []
        office.pull(next_day)
        assert Call.objects.count() == 1


def test_the_same_calls_at_another_connection_are_not_touched(office: Office, connection: Connection) -> None:
    Call.objects.create(
        connection=connection, external_id="170.001", direction="incoming", status="ringing", started_at=at(0)
    )
    office.lists(0, "BUSY", callid="170.001")
    office.pull()
    assert Call.objects.get(connection=connection).status == "ringing"
    assert PbxDay.objects.get().counts[Standing.BOTH] == 1


def test_people_s_choices_survive_an_import(office: Office) -> None:
    first, second = make_contact("+" + CLIENT, "Anna"), make_contact("+" + CLIENT, "Boris")
    office.rings(2)
    Call.objects.update(contact=second)
    office.lists(0, "BUSY")
    office.pull()
    assert only_call().contact_id == second.pk != first.pk
