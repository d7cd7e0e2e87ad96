"""The CRM's answer to telephony's question: whose number is this?"""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from crm.directory import CrmDirectory
from crm.models import Company, Contact
from crm.services import add_contact
from telephony.conf import contact_directory
from telephony.domain.numbers import normalise

pytestmark = pytest.mark.django_db


def names(number: str) -> list[str]:
    return [card.name for card in CrmDirectory().find(normalise(number, "RU"))]


def test_this_project_asks_the_crm() -> None:
    assert isinstance(contact_directory(), CrmDirectory)


def test_a_contact_is_found_by_any_spelling_of_any_of_its_numbers() -> None:
    add_contact(name="Иван Иванов", phones=["8 (923) 529-29-26", "+7 495 123-45-67"])
    for spelling in ("89235292926", "+79235292926", "9235292926", "sip:79235292926@pbx", "8 495 1234567"):
        assert names(spelling) == ["Иван Иванов"]


@pytest.mark.parametrize("number", ["79235292927", "5292926", "", "anonymous", "101"])
def test_another_number_finds_nobody(number: str) -> None:
    add_contact(name="Иван Иванов", phones=["8 (923) 529-29-26"])
    assert names(number) == []


def test_a_number_of_several_contacts_finds_all_the_one_added_first_leading() -> None:
    for name in ("Яков", "Анна", "Борис"):
        add_contact(name=name, phones=["+79235292926", "8 923 529 29 26"])
    assert names("+79235292926") == ["Яков", "Анна", "Борис"]


@pytest.mark.parametrize(("stored", "called"), [("89201119613555", "79201119613555"), ("12345678901", "92345678901")])
def test_what_is_no_valid_number_is_found_by_its_last_ten_digits(stored: str, called: str) -> None:
    add_contact(name="Иван Иванов", phones=[stored])
    assert names(called) == ["Иван Иванов"]


def test_a_valid_number_is_not_taken_for_another_countrys() -> None:
    add_contact(name="Green Bay", phones=["+19202345678"])
    assert names("+79202345678") == []
    assert names("0019202345678") == ["Green Bay"]  # No valid number as it stands, so its digits have to do.


def test_an_exact_match_beats_a_match_of_digits() -> None:
    add_contact(name="Digits", phones=["009235292926"])
    assert names("+79235292926") == ["Digits"]
    add_contact(name="Exact", phones=["+79235292926"])
    assert names("+79235292926") == ["Exact"]


def test_a_card_says_who_it_is_and_where_to_look(admin_client: Client) -> None:
    anna = User.objects.create(username="anna")
    contact = add_contact(name="Иван", phones=["+79235292926"], company="ООО Вектор", responsible=anna)
    (card,) = CrmDirectory().find(normalise("+79235292926", "RU"))
    assert (card.pk, card.name, card.company, card.responsible_id) == (contact.pk, "Иван", "ООО Вектор", anna.pk)
    assert admin_client.get(card.url).status_code == 200
    Company.objects.all().delete()
    assert CrmDirectory().find(normalise("+79235292926", "RU"))[0].company == ""


def test_at_most_twenty_are_found_by_one_query(django_assert_num_queries: Any) -> None:
    for number in range(25):
        add_contact(name=str(number), phones=["+79235292926"], company="ООО Вектор")
    with django_assert_num_queries(1):
        assert len(names("+79235292926")) == 20
    assert Contact.objects.count() == 25
