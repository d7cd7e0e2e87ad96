"""Figures of generated calls at the edges of days, in several zones and where clocks change, against a plain count."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telephony.models import CallFact, Connection, MissedRang, Schedule
from telephony.reports.counts import Times
from telephony.reports.facts import source_of
from telephony.reports.figures import read_figures, read_summary
from telephony.reports.period import Period
from tests.reports.calls import Played, counted, phones_of, play, played_calls

AN_EVENING = datetime(2026, 3, 2, 9, tzinfo=UTC)
ZONES = {
    # The zone, and a day that begins or ends otherwise than others there.
    "Europe/Moscow": date(2026, 3, 2),
    "Europe/Berlin": date(2026, 3, 29),
    "America/New_York": date(2026, 11, 1),
    "America/Sao_Paulo": date(2018, 11, 4),  # Without a midnight.
    "America/Havana": date(2026, 11, 1),  # With two.
    "Australia/Lord_Howe": date(2026, 4, 5),  # Half an hour.
    "Asia/Kathmandu": date(2026, 3, 2),  # 5:45 from UTC.
}


@pytest.mark.parametrize(("name", "day"), ZONES.items())
@pytest.mark.usefixtures("connection")
def test_they_equal_a_plain_count(name: str, day: date, anna: Any, boris: Any, owner: Any) -> None:
    connection = Connection.objects.get()
    zone = ZoneInfo(name)
    midnights = [datetime.combine(day + timedelta(days=more), datetime.min.time(), tzinfo=zone) for more in (0, 1)]

    @settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
    @given(played_calls([moment.astimezone(UTC) for moment in midnights]), st.sampled_from([1, 2]))
    def check(calls: list[Played], days: int) -> None:
        with transaction.atomic():
            play(connection, calls)
            period = Period(first=day, last=day + timedelta(days=days - 1), zone=zone)
            _compare(owner, period, calls)
            _compare(owner, period.before, calls)
            for person, phone in ((anna, "101"), (boris, "102")):
                _compare(person, period, [one for one in calls if phone in phones_of(one)])
            transaction.set_rollback(True)

    check()


def _compare(user: Any, period: Period, calls: list[Played]) -> None:
    expected = counted(calls, period.first, period.last, period.zone)
    found = read_figures(user, period)
    names = ("calls", "incoming", "answered", "missed", "outgoing", "reached", "talk_seconds")
    of_all = {name: getattr(found.total, name) for name in names}
    by_hour = {hour: counts.calls for hour, counts in found.by_hour.items()}
    times = {"median_wait": found.waits.median, "quick": found.answered_quickly, "by_hour": by_hour}
    assert {**of_all, **times} == expected
    assert read_summary(user, period).total == found.total
    for day, counts in found.by_day.items():
        assert counts.calls == counted(calls, day, day, period.zone)["calls"]
    assert sum(counts.calls for counts in found.by_weekday_hour.values()) == found.total.calls


def test_missed_outside_working_hours_is_a_figure_of_its_own(connection: Connection, anna: Any, owner: Any) -> None:
    Schedule.objects.create(name="Office", time_zone="UTC", is_default=True, monday="09:00-18:00")
    play(connection, [Played(at=AN_EVENING + timedelta(hours=hours)) for hours in (-1, 0, 8, 9, 10)])
    period = Period(first=AN_EVENING.date(), last=AN_EVENING.date(), zone=UTC)
    total = read_figures(owner, period).total
    assert (total.incoming, total.missed, total.missed_outside) == (5, 2, 3)


def test_a_row_that_is_wrong_is_found_and_mended(
    connection: Connection, anna: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    play(connection, [Played(at=AN_EVENING), Played(at=AN_EVENING + timedelta(hours=1))])
    call_command("reports", "--check")
    first, second = CallFact.objects.order_by("pk")
    CallFact.objects.filter(pk=first.pk).update(wait_seconds=1, user=None)
    second.delete()
    with pytest.raises(CommandError, match="2 rows"):
        call_command("reports", "--check")
    call_command("reports", "--rebuild")
    call_command("reports", "--check")
    assert "user_id, wait_seconds" in capsys.readouterr().out


def test_whose_phones_rang_for_a_missed_client_is_compared_and_mended(
    connection: Connection, anna: Any, boris: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    play(connection, [Played(at=AN_EVENING, also="102")])
    rang = MissedRang.objects.order_by("user").values_list("user", flat=True)
    assert list(rang) == sorted([anna.pk, boris.pk])
    MissedRang.objects.filter(user=boris.pk).delete()
    with pytest.raises(CommandError, match="1 rows and 0 days"):
        call_command("reports", "--check")
    call_command("reports", "--rebuild")
    call_command("reports", "--check")
    assert list(rang) == sorted([anna.pk, boris.pk])
    assert "missed client" in capsys.readouterr().out


def test_a_percentile_is_a_time_that_was_measured() -> None:
    times = Times(of=Counter([5, 1, 9, 7]))
    assert [times.within(percent) for percent in (1, 25, 50, 90, 100)] == [1, 1, 5, 9, 9]
    assert Times(of=Counter()).median is None


@pytest.mark.parametrize(
    ("tracking", "expected"),
    [
        ({}, ""),
        ({"utm_source": " yandex "}, "yandex"),
        ({"utmString": "?utm_medium=cpc&utm_source=google"}, "google"),
        ({"roistat": "158921", "roistat_market": "vk"}, "vk"),
        ({"roistat": "158921"}, "Roistat"),
        ({"utmString": "utm_source=" + "a" * 300}, "a" * 100),
    ],
)
def test_the_source_of_a_client(tracking: dict[str, str], expected: str) -> None:
    assert source_of(tracking) == expected
