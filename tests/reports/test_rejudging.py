"""After working hours were changed, a worker judges what is behind by the new ones, and the page says so meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from telephony.jobs import Run
from telephony.models import Connection, HoursChange, Line, Schedule, SpecialDay
from telephony.models.schedule import WEEKDAYS
from telephony.reports import rebuilding, rejudging
from telephony.reports.figures import read_figures
from telephony.reports.period import Period
from telephony.reports.sums import sum_due
from tests.reports.calls import Played, play

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAYS = Period(first=NOON.date(), last=NOON.date() + timedelta(days=3), zone=UTC)


@pytest.fixture
def office(connection: Connection, anna: Any) -> Schedule:
    """From 9 to 18; missed are a call at noon and one in the evening of three days, all of them summed."""
    made: Schedule = Schedule.objects.create(
        name="Office", time_zone="UTC", is_default=True, **dict.fromkeys(WEEKDAYS, "09:00-18:00")
    )
    play(connection, [Played(at=NOON + timedelta(days=day, hours=hours)) for day in range(3) for hours in (0, 7)])
    sum_due(now=NOON + timedelta(days=10))
    return made


def _missed(owner: Any) -> tuple[int, int]:
    total = read_figures(owner, DAYS).total
    return total.missed, total.missed_outside


def test_a_change_is_worked_off_by_itself(office: Schedule, owner: Any, client: Client) -> None:
    assert _missed(owner) == (3, 3)
    Schedule.objects.filter(pk=office.pk).get().save()
    Schedule.objects.update(monday="09:00-20:00", tuesday="09:00-20:00")
    client.force_login(owner)
    assert "0% are done" in client.get("/telephony/reports/").content.decode()
    assert rejudging.judge_due() == 2
    assert _missed(owner) == (5, 1)
    sum_due(now=NOON + timedelta(days=10))
    assert _missed(owner) == (5, 1)
    assert "are done" not in client.get("/telephony/reports/").content.decode()
    call_command("reports", "--check")


def _holiday(office: Schedule, connection: Connection) -> None:
    SpecialDay.objects.create(schedule=office, day=NOON.date(), kind="off")


def _of_a_line(office: Schedule, connection: Connection) -> None:
    line = Line.objects.create(connection=connection, number="74951234501")
    other = Schedule.objects.create(name="Nobody", time_zone="UTC")
    HoursChange.objects.all().delete()
    other.lines.add(line)


def _gone(office: Schedule, connection: Connection) -> None:
    office.delete()


@pytest.mark.parametrize(("change", "expected"), [(_holiday, (2, 4)), (_of_a_line, (0, 6)), (_gone, (6, 0))])
def test_whatever_says_when_people_work(
    office: Schedule, connection: Connection, owner: Any, change: Any, expected: tuple[int, int]
) -> None:
    change(office, connection)
    rejudging.judge_due()
    assert _missed(owner) == expected
    assert not HoursChange.objects.exists()


def test_it_goes_on_where_it_was_stopped(office: Schedule, owner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """One batch in each run; a later change takes the place of one that is not done."""
    for module in (rejudging, rebuilding):
        monkeypatch.setattr(module, "BATCH", 2)
    office.sunday = ""
    office.save()
    Schedule.objects.update(monday="", tuesday="", wednesday="")
    first = HoursChange.objects.get()
    left = [first.left]
    while HoursChange.objects.filter(pk=first.pk).exists():
        rejudging.judge_due(run=_once())
        left += HoursChange.objects.values_list("left", flat=True)
        if len(left) == 2:
            office.delete()
    assert left[1] < left[0]
    assert left[2] == HoursChange.objects.get().total
    rejudging.judge_due()
    assert _missed(owner) == (6, 0)


def _once() -> Run:
    """A run that is over after its first batch."""
    run = Run()
    asked = iter([True, True])
    run.goes_on = lambda: next(asked, False)  # type: ignore[method-assign]
    return run
