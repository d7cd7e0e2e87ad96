"""The demo's rows: made once, kept after, and nobody else's touched."""

from __future__ import annotations

import random

import pytest
from django.contrib.auth.models import User

from config.demo import company, names
from config.demo.company import NotADemoError, client_numbers, make_company
from crm.models import Contact, ContactPhone
from telephony.directory import get_directory
from telephony.models import Connection, Extension
from telephony.phone import normalise

pytestmark = pytest.mark.django_db


def counts() -> list[int]:
    return [model._default_manager.count() for model in (User, Connection, Extension, Contact, ContactPhone)]


def test_it_is_made_whole() -> None:
    make_company(password="first")
    assert {connection.vendor for connection in Connection.objects.all()} == {"sipuni", "mobilon", "wirecrm", "xvb"}
    assert Contact.objects.count() >= 300
    assert {extension.number for extension in Extension.objects.all()} == {"101", "102", "103", "104"}
    assert Extension.objects.count() == 16
    assert all(extension.key for extension in Extension.objects.filter(connection__vendor="mobilon"))
    owner = User.objects.get(username=company.OWNER)
    assert (owner.is_superuser, owner.check_password("first")) == (True, True)
    assert not any(user.has_usable_password() for user in User.objects.exclude(pk=owner.pk))


def test_made_again_only_the_owners_password_changes() -> None:
    make_company(password="first")
    before = counts()
    addresses = {connection.hook_path for connection in Connection.objects.all()}
    make_company(password="second")
    assert counts() == before
    assert {connection.hook_path for connection in Connection.objects.all()} == addresses
    assert User.objects.get(username=company.OWNER).check_password("second")


@pytest.mark.parametrize("username", [company.OWNER, "petrov"])
def test_a_user_who_is_not_the_demos_is_not_touched(username: str) -> None:
    theirs = User.objects.create_user(username, password="theirs", email="petrov@example.ru")
    with pytest.raises(NotADemoError, match=username):
        make_company(password="demo")
    theirs.refresh_from_db()
    assert theirs.check_password("theirs")
    assert counts() == [1, 0, 0, 0, 0]


def test_one_number_belongs_to_two_contacts() -> None:
    make_company(password="x")
    found = [len(get_directory().find(normalise(row.raw, "RU"))) for row in ContactPhone.objects.all()]
    assert set(found) == {1, 2}


def test_numbers_to_call_from_are_contacts_numbers() -> None:
    make_company(password="x")
    numbers = client_numbers(20)
    assert len(set(numbers)) == 20
    assert all(number.startswith("+7") for number in numbers)


def test_names_and_numbers_are_russian_and_valid() -> None:
    source = random.Random(1)
    for make in (names.person, names.company):
        assert all(all(ord(sign) > 127 or sign == " " for sign in make(source)) for _ in range(200))
    for make in (names.mobile, names.landline):
        numbers = [make(source) for _ in range(200)]
        assert [normalise(number, "RU").e164 for number in numbers] == numbers
