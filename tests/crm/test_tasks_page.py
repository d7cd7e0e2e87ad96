"""Tasks: whose, how urgent, ticked off and opened again."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from crm.models import Company, Task
from crm.templatetags.crm_desk import day_and_time
from crm.views.badges import tasks_due
from telephony.models import Team
from tests.crm.desk import HTMX, browser, member, vasya

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("moscow")]

NOON = datetime(2026, 11, 21, 9, tzinfo=UTC)
"""In Moscow."""
PAGE = "/crm/tasks/"


@pytest.fixture
def moscow(settings: Any) -> None:
    """Whatever zone the environment says."""
    settings.TIME_ZONE = "Europe/Moscow"


@pytest.fixture
def anna() -> User:
    return member("Administrator", "anna", first_name="Анна", last_name="Орлова")


@pytest.fixture
def client(anna: User) -> Client:
    return browser(anna)


def task(title: str, user: User | None, hours: float = 1, **more: Any) -> Task:
    return Task.objects.create(title=title, assignee=user, due_at=timezone.now() + timedelta(hours=hours), **more)


def shown(client: Client, **query: Any) -> dict[str, list[str]]:
    sections = client.get(PAGE, query, headers=HTMX).context["sections"]
    return {section.key: [task.title for task in section.tasks] for section in sections}


def test_open_ones_stand_by_urgency_and_done_ones_latest_first(anna: User) -> None:
    with time_machine.travel(NOON, tick=False):
        client = browser(anna)
        for title, hours in (("later", 13), ("tonight", 11.9), ("late", -1), ("now", 0), ("very late", -50)):
            task(title, anna, hours)
        task("done", anna, -2, done_at=NOON - timedelta(hours=1))
        task("done before", anna, -2, done_at=NOON - timedelta(hours=2))
        expected = {"overdue": ["very late", "late"], "today": ["now", "tonight"], "later": ["later"]}
        assert shown(client) == expected
        assert shown(client, done=1) == {"done": ["done", "done before"]}
        request = RequestFactory().get("/")
        request.user = anna
        assert tasks_due(request) == "4"


def test_mine_the_teams_and_everybodys(client: Client, anna: User) -> None:
    boris, zoya = member("Operator", "boris"), member("Operator", "zoya")
    for user in (anna, boris, zoya, None):
        task(str(user), user)
    assert "My team" not in client.get(PAGE).text
    Team.objects.create(name="Sales").members.set([anna, boris])
    assert "My team" in client.get(PAGE).text
    titles = {}
    for whose in ("mine", "team", "all", "x"):
        titles[whose] = sorted(title for section in shown(client, whose=whose).values() for title in section)
    assert titles == {
        "mine": ["anna"],
        "team": ["anna", "boris"],
        "all": ["None", "anna", "boris", "zoya"],
        "x": ["anna"],
    }


def test_where_nothing_is_to_be_done_it_says_so(client: Client) -> None:
    assert "Nothing to do" in client.get(PAGE).text
    assert "Nothing is done yet" in client.get(PAGE, {"done": "1"}).text
    request = RequestFactory().get("/")
    request.user = User.objects.get(username="anna")
    assert tasks_due(request) == ""


def test_a_long_list_goes_on(client: Client, anna: User) -> None:
    for number in range(60):
        task(str(number), anna, 48 + number)
    assert len(shown(client)["later"]) == 15
    assert "limit=30" in client.get(PAGE).text
    assert len(shown(client, limit=100)["later"]) == 60
    assert len(shown(client, limit="x")["later"]) == 15


def test_a_task_is_ticked_off_and_opened_again(client: Client, anna: User) -> None:
    row = task("x", anna, contact=vasya(company="Рога"))
    done = reverse("crm:task-done", args=[row.pk])
    response = client.post(f"{done}?owner=1", {"done": "1"})
    assert json.loads(response.headers["HX-Trigger"]) == {"crm-ticked": {"task": row.pk}}
    assert "Вася Пупкин" in response.text
    row.refresh_from_db()
    assert (row.done_by, row.done_at is not None) == (anna, True)
    first = row.done_at
    browser(member("Operator")).post(done, {"done": "1"})
    row.refresh_from_db()
    assert (row.done_by, row.done_at) == (anna, first)
    client.post(done, {"done": "0"})
    row.refresh_from_db()
    assert (row.done_by, row.done_at) == (None, None)


def test_a_task_is_changed_in_its_place_and_deleted(client: Client, anna: User) -> None:
    row = task("x", anna)
    edit = reverse("crm:task-edit", args=[row.pk])
    assert 'value="x"' in client.get(edit).text
    assert "This field is required." in client.post(edit, {"title": ""}).text
    fields = {"title": "y", "due_at": "2030-01-02T10:00", "kind": "call_back", "assignee": ""}
    response = client.post(edit, fields)
    assert json.loads(response.headers["HX-Trigger"]) == {"crm-saved": {"task": row.pk}}
    row.refresh_from_db()
    assert (str(row), row.kind, row.assignee) == ("y", "call_back", None)
    assert "y" in client.get(reverse("crm:task", args=[row.pk])).text
    assert client.post(reverse("crm:task-delete", args=[row.pk])).content == b""
    assert not Task.objects.exists()


def test_a_task_is_for_a_contact_or_for_a_company(client: Client) -> None:
    contact, company = vasya(), Company.objects.create(name="Рога")
    address = f"{reverse('crm:card-task')}?contact={contact.pk}&company={company.pk}"
    fields = {"title": "x", "due_at": "2030-01-02T10:00"}
    assert "not for both" in client.post(address, fields).text
    client.post(f"{reverse('crm:card-task')}?company={company.pk}", fields)
    assert company.tasks.get().title == "x"
    assert "x" in client.get(reverse("crm:company-tasks", args=[company.pk])).text
    callback = client.get(f"{reverse('crm:card-callback')}?company={company.pk}")
    assert "Call back: Рога" in callback.text


def test_moments_are_told_as_people_say_them() -> None:
    with time_machine.travel(NOON, tick=False):
        told = [day_and_time(NOON + timedelta(hours=hours)) for hours in (0, 12, -24, -48)]
    assert told == ["today 12:00", "tomorrow 00:00", "yesterday 12:00", "11/19/2026 12:00"]
    assert day_and_time(None) == ""
