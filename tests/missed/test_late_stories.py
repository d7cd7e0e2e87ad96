"""Stories in which people, contacts and hours change while a client waits."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth.models import Group

from crm.models import Contact, ContactPhone
from crm.services import add_contact
from crm.services.merging import merge_contacts
from telephony.domain.events import CallStatus
from telephony.missed import deciding, story
from telephony.missed.presenting import rows_of
from telephony.models import MissedItem, MissedRule, Schedule, Team
from telephony.models.schedule import WEEKDAYS
from tests.keeping.erased import erase
from tests.missed.company import OTHER, Company, lives, told
from tests.telephony.factories import make_user
from tests.telephony.messages import CLIENT, START, at

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = 60, 3600, 86400
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(autouse=True)
def clock(db: None) -> Any:
    with time_machine.travel(at(10 * MINUTE), tick=False) as traveller:
        yield traveller


def state() -> list[tuple[str | None, str, int, str | None]]:
    return [(one["contact"], one["state"], one["attempts"], one["assignee"]) for one in told()]


def berlin(text: str, *, fold: int = 0) -> datetime:
    return datetime.strptime(f"2024-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=BERLIN, fold=fold)


def test_contacts_are_merged_while_somebody_has_one_of_them(company: Company) -> None:
    vasya, petya = add_contact(name="Вася", phones=[CLIENT]), add_contact(name="Петя", phones=[OTHER])
    company.misses(0)
    company.misses(MINUTE, client=OTHER)
    anna = make_user("anna")
    deciding.take(item=MissedItem.objects.get(contact=petya), user=anna)
    merge_contacts(winner_pk=vasya.pk, loser_pk=petya.pk, user=anna)
    assert state() == [("Вася", "taken", 2, "anna")]
    company.calls(HOUR)
    assert lives() == ["returned 2"]


def test_a_talk_and_a_ghost_after_it(company: Company) -> None:
    company.misses(0)
    company.calls(MINUTE)
    company.calls(5 * MINUTE, talk=3)
    assert (lives(), MissedItem.objects.get().callbacks) == (["returned 1"], 0)


def test_an_order_that_fails_late_is_an_attempt(company: Company) -> None:
    company.misses(0)
    company.calls(MINUTE, talk=None, status=CallStatus.FAILED)
    assert (lives(), MissedItem.objects.get().callbacks) == (["open 1"], 1)


def test_a_client_of_two_companies_lines_waits_once(company: Company) -> None:
    """The number that they called last is the one to call back from."""
    company.misses(0, our_number="74951234567")
    company.misses(MINUTE, "wirecrm", our_number="78432000000")
    (item,) = told()
    assert (item["attempts"], item["our_number"][-10:]) == (2, "8432000000")
    assert item["connection"] == company.at("wirecrm").pk


def test_a_connection_is_switched_off_while_a_client_waits(company: Company) -> None:
    company.misses(0)
    connection = company.at("sipuni")
    connection.enabled = False
    connection.save()
    assert lives() == ["open 1"]
    company.calls(MINUTE, "xvb")
    assert lives() == ["returned 1"]


def test_of_two_contacts_with_one_number_one_is_deleted(company: Company) -> None:
    """From then on the number is the other one's."""
    first, _second = add_contact(name="Вася", phones=[CLIENT]), add_contact(name="Петя", phones=[CLIENT, OTHER])
    company.misses(0)
    assert state() == [(None, "open", 1, "of-101")]
    first.delete()
    company.misses(MINUTE, client=OTHER)
    company.misses(2 * MINUTE)
    assert state() == [("Петя", "open", 3, "of-101")]


def test_the_number_of_two_contacts_is_erased(company: Company) -> None:
    add_contact(name="Вася", phones=[CLIENT])
    add_contact(name="Петя", phones=[CLIENT, OTHER])
    company.misses(0)
    company.misses(MINUTE, client=OTHER)
    deciding.take(item=MissedItem.objects.get(client_key=f"+{CLIENT}"), user=make_user("anna"))
    erase(CLIENT)
    assert [(one["client_e164"], one["state"]) for one in told()] == [(f"+{OTHER}", "open")]


def test_a_phone_moves_to_another_contact(company: Company, django_capture_on_commit_callbacks: Any) -> None:
    vasya, petya = add_contact(name="Вася", phones=[CLIENT]), add_contact(name="Петя", phones=[OTHER])
    company.misses(0)
    company.misses(MINUTE, client=OTHER)
    deciding.take(item=MissedItem.objects.get(contact=vasya), user=make_user("anna"))
    with django_capture_on_commit_callbacks(execute=True):
        ContactPhone.objects.filter(contact=vasya).delete()
        ContactPhone.objects.create(contact=petya, raw=CLIENT)
    company.misses(2 * MINUTE)
    assert state() == [("Петя", "taken", 3, "anna")]
    assert Contact.objects.count() == 2


def test_a_team_without_hours_has_the_company_s(company: Company) -> None:
    """Second 0 is a Monday, 13:00 in Moscow."""
    team = Team.objects.create(name="Support")
    MissedRule.objects.create(way="rang", team=team, minutes=60)
    Schedule.objects.create(name="Office", is_default=True, **dict.fromkeys(WEEKDAYS, "9-18"))
    company.misses(10 * HOUR)
    assert MissedItem.objects.get().due_at == datetime(2024, 1, 30, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "missed_at", "due"),
    [
        ("0-24", berlin("03-31 01:45"), berlin("03-31 03:15")),  # 2:00 to 3:00 is left out.
        ("0-24", berlin("10-27 02:45"), berlin("10-27 02:15", fold=1)),  # It comes twice.
        ("9-18", berlin("03-30 19:00"), berlin("03-31 09:30")),
        ("9-18", berlin("10-26 19:00"), berlin("10-27 09:30")),
    ],
)
def test_deadlines_where_clocks_change(
    company: Company, clock: time_machine.Traveller, hours: str, missed_at: datetime, due: datetime
) -> None:
    """Half an hour of work after the first attempt, by the clock on the wall."""
    Schedule.objects.create(name="Berlin", time_zone=BERLIN.key, is_default=True, **dict.fromkeys(WEEKDAYS, hours))
    second = (missed_at - START).total_seconds()
    clock.move_to(at(second + MINUTE))
    company.misses(second)
    assert MissedItem.objects.get().due_at == due.astimezone(UTC)


def test_who_was_talking_on_another_line_is_not_said_to_have_called_again(company: Company) -> None:
    """The talk is told though it began before the call that was missed."""
    company.answers(0, talk=300)
    company.misses(30, "mobilon")
    chief = make_user("chief")
    chief.groups.add(Group.objects.get(name="Administrator"))
    item = MissedItem.objects.get()
    assert [step.call.outcome for step in story.of(item, chief) if step.call] == ["answered", "missed"]
    [row] = rows_of([item], chief, at(10 * MINUTE))
    assert (row.over.split(", ")[0], row.over.split(", ")[-1]) == ("was talking with us meanwhile", "at once")
