"""Nobody gives more than he has: not on the page of employees, not on the raw pages, not by a crafted POST."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import reverse

from telephony.models import Team
from tests.people.conftest import browser, filled, group

pytestmark = pytest.mark.django_db
USERS = ("auth.view_user", "auth.add_user", "auth.change_user", "auth.delete_user")
GROUPS = ("auth.view_group", "auth.add_group", "auth.change_group", "auth.delete_group")


@pytest.fixture
def root(make_person: Callable[..., User]) -> User:
    return make_person("root", is_superuser=True)


@pytest.fixture
def helper(make_person: Callable[..., User]) -> User:
    """An operator whom the company gave every right on users and groups, and the page of employees."""
    return make_person("helper", "Operator", rights=(*USERS, *GROUPS, "config.manage_employees"))


def raw(user: User, **fields: Any) -> dict[str, Any]:
    """The raw page of a user, filled in as it stands."""
    moment = {"date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
    person = {"username": user.username, "first_name": "", "last_name": "", "email": "", "is_active": "on"}
    return {**person, **moment, "extensions-TOTAL_FORMS": "0", "extensions-INITIAL_FORMS": "0", **fields}


def change(user: User) -> str:
    return reverse("admin:auth_user_change", args=[user.pk])


class TestTheRawPages:
    def test_nobody_ticks_his_own_box(self, helper: User) -> None:
        every = [str(pk) for pk in Permission.objects.values_list("pk", flat=True)]
        browser(helper).post(change(helper), raw(helper, is_superuser="on", is_staff="on", user_permissions=every))
        helper.refresh_from_db()
        assert not helper.is_superuser
        assert helper.user_permissions.count() == len(USERS) + len(GROUPS) + 1

    def test_nobody_joins_a_group_that_may_more(self, helper: User) -> None:
        page = browser(helper).post(change(helper), raw(helper, groups=[group("Administrator")]))
        assert page.status_code == 200
        assert [row.name for row in helper.groups.all()] == ["Operator"]

    def test_a_superuser_is_neither_edited_nor_reset_nor_deleted(self, helper: User, root: User) -> None:
        before = User.objects.filter(pk=root.pk).values().get()
        client = browser(helper)
        assert client.post(change(root), raw(root, email="mine@example.ru")).status_code == 403
        new = {"password1": "my own horse battery", "password2": "my own horse battery", "usable_password": "true"}
        assert client.post(reverse("admin:auth_user_password_change", args=[root.pk]), new).status_code == 403
        assert client.post(reverse("admin:auth_user_delete", args=[root.pk]), {"post": "yes"}).status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": [root.pk], "post": "yes"}
        client.post(reverse("admin:auth_user_changelist"), chosen)
        assert User.objects.filter(pk=root.pk).values().get() == before

    def test_an_administrator_is_as_far_away_also_when_deactivated(
        self, helper: User, make_person: Callable[..., User]
    ) -> None:
        boss = make_person("boss", "Administrator", is_active=False)
        assert browser(helper).post(change(boss), raw(boss)).status_code == 403
        boss.refresh_from_db()
        assert not boss.is_active

    def test_a_new_user_gets_no_more(self, helper: User) -> None:
        fields = {"username": "new", "password1": "new horse battery", "password2": "new horse battery"}
        fields |= {"usable_password": "true", "is_superuser": "on", "groups": group("Administrator")}
        browser(helper).post(reverse("admin:auth_user_add"), fields)
        new = User.objects.get(username="new")
        assert (new.is_superuser, new.groups.count()) == (False, 0)

    def test_a_group_gets_only_what_the_giver_has(self, helper: User) -> None:
        client = browser(helper)
        right = Permission.objects.get(codename="listen_all")
        own = reverse("admin:auth_group_change", args=[group("Operator")])
        assert client.post(own, {"name": "Operator", "permissions": [right.pk]}).status_code == 200
        assert not Group.objects.filter(name="Operator", permissions=right).exists()
        assert client.post(reverse("admin:auth_group_add"), {"name": "x", "permissions": [right.pk]}).status_code == 200
        assert not Group.objects.filter(name="x").exists()
        wider = reverse("admin:auth_group_change", args=[group("Administrator")])
        assert client.post(wider, {"name": "Administrator", "permissions": []}).status_code == 403
        assert Group.objects.get(name="Administrator").permissions.exists()

    def test_what_the_giver_has_he_gives(self, helper: User, make_person: Callable[..., User]) -> None:
        anna = make_person("anna")
        assert browser(helper).post(change(anna), raw(anna, groups=[group("Operator")])).status_code == 302
        assert [row.name for row in anna.groups.all()] == ["Operator"]

    def test_a_superuser_gives_everything(self, root: User, make_person: Callable[..., User]) -> None:
        anna = make_person("anna")
        fields = raw(anna, is_superuser="on", is_staff="on", groups=[group("Administrator")])
        assert browser(root).post(change(anna), fields).status_code == 302
        anna.refresh_from_db()
        assert anna.is_superuser


class TestThePageOfEmployees:
    def test_a_role_that_may_more_is_neither_offered_nor_taken(self, helper: User) -> None:
        client = browser(helper)
        assert "Administrator" not in client.get(reverse("employee-new")).text
        page = client.post(reverse("employee-new"), filled(role=group("Administrator"), is_superuser="on"))
        assert "role" in page.context["form"].errors
        assert not User.objects.filter(username="anna").exists()

    def test_an_administrator_gives_every_role_and_makes_no_superuser(self, chief: Client) -> None:
        for name in ("Operator", "Supervisor", "Administrator"):
            fields = filled(username=name.lower(), role=group(name), is_superuser="on", user_permissions=["1"])
            assert chief.post(reverse("employee-new"), fields).status_code == 302
            made = User.objects.get(username=name.lower())
            assert [row.name for row in made.groups.all()] == [name]
            assert (made.is_superuser, made.user_permissions.count()) == (False, 0)

    def test_a_superuser_is_neither_edited_nor_reset_by_an_administrator(self, chief: Client, root: User) -> None:
        assert chief.get(reverse("employee", args=[root.pk])).status_code == 403
        assert chief.post(reverse("employee", args=[root.pk]), filled(username="root")).status_code == 403
        assert chief.post(reverse("password-link", args=[root.pk])).status_code == 403
        root.refresh_from_db()
        assert root.is_active
        assert reverse("employee", args=[root.pk]) not in chief.get(reverse("employees")).text

    def test_nobody_changes_his_own_role_or_locks_himself_out(self, helper: User) -> None:
        address = reverse("employee", args=[helper.pk])
        browser(helper).post(address, filled(username="helper", role=group("Administrator")))
        helper.refresh_from_db()
        assert (helper.is_active, [row.name for row in helper.groups.all()]) == (True, ["Operator"])

    def test_who_does_not_see_all_calls_gives_only_own_teams(self, helper: User) -> None:
        other = Team.objects.create(name="Other")
        browser(helper).post(reverse("employee", args=[helper.pk]), filled(username="helper", teams=[other.pk]))
        assert not other.members.exists()

    def test_phones_are_given_by_who_may_give_phones(self, helper: User) -> None:
        assert browser(helper).get(reverse("employee", args=[helper.pk])).context["phones"] is None
