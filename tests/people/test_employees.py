"""An employee is added on one page, sets the password by a link, and signs in with the role that was given."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from config.people import links
from telephony.models import Extension, Team
from tests.admin.world import connect, send
from tests.people.conftest import PASSWORD, browser, filled, group

pytestmark = pytest.mark.django_db
RINGS = {"call_id": "1.7", "src_num": "79235292926", "src_type": 1, "dst_num": "012345101", "dst_type": 2}
NEW_PASSWORD = "another horse battery"


def link_on(page: Any) -> str:
    address: str = page.context["link"]
    assert address.startswith("http://testserver/people/password/")
    return address


def set_password(link: str, password: str) -> Any:
    form = Client()
    opened = form.get(link, follow=True)
    assert opened.status_code == 200
    fields = {"new_password1": password, "new_password2": password}
    return form.post(opened.redirect_chain[-1][0], fields, follow=True)


def test_one_page_makes_an_operator_who_signs_in_with_phone_team_and_language(chief: Client) -> None:
    sipuni, mobilon = connect("sipuni"), connect("mobilon")
    sales = Team.objects.create(name="Sales")
    phones = {
        "phones-TOTAL_FORMS": "2",
        "phones-INITIAL_FORMS": "0",
        "phones-0-connection": sipuni.pk,
        "phones-0-number": "101",
        "phones-1-connection": mobilon.pk,
        "phones-1-number": "",
        "phones-1-key": "k-17",
    }
    assert f"<h3>{sipuni.name}</h3>" in chief.get(reverse("employee-new")).text
    made = chief.post(reverse("employee-new"), filled(**phones, teams=[sales.pk], language="ru"))
    anna = User.objects.get(username="anna")
    assert made.headers["Location"] == reverse("employee", args=[anna.pk]) + "#password"
    assert [row.name for row in anna.groups.all()] == ["Operator"]
    assert (anna.is_staff, anna.is_superuser, anna.has_usable_password()) == (True, False, False)
    assert list(anna.teams.all()) == [sales]
    assert set(Extension.objects.values_list("user", "number")) == {(anna.pk, "101"), (anna.pk, "")}

    page = chief.post(reverse("password-link", args=[anna.pk]), {"how": "copy"}, follow=True)
    assert "The password is set" in set_password(link_on(page), NEW_PASSWORD).text
    signed_in = Client()
    fields = {"username": "anna", "password": NEW_PASSWORD}
    page = signed_in.post(reverse("admin:login"), fields, follow=True)
    assert page.status_code == 200
    assert '<html lang="ru"' in signed_in.get(reverse("telephony:calls")).text

    assert "tel-desk-card" not in signed_in.get(reverse("telephony:desk_cards")).text
    send(sipuni, **RINGS, event=1, timestamp=int(timezone.now().timestamp()))
    assert "+7 923 529-29-26" in signed_in.get(reverse("telephony:desk_cards")).text


def test_the_link_works_once_and_refuses_easy_passwords(chief: Client) -> None:
    chief.post(reverse("employee-new"), filled())
    anna = User.objects.get(username="anna")
    link = link_on(chief.post(reverse("password-link", args=[anna.pk]), {"how": "copy"}, follow=True))
    assert "entirely numeric" in set_password(link, "481516234212").text
    set_password(link, NEW_PASSWORD)
    again = Client().get(link, follow=True)
    assert "This link was used already" in again.text
    assert link not in chief.get(reverse("employee", args=[anna.pk])).text


def test_the_link_is_sent_where_mail_is_set_up(chief: Client, settings: Any) -> None:
    chief.post(reverse("employee-new"), filled(email="anna@example.ru", language="ru"))
    anna = User.objects.get(username="anna")
    address = reverse("employee", args=[anna.pk])
    assert "Send it to" not in chief.get(address).text
    settings.MAIL_IS_SET_UP = True
    assert "Send it to anna@example.ru" in chief.get(address).text
    chief.post(reverse("password-link", args=[anna.pk]), {"how": "mail"})
    assert [letter.to for letter in mail.outbox] == [["anna@example.ru"]]
    assert "http://testserver/people/password/" in mail.outbox[0].body
    assert "Ваш логин: anna" in mail.outbox[0].body


@pytest.mark.django_db(transaction=True)
def test_no_transaction_waits_for_the_mail_server(
    chief: Client, make_person: Callable[..., User], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MAIL_IS_SET_UP = True
    anna = make_person("anna", "Operator", email="anna@example.com")
    held = []
    monkeypatch.setattr(links, "mail_link", lambda user, link: held.append(connection.in_atomic_block))
    form = {"how": "mail", "once_key": "key-of-the-form"}
    assert chief.post(reverse("password-link", args=[anna.pk]), form).status_code == 302
    assert held == [False]


def test_a_role_is_changed_and_taken_and_with_it_who_may_sign_in(chief: Client) -> None:
    chief.post(reverse("employee-new"), filled())
    anna = User.objects.get(username="anna")
    address = reverse("employee", args=[anna.pk])
    chief.post(address, filled(role=group("Supervisor"), is_active="on"))
    assert [row.name for row in anna.groups.all()] == ["Supervisor"]
    chief.post(address, filled(role="", is_active="on"))
    anna.refresh_from_db()
    assert (anna.is_staff, anna.groups.count()) == (False, 0)
    chief.post(address, filled())
    anna.refresh_from_db()
    assert not anna.is_active


def test_whoever_has_a_group_may_sign_in(db: None) -> None:
    boris = User.objects.create_user("boris", password=PASSWORD)
    Group.objects.get(name="Operator").user_set.add(boris)
    boris.refresh_from_db()
    assert boris.is_staff
    boris.groups.clear()
    boris.refresh_from_db()
    assert not boris.is_staff


def test_whoever_had_a_role_before_may_sign_in_after_the_migration(db: None) -> None:
    boris = User.objects.create_user("boris")
    boris.groups.add(Group.objects.get(name="Operator"))
    User.objects.update(is_staff=False)
    import_module("config.migrations.0002_profile").let_in_who_has_a_role(apps, None)
    boris.refresh_from_db()
    assert boris.is_staff


def test_what_is_wrong_is_said_beside_its_field(chief: Client) -> None:
    sipuni = connect("sipuni")
    other = User.objects.create_user("other")
    Extension.objects.create(connection=sipuni, user=other, number="101")
    phones = {"phones-TOTAL_FORMS": "1", "phones-0-connection": sipuni.pk, "phones-0-number": "101"}
    page = chief.post(reverse("employee-new"), filled(username="other", role="", **phones))
    assert "username" in page.context["form"].errors
    assert "role" in page.context["form"].errors
    assert "already on this connection" in page.text
    assert not User.objects.filter(first_name="Анна").exists()


def test_the_list_finds_people_and_tells_who_has_no_password(chief: Client) -> None:
    chief.post(reverse("employee-new"), filled())
    found = chief.get(reverse("employees"), {"q": "орлова"})
    page = found.text
    assert "Анна Орлова" in page
    assert "no password yet" in page
    assert [row["user"].username for row in found.context["rows"]] == ["anna"]


@pytest.mark.parametrize("role", ["Operator", "Supervisor"])
def test_others_do_not_come_near_it(make_person: Callable[..., User], role: str) -> None:
    anna = make_person("anna", role)
    for name, args in (("employees", []), ("employee-new", []), ("employee", [anna.pk])):
        assert browser(anna).get(reverse(name, args=args)).status_code == 403
    assert browser(anna).post(reverse("password-link", args=[anna.pk])).status_code == 403


def test_members_of_a_team_are_picked_without_the_right_to_change_users(
    chief: Client, make_person: Callable[..., User]
) -> None:
    anna = make_person("anna", "Operator")
    query = {"app_label": "telephony", "model_name": "team", "field_name": "members", "term": "anna"}
    User.objects.filter(pk=anna.pk).update(first_name="Анна", last_name="Орлова")
    found = [(row["id"], row["text"]) for row in chief.get(reverse("admin:autocomplete"), query).json()["results"]]
    assert found == [(str(anna.pk), "Анна Орлова (anna)")]
    chief.post(reverse("admin:telephony_team_add"), {"name": "Sales", "members": [anna.pk], "after_call_seconds": "0"})
    assert list(Team.objects.get().members.all()) == [anna]
    assert browser(anna).get(reverse("admin:autocomplete"), query).status_code == 403
    assert chief.get(reverse("admin:auth_user_changelist")).status_code == 403
