"""What telephony asks a CRM: who calls, and whom the calls of a saved number belong to."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest

from telephony.calls import locks
from telephony.calls.contacts import link_earlier_calls
from telephony.conf import contact_directory
from telephony.domain.directory import ContactCard, EmptyDirectory
from telephony.domain.events import Phone
from telephony.domain.exceptions import CallBusy
from telephony.domain.numbers import normalise
from telephony.models import Call, Connection
from tests.telephony.factories import ConnectionFactory, ExtensionFactory, make_contact, make_user
from tests.telephony.messages import CLIENT, deliver, form, send, sipuni, wirecrm

pytestmark = pytest.mark.django_db


def link(number: str) -> int:
    return link_earlier_calls(number=normalise(number, "RU"))


def test_earlier_calls_of_a_number_are_given_to_its_contact(connection: Connection) -> None:
    for call_id, spelling in (("1", CLIENT), ("2", "8 920 111-96-13"), ("3", "sip:9201119613@pbx")):
        deliver(connection, sipuni(1, 0, call_id=call_id, src_num=spelling))
    deliver(connection, sipuni(1, 0, call_id="4", src_num="79990000000"))
    deliver(connection, sipuni(1, 0, call_id="5", src_num="anonymous"))
    contact = make_contact("+" + CLIENT)
    assert link("+7 920 111-96-13") == 3
    assert set(Call.objects.filter(contact=contact).values_list("external_id", flat=True)) == {"1", "2", "3"}
    assert link("+7 920 111-96-13") == 0


def test_a_number_of_several_contacts_is_given_to_none(connection: Connection) -> None:
    deliver(connection, sipuni(1, 0))
    make_contact("+" + CLIENT)
    make_contact("+" + CLIENT, "Пётр Петров")
    assert link(CLIENT) == 0
    assert Call.objects.get().contact is None


def test_a_call_that_has_a_contact_keeps_it(connection: Connection) -> None:
    chosen = make_contact("+79990000000")
    deliver(connection, sipuni(1, 0))
    Call.objects.update(contact=chosen)
    make_contact("+" + CLIENT)
    assert link(CLIENT) == 0
    assert Call.objects.get().contact == chosen


def test_another_countrys_number_with_the_same_last_digits_is_another_number(connection: Connection) -> None:
    deliver(connection, sipuni(1, 0, src_num="+19202345678"))
    assert Call.objects.get().client_e164 == "+19202345678"
    make_contact("+79202345678")
    assert link_earlier_calls(number=Phone(raw="+79202345678", e164="+79202345678")) == 0
    assert Call.objects.get().contact is None


def test_a_number_that_is_no_valid_one_is_matched_by_its_digits(connection: Connection) -> None:
    deliver(connection, sipuni(1, 0, src_num="0012"))
    contact = make_contact("0012")
    found = [ContactCard(pk=contact.pk, name=contact.name)]
    with patch.object(type(contact_directory()), "find", lambda self, phone: found):
        assert link("00 12") == 1


def test_nobodys_number_links_nothing(connection: Connection) -> None:
    deliver(connection, sipuni(1, 0, src_num="anonymous"))
    assert link_earlier_calls(number=Phone(raw="")) == 0


def test_the_empty_directory_knows_nobody() -> None:
    assert EmptyDirectory().find(Phone(raw=CLIENT, e164="+" + CLIENT)) == []


class TestAnswers:
    """What a PBX is told when it asks who is calling."""

    @pytest.fixture
    def responsible(self) -> Any:
        return make_user("anna")

    def ask(self, vendor: str, settings: dict[str, str] | None = None, *, extension_of: Any = None) -> dict[str, str]:
        connection = ConnectionFactory.create(vendor=vendor, settings=settings or {})
        for number in ("102", "101", ""):
            if extension_of:
                ExtensionFactory.create(connection=connection, number=number, key=f"K{number}", user=extension_of)
        question = wirecrm("NOTIFY_START") if vendor == "wirecrm" else form(cmd="contact", phone=CLIENT)
        answer: dict[str, str] = send(connection, question).json()
        return answer

    def test_nothing_about_an_unknown_number(self) -> None:
        assert self.ask("wirecrm") == self.ask("xvb") == {}

    def test_the_callers_name(self) -> None:
        make_contact("+" + CLIENT, "Иван Иванов")
        assert self.ask("wirecrm") == {"caller_name": "Иван Иванов"}
        assert self.ask("xvb") == {"contact_name": "Иван Иванов"}

    def test_the_first_extension_of_the_responsible(self, responsible: Any) -> None:
        make_contact("+" + CLIENT, "Иван Иванов", responsible=responsible)
        redirect = {"answer_start": "redirect"}
        assert self.ask("wirecrm", redirect, extension_of=responsible) == {"redirect": "101"}
        assert self.ask("wirecrm", redirect) == {"caller_name": "Иван Иванов"}
        assert self.ask("xvb", extension_of=responsible) == {"contact_name": "Иван Иванов", "responsible": "101"}

    def test_of_several_contacts_nobody_is_preferred_silently(self, responsible: Any) -> None:
        make_contact("+" + CLIENT, "Иван Иванов", responsible=responsible)
        make_contact("+" + CLIENT, "Пётр Петров", responsible=make_user("boris"))
        assert self.ask("xvb", extension_of=responsible) == {"contact_name": "Иван Иванов +1"}

    def test_several_contacts_of_one_responsible(self, responsible: Any) -> None:
        for name in ("Иван Иванов", "Пётр Петров"):
            make_contact("+" + CLIENT, name, responsible=responsible)
        assert self.ask("xvb", extension_of=responsible)["responsible"] == "101"

    def test_a_call_that_others_are_at_work_on_has_its_answer_all_the_same(
        self, responsible: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def take(**_: object) -> None:
            raise CallBusy("Another process worked on the same call for too long.")

        monkeypatch.setattr(locks, "taking", take)
        make_contact("+" + CLIENT, "Иван Иванов", responsible=responsible)
        assert self.ask("wirecrm", {"answer_start": "redirect"}, extension_of=responsible) == {"redirect": "101"}
        assert not Call.objects.exists()

    def test_nobody_is_looked_up_twice_for_one_message(self, responsible: Any) -> None:
        asked = []

        class Directory:
            def find(self, phone: Phone) -> list[ContactCard]:
                asked.append(phone.e164)
                return [ContactCard(pk=made.pk, name="Анна Ли", responsible_id=responsible.pk)]

        made = make_contact("+74951234567", "Анна Ли")
        with patch("telephony.calls.contacts.contact_directory", Directory):
            assert self.ask("wirecrm") == {"caller_name": "Анна Ли"}
        assert (asked, Call.objects.get().contact_id) == (["+" + CLIENT], made.pk)

    def test_a_question_without_a_number(self) -> None:
        connection = ConnectionFactory.create(vendor="xvb")
        assert send(connection, form(cmd="contact", phone="")).json() == {}
