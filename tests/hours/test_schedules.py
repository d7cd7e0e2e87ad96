"""Whose hours count, what a calendar changes, and the page on which both are set up."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import translation

from telephony.admin.schedules import state_in_words
from telephony.domain.hours import ALWAYS, CLOSED, is_working, write_spans
from telephony.hours import russia
from telephony.hours.selectors import hours_for, schedule_for
from telephony.models import Calendar, Connection, Line, Schedule, SpecialDay, Team

pytestmark = pytest.mark.django_db
ADD = "/admin/telephony/schedule/add/"
OFFICE = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "9-18")
NO_DAYS = {"days-TOTAL_FORMS": "0", "days-INITIAL_FORMS": "0"}


@pytest.fixture
def connection() -> Connection:
    return Connection.objects.create(vendor="sipuni", name="Office")


@pytest.fixture
def calendar() -> Calendar:
    calendar = Calendar.objects.create(name="Ours")
    days = (SpecialDay(calendar=calendar, day=day, kind=kind, name=why) for day, kind, why in russia.days())
    SpecialDay.objects.bulk_create(days)
    return calendar


@pytest.fixture
def administrator(client: Client) -> Client:
    user = User.objects.create(username="boss", is_staff=True)
    user.groups.add(Group.objects.get(name="Administrator"))
    client.force_login(user)
    return client


def test_the_nearest_schedule_counts(connection: Connection) -> None:
    made = {name: Schedule.objects.create(name=name) for name in ("all", "connection", "line", "team")}
    Schedule.objects.filter(name="all").update(is_default=True)
    line = Line.objects.create(connection=connection, number="+7 495 123-45-67", label="Advertising")
    team = Team.objects.create(name="Sales")
    made["connection"].connections.add(connection)
    made["line"].lines.add(line)
    made["team"].teams.add(team)
    asked = {
        "all": {},
        "connection": {"connection_id": connection.pk, "our_number": "+74950000000"},
        "line": {"connection_id": connection.pk, "our_number": "84951234567"},
        "team": {"connection_id": connection.pk, "our_number": "84951234567", "team_id": team.pk},
    }
    assert {name: str(schedule_for(**facts)) for name, facts in asked.items()} == {name: name for name in asked}


def test_without_a_schedule_somebody_is_always_there(connection: Connection) -> None:
    assert hours_for(connection_id=connection.pk) == ALWAYS
    assert is_working(ALWAYS, datetime(2026, 1, 1, 3, tzinfo=UTC))


def test_a_calendar_closes_shortens_and_a_schedule_knows_better(calendar: Calendar) -> None:
    schedule = Schedule.objects.create(name="Office", calendar=calendar, **OFFICE)
    SpecialDay.objects.create(schedule=schedule, day=date(2026, 6, 12), kind="hours", times="10-14")
    hours = schedule.hours()
    told = {day: write_spans(hours.of_day(date(2026, 6, day))) for day in (10, 11, 12, 13, 15)}
    assert told == {10: "09:00–18:00", 11: "09:00–17:00", 12: "10:00–14:00", 13: "", 15: "09:00–18:00"}
    assert write_spans(hours.of_day(date(2025, 11, 1))) == "09:00–17:00", "a Saturday that was worked"


@pytest.mark.parametrize("year", [2025, 2026])
def test_russia_works_as_many_days_as_its_production_calendar_says(calendar: Calendar, year: int) -> None:
    hours = Schedule.objects.create(name="Office", calendar=calendar, **OFFICE).hours()
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(365)]
    assert sum(hours.of_day(day) != CLOSED for day in days) == 247


def closed_words(schedule: Schedule, language: str) -> str:
    with translation.override(language):
        return state_in_words(schedule, datetime(2026, 3, 14, 12, tzinfo=UTC))  # A Saturday.


def test_an_administrator_sets_up_the_office(administrator: Client, connection: Connection) -> None:
    calendar, _ = Calendar.objects.get_or_create(name=russia.NAME)  # A test that empties all tables may be before.
    offered = administrator.get(ADD).context["adminform"].form.initial
    assert (offered["monday"], offered["is_default"], offered["calendar"]) == ("09:00–18:00", True, calendar)
    posted = {"name": "Office", "time_zone": "Europe/Moscow", "connections": connection.pk, **OFFICE, **NO_DAYS}
    assert administrator.post(ADD, posted).status_code == 302
    made = Schedule.objects.get()
    page = administrator.get(f"/admin/telephony/schedule/{made.pk}/change/").content.decode()
    assert page.count("tel-week-open") == 5
    assert closed_words(made, "en").startswith("Closed now, opens on Mon, ")
    assert closed_words(made, "ru").startswith("Сейчас закрыто, откроется: пн, ")
    listed = administrator.get("/admin/telephony/schedule/").content.decode()
    assert "Mon–Fri 9-18" in listed


@pytest.mark.parametrize(
    ("field", "value"),
    [("monday", "nine to five"), ("time_zone", "Moscow"), ("connections", "taken"), ("is_default", "on"), ("name", "")],
)
def test_what_can_t_be_is_refused_at_its_field(
    administrator: Client, connection: Connection, field: str, value: str
) -> None:
    other = Schedule.objects.create(name="Other", is_default=True)
    other.connections.add(connection)
    posted = {"name": "Office", "time_zone": "Europe/Moscow", **OFFICE, **NO_DAYS}
    answer = administrator.post(ADD, {**posted, field: connection.pk if value == "taken" else value})
    assert list(answer.context["adminform"].form.errors) == [field]
    assert Schedule.objects.count() == 1
