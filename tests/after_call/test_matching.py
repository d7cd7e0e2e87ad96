"""Which rule fits which call."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from telephony.domain.after_call import filled, unknown_placeholders
from telephony.models import CallRule, Line, RuleRun, Schedule
from tests.after_call.making import make_rule, work
from tests.missed.company import Company
from tests.telephony.factories import make_contact
from tests.telephony.messages import CLIENT, OUR_NUMBER, START

NIGHT = 12 * 3600
"""In seconds after START, which is at 13 o'clock in Moscow, on a Monday."""
MISSED, ANSWERED, REACHED, NOT_REACHED = "missed", "answered", "reached", "not_reached"


def play(company: Company, kind: str, second: float = 0) -> None:
    talk = 60 if kind in (ANSWERED, REACHED) else None
    if kind in (MISSED, ANSWERED):
        company.sends(company.call(second, talk=talk))
    else:
        company.calls(second, talk=talk)


@pytest.mark.parametrize("kind", [MISSED, ANSWERED, REACHED, NOT_REACHED])
@pytest.mark.parametrize("wanted", [MISSED, ANSWERED, REACHED, NOT_REACHED])
def test_a_rule_acts_after_calls_that_ended_so(company: Company, kind: str, wanted: str) -> None:
    make_rule(wanted, task_title="Look")
    play(company, kind)
    assert RuleRun.objects.count() == (kind == wanted)


@pytest.mark.parametrize(("is_known", "at_night"), [(True, True), (True, False), (False, True), (False, False)])
@pytest.mark.parametrize("who", ["anybody", "known", "unknown"])
@pytest.mark.parametrize("hours", ["any", "in", "outside"])
def test_client_and_hours(  # noqa: PLR0917
    company: Company, clock: Any, who: str, hours: str, is_known: bool, at_night: bool
) -> None:
    week = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "9-18")
    Schedule.objects.create(name="Office", is_default=True, **week)
    if is_known:
        make_contact(f"+{CLIENT}")
    make_rule(who=who, hours=hours)
    clock.shift(NIGHT)
    play(company, MISSED, NIGHT if at_night else 0)
    fits = (who == "anybody" or (who == "known") == is_known) and (hours == "any" or (hours == "outside") == at_night)
    assert RuleRun.objects.count() == fits


def test_a_number_of_two_contacts_is_known(company: Company) -> None:
    make_contact(f"+{CLIENT}")
    make_contact(f"+{CLIENT}", "Пётр Петров")
    make_rule(who="unknown")
    known = make_rule(who="known")
    play(company, MISSED)
    assert [run.rule for run in RuleRun.objects.all()] == [known]


@pytest.mark.parametrize(
    ("connection", "line", "fits"),
    [("sipuni", "", True), ("mobilon", "", False), ("sipuni", OUR_NUMBER, True), ("sipuni", "78005553535", False)],
)
def test_connection_and_our_number(company: Company, connection: str, line: str, fits: bool) -> None:
    place = company.at(connection)
    row = Line.objects.create(connection=place, number=line, label="x") if line else None
    make_rule(connection=place, line=row)
    play(company, MISSED)
    assert RuleRun.objects.exists() == fits


@pytest.mark.parametrize("switched_on", [None, START + timedelta(minutes=1)])
def test_not_after_calls_from_before_it_was_switched_on(company: Company, switched_on: Any) -> None:
    rule = make_rule()
    CallRule.objects.filter(pk=rule.pk).update(enabled=switched_on is not None, enabled_at=switched_on)
    play(company, MISSED)
    assert not RuleRun.objects.exists()


def test_not_after_a_call_that_a_list_brings_days_later(company: Company, clock: Any) -> None:
    make_rule()
    clock.shift(timedelta(days=3))
    play(company, MISSED)
    assert not RuleRun.objects.exists()


def test_switching_it_off_and_on_begins_anew(company: Company) -> None:
    rule = make_rule()
    rule.refresh_from_db()
    rule.enabled = False
    rule.save()
    assert rule.enabled_at is None
    rule.enabled = True
    rule.save()
    play(company, MISSED)
    work()
    assert rule.enabled_at == START + timedelta(hours=1)
    assert not RuleRun.objects.exists()


def test_placeholders() -> None:
    assert filled("{client}: {number} {x}", {"client": "Иван", "number": "{client}"}) == "Иван: {client} {x}"
    assert unknown_placeholders("{client} {name} { }") == ["name", " "]
