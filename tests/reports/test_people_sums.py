"""Sums for who sees the calls of some people only: never behind, and gone when nobody needs them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from telephony.connections.settings import save_extension
from telephony.domain.events import CallStatus
from telephony.models import Call, Connection, Extension, PeopleDay, SeenPeople, Team
from telephony.reports import facts, people_sums, sums
from telephony.reports.figures import read_figures
from telephony.reports.period import Period
from tests.desk.people import person
from tests.reports.calls import Played, play

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOW = NOON + timedelta(days=10)
WEEK = Period(first=NOON.date(), last=NOON.date() + timedelta(days=6), zone=UTC)


def _sum(now: datetime = NOW) -> int:
    sums.sum_due(now=now)
    return people_sums.sum_due(now=now)


@pytest.fixture
def calls(connection: Connection, anna: Any, boris: Any, olga: Any) -> list[Call]:
    """One on each of three days, at both telephones; the last one is Anna's alone."""
    Team.objects.get().members.add(boris)
    days = [Played(at=NOON + timedelta(days=day), also="102" if day < 2 else "") for day in range(3)]
    made = play(connection, days)
    assert _sum() == 3
    return made


def _calls(user: Any) -> int:
    return read_figures(user, WEEK).total.calls


def _plus_a_hundred() -> None:
    for row in PeopleDay.objects.all():
        of_day = row.sums.get("quarter", {})
        row.sums["quarter"] = {value: [100 + counts[0], *counts[1:]] for value, counts in of_day.items()}
        row.save()


def test_a_call_of_two_counts_once_for_their_supervisor(calls: list[Call], anna: Any, boris: Any, olga: Any) -> None:
    assert (_calls(anna), _calls(boris), _calls(olga)) == (3, 2, 3)
    _plus_a_hundred()
    # Boris has no sum of the third day with a call in it.
    assert (_calls(anna), _calls(boris), _calls(olga)) == (303, 202, 303)


def test_who_joins_is_seen_at_once(calls: list[Call], connection: Connection, anna: Any) -> None:
    vera = person("vera", "see_team_calls")
    assert _calls(vera) == 0
    Team.objects.create(name="Service").members.set([anna, vera])
    _plus_a_hundred()
    assert _calls(vera) == 3
    assert _sum(NOW + timedelta(minutes=2)) == 3
    _plus_a_hundred()
    assert _calls(vera) == 303


def test_sums_that_nobody_needs_go_after_a_day(calls: list[Call], olga: Any) -> None:
    Team.objects.all().delete()
    _sum(NOW + timedelta(hours=1))
    assert [3] in [[len(row.people)] for row in SeenPeople.objects.all()]
    _sum(NOW + timedelta(days=1, hours=2))
    assert {len(row.people) for row in SeenPeople.objects.all()} == {1}


def _is_deleted(call: Call) -> None:
    call.delete()


def _changes_hands(call: Call) -> None:
    facts.charge(call_pk=call.pk, user_pk=None)


def _leaves_its_day(call: Call) -> None:
    facts.drop_sums(call_pk=call.pk)


@pytest.mark.parametrize("happens", [_is_deleted, _changes_hands, _leaves_its_day])
def test_what_changes_a_day_takes_its_sums_out_at_once(
    calls: list[Call], olga: Any, happens: Callable[[Call], None]
) -> None:
    _plus_a_hundred()
    happens(calls[1])
    assert _calls(olga) == (202 if happens is _is_deleted else 203)
    assert _sum() == 1


def test_a_telephone_that_rang_too_is_told_later(calls: list[Call], connection: Connection, boris: Any) -> None:
    play(connection, [Played(at=NOON + timedelta(days=day), also="102") for day in range(3)])
    assert _calls(boris) == 3
    _sum()
    assert _calls(boris) == 3
    assert not list(people_sums.wrong_days())


def test_a_telephone_gets_its_owner_later(calls: list[Call], connection: Connection) -> None:
    """Somebody else is responsible for the one call that it rang for."""
    clara = person("clara")
    play(connection, [Played(at=NOON + timedelta(days=day), also="109" if day == 2 else "102") for day in range(3)])
    _sum(NOW + timedelta(minutes=2))
    assert _calls(clara) == 0
    save_extension(extension=Extension(connection=connection, number="109", user=clara))
    assert _calls(clara) == 1
    _sum(NOW + timedelta(minutes=4))
    assert _calls(clara) == 1
    assert not list(people_sums.wrong_days())


def test_a_wrong_sum_is_found_and_mended(calls: list[Call], capsys: pytest.CaptureFixture[str]) -> None:
    call_command("reports", "--check")
    _plus_a_hundred()
    with pytest.raises(CommandError, match="3 days' sums"):
        call_command("reports", "--check")
    call_command("reports", "--rebuild")
    assert _sum() == 3
    call_command("reports", "--check")


def test_status_is_counted_of_the_call_and_not_of_the_person(connection: Connection, anna: Any, olga: Any) -> None:
    play(connection, [Played(at=NOON, status=CallStatus.ANSWERED, talked=30)])
    _sum()
    assert (read_figures(anna, WEEK).total.answered, read_figures(olga, WEEK).total.talk_seconds) == (1, 30)
