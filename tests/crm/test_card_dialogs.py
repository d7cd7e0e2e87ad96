"""The dialogs of a call's card: who calls, a note, a task, a call back. Each says when it is done."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.directory import CrmDirectory
from crm.models import Contact, Note, Task
from crm.services import add_contact
from telephony.models import Call, Card, ContactChoice, LiveEvent
from tests.crm.desk import NUMBER, browser, call_of, member, vasya
from tests.telephony.messages import deliver, sipuni

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> User:
    return member("Operator", "anna", first_name="Анна", last_name="Орлова")


@pytest.fixture
def client(anna: User) -> Client:
    return browser(anna)


@pytest.fixture
def call(anna: User) -> Call:
    """From somebody unknown, on Anna's phone."""
    return call_of(None, user=anna)


def address(page: str, call: Call, **more: Any) -> str:
    query = "".join(f"&{name}={value}" for name, value in more.items())
    return f"{reverse(f'crm:{page}')}?call={call.pk}{query}"


def event(response: Any) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    assert response.headers["HX-Reswap"] == "innerHTML"
    happened: dict[str, Any] = json.loads(response.headers["HX-Trigger"])["crm-saved"]
    return happened


def moment(**later: int) -> str:
    return (timezone.localtime() + timedelta(**later)).strftime("%Y-%m-%dT%H:%M")


