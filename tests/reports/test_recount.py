"""Every figure equals a plain recount over the events: at edges of days, where clocks change, before and after days are
summed, and when calls change behind a sum."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telephony.models import CallSum, Connection, Schedule
from telephony.models.schedule import WEEKDAYS
from telephony.reports import tables
from telephony.reports.figures import Figures, read_figures, read_summary
from telephony.reports.period import Period
from telephony.reports.sums import sum_due, wrong_days
from tests.reports.calls import Played, play, played_calls
from tests.reports.recount import recounted

OFFICE = ZoneInfo("Europe/Moscow")
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
@pytest.mark.usefixtures("anna", "boris")
def test_every_figure_equals_a_recount(name: str, day: date, connection: Connection, owner: Any) -> None:
    zone = ZoneInfo(name.split(" ", maxsplit=1)[0])
    Schedule.objects.create(
        name="Office", time_zone=OFFICE.key, is_default=True, **dict.fromkeys(WEEKDAYS, "09:00-18:00")
    )
    midnights = [datetime.combine(day + timedelta(days=more), datetime.min.time(), tzinfo=zone) for more in (0, 1, 2)]
    calls = played_calls([moment.astimezone(UTC) for moment in midnights])

    @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
    @given(calls, calls, st.sampled_from([1, 2, 5]))
    def check(first: list[Played], later: list[Played], days: int) -> None:
        with transaction.atomic():
            period = Period(first=day - timedelta(days=1), last=day + timedelta(days=days - 2), zone=zone)
            play(connection, first)
            sum_due(now=LATER)
            assert CallSum.objects.exists()
            _compare(owner, period)
            # These come into days that are summed already.
            play(connection, [*first, *later])
            _compare(owner, period)
            sum_due(now=LATER)
            assert not list(wrong_days())
            _compare(owner, period)
            transaction.set_rollback(True)

    check()


def _compare(owner: Any, period: Period) -> None:
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
