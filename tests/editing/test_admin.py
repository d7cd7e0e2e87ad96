"""Two administrators edit the same row of the admin, or the same employee."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

from crm.models import Contact
from crm.services.contacts import add_contact
from telephony.models import Connection, Extension, Schedule, SpecialDay, Team
from tests.editing.pages import form_of, values_in
from tests.telephony.factories import ConnectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def two() -> tuple[Client, Client]:
    clients = []
    for name in ("anna", "boris"):
        client = Client(headers={"accept": "text/html"})
        client.force_login(User.objects.create_superuser(name, first_name=name.title()))
        clients.append(client)
    return clients[0], clients[1]


def change_page(row: Any) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def send(client: Client, address: str, form: dict[str, Any], **changes: Any) -> Any:
    return client.post(address, {**form, **changes}, follow=True)


def test_the_settings_of_a_connection(two: tuple[Client, Client]) -> None:
    row: Connection = ConnectionFactory.create(name="Office", vendor="sipuni")
    row.settings = {"user": "1", "secret": "stored-one"}
    row.save()
    forms = [form_of(client, change_page(row)) for client in two]
    send(two[0], change_page(row), forms[0], name="Hall", pbx_secret="hers-entered")
    told = send(two[1], change_page(row), forms[1], keep_recordings_days="30", pbx_user="2").content.decode()
    assert "Hall" in told
    assert "hers-entered" not in told
    row.refresh_from_db()
    assert (row.name, row.keep_recordings_days) == ("Hall", 30)
    assert row.settings == {**row.settings, "user": "2", "secret": "hers-entered"}


def test_a_secret_that_both_entered(two: tuple[Client, Client]) -> None:
    row: Connection = ConnectionFactory.create(name="Office", vendor="sipuni")
    row.settings = {"user": "1", "secret": "stored-one"}
    row.save()
    forms = [form_of(client, change_page(row)) for client in two]
    assert "stored-one" not in str(forms)
    send(two[0], change_page(row), forms[0], pbx_secret="hers-entered")
    asked = send(two[1], change_page(row), forms[1], pbx_secret="his-entered").content.decode()
    assert "hers-entered" not in asked
    assert Connection.objects.get().settings["secret"] == "hers-entered"
    send(two[1], change_page(row), values_in(asked))
    assert Connection.objects.get().settings["secret"] == "hers-entered", "left empty, theirs stays"
    send(two[1], change_page(row), values_in(asked), pbx_secret="his-entered")
    assert Connection.objects.get().settings["secret"] == "his-entered"


def test_the_same_field_is_a_question_that_names_who_and_when(two: tuple[Client, Client]) -> None:
    team = Team.objects.create(name="Sales")
    forms = [form_of(client, change_page(team)) for client in two]
    send(two[0], change_page(team), forms[0], name="Support")
    asked = send(two[1], change_page(team), forms[1], name="Help desk").content.decode()
    assert "Last changed by Anna" in asked
    assert Team.objects.get().name == "Support"
    send(two[1], change_page(team), values_in(asked), **{"keep-name": "theirs"})
    assert Team.objects.get().name == "Support"


def test_members_of_a_team_are_put_together(two: tuple[Client, Client]) -> None:
    team = Team.objects.create(name="Sales")
    anna, boris = (str(User.objects.get(username=name).pk) for name in ("anna", "boris"))
    forms = [form_of(client, change_page(team)) for client in two]
    send(two[0], change_page(team), forms[0], members=[anna])
    send(two[1], change_page(team), forms[1], members=[boris])
    assert {user.username for user in team.members.all()} == {"anna", "boris"}


def test_working_hours_and_their_days(two: tuple[Client, Client]) -> None:
    schedule = Schedule.objects.create(name="Office", monday="09:00–18:00")
    for day in ("2026-12-30", "2026-12-31"):
        SpecialDay.objects.create(schedule=schedule, day=day, kind=SpecialDay._meta.get_field("kind").choices[0][0])
    forms = [form_of(client, change_page(schedule)) for client in two]
    name = next(key for key in forms[0] if key.endswith("-0-name"))
    other = name.replace("-0-", "-1-")
    send(two[0], change_page(schedule), forms[0], monday="10:00–19:00", **{name: "hers"})
    send(two[1], change_page(schedule), forms[1], tuesday="10:00–12:00", **{other: "his"})
    schedule.refresh_from_db()
    assert (schedule.monday, schedule.tuesday) == ("10:00–19:00", "10:00–12:00")
    assert set(schedule.days.values_list("name", flat=True)) == {"hers", "his"}
    asked = send(two[1], change_page(schedule), forms[1], **{name: "mine"}).content.decode()
    assert f"keep-{name}" in asked
    assert not SpecialDay.objects.filter(name="mine").exists()


def test_a_contact_on_its_page_and_in_the_admin(two: tuple[Client, Client]) -> None:
    contact = add_contact(name="Vera", phones=["+79235292926"])
    desk = reverse("crm:contact-edit", args=[contact.pk])
    forms = [form_of(two[0], desk), form_of(two[1], change_page(contact))]
    two[0].post(desk, {**forms[0], "position": "director", "phones": ["+79235292926", "+74952000901"]})
    send(two[1], change_page(contact), forms[1], email="v@example.ru")
    contact.refresh_from_db()
    assert (contact.position, contact.email) == ("director", "v@example.ru")
    assert contact.phones.count() == 2
    assert Contact.objects.count() == 1


def test_an_employee(two: tuple[Client, Client]) -> None:
    connection: Connection = ConnectionFactory.create(name="Office")
    user = User.objects.create(username="vera", email="v@example.ru")
    user.groups.set([Group.objects.get(name="Operator")])
    Extension.objects.create(connection=connection, user=user, number="101")
    teams = [Team.objects.create(name=name) for name in ("Sales", "Support")]
    address = reverse("employee", args=[user.pk])
    forms = [form_of(client, address) for client in two]
    role = str(Group.objects.get(name="Supervisor").pk)
    send(two[0], address, forms[0], role=role, last_name="Orlova", teams=[teams[0].pk], **{"phones-0-number": "102"})
    told = send(two[1], address, forms[1], first_name="Vera", teams=[teams[1].pk]).content.decode()
    assert "Orlova" in told
    user.refresh_from_db()
    assert (user.first_name, user.last_name) == ("Vera", "Orlova")
    assert [group.name for group in user.groups.all()] == ["Supervisor"]
    assert {team.name for team in user.teams.all()} == {"Sales", "Support"}
    assert user.extensions.get().number == "102"
    asked = send(two[1], address, forms[1], **{"phones-0-number": "103"}).content.decode()
    assert "keep-phones-0-number" in asked
    assert user.extensions.get().number == "102"


def test_every_form_of_the_admin_that_changes_a_row_takes_part(two: tuple[Client, Client]) -> None:
    from django.test import RequestFactory

    from telephony.admin.base import TelephonyAdmin
    from telephony.editing.forms import EditedForm

    request = RequestFactory().get("/")
    request.user = User.objects.get(username="anna")
    found = []
    for model, page in site._registry.items():
        if isinstance(page, TelephonyAdmin) and page.has_change_permission(request) and model is not Connection:
            assert issubclass(page.get_form(request, model(), change=True), EditedForm), model
            found.append(model)
    assert len(found) > 8
