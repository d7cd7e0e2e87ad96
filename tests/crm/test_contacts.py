"""Contacts and companies: saved, searched, and made from the command line."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from crm.models import Company, Contact, ContactPhone
from crm.services import add_contact
from telephony.models import Call
from tests.telephony.factories import ConnectionFactory
from tests.telephony.messages import CLIENT, deliver, sipuni

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("contact", *arguments, stdout=out)
    return out.getvalue().strip()


def found(text: str) -> list[str]:
    return list(Contact.objects.filter(search_text__contains=text.lower()).values_list("name", flat=True))


def test_numbers_are_indexed_in_e164_and_by_their_last_digits() -> None:
    contact = add_contact(name=" Иван ", phones=["8 (923) 529-29-26 ", "12345", "009235292926"])
    assert contact.name == "Иван"
    assert list(contact.phones.values_list("raw", "e164", "last10")) == [
        ("8 (923) 529-29-26", "+79235292926", "9235292926"),
        ("12345", "", ""),
        ("009235292926", "", "9235292926"),
    ]
    assert [str(phone) for phone in contact.phones.all()] == ["+79235292926", "12345", "009235292926"]


def test_a_company_is_made_once() -> None:
    for name in ("Иван", "Пётр"):
        add_contact(name=name, phones=["1"], company=" ООО Вектор ")
    assert str(Company.objects.get()) == "ООО Вектор"
    assert add_contact(name="Анна", phones=[], company=" ").company is None


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " ", "phones": ["1"]}, "name"),
        ({"name": "x" * 201, "phones": ["1"]}, "name"),
        ({"name": "Иван", "phones": ["+79235292926", "no digits"]}, "phones"),
        ({"name": "Иван", "phones": ["1" * 101]}, "phones"),
        ({"name": "Иван", "phones": [], "company": "x" * 201}, "company"),
    ],
)
def test_what_is_wrong_is_said_with_its_field_and_nothing_is_saved(values: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as error:
        add_contact(**{"company": "ООО Вектор", **values})
    assert field in error.value.message_dict
    assert not Contact.objects.exists()
    assert not Company.objects.exists()


def test_contacts_are_found_in_any_case_and_by_their_company() -> None:
    contact = add_contact(name="Иван Ёлкин", phones=["1"], company="ООО Вектор")
    assert found("ёЛКИН") == found("вектор") == ["Иван Ёлкин"]
    company = Company.objects.get()
    company.name = "АО Меридиан"
    company.save()
    assert found("меридиан") == ["Иван Ёлкин"]
    assert found("вектор") == []
    contact.refresh_from_db()
    contact.name = "Пётр"
    contact.save()
    assert (found("пётр"), found("ёлкин")) == (["Пётр"], [])


@pytest.mark.django_db(transaction=True)
def test_a_contact_saved_later_is_linked_to_its_earlier_calls() -> None:
    deliver(ConnectionFactory.create(), sipuni(1, 0))
    contact = add_contact(name="Иван", phones=["8 920 111-96-13"])
    assert Call.objects.get().contact == contact


@pytest.mark.django_db(transaction=True)
def test_a_number_corrected_later_is_linked_too() -> None:
    deliver(ConnectionFactory.create(), sipuni(1, 0))
    contact = add_contact(name="Иван", phones=["8 920 111-96-00"])
    assert Call.objects.get().contact is None
    phone = contact.phones.get()
    phone.raw = CLIENT
    phone.save()
    assert Call.objects.get().contact == contact


@pytest.mark.django_db(transaction=True)
def test_a_fixture_being_loaded_links_nothing(tmp_path: Path) -> None:
    """`loaddata` restores rows as they were, calls with their contacts included."""
    add_contact(name="Иван", phones=["+" + CLIENT], company="ООО Вектор")
    call_command("dumpdata", "crm", output=str(tmp_path / "crm.json"), verbosity=0)
    Contact.objects.all().delete()
    deliver(ConnectionFactory.create(), sipuni(1, 0))
    call_command("loaddata", str(tmp_path / "crm.json"), verbosity=0)
    assert ContactPhone.objects.get().e164 == "+" + CLIENT
    assert Call.objects.get().contact is None


def test_a_contacts_calls_stay_without_it() -> None:
    add_contact(name="Иван", phones=["+" + CLIENT])
    deliver(ConnectionFactory.create(), sipuni(1, 0))
    assert str(Call.objects.get().contact) == "Иван"
    Contact.objects.all().delete()
    assert Call.objects.get().contact is None


def test_contact_add() -> None:
    anna = User.objects.create(username="anna")
    options = ["--company", "ООО Вектор", "--responsible", "anna"]
    shown = json.loads(run("add", "--name", "Иван", "--phone", "89235292926", "--phone", "12345", *options, "--json"))
    contact = Contact.objects.get()
    assert shown == {"id": contact.pk, "name": "Иван"}
    assert (str(contact.company), contact.responsible, contact.phones.count()) == ("ООО Вектор", anna, 2)
    assert run("add", "--name", "Пётр", "--phone", "1").endswith("  Пётр")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--name", " ", "--phone", "1"], "name: This field cannot be blank."),
        (["--name", "Иван", "--phone", "none"], "phones: There is no digit in this number."),
        (["--name", "Иван", "--phone", "1", "--responsible", "nobody"], "responsible: there is no user 'nobody'."),
        (["--name", "Иван"], "the following arguments are required: --phone"),
    ],
)
def test_contact_mistakes_are_named(arguments: list[str], error: str) -> None:
    with pytest.raises(CommandError) as raised:
        run("add", *arguments)
    assert error in str(raised.value)
    assert not Contact.objects.exists()
