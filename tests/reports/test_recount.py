"""Every figure equals a plain recount over the events: at edges of days, where clocks change, before and after days are
summed, when calls change behind a sum; for the owner, and for who sees the calls of a team or their own."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telephony.calls.access import visible_missed
from telephony.models import CallSum, Connection, PeopleDay, Schedule, Team
from telephony.models.schedule import WEEKDAYS
from telephony.reports import people_sums, people_weeks, tables
from telephony.reports.figures import Clients, Figures, read_clients, read_figures, read_summary
from telephony.reports.period import Period
from telephony.reports.sums import sum_due, wrong_days
from tests.desk.people import employee, person
from tests.reports.calls import Played, play, played_calls
from tests.reports.recount import percentile, recounted
from tests.rounds import rounds

OFFICE = ZoneInfo("Europe/Moscow")
Seers = list[tuple[Any, set[str]]]
"""Who sees the calls of some people only, and on which phones those are."""
LATER = datetime(2027, 1, 1, tzinfo=UTC)
"""All days are over by then."""
ZONES = {
    "Europe/Moscow": date(2026, 3, 2),
    "Europe/Berlin in spring": date(2026, 3, 29),
    "Europe/Berlin in autumn": date(2026, 10, 25),
    "Australia/Lord_Howe in spring": date(2026, 10, 4),
    "Australia/Lord_Howe in autumn": date(2026, 4, 5),
    "Asia/Kathmandu": date(2026, 3, 2),
    "America/Havana": date(2026, 11, 1),
}


@pytest.mark.parametrize(("name", "day"), ZONES.items())
def test_every_figure_equals_a_recount(name: str, day: date, connection: Connection, owner: Any, seers: Seers) -> None:
    zone = ZoneInfo(name.split(" ", maxsplit=1)[0])
    Schedule.objects.create(
        name="Office", time_zone=OFFICE.key, is_default=True, **dict.fromkeys(WEEKDAYS, "09:00-18:00")
    )
    midnights = [
        datetime.combine(day + timedelta(days=more), datetime.min.time(), tzinfo=zone) for more in (0, 1, 2, 7, 13)
    ]
    calls = played_calls([moment.astimezone(UTC) for moment in midnights])

    @settings(max_examples=rounds(2, full=6), deadline=None, suppress_health_check=list(HealthCheck))
    @given(calls, calls, st.sampled_from([1, 2, 16]))
    def check(first: list[Played], later: list[Played], days: int) -> None:
        with transaction.atomic():
            period = Period(first=day - timedelta(days=1), last=day + timedelta(days=days - 2), zone=zone)
            play(connection, first)
            sum_due(now=LATER)
            people_sums.sum_due(now=LATER)
            people_weeks.sum_due()
            assert CallSum.objects.exists()
            assert PeopleDay.objects.exists()
            _compare(owner, period, seers)
            # These come into days that are summed already.
            play(connection, [*first, *later])
            _compare(owner, period, seers)
            sum_due(now=LATER)
            _compare(owner, period, seers)
            people_sums.sum_due(now=LATER)
            people_weeks.sum_due()
            assert not [*wrong_days(), *people_sums.wrong_days(), *people_weeks.wrong_days()]
            _compare(owner, period, seers)
            transaction.set_rollback(True)

    check()


@pytest.fixture
def seers(connection: Connection, anna: Any, boris: Any) -> Seers:
    """An employee; a supervisor whose team is Anna and herself; one of both teams, whose calls have both in them."""
    olga, vera = person("olga", "see_team_calls"), person("vera", "see_team_calls")
    employee(connection, "clara", "103")
    Team.objects.create(name="Sales").members.set([anna, olga, vera])
    Team.objects.create(name="Service").members.set([boris, vera])
    return [(anna, {"101"}), (boris, {"102"}), (olga, {"101"}), (vera, {"101", "102"})]


def _compare(owner: Any, period: Period, seers: Seers) -> None:
    _compare_all(owner, period)
    for user, phones in seers:
        told = _told(read_figures(user, period))
        expected = recounted(period.first, period.last, period.zone, OFFICE, phones)
        assert {name: told[name] for name in expected} == expected
        assert read_clients(user, period) == _plain(user, period), user


def _plain(user: Any, period: Period) -> Clients:
    """Item by item, each of which was looked up by itself."""
    items = [item for item in visible_missed(user) if period.begin <= item.first_at < period.end]
    took = sorted(int((item.closed_at - item.first_at).total_seconds()) for item in items if item.state == "returned")
    return Clients(
        missed=len(items),
        returned=len(took),
        waiting=len([item for item in items if item.state not in ("returned", "closed")]),
        closed=len([item for item in items if item.state == "closed"]),
        half_within=percentile(took, 50),
        most_within=percentile(took, 90),
    )


def _compare_all(owner: Any, period: Period) -> None:
    expected = recounted(period.first, period.last, period.zone, OFFICE)
    figures = read_figures(owner, period, parts=tables.PARTS)
    assert _told(figures) == expected
    total = figures.total
    for table in tables.breakdowns(figures, period):
        assert sum(row.counts.calls for row in table.rows) == total.calls, table.name
        assert sum(row.counts.talk_seconds for row in table.rows) == total.talk_seconds, table.name
    summary = read_summary(owner, period)
    assert (summary.total, summary.waits, summary.clients) == (total, figures.waits, figures.clients)


def _told(figures: Figures) -> dict[str, Any]:
    total, clients = figures.total, figures.clients
    names = ("calls", "incoming", "answered", "missed", "missed_outside", "outgoing", "reached", "talk_seconds")
    week = {place: counts.missed + counts.missed_outside for place, counts in figures.by_weekday_hour.items()}
    return {
        **{name: getattr(total, name) for name in names},
        "median_wait": figures.waits.median,
        "wait_of_nine_in_ten": figures.waits.within(90),
        "quick": figures.answered_quickly,
        "service_level": figures.service_level,
        "by_day": {day: counts.calls for day, counts in figures.by_day.items()},
        "by_hour": {hour: counts.calls for hour, counts in figures.by_hour.items()},
        "missed_by_weekday_hour": {place: missed for place, missed in week.items() if missed},
        "clients": clients.missed,
        "returned": clients.returned,
        "not_returned": clients.not_returned,
        "half_within": clients.half_within,
        "most_within": clients.most_within,
    }
