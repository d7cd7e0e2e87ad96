"""The demo's rows: made once, kept after, and nobody else's touched."""

from __future__ import annotations

import random

import pytest
from django.contrib.auth.models import User
from django.db.models import F
from django.utils import timezone

from config.demo import company, names
from config.demo.company import NotADemoError, client_numbers, make_company
from crm.models import Contact, ContactPhone, Note, Task
from telephony.conf import contact_directory
from telephony.domain.numbers import normalise
from telephony.models import Connection, Extension, Team

pytestmark = pytest.mark.django_db
API = "http://127.0.0.1:8001"


def counts() -> list[int]:
    return [model._default_manager.count() for model in (User, Connection, Extension, Contact, ContactPhone)]


def test_it_is_made_whole() -> None:
    make_company(password="first", api_url=API)
    assert {connection.vendor for connection in Connection.objects.all()} == set(company.CONNECTIONS)
    fetched = {connection.vendor for connection in Connection.objects.filter(fetch_recordings=True)}
    assert fetched == set(company.API_ADDRESSES) == set(company.CONNECTIONS) - {"asterisk"}
    assert Contact.objects.count() >= 300
    assert Contact.objects.filter(tags__isnull=False, notes__isnull=False).exists()
    due = Task.objects.filter(assignee__username=company.OWNER).values_list("due_at", flat=True)
    assert (any(moment < timezone.now() for moment in due), any(moment > timezone.now() for moment in due)) == (
        True,
        True,
    )
    assert {extension.number for extension in Extension.objects.all()} == {"100", "101", "102", "103", "104"}
    assert Extension.objects.count() == 35
    assert all(extension.key for extension in Extension.objects.filter(connection__vendor="mobilon"))
    owner = User.objects.get(username=company.OWNER)
    assert (owner.is_superuser, owner.check_password("first")) == (True, True)
    others = User.objects.exclude(pk=owner.pk)
    assert {str(group) for user in others for group in user.groups.all()} == {"Administrator", "Supervisor", "Operator"}
    assert all(user.check_password("first") and not user.is_superuser for user in others)
    assert {member.username for member in Team.objects.get(name="Склад").members.all()} == {"volkov"}
    assert_one_number_belongs_to_two_contacts()
    assert not Note.objects.filter(created_at__lt=F("contact__created_at")).exists()
    assert_numbers_to_call_from_are_contacts_numbers()


def test_made_again_only_the_password_changes_and_where_the_simulator_serves_the_pbxs_apis() -> None:
    make_company(password="first", api_url=API)
    before = counts()
    addresses = {connection.hook_path for connection in Connection.objects.all()}
    assert_apis_are_at(API)
    make_company(password="second", api_url="http://127.0.0.1:9001")
    assert counts() == before
    assert {connection.hook_path for connection in Connection.objects.all()} == addresses
    assert User.objects.get(username=company.OWNER).check_password("second")
    assert_apis_are_at("http://127.0.0.1:9001")
    assert {tuple(row.internal_networks) for row in Connection.objects.all()} == {("127.0.0.0/8",)}
    assert Connection.objects.get(vendor="mobilon").settings["token"] == "demo-token"


def assert_apis_are_at(api: str) -> None:
    having = Connection.objects.filter(vendor__in=company.API_ADDRESSES)
    addresses = {row.vendor: row.settings[company.API_ADDRESSES[row.vendor][0]] for row in having}
    assert addresses == {
        "sipuni": f"{api}/sipuni/api/callback/call_number",
        "mobilon": f"{api}/mobilon/api/call/",
        "wirecrm": f"{api}/wirecrm/dial",
        "xvb": f"{api}/xvb/cloud",
        "zadarma": f"{api}/zadarma",
        "mango": f"{api}/mango",
    }


@pytest.mark.parametrize("username", [company.OWNER, "petrov"])
def test_a_user_who_is_not_the_demos_is_not_touched(username: str) -> None:
    theirs = User.objects.create_user(username, password="theirs", email="petrov@example.ru")
    with pytest.raises(NotADemoError, match=username):
        make_company(password="demo", api_url=API)
    theirs.refresh_from_db()
    assert theirs.check_password("theirs")
    assert counts() == [1, 0, 0, 0, 0]


def assert_one_number_belongs_to_two_contacts() -> None:
    found = [len(contact_directory().find(normalise(row.raw, "RU"))) for row in ContactPhone.objects.all()]
    assert set(found) == {1, 2}


def assert_numbers_to_call_from_are_contacts_numbers() -> None:
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
