"""Extensions, users, contacts, companies."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from crm.models import Company, Contact
from telephony.models import Call, Extension
from tests.admin.pages import page_of
from tests.admin.world import connect, make_user, play_sipuni, the_contact

pytestmark = pytest.mark.django_db


def _names(client: Client, address: str) -> list[str]:
    return [str(row) for row in client.get(address).context["cl"].result_list]


def test_a_new_extension_takes_over_its_earlier_calls(owner: Client) -> None:
    sipuni, user = connect("sipuni"), make_user("orlova", "Анна", "Орлова")
    play_sipuni(sipuni, "1.2")
    add = reverse("admin:telephony_extension_add")
    fields = {"connection": sipuni.pk, "user": user.pk, "number": "101", "key": ""}
    assert owner.post(add, fields).status_code == 302
    assert Call.objects.get().responsible == user
    again = owner.post(add, fields)
    assert "already on this connection" in again.text
    neither = owner.post(add, {**fields, "number": ""})
    assert "Give the internal number, the key, or both." in neither.text
    assert Extension.objects.count() == 1


def test_extensions_are_searched_and_filtered(owner: Client) -> None:
    sipuni, other, user = connect("sipuni"), connect("xvb"), make_user("orlova", "Анна", "Орлова")
    Extension.objects.create(connection=sipuni, user=user, number="101")
    Extension.objects.create(connection=other, user=user, number="102", key="k")
    address = reverse("admin:telephony_extension_changelist")
    assert len(_names(owner, f"{address}?q=101")) == 1
    assert len(_names(owner, f"{address}?q=Орлова")) == 2
    assert len(_names(owner, f"{address}?connection__id__exact={other.pk}")) == 1


def _phone_form(user: User, **phone: str) -> dict[str, str]:
    page = {"username": user.username, "is_active": "on", "first_name": "", "last_name": "", "email": ""}
    joined = {"date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
    formset = {"extensions-TOTAL_FORMS": "1", "extensions-INITIAL_FORMS": "0"}
    row = {**phone, "user": str(user.pk)}
    return {**page, **joined, **formset, **{f"extensions-0-{name}": value for name, value in row.items()}}


def test_phones_are_given_on_the_page_of_a_user(owner: Client) -> None:
    sipuni, user = connect("sipuni"), make_user("orlova", "Анна", "Орлова")
    play_sipuni(sipuni, "1.2")
    form = _phone_form(user, connection=str(sipuni.pk), number="101", key="", id="")
    assert owner.post(page_of(user), form).status_code == 302
    extension = Extension.objects.get()
    assert (extension.user, extension.number) == (user, "101")
    assert Call.objects.get().responsible == user
    form |= {"extensions-INITIAL_FORMS": "1", "extensions-0-id": str(extension.pk), "extensions-0-DELETE": "on"}
    assert owner.post(page_of(user), form).status_code == 302
    assert not Extension.objects.exists()


def test_users_are_found_by_name_in_any_case(owner: Client) -> None:
    make_user("orlova", "Анна", "Орлова")
    address = reverse("admin:auth_user_changelist")
    for typed in ("орлова", "ОРЛОВА", "анна орлова", "orlo"):
        assert _names(owner, f"{address}?q={typed}") == ["orlova"], typed


@pytest.mark.parametrize("typed", ["вася", "ПУПКИН вася", "копыта", "8 (923) 529-29-26", "529-29-26", "+79235292926"])
def test_contacts_are_found(owner: Client, typed: str) -> None:
    the_contact()
    Contact.objects.create(name="Другой")
    page = owner.get(reverse("crm:contacts"), {"q": typed}).text
    assert ("Вася Пупкин" in page, "Другой" in page) == (True, False)


@pytest.mark.parametrize("typed", ["рога", "КОПЫТА", "Рога и"])
def test_companies_are_found(owner: Client, typed: str) -> None:
    the_contact()
    Company.objects.create(name="Другая")
    page = owner.get(reverse("crm:companies"), {"q": typed}).text
    assert ("Рога и Копыта" in page, "Другая" in page) == (True, False)


@pytest.mark.parametrize(
    ("old", "list_page"),
    [
        ("admin:crm_contact_changelist", "/crm/contacts/?q=a+b"),
        ("admin:crm_company_changelist", "/crm/companies/?q=a+b"),
        ("admin:telephony_call_changelist", "/telephony/calls/?text=a+b"),
    ],
)
def test_the_admins_address_of_a_list_leads_to_the_one_list(owner: Client, old: str, list_page: str) -> None:
    assert owner.get(reverse(old), {"q": "a b"}).headers["Location"] == list_page
    assert owner.get(reverse(old)).headers["Location"] == list_page.partition("?")[0]


def test_a_contact_is_added_with_numbers_and_gets_its_calls(
    owner: Client, django_capture_on_commit_callbacks: object
) -> None:
    play_sipuni(connect("sipuni"), "1.2")
    fields = {
        "name": "Вася",
        "phones-TOTAL_FORMS": "1",
        "phones-INITIAL_FORMS": "0",
        "phones-0-raw": "8 (923) 529-29-26",
    }
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert owner.post(reverse("admin:crm_contact_add"), fields).status_code == 302
    contact = Contact.objects.get()
    assert contact.phones.get().e164 == "+79235292926"
    response = owner.get(page_of(contact))
    assert [row.url for row in response.context["calls"]] == [page_of(Call.objects.get())]
    assert len(owner.get(response.context["calls_url"]).context["rows"]) == 1
    wrong = owner.post(reverse("admin:crm_contact_add"), {**fields, "phones-0-raw": "нет"})
    assert "There is no digit in this number." in wrong.text
