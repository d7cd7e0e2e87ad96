"""Sums of weeks: read for long periods, gone with the first of their days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from telephony.models import Call, Connection, PeopleWeek
from telephony.reports import facts, people_sums, people_weeks, sums
from telephony.reports.figures import Figures, read_figures, read_summary
from telephony.reports.period import Period
from tests.reports.calls import Played, play

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAYS = 17
"""From a Monday on: two weeks of seven days from a Thursday on lie in them."""
PERIOD = Period(first=NOON.date(), last=NOON.date() + timedelta(days=DAYS - 1), zone=UTC)
IN_THE_FIRST, IN_NONE = 3, 0


def _sum() -> int:
    now = NOON + timedelta(days=DAYS + 3)
    sums.sum_due(now=now)
    people_sums.sum_due(now=now)
    return people_weeks.sum_due()


@pytest.fixture
def calls(connection: Connection, anna: Any, olga: Any) -> list[Call]:
    """One a day."""
    made = play(connection, [Played(at=NOON + timedelta(days=day)) for day in range(DAYS)])
    assert _sum() == 4  # Two of Anna, who sees her own, and two of the team.
    return made


def _plus_a_thousand() -> None:
    for row in PeopleWeek.objects.all():
        for kind in ("quarter", "connection"):
            value, counts = next(iter(row.sums[kind].items()))
            row.sums[kind][value] = [1000 + counts[0], *counts[1:]]
        row.save()


def test_a_long_period_is_read_of_weeks_and_the_days_around_them(calls: list[Call], olga: Any) -> None:
    before = read_figures(olga, PERIOD, parts=("person", "line"))
    assert before.total.calls == DAYS
    assert [counts.calls for counts in before.by_day.values()] == [1] * DAYS
    PeopleWeek.objects.all().delete()
    assert read_figures(olga, PERIOD, parts=("person", "line")) == before
    _sum()
    _plus_a_thousand()
    assert read_figures(olga, PERIOD).total.calls == read_summary(olga, PERIOD).total.calls == 2000 + DAYS


def test_part_of_a_week_is_read_of_days(calls: list[Call], olga: Any) -> None:
    _plus_a_thousand()
    part = Period(first=NOON.date() + timedelta(days=4), last=NOON.date() + timedelta(days=12), zone=UTC)
    assert read_figures(olga, part).total.calls == 9


def test_who_lives_half_an_hour_off_has_the_right_hours(calls: list[Call], olga: Any) -> None:
    _plus_a_thousand()
    zone = Period(first=PERIOD.first, last=PERIOD.last, zone=ZoneInfo("Asia/Kolkata"))
    found: Figures = read_figures(olga, zone)
    assert {hour: counts.calls for hour, counts in found.by_hour.items() if counts.calls} == {17: DAYS}


def _changes_hands(call: Call) -> None:
    facts.charge(call_pk=call.pk, user_pk=None)


def _leaves_its_day(call: Call) -> None:
    facts.drop_sums(call_pk=call.pk)


@pytest.mark.parametrize("happens", [_changes_hands, _leaves_its_day])
def test_what_changes_a_day_takes_its_week_out_at_once(
    calls: list[Call], olga: Any, happens: Callable[[Call], None]
) -> None:
    _plus_a_thousand()
    happens(calls[IN_NONE])
    assert read_figures(olga, PERIOD).total.calls == 2000 + DAYS
    happens(calls[IN_THE_FIRST])
    assert read_figures(olga, PERIOD).total.calls == 1000 + DAYS
    assert _sum() == 2
    assert read_figures(olga, PERIOD).total.calls == 1000 + DAYS


def test_a_wrong_week_is_found_and_mended(calls: list[Call]) -> None:
    call_command("reports", "--check")
    _plus_a_thousand()
    with pytest.raises(CommandError, match="2 days' sums"):
        call_command("reports", "--check")
    call_command("reports", "--rebuild")
    assert _sum() == 4
    call_command("reports", "--check")
