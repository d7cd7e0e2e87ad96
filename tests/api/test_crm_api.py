"""Contacts, companies, tasks and notes over the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from crm.models import Contact, Note, Tag, Task
from telephony.models import Call
from tests.api.conftest import ids, sign_in

pytestmark = pytest.mark.django_db

IVAN = {
    "name": "Иван Иванов",
    "phones": ["8 (923) 529-29-26", "101"],
    "company": "ООО Вектор",
    "responsible": "boris",
    "tags": ["VIP"],
}


@pytest.fixture
def client(company: dict[str, Call]) -> Client:
    Tag.objects.create(name="VIP")
    return sign_in("anna", "Administrator")


def post(client: Client, path: str, **values: Any) -> Any:
    return client.post(f"/api/v1/{path}/", values, content_type="application/json")


def test_a_contact_is_added_with_its_numbers_and_company(client: Client) -> None:
    answer = post(client, "contacts", **IVAN)
    assert answer.status_code == 201, answer.content
    shown = client.get(f"/api/v1/contacts/{answer.json()['id']}/").json()
    assert shown["phones"] == ["+79235292926", "101"]
    assert (shown["company"], shown["responsible"], shown["tags"]) == ("ООО Вектор", "boris", ["VIP"])
    contact = Contact.objects.get()
    assert contact.created_by == User.objects.get(username="anna")


def test_changing_one_field_leaves_the_others(client: Client) -> None:
    pk = post(client, "contacts", **IVAN).json()["id"]
    numbers = list(Contact.objects.get().phones.values_list("pk", "raw"))
    answer = client.patch(f"/api/v1/contacts/{pk}/", {"position": "директор"}, content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert {**answer.json(), "position": ""} | {"updated_at": ""} == {
        **client.get(f"/api/v1/contacts/{pk}/").json(),
        "position": "",
        "updated_at": "",
    }
    assert answer.json()["phones"] == ["+79235292926", "101"]
    assert list(Contact.objects.get().phones.values_list("pk", "raw")) == numbers


def test_sending_back_the_numbers_as_shown_changes_none(client: Client) -> None:
    pk = post(client, "contacts", **IVAN).json()["id"]
    numbers = list(Contact.objects.get().phones.values_list("pk", "raw"))
    shown = client.get(f"/api/v1/contacts/{pk}/").json()
    assert client.put(f"/api/v1/contacts/{pk}/", shown, content_type="application/json").status_code == 200
    assert list(Contact.objects.get().phones.values_list("pk", "raw")) == numbers


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"phones": ["none"]}, "phones"),
        ({"phones": "101"}, "phones"),
        ({"email": "x"}, "email"),
        ({"responsible": "nobody"}, "responsible"),
        ({"tags": ["unknown"]}, "tags"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\u0000b"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"phones": ["\ud800 1"]}, "phones"),
        ({"company": "\ud800"}, "company"),
        ({"responsible": "\ud800"}, "responsible"),
        ({"tags": ["\ud800"]}, "tags"),
        ({"tags": ["\u0000"]}, "tags"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_saved(client: Client, wrong: dict[str, Any], field: str) -> None:
    answer = post(client, "contacts", **{**IVAN, **wrong})
    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert not Contact.objects.exists()


@pytest.mark.parametrize("term", ["8 (923) 529-29-26", "2926", "вект", "Иванов", "иван вектор"])
def test_a_contact_is_found_by_any_form_of_its_number_and_by_words(client: Client, term: str) -> None:
    pk = post(client, "contacts", **IVAN).json()["id"]
    post(client, "contacts", name="Пётр", phones=["+79990000000"])
    assert ids(client.get("/api/v1/contacts/", {"search": term})) == {pk}


@pytest.mark.parametrize("number", [10**30, -1, "\ud800", "\u0000", [], {}, True])
def test_a_nonsense_contact_of_a_task_is_named(client: Client, number: Any) -> None:
    answer = post(client, "tasks", title="Позвонить", due_at=timezone.now().isoformat(), contact=number)
    assert (answer.status_code, list(answer.json())) == (400, ["contact"])


@pytest.mark.parametrize("number", ["1e999", "-1e999", "1e308", "9223372036854775808", "1" + "0" * 400, "[1e999]"])
@pytest.mark.parametrize("address", ["tasks/", "notes/", "contacts/", "companies/"])
def test_a_number_that_fits_no_column_is_named(client: Client, address: str, number: str) -> None:
    """A program may write it; Python itself can write but some of them."""
    answer = client.post(f"/api/v1/{address}", f'{{"text": "x", "contact": {number}}}', "application/json")
    assert (answer.status_code, answer.json()["contact"]) == (400, ["This number is too large."])


def test_a_task_is_set_and_ticked_off(client: Client) -> None:
    due = timezone.now().isoformat()
    task = post(client, "tasks", title="Позвонить", due_at=due, kind="call_back").json()
    assert (task["assignee"], task["done_at"]) == ("anna", None)
    done = client.patch(f"/api/v1/tasks/{task['id']}/", {"done": True}, content_type="application/json").json()
    assert done["done_at"]
    assert ids(client.get("/api/v1/tasks/?done=false")) == set()
    assert ids(client.get("/api/v1/tasks/?done=true&assignee=anna")) == {task["id"]}


def test_a_note_needs_somebody_whom_it_is_about_and_is_its_authors(client: Client) -> None:
    assert list(post(client, "notes", text="Перезвонит").json()) == ["contact"]
    contact = post(client, "contacts", **IVAN).json()["id"]
    note = post(client, "notes", text="Перезвонит", contact=contact).json()
    assert note["author"] == "anna"
    other = sign_in("boris", "Operator")
    path = f"/api/v1/notes/{note['id']}/"
    assert other.patch(path, {"text": "Нет"}, content_type="application/json").status_code == 403
    assert client.patch(path, {"text": "Да"}, content_type="application/json").json()["edited_at"]
    assert Note.objects.get().text == "Да"


def test_a_call_that_one_may_not_see_can_not_be_named(company: dict[str, Call], client: Client) -> None:
    operator = sign_in("boris", "Operator")
    values = {"title": "Позвонить", "due_at": timezone.now().isoformat()}
    assert post(operator, "tasks", **values, call=company["boris"].pk).status_code == 201
    answer = post(operator, "tasks", **values, call=company["vera"].pk)
    assert (answer.status_code, list(answer.json())) == (400, ["call"])
    nothing = post(operator, "tasks", **values, call=10**6)
    assert nothing.json()["call"][0].replace(str(10**6), "N") == answer.json()["call"][0].replace(
        str(company["vera"].pk), "N"
    )
    assert Task.objects.count() == 1


RIGHTS = {
    None: (403, 403, 403, 403),
    "Operator": (200, 201, 200, 403),
    "Supervisor": (200, 201, 200, 403),
    "Administrator": (200, 201, 200, 204),
}


@pytest.mark.parametrize("group", RIGHTS)
@pytest.mark.parametrize("path", ["contacts", "companies", "tasks"])
def test_what_each_group_may_do(client: Client, group: str | None, path: str) -> None:
    values = {"name": "Имя", "title": "Дело", "due_at": timezone.now().isoformat()}
    row = post(client, path, **values).json()["id"]
    person = sign_in("boris", group)
    done = (
        person.get(f"/api/v1/{path}/").status_code,
        post(person, path, **{**values, "name": "Другое"}).status_code,
        person.patch(f"/api/v1/{path}/{row}/", {}, content_type="application/json").status_code,
        person.delete(f"/api/v1/{path}/{row}/").status_code,
    )
    assert done == RIGHTS[group]
