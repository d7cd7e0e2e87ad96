"""Two people on the desk's pages edit the same contact, company, task, note or settings."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from crm.models import Company, Contact, Note, Tag, Task
from crm.services.contacts import add_contact
from telephony.models import DeskSettings
from tests.editing.pages import form_of, values_in

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def two() -> tuple[Client, Client]:
    clients = []
    for name in ("anna", "boris"):
        client = Client(headers={"accept": "text/html"})
        client.force_login(User.objects.create_superuser(name, first_name=name.title()))
        clients.append(client)
    return clients[0], clients[1]


@pytest.fixture
def contact() -> Contact:
    Tag.objects.create(name="old", colour="grey")
    Tag.objects.create(name="new", colour="grey")
    made = add_contact(name="Vera", phones=["+79235292926"], company="Sokol", position="buyer", email="v@example.ru")
    made.tags.add(Tag.objects.get(name="old"))
    return made


def edit(client: Client, address: str, form: dict[str, Any], **changes: Any) -> Any:
    return client.post(address, {**form, **changes}, headers=HTMX)


CHANGES: dict[str, tuple[Any, Any]] = {
    "name": ("Vera Orlova", "Vera O."),
    "position": ("director", "owner"),
    "email": ("a@example.ru", "b@example.ru"),
    "company_name": ("Orel", "Voron"),
    "source": ("a fair", "the site"),
}


@pytest.mark.parametrize(("first", "second"), list(permutations(CHANGES, 2)))
def test_different_fields_are_both_kept_and_told(
    two: tuple[Client, Client], contact: Contact, first: str, second: str
) -> None:
    address = reverse("crm:contact-edit", args=[contact.pk])
    forms = [form_of(client, address) for client in two]
    edit(two[0], address, forms[0], **{first: CHANGES[first][0]})
    answer = edit(two[1], address, forms[1], **{second: CHANGES[second][1]})
    assert "tel-meanwhile" in answer.content.decode()
    assert CHANGES[first][0] in answer.content.decode()
    after = form_of(two[0], address)
    assert (after[first], after[second]) == (CHANGES[first][0], CHANGES[second][1])


@pytest.mark.parametrize("field", CHANGES)
@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_the_same_field_is_a_question(two: tuple[Client, Client], contact: Contact, field: str, choice: str) -> None:
    address = reverse("crm:contact-edit", args=[contact.pk])
    forms = [form_of(client, address) for client in two]
    theirs, mine = CHANGES[field]
    edit(two[0], address, forms[0], **{field: theirs})
    asked = edit(two[1], address, forms[1], **{field: mine}).content.decode()
    assert theirs in asked
    assert form_of(two[0], address)[field] == theirs
    again = values_in(asked)
    assert again[field] == mine
    assert "tel-meanwhile" in edit(two[1], address, again).content.decode(), "unanswered, it is asked again"
    answer = next(text for text in _answers(asked, field) if text.startswith(choice))
    assert "crm-form" not in edit(two[1], address, again, **{f"keep-{field}": answer}).content.decode()
    assert form_of(two[0], address)[field] == (mine if choice == "mine" else theirs)


def test_an_answer_holds_for_the_value_that_was_shown(two: tuple[Client, Client], contact: Contact) -> None:
    address = reverse("crm:contact-edit", args=[contact.pk])
    forms = [form_of(client, address) for client in two]
    edit(two[0], address, forms[0], position="director")
    asked = edit(two[1], address, forms[1], position="owner").content.decode()
    edit(two[0], address, form_of(two[0], address), position="chairman")
    mine = next(text for text in _answers(asked, "position") if text.startswith("mine"))
    assert "chairman" in edit(two[1], address, values_in(asked), **{"keep-position": mine}).content.decode()
    assert Contact.objects.get(pk=contact.pk).position == "chairman"


def _answers(page: str, field: str) -> list[str]:
    from lxml import html

    tree: Any = html.fromstring(page)
    return [str(one.get("value")) for one in tree.xpath(f"//input[@name='keep-{field}']")]


def test_numbers_and_tags_are_put_together(two: tuple[Client, Client], contact: Contact) -> None:
    address = reverse("crm:contact-edit", args=[contact.pk])
    forms = [form_of(client, address) for client in two]
    old, new = (str(Tag.objects.get(name=name).pk) for name in ("old", "new"))
    edit(two[0], address, forms[0], phones=["+79235292926", "+74952000901"], tags=[])
    edit(two[1], address, forms[1], phones=["+74952000902"], tags=[old, new])
    assert {str(phone) for phone in contact.phones.all()} == {"+74952000901", "+74952000902"}
    assert [tag.name for tag in contact.tags.all()] == ["new"]


def test_what_nobody_shows_can_be_read_from_the_form(two: tuple[Client, Client], contact: Contact) -> None:
    seen = form_of(two[0], reverse("crm:contact-edit", args=[contact.pk]))["seen"]
    assert "example.ru" not in seen
    refused = edit(two[0], reverse("crm:contact-edit", args=[contact.pk]), {"name": "X", "seen": seen[:-3] + "abc"})
    assert "nothing was saved" in refused.content.decode()
    assert Contact.objects.get(pk=contact.pk).name == "Vera"


def test_company(two: tuple[Client, Client]) -> None:
    company = Company.objects.create(name="Sokol", site="sokol.example")
    address = reverse("crm:company-edit", args=[company.pk])
    forms = [form_of(client, address) for client in two]
    edit(two[0], address, forms[0], site="orel.example")
    edit(two[1], address, forms[1], email="b@example.ru")
    company.refresh_from_db()
    assert (company.site, company.email) == ("orel.example", "b@example.ru")
    assert "voron.example" in edit(two[1], address, forms[1], site="voron.example").content.decode()
    company.refresh_from_db()
    assert company.site == "orel.example"


def test_task(two: tuple[Client, Client]) -> None:
    due = timezone.now() + timedelta(days=1, seconds=13)
    task = Task.objects.create(title="Call", due_at=due, assignee=User.objects.get(username="anna"))
    address = reverse("crm:task-edit", args=[task.pk])
    forms = [form_of(client, address) for client in two]
    edit(two[0], address, forms[0], title="Call Vera", assignee=str(User.objects.get(username="boris").pk))
    told = edit(two[1], address, forms[1], text="About the bill").content.decode()
    assert "Boris" in told
    task.refresh_from_db()
    assert (task.title, task.text, task.due_at) == ("Call Vera", "About the bill", due)
    assert task.assignee is not None
    assert task.assignee.username == "boris"


def test_note(two: tuple[Client, Client], contact: Contact) -> None:
    note = Note.objects.create(text="as it was", contact=contact, author=User.objects.get(username="anna"))
    address = reverse("crm:note-edit", args=[note.pk])
    forms = [form_of(client, address) for client in two]
    edit(two[0], address, forms[0], text="hers")
    assert "hers" in edit(two[1], address, forms[1], text="his").content.decode()
    note.refresh_from_db()
    assert note.text == "hers"


def test_own_settings_in_two_tabs(two: tuple[Client, Client]) -> None:
    address = reverse("telephony:desk_settings")
    forms = [form_of(two[0], address) for _ in range(2)]
    two[0].post(address, {**forms[0], "volume": "15", "silence": "on"})
    two[0].post(address, {**{k: v for k, v in forms[1].items() if k != "sound"}})
    row = DeskSettings.objects.get()
    assert (row.volume, row.sound, row.do_not_disturb) == (15, False, True)
