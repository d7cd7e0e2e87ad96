"""The log of changes: who changed which setting, right or person, from what to what; secrets never."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.core.serializers import serialize
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import strip_tags

from config.changes.kept import secrets_of
from config.changes.words import changes_of
from config.tasks import forget_sign_ins
from crm.models.api_token import ApiToken
from telephony.models import CallRule, Connection, Extension, Line, MissedRule, Subscription, Team
from tests.admin.world import CANARIES, connect, make_world
from tests.people.conftest import browser, filled, group

pytestmark = pytest.mark.django_db
LOG = reverse("admin:auditlog_logentry_changelist")


@pytest.fixture(autouse=True)
def in_english() -> Any:
    with translation.override("en"):
        yield


def told(**chosen: Any) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Who, and what of it: column, before, after; oldest first."""
    found = LogEntry.objects.filter(**chosen).order_by("id")
    return [
        (entry.additional_data["who"], [(one.name, one.before, one.after) for one in changes_of(entry)])
        for entry in found
    ]


def test_a_setting_is_changed_on_its_page(chief: Client) -> None:
    line = Line.objects.create(connection=connect("sipuni"), number="74951234567", label="Сайт")
    page = reverse("admin:telephony_line_change", args=[line.pk])
    form = chief.get(page).context["adminform"].form
    data = {key: form[key].value() or "" for key in form.fields} | {"label": "Реклама"}
    assert chief.post(page, data).status_code == 302
    changed = {"content_type__model": "line", "action": LogEntry.Action.UPDATE}
    assert told(**changed) == [("Пётр Главный (chief)", [("Label", "Сайт", "Реклама")])]
    assert LogEntry.objects.get(**changed).remote_addr == "127.0.0.1"


def test_connections_are_switched_off_by_the_list_s_action(chief: Client) -> None:
    office = connect("mobilon")
    chosen = {"action": "disable", "_selected_action": [office.pk]}
    chief.post(reverse("admin:telephony_connection_changelist"), chosen)
    assert told(content_type__model="connection", action=LogEntry.Action.UPDATE) == [
        ("Пётр Главный (chief)", [("Enabled", "yes", "no")])
    ]


def test_an_employee_is_added_gets_another_role_and_is_deactivated(chief: Client) -> None:
    chief.post(reverse("employee-new"), filled())
    anna = User.objects.get(username="anna")
    page = reverse("employee", args=[anna.pk])
    chief.post(page, filled(role=group("Supervisor"), seen=chief.get(page).context["form"]["seen"].value() or ""))
    found = [change for who, changes in told(object_pk=anna.pk) for change in changes if who.startswith("Пётр")]
    assert ("Username", "", "anna") in found
    assert ("Groups", "", "Operator") in found
    assert ("Groups", "", "Supervisor") in found


def test_rights_of_a_role(make_person: Callable[..., User]) -> None:
    boss = browser(make_person("boss", is_superuser=True))
    role = Group.objects.create(name="Watchers")
    page = reverse("admin:auth_group_change", args=[role.pk])
    rights = boss.get(page).context["adminform"].form.fields["permissions"].queryset
    see = rights.get(codename="see_all_calls")
    boss.post(page, {"name": "Watchers", "permissions": [see.pk], "seen": ""})
    assert [change for _who, changes in told(object_pk=role.pk, action=LogEntry.Action.UPDATE) for change in changes]


def test_a_command_is_told_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["/srv/crm/manage.py", "connection", "add", "xvb", "--set", "access_code=17"])
    call_command("connection", "add", "xvb", name="Office")
    [(who, changes)] = told(object_pk=Connection.objects.get().pk)
    assert who == "manage.py connection"
    assert ("Name", "", "Office") in changes


def test_no_secret_is_ever_told(make_person: Callable[..., User]) -> None:
    make_world(calls=1)
    user = make_person("olga")
    _instance, token = ApiToken.objects.create(user=user)
    for row in [*Connection.objects.all(), *Extension.objects.all(), *Subscription.objects.all()]:
        row.save()
        for name in secrets_of(type(row)):
            value = getattr(row, name)
            setattr(row, name, {**value, "token": "canary-new"} if isinstance(value, dict) else "canary-new")
        row.save()
        row.delete()
    user.set_password("canary-new")
    user.save()
    stored = serialize("json", LogEntry.objects.all())
    user.delete()
    stored += serialize("json", LogEntry.objects.all())
    secrets = [*CANARIES, "canary-new", token, *User.objects.values_list("password", flat=True)]
    assert not [secret for secret in secrets if secret and secret in stored]
    with translation.override("en"):
        shown = json.dumps([told(content_type__model="connection")])
    assert "set anew (secret)" in shown


def test_the_list_is_searched_and_says_it_in_russian(make_person: Callable[..., User]) -> None:
    anna = browser(make_person("anna", "Administrator"))
    team = Team.objects.create(name="Отдел продаж")
    Team.objects.create(name="Склад")
    team.name = "Отдел развития"
    team.save()
    page = strip_tags(anna.get(LOG, {"q": "развития"}, headers={"accept-language": "ru"}).text)
    assert " ".join(("Отдел продаж", "→", "Отдел развития")) in " ".join(page.split())
    assert "Склад" not in page


def test_rows_that_it_knows_by_key_have_their_names_in_the_reader_s_language(make_person: Callable[..., User]) -> None:
    anna = make_person("anna", "Administrator", first_name="Анна", last_name="Орлова")
    office = connect("sipuni", name="Офис")
    Line.objects.create(connection=office, number="74951234567", label="Сайт")
    MissedRule.objects.create(connection=office, way="person", user=anna)
    rule = CallRule.objects.create(ending="missed", who="unknown", hours="any", task_title="Перезвонить")
    rule.tell.add(anna)
    page = strip_tags(browser(anna).get(LOG, headers={"accept-language": "ru"}).text)
    assert "Подключение: Офис" in page
    assert "Сообщить этим людям: Анна Орлова" in page
    assert "Когда входящий звонок пропущен" in page
    assert "Офис: " in page
    assert "ID" not in page
    assert "When" not in page
    gone = office.pk
    office.delete()
    page = strip_tags(browser(anna).get(LOG, headers={"accept-language": "ru"}).text)
    assert f"Подключение: № {gone}" in page


@pytest.mark.parametrize(("role", "status"), [("Operator", 403), ("Supervisor", 403), ("Administrator", 200)])
def test_only_administrators_read_it(make_person: Callable[..., User], role: str, status: int) -> None:
    assert browser(make_person("anna", role)).get(LOG).status_code == status


def test_it_is_kept_as_long_as_its_own_setting_says(settings: Any) -> None:
    settings.CHANGES_KEEP_DAYS = 10
    old, fresh = Team.objects.create(name="Old"), Team.objects.create(name="Fresh")
    LogEntry.objects.filter(object_pk=old.pk).update(timestamp=timezone.now() - timedelta(days=11))
    forget_sign_ins()
    assert [entry.object_pk for entry in LogEntry.objects.filter(content_type__model="team")] == [str(fresh.pk)]
