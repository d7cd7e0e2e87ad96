"""The figures of a period equal a plain count, for whoever asks, and what the reports say."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User

from telephony.models import Connection, ReportMail, Team
from telephony.reports.figures import read_figures as read_report
from telephony.reports.period import Period
from telephony.summary.figures import read_figures
from telephony.summary.mail.content import content_of
from tests.desk.people import person
from tests.summary.calls import counted, make_calls, told
from tests.summary.test_sending import Order

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Europe/Berlin")
BEGIN = datetime(2026, 3, 27, tzinfo=ZONE)
"""Two days later the clocks go forward."""
WEEK = Period(first=date(2026, 3, 23), last=date(2026, 3, 29), zone=ZONE)


@pytest.fixture
def made(connection: Connection, anna: Any, boris: Any) -> None:
    make_calls(connection, [anna, boris], begin=BEGIN, days=5, count=120)


def test_they_equal_a_plain_count_day_by_day(made: None, boris: Any, owner: Any) -> None:
    for number in range(26, 31):
        day = Period(first=date(2026, 3, number), last=date(2026, 3, number), zone=ZONE)
        assert told(read_figures(owner, day)) == counted(day.begin, day.end)
        assert told(read_figures(owner, day, [boris.pk])) == counted(day.begin, day.end, {boris.pk})


def test_nobody_sees_more_by_naming_others(made: None, anna: Any, boris: Any, olga: Any) -> None:
    assert read_figures(olga, WEEK, [boris.pk]).total.calls == 0
    assert read_figures(olga, WEEK, [anna.pk]).total == read_figures(olga, WEEK).total
    assert read_figures(person("stranger", "view_team"), WEEK).total.calls == 0


@pytest.mark.parametrize("period", ["day", "week"])
def test_a_mail_has_the_figures_of_the_report_of_its_reader(
    made: None, order: Order, olga: Any, owner: Any, period: str
) -> None:
    seen = []
    for user in (User.objects.get(username="anna"), olga, owner):
        subscription = order(user, period=period, time_zone="Europe/Berlin")
        content = content_of(ReportMail(subscription=subscription, day=date(2026, 3, 30)))
        days = WEEK if period == "week" else Period(first=WEEK.last, last=WEEK.last, zone=ZONE)
        report = read_report(user, days)
        assert told(content.figures) == told(report)
        assert told(content.before) == told(read_report(user, days.before))
        assert sum(bar.answered for bar in content.bars) == report.total.answered
        assert sum(bar.missed for bar in content.bars) == report.total.missed
        assert sum(bar.outside for bar in content.bars) == report.total.missed_outside
        assert sum(row.answered for row in content.people) == report.total.answered
        ends = [content.bars[0], content.bars[-1]] if period == "day" else []
        assert all(bar.answered or bar.missed or bar.outside for bar in ends), "hours from the first call to the last"
        seen.append(report.total.calls)
    assert 0 < seen[0] <= seen[1] < seen[2]


def test_a_mail_of_a_team_has_its_members_calls_alone(made: None, order: Order, boris: Any, owner: Any) -> None:
    team = Team.objects.create(name="Service")
    team.members.set([boris])
    content = content_of(ReportMail(subscription=order(owner, period="week", teams=[team]), day=date(2026, 3, 30)))
    zone = ZoneInfo("Europe/Moscow")
    begin = datetime(2026, 3, 23, tzinfo=zone)
    assert told(content.figures) == counted(begin, begin + timedelta(days=7), {boris.pk})
    assert [row.name for row in content.people] == ["Boris"]