def test_a_new_contact_gets_the_call_and_the_earlier_ones(client: Client, call: Call) -> None:
    earlier = call_of(None, minutes_ago=500)
    assert f'value="{NUMBER}"' in client.get(address("card-contact-new", call)).text
    fields = {"name": "Вася", "phones": ["8 (923) 529-29-26", ""], "company_name": "ООО Вектор"}
    happened = event(client.post(address("card-contact-new", call), fields))
    contact = Contact.objects.get()
    assert happened == {"contact": contact.pk}
    assert (str(contact.company), contact.created_by) == ("ООО Вектор", User.objects.get(username="anna"))
    assert [str(phone) for phone in contact.phones.all()] == [NUMBER]
    for row in (call, earlier):
        row.refresh_from_db()
        assert row.contact == contact


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "Вася", "phones": ["нет"]}, "There is no digit in this number."),
        ({"name": "Вася", "email": "vasya@"}, "Enter a valid email address."),
        ({"name": "Вася", "company_name": "x" * 201}, "at most 200 characters"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(
    client: Client, call: Call, wrong: dict[str, Any], words: str
) -> None:
    response = client.post(address("card-contact-new", call), wrong)
    assert words in response.text
    assert "HX-Trigger" not in response.headers
    assert not Contact.objects.exists()


def test_one_of_several_is_chosen_with_one_click_and_remembered(client: Client, call: Call) -> None:
    contacts = [add_contact(name=name, phones=[NUMBER]) for name in ("Вася", "Петя")]
    response = client.get(address("card-attach", call))
    assert sorted(contact.name for contact in response.context["found"]) == ["Вася", "Петя"]
    event(client.post(address("card-attach", call), {"contact": contacts[1].pk}))
    call.refresh_from_db()
    assert call.contact == contacts[1]
    deliver(call.connection, sipuni(1, 0, call_id="later", src_num=NUMBER[1:]))
    assert Call.objects.get(external_id="later").contact == contacts[1]


def test_a_call_is_attached_to_somebody_found_by_name_who_gets_the_number(client: Client, call: Call) -> None:
    anna = add_contact(name="Анна Каренина", phones=["+79990000000"])
    assert client.get(address("card-attach", call)).context["found"] == []
    assert client.get(address("card-attach", call, q="карен")).context["found"] == [anna]
    assert "Nobody is found" in client.get(address("card-attach", call, q="вронский")).text
    event(client.post(address("card-attach", call), {"contact": anna.pk}))
    assert [str(phone) for phone in anna.phones.all()] == ["+79990000000", NUMBER]
    event(client.post(address("card-attach", call), {"contact": anna.pk}))
    assert anna.phones.count() == 2
    assert client.post(address("card-attach", call), {"contact": 99999}).status_code == 404
    assert client.get(reverse("crm:card-attach")).status_code == 404


def test_colleagues_whose_phones_ring_see_at_once_who_it_is(client: Client, call: Call) -> None:
    colleague = member("Operator", "sergey")
    Card.objects.create(call=call, user=colleague, created_at=timezone.now(), page_was_open=True)
    contact = add_contact(name="Вася", phones=[NUMBER])
    event(client.post(address("card-attach", call), {"contact": contact.pk}))
    told = LiveEvent.objects.filter(user=colleague, topic=LiveEvent.Topic.CARDS)
    assert [row.content for row in told] == [{"call": call.pk}]


def test_a_hidden_caller_is_attached_without_a_number(client: Client, anna: User) -> None:
    contact, hidden = vasya(), call_of(None, user=anna, client_raw="", client_e164="", client_match="")
    event(client.post(address("card-attach", hidden), {"contact": contact.pk}))
    hidden.refresh_from_db()
    assert (hidden.contact, contact.phones.count()) == (contact, 1)
    assert not ContactChoice.objects.exists()


def test_what_a_pbx_sent_instead_of_a_number_is_given_to_nobody(client: Client, anna: User) -> None:
    contact, odd = vasya(), call_of(None, user=anna, client_raw="Reception", client_e164="", client_match="reception")
    event(client.post(address("card-attach", odd), {"contact": contact.pk}))
    assert contact.phones.count() == 1


def test_a_note_is_about_the_caller_or_waits_until_somebody_says_who_it_is(client: Client, call: Call) -> None:
    event(client.post(address("card-note", call), {"text": " Просил прайс "}))
    event(client.post(address("card-callback", call), {"due_at": moment(hours=1)}))
    note, task = Note.objects.get(), Task.objects.get()
    assert (note.text, note.contact, note.call, note.author) == ("Просил прайс", None, call, call.responsible)
    assert (task.title, task.kind, task.number) == (f"Call back: {NUMBER}", "call_back", NUMBER)
    contact = add_contact(name="Вася", phones=[])
    event(client.post(address("card-attach", call), {"contact": contact.pk}))
    assert (contact.notes.get(), contact.tasks.get()) == (note, task)
    event(client.post(address("card-note", call), {"text": "Ещё"}))
    assert contact.notes.count() == 2


def test_a_note_and_a_task_need_their_words(client: Client, call: Call) -> None:
    assert "This field is required." in client.post(address("card-note", call), {"text": " "}).text
    assert "This field is required." in client.post(address("card-task", call), {"title": "x"}).text
    assert "Say whom the note is about" in client.post(reverse("crm:card-note"), {"text": "x"}).text
    assert not Note.objects.exists()
    assert not Task.objects.exists()


def test_a_task_is_mine_unless_it_names_somebody(client: Client, call: Call, anna: User) -> None:
    boris = member("Operator", "boris")
    due = moment(days=1)
    event(client.post(address("card-task", call), {"title": "Отправить", "due_at": due}))
    event(client.post(address("card-task", call), {"title": "Отправить", "due_at": due, "assignee": boris.pk}))
    mine, other = Task.objects.order_by("pk")
    assert (mine.assignee, mine.created_by, other.assignee, other.created_by) == (anna, anna, boris, anna)
    assert timezone.localtime(mine.due_at).strftime("%Y-%m-%dT%H:%M") == due


def test_a_call_back_is_named_after_the_contact(client: Client, anna: User) -> None:
    contact = vasya()
    call = call_of(contact, user=anna, client_raw="", client_e164="", client_match="")
    assert "Call back: Вася Пупкин" in client.get(address("card-callback", call)).text
    event(client.post(address("card-callback", call), {"due_at": moment(hours=3)}))
    task = Task.objects.get()
    assert (task.contact, task.number) == (contact, NUMBER)
    event(client.post(reverse("crm:card-callback"), {"due_at": moment(hours=3)}))
    task = Task.objects.latest("pk")
    assert (task.title, task.number) == ("Call back", "")


@pytest.mark.parametrize("page", ["card-contact-new", "card-attach", "card-note", "card-task", "card-callback"])
def test_another_persons_call_is_not_to_be_seen(client: Client, page: str) -> None:
    other = call_of(None, user=member("Operator", "boris"))
    assert client.get(address(page, other)).status_code == 404
    assert client.post(address(page, other), {"text": "x", "name": "x", "contact": 1}).status_code == 404


class TestDirectory:
    """What the card is told."""

    def keys(self, call: Call, user: User) -> list[str]:
        actions = CrmDirectory().actions(call, User.objects.get(pk=user.pk))
        for action in actions:
            assert action.url.endswith(f"?call={call.pk}")
        return [action.key for action in actions]

    def test_an_unknown_caller_is_made_known(self, call: Call, anna: User) -> None:
        assert self.keys(call, anna) == ["contact-new", "attach", "task", "callback"]

    def test_a_known_one_may_turn_out_to_be_somebody_else(self, anna: User) -> None:
        assert self.keys(call_of(vasya(), user=anna), anna) == ["task", "callback", "attach"]

    def test_nobody_is_offered_what_they_may_not_do(self, call: Call) -> None:
        user = member("")
        assert self.keys(call, user) == []
        for right in ("view_contact", "view_task", "add_task"):
            user.user_permissions.add(Permission.objects.get(codename=right))
        assert self.keys(call, user) == ["task", "callback"]

    def test_open_tasks_and_latest_notes_are_few_and_in_order(self, anna: User) -> None:
        contact, now = vasya(), timezone.now()
        for hours in (5, -1, 3, 9):
            Task.objects.create(contact=contact, title=f"in {hours}", due_at=now + timedelta(hours=hours))
        Task.objects.create(contact=contact, title="done", due_at=now, done_at=now)
        for text in ("first", "second", "third " * 50):
            Note.objects.create(contact=contact, text=text)
        details = CrmDirectory().details(contact.pk, anna)
        assert [(line.title, line.overdue) for line in details.tasks] == [
            ("in -1", True),
            ("in 3", False),
            ("in 5", False),
        ]
        assert [line.title for line in details.notes][1] == "second"
        assert len(details.notes[0].title) == 120
        assert details.notes[0].url == contact.get_absolute_url()
        nothing = CrmDirectory().details(contact.pk, member(""))
        assert (list(nothing.tasks), list(nothing.notes)) == ([], [])
