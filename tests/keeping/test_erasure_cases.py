"""Erasing a number: whose rows stay, which messages are found, and what comes later."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection as database
from django.utils import timezone

from crm.models import Contact, Note
from crm.services.contacts import add_contact
from telephony import erasure, tasks
from telephony.domain.exceptions import HeldRecordings, NumberUnclear
from telephony.erasure import rows, work
from telephony.models import (
    AuditEntry,
    Call,
    Connection,
    Delivery,
    Erasure,
    Recording,
)
from telephony.recordings.keeping import holding
from tests.keeping.erased import DIGITS, OTHER, ask, erase, statistics, whole_database
from tests.keeping.world import files_in, play_call, recorded_call, store_recording
from tests.telephony.factories import ConnectionFactory, ExtensionFactory, make_user
from tests.telephony.messages import CLIENT, deliver, sipuni, wirecrm

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Connection:
    connection: Connection = ConnectionFactory.create()
    ExtensionFactory.create(connection=connection, number="101", user=make_user("anna"))
    return connection


class TestOthers:
    def test_other_numbers_calls_contacts_and_deliveries_stay(self, office: Connection, own_storage: Path) -> None:
        other = add_contact(name="Пётр", phones=[OTHER])
        recorded_call(office, "1.10")
        kept = store_recording(play_call(office, "1.20", src_num=OTHER))
        before = statistics(kept.call)
        deliveries = Delivery.objects.filter(events__call=kept.call).count()
        erase()
        assert statistics(kept.call) == before
        assert kept.call.client_e164 == f"+{OTHER}"
        assert Recording.objects.get() == kept
        assert len(files_in(own_storage)) == 2
        assert Delivery.objects.count() == deliveries == 4
        assert Contact.objects.get() == other

    def test_a_contact_with_another_number_loses_only_this_one(self, office: Connection) -> None:
        contact = add_contact(name="Пётр", phones=[CLIENT, OTHER])
        Note.objects.create(contact=contact, text="o")
        entry = erase()
        assert entry.details["contacts"] == 1
        assert [row.e164 for row in contact.phones.all()] == [f"+{OTHER}"]
        assert contact.notes.count() == 1

    def test_what_was_noted_about_a_call_of_nobody_goes(self, office: Connection) -> None:
        call = play_call(office)
        Note.objects.create(call=call, text="Вася")
        mine = Note.objects.create(call=call, contact=add_contact(name="Пётр", phones=[OTHER]), text="o")
        erase()
        assert Note.objects.get() == mine

    def test_a_valid_number_with_the_same_last_digits_is_another_persons(self, office: Connection) -> None:
        foreign = play_call(office, "1.30", src_num=f"+49{DIGITS}")
        assert foreign.client_e164 == f"+49{DIGITS}"
        assert erase().details["calls"] == 0
        foreign.refresh_from_db()
        assert foreign.client_e164 == f"+49{DIGITS}"

    def test_a_number_that_only_takes_part_in_anothers_call_is_taken_out(self, office: Connection) -> None:
        deliver(office, sipuni(1, 0, src_num=OTHER))
        deliver(office, sipuni(1, 5, src_num=OTHER, dst_num=CLIENT, short_dst_num=CLIENT, dst_type="2"))
        deliver(office, sipuni(1, 6))
        call = Call.objects.get()
        assert CLIENT in [leg.extension_number for leg in call.legs.all()]
        before = {**statistics(call), "legs": None}
        erase()
        assert DIGITS not in whole_database()
        assert {**statistics(call), "legs": None} == before
        assert call.client_e164 == f"+{OTHER}"
        assert "erased" in [leg.extension_number for leg in call.legs.all()]


class TestDeliveries:
    @pytest.mark.parametrize(
        "body",
        [
            f"phone=7{DIGITS}",
            f"phone=8{DIGITS}",
            f"phone={DIGITS}&x=1",
            f"phone=%2B7{DIGITS}",
            f"phone=+7{DIGITS}",
            "phone=8+%28920%29+111-96-13",
            '{"from": "+7 (920) 111-96-13"}',
            rf'{{"from": "\u002b7{DIGITS}"}}',
            f"<number>8{DIGITS}</number>",
            f'Content-Disposition: form-data; name="caller_id"\r\n\r\n7{DIGITS}\r\n--X--',
            f"link=https%3A%2F%2Frecords.example%2F2024-01-29_7{DIGITS}.mp3",
            f"link=https%3A%2F%2Fr.example%2F%3Fnumber%3D%252B7{DIGITS}",
            f"sip:7{DIGITS}@pbx.example",
            f"00{CLIENT}",
        ],
    )
    def test_are_found_in_any_notation(self, office: Connection, body: str) -> None:
        ask(office, body)
        ask(office, "", query=body)
        assert erase().details["deliveries"] == 2
        assert not Delivery.objects.exists()

    @pytest.mark.parametrize(
        "body",
        [
            f"phone=7{OTHER}",
            f"phone=7{DIGITS}0",
            f"phone=%2B49{DIGITS}",
            f"id=1234567{DIGITS}",
            "a=9201119&b=613",
            f"phone={DIGITS[:-1]}",
        ],
    )
    def test_others_are_left(self, office: Connection, body: str) -> None:
        ask(office, body)
        assert erase().details["deliveries"] == 0

    def test_what_waits_for_a_worker_is_left(self, office: Connection) -> None:
        waiting = ask(office, f"phone={CLIENT}")
        Delivery.objects.filter(pk=waiting.pk).update(state=Delivery.State.RECEIVED)
        erase()
        assert Delivery.objects.exists()

    def test_a_short_number_is_found_only_by_itself(self, office: Connection) -> None:
        kept = ask(office, "phone=74952345678&id=1.2345678")
        ask(office, "phone=2345678")
        kept_too = ask(office, "phone=234567890")
        erase("234-56-78")
        assert set(Delivery.objects.all()) <= {kept, kept_too}


class TestWhichNumber:
    @pytest.mark.parametrize("spelling", ["+79201119613", "8 (920) 111-96-13", "9201119613", "sip:79201119613@x"])
    def test_any_form_is_the_same_number(self, office: Connection, spelling: str) -> None:
        assert erasure.target_of(spelling).e164 == "+79201119613"

    @pytest.mark.parametrize("nonsense", ["", "101", "abc", "анна", "anonymous", "{NUMBER}", "12-34"])
    def test_what_is_no_clients_number_is_refused(self, nonsense: str) -> None:
        with pytest.raises(NumberUnclear, match="country's code"):
            erasure.target_of(nonsense)

    def test_what_may_be_two_numbers_is_refused(self, office: Connection) -> None:
        ConnectionFactory.create(phone_region="BY")
        assert erasure.target_of("+375291234567").e164 == "+375291234567"
        with pytest.raises(NumberUnclear, match=r"\+375\d+ or \+7"):
            erasure.target_of("80291234567")

    def test_an_unreadable_number_is_matched_by_its_last_digits(self, office: Connection) -> None:
        call = play_call(office, src_num="0000000000")
        Call.objects.filter(pk=call.pk).update(client_match="1234567890", client_e164="", client_raw="001234567890")
        erase("001234567890")
        call.refresh_from_db()
        assert (call.client_match, call.flag) == ("", Call.Flag.ERASED)


class TestHeld:
    def test_a_held_recording_blocks_it(self, office: Connection) -> None:
        recording = recorded_call(office)
        holding.hold(recording=recording, user=make_user("boris"))
        with pytest.raises(HeldRecordings, match=f"#{recording.pk}"):
            erase()
        assert erasure.preview(target=erasure.target_of(CLIENT)).held == (recording.pk,)
        assert Recording.objects.exists()
        assert not AuditEntry.objects.filter(action="number_erased").exists()

    def test_confirmed_it_goes_too(self, office: Connection, own_storage: Path) -> None:
        holding.hold(recording=recorded_call(office), user=make_user("boris"))
        assert erase(held_too=True).details["recordings"] == 1
        assert files_in(own_storage) == []


class TestAfterwards:
    def test_a_late_message_of_the_number_is_a_new_fact(self, office: Connection) -> None:
        play_call(office)
        erase()
        deliver(office, sipuni(1, 0, "2.20"))
        assert Call.objects.exclude(flag=Call.Flag.ERASED).get().client_e164 == f"+{CLIENT}"

    def test_an_anonymous_id_with_the_number_in_it_goes_as_well(self) -> None:
        wire: Connection = ConnectionFactory.create(vendor="wirecrm", settings={})
        deliver(wire, wirecrm("NOTIFY_START", call_id=f"in_{CLIENT}_1"))
        erase()
        call = Call.objects.get()
        assert call.external_id == f"erased-{call.pk}"
        assert DIGITS not in whole_database()

    def test_a_worker_finishes_what_somebody_began(self, office: Connection) -> None:
        play_call(office)
        ask(office, f"phone={CLIENT}")
        begun = erasure.begin(target=erasure.target_of(CLIENT), user=None, held_too=False)
        tasks.erase_numbers()  # Its beginner is still at it.
        assert Erasure.objects.exists()
        erasure.work_on_calls(erasure=begun)
        assert Delivery.objects.count() == 1
        assert AuditEntry.objects.get().details["finished"] is False
        tasks.erase_numbers()
        assert not Delivery.objects.exists()
        details = AuditEntry.objects.get().details
        assert (details["calls"], details["deliveries"], details["finished"]) == (1, 5, True)

    def test_what_another_worker_did_in_the_meantime_is_left_alone(self, office: Connection) -> None:
        call = play_call(office)
        target = erasure.target_of(CLIENT)
        erase()
        assert rows.erase_call(pk=call.pk, target=target).total() == 0

    def test_a_failure_is_tried_again_later(self, office: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
        play_call(office)
        erasure.begin(target=erasure.target_of(CLIENT), user=None, held_too=False)
        later = timezone.now() + work.QUEUE.lease

        def fail(**_: Any) -> None:
            raise OSError

        with monkeypatch.context() as broken:
            broken.setattr(work.rows, "erase_call", fail)
            assert erasure.erase_due(now=later) == 0
        assert Erasure.objects.exists()
        assert erasure.erase_due(now=later) == 0
        assert Erasure.objects.exists()
        assert erasure.erase_due(now=later + work.PAUSE) == 1
        assert DIGITS not in whole_database()

    def test_the_number_stands_encrypted_meanwhile(self, office: Connection) -> None:
        erasure.begin(target=erasure.target_of(CLIENT), user=None, held_too=False)
        with database.cursor() as cursor:
            cursor.execute("SELECT * FROM telephony_erasure")
            assert DIGITS not in repr(cursor.fetchall())
        assert DIGITS not in json.dumps(AuditEntry.objects.get().details)
        assert str(Erasure.objects.get()) == f"#{Erasure.objects.get().pk}"
