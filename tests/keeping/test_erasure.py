"""A person's number erased: nothing in the database leads to the person, and the statistics stay."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from crm.models import Contact, ContactImport, ContactImportRow, Note
from crm.services.contacts import add_contact
from telephony import erasure
from telephony.models import (
    Call,
    CallResult,
    Card,
    Connection,
    ContactChoice,
    Dial,
    Erasure,
    Listening,
    PbxDay,
    PbxRow,
    SavedFilter,
)
from tests.keeping.erased import DIGITS, OTHER, ask, erase, statistics, whole_database
from tests.keeping.world import files_in, play_call, store_recording
from tests.telephony.factories import ConnectionFactory, ExtensionFactory, make_user
from tests.telephony.messages import CLIENT

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Connection:
    connection: Connection = ConnectionFactory.create()
    ExtensionFactory.create(connection=connection, number="101", user=make_user("anna"))
    return connection


class TestEverything:
    """One person who is everywhere."""

    @pytest.fixture
    def call(self, office: Connection) -> Call:
        anna = make_user("boris")
        contact = add_contact(name="Вася Пупкин", phones=["8 (920) 111-96-13"], company="ООО Ромашка")
        Note.objects.create(contact=contact, text="Вася просил перезвонить")
        LogEntry.objects.create(
            user=anna,
            content_type=ContentType.objects.get_for_model(Contact),
            object_id=str(contact.pk),
            object_repr="Вася Пупкин",
            change_message='[{"added": {"name": "phone number", "object": "+79201119613"}}]',
            action_flag=CHANGE,
        )
        call = play_call(office)
        assert call.contact == contact
        recording = store_recording(call)
        Listening.objects.create(recording=recording, call=call, user=anna, username="boris", kind="played")
        CallResult.objects.create(call=call, user=anna, note="Вася, 89201119613")
        Card.objects.get_or_create(call=call, user=anna, defaults={"created_at": timezone.now()})
        Dial.objects.create(
            user=anna, connection=office, phone_raw="8 920 111 96 13", phone_e164="+79201119613", idempotency_key="1"
        )
        ContactChoice.objects.create(number="+79201119613", contact=contact)
        row = {"client_raw": "89201119613", "client_e164": "+79201119613", "started_at": "2024-01-29T10:00:00+00:00"}
        day = PbxDay.objects.create(connection=office, day=datetime(2024, 1, 29, tzinfo=UTC).date())
        PbxRow.objects.create(day=day, key="1", started_at=timezone.now(), client_match=DIGITS, content=row)
        ask(office, f"unknown=1&phone=%2B7{DIGITS}")
        SavedFilter.objects.create(user=anna, name="Вася", query="q=8+%28920%29+111-96-13")
        SavedFilter.objects.create(user=anna, name="Пропущенные", query="outcome=missed")
        file = ContactImport.objects.create(
            user=anna, name="clients.xlsx", columns=["a", "b"], fields=["name", "phone"]
        )
        ContactImportRow.objects.create(imported=file, number=2, values=["Вася Пупкин", "-"], contact=contact)
        ContactImportRow.objects.create(imported=file, number=3, values=["Вася", "8 (920) 111-96-13, -"])
        ContactImportRow.objects.create(imported=file, number=4, values=["Пётр", OTHER])
        return call

    def test_the_number_and_the_name_are_nowhere(self, call: Call, own_storage: Path) -> None:
        before = whole_database()
        assert DIGITS in before
        assert "Пупкин".encode().decode("latin-1") in before
        erase()
        after = [line for line in whole_database().splitlines() if DIGITS in line]
        assert after == []
        assert not [name for name in ("Вася", "Пупкин") if name.encode().decode("latin-1") in whole_database()]
        assert files_in(own_storage) == []
        assert ContactImportRow.objects.get().values == ["Пётр", OTHER]
        assert SavedFilter.objects.get().name == "Пропущенные"

    def test_the_statistics_stay(self, call: Call) -> None:
        before = statistics(call)
        assert (before["status"], before["talk_seconds"], before["responsible"]) == ("answered", 30, "anna")
        erase()
        assert statistics(call) == before
        assert call.flag == Call.Flag.ERASED

    def test_who_listened_stays_known(self, call: Call) -> None:
        erase()
        listening = Listening.objects.get()
        assert (listening.username, listening.recording, listening.call) == ("boris", None, call)

    def test_the_journal_counts_and_proves_it(self, call: Call) -> None:
        entry = erase(user=make_user("chief"))
        assert entry.username == "chief"
        counts = {name: entry.details[name] for name in ("contacts", "calls", "recordings", "deliveries", "finished")}
        assert counts == {"contacts": 1, "calls": 1, "recordings": 1, "deliveries": 5, "finished": True}
        assert list(erasure.was_erased(erasure.target_of("8 920 111-96-13"))) == [entry]
        assert not erasure.was_erased(erasure.target_of(OTHER)).exists()
        assert not Erasure.objects.exists()

    def test_a_changed_secret_key_still_proves_it(self, call: Call, settings: Any) -> None:
        erase()
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another"
        assert erasure.was_erased(erasure.target_of(CLIENT)).exists()

    def test_twice_is_once(self, call: Call) -> None:
        erase()
        before = whole_database()
        entry = erase()
        assert {entry.details[name] for name in ("contacts", "calls", "recordings", "deliveries")} == {0}
        assert statistics(call)
        assert len(before.splitlines()) < len(whole_database().splitlines()) + 50

    def test_the_preview_says_what_would_go_and_changes_nothing(self, call: Call) -> None:
        before = whole_database()
        found = erasure.preview(target=erasure.target_of(CLIENT), whole=True)
        assert (found.calls, found.recordings, found.deliveries, found.orders) == (1, 1, 5, 1)
        assert [card.name for card in found.contacts] == ["Вася Пупкин"]
        assert not found.is_empty
        assert erasure.preview(target=erasure.target_of(CLIENT)).deliveries == 4
        assert erasure.preview(target=erasure.target_of(OTHER), whole=True).is_empty
        assert whole_database() == before
