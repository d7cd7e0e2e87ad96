"""Erasing knows those who were deleted before, and finds the number in what belongs to others."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.test import Client

from crm.models import Contact, Note
from crm.services.contacts import add_contact
from telephony.models import Call, Connection, Dial, Notice, Subscription
from tests.keeping.erased import DIGITS, OTHER, ask, erase
from tests.telephony.factories import ConnectionFactory, make_user
from tests.telephony.messages import CLIENT, deliver, sipuni

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Connection:
    connection: Connection = ConnectionFactory.create()
    return connection


class TestWhoeverWasDeletedBefore:
    """A contact that an administrator deleted: its row is gone, and the admin's journal still has name and number."""

    @pytest.fixture
    def journal(self) -> None:
        contact = add_contact(name="Вася Пупкин", phones=[CLIENT])
        added = f'[{{"added": {{"name": "phone number", "object": "+{CLIENT}"}}}}]'
        log(contact, CHANGE, added)
        log(contact, DELETION, "")
        contact.delete()

    def test_name_and_number_go(self, office: Connection, journal: None) -> None:
        assert ("Вася" in journalled(), DIGITS in journalled()) == (True, True)
        erase()
        assert ("Вася" in journalled(), DIGITS in journalled()) == (False, False)
        assert [entry.action_flag for entry in LogEntry.objects.order_by("pk")] == [CHANGE, DELETION]

    def test_so_does_what_was_written_about_them(self, office: Connection, journal: None) -> None:
        LogEntry.objects.all().delete()
        note = Note.objects.create(text="Вася просил перезвонить")
        log(note, CHANGE, "")
        note.delete()
        erase()
        assert "Вася" not in journalled()

    def test_those_who_are_there_keep_their_names(self, office: Connection, journal: None) -> None:
        petr = add_contact(name="Пётр", phones=[OTHER])
        log(petr, CHANGE, "words")
        erase()
        entry = LogEntry.objects.get(object_id=str(petr.pk))
        assert (entry.object_repr, entry.change_message) == ("Пётр", "words")

    def test_a_number_that_a_contact_had_once_goes_from_its_journal(self, office: Connection) -> None:
        petr = add_contact(name="Пётр", phones=[OTHER])
        log(petr, CHANGE, '[{"deleted": {"name": "phone number", "object": "8 (920) 111-96-13"}}]')
        erase()
        assert "111-96-13" not in journalled()

    def test_by_the_admins_own_pages(self, office: Connection, admin_client: Client) -> None:
        contact = add_contact(name="Вася Пупкин", phones=[CLIENT])
        gone = admin_client.post(f"/admin/crm/contact/{contact.pk}/delete/", {"post": "yes"})
        assert (gone.status_code, Contact.objects.count()) == (302, 0)
        assert "Вася" in journalled()
        erase()
        assert "Вася" not in journalled()


def log(row: Any, flag: int, message: str) -> None:
    user = User.objects.first() or make_user("chief")
    kind = ContentType.objects.get_for_model(row)
    LogEntry.objects.create(
        user=user, content_type=kind, object_id=row.pk, object_repr=str(row), action_flag=flag, change_message=message
    )


def journalled() -> str:
    return "\n".join(f"{entry.object_repr} {entry.change_message}" for entry in LogEntry.objects.all())


class TestOthers:
    def test_nobody_is_told_the_number_as_what_another_call_was(self, office: Connection) -> None:
        Subscription.objects.create(name="Warehouse", url="http://127.0.0.1:1/")
        deliver(office, sipuni(1, 0, "7.70", src_num=OTHER, dst_num=CLIENT))
        deliver(office, sipuni(2, 9, "7.70", src_num=OTHER, dst_num=CLIENT, status="NOANSWER"))
        call = Call.objects.get()
        assert DIGITS in call.our_number
        erase()
        call.refresh_from_db()
        assert call.our_number == ""
        assert not [notice for notice in Notice.objects.all() if DIGITS in str(notice.payload)]

    @pytest.mark.parametrize("blank", ["\u00a0", "\u202f", "\u2011", "\u2013"])
    def test_a_number_with_blanks_of_another_kind_is_found(self, office: Connection, blank: str) -> None:
        ask(office, f"phone=8{blank}920{blank}111{blank}96{blank}13")
        assert erase().details["deliveries"] == 1

    def test_a_programs_own_word_for_an_order_goes_if_it_names_the_number(self, office: Connection) -> None:
        user = make_user("anna")
        named = Dial.objects.create(
            user=user, connection=office, phone_raw=CLIENT, idempotency_key=f"call-{CLIENT}", external_id=f"in_{CLIENT}"
        )
        plain = Dial.objects.create(user=user, connection=office, phone_raw=CLIENT, idempotency_key="order-0001")
        erase()
        named.refresh_from_db()
        plain.refresh_from_db()
        assert (named.idempotency_key, named.external_id, named.phone_raw) == (f"erased-{named.pk}", "", "")
        assert (plain.idempotency_key, plain.phone_raw) == ("order-0001", "")
