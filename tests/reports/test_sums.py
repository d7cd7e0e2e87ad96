"""Sums of days are never read where their calls say something else, and a wrong one is found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from telephony.domain.events import CallStatus
from telephony.models import Call, CallFact, CallResult, CallSum, Connection, Disposition, StaleDay
from telephony.reports import facts, tables
from telephony.reports.figures import Figures, read_figures
from telephony.reports.period import Period
from telephony.reports.sums import sum_due, wrong_days
from tests.reports.calls import Played, play

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOW = NOON + timedelta(days=10)
WEEK = Period(first=NOON.date(), last=NOON.date() + timedelta(days=6), zone=UTC)


@pytest.fixture
def calls(connection: Connection, anna: Any, boris: Any) -> list[Call]:
    """One on each of three days, summed."""
    days = [Played(at=NOON + timedelta(days=day), status=CallStatus.ANSWERED, talked=60) for day in range(3)]
    made = play(connection, days)
    assert sum_due(now=NOW) == 3
    return made


def _read(owner: Any) -> Figures:
    return read_figures(owner, WEEK, parts=tables.PARTS)


def _rows(owner: Any, name: str) -> dict[str, int]:
    found = tables.breakdowns(_read(owner), WEEK, only=name)[0]
    return {row.label: row.counts.calls for row in found.rows}


def test_sums_are_what_is_read(calls: list[Call], owner: Any) -> None:
    CallSum.objects.filter(kind=CallSum.Kind.LINE).update(calls=F("calls") + 5)
    assert list(_rows(owner, "lines").values()) == [18]
    assert _read(owner).total.calls == 3


def test_a_day_that_is_not_over_is_not_summed(connection: Connection, anna: Any) -> None:
    play(connection, [Played(at=NOW - timedelta(minutes=5))])
    assert sum_due(now=NOW) == 0


def _moves(call: Call, anna: Any) -> None:
    CallFact.objects.filter(pk=call.pk).update(quarter=F("quarter") - 96, summed=False)
    facts.note_move(facts.quarter_of(call.started_at), facts.quarter_of(call.started_at) - 96)


def _is_deleted(call: Call, anna: Any) -> None:
    call.delete()


def _gets_a_result(call: Call, anna: Any) -> None:
    sold = Disposition.objects.create(label="Sold")
    CallResult.objects.create(call=call, user=anna, disposition=sold)
    facts.recount(pk=call.pk)


def _changes_hands(call: Call, anna: Any) -> None:
    facts.charge(call_pk=call.pk, user_pk=None)


def _loses_its_employee(call: Call, anna: Any) -> None:
    anna.delete()


@pytest.mark.parametrize("happens", [_moves, _is_deleted, _gets_a_result, _changes_hands, _loses_its_employee])
def test_whatever_changes_a_summed_day_is_read_at_once(
    calls: list[Call], anna: Any, owner: Any, happens: Callable[[Call, Any], None]
) -> None:
    happens(calls[1], anna)
    at_once = [tables.breakdowns(_read(owner), WEEK), _read(owner).by_day]
    assert sum_due(now=NOW) > 0
    assert [tables.breakdowns(_read(owner), WEEK), _read(owner).by_day] == at_once
    CallSum.objects.all().delete()
    StaleDay.objects.bulk_create(StaleDay(day=facts.day_of(row.quarter)) for row in CallFact.objects.all())
    assert [tables.breakdowns(_read(owner), WEEK), _read(owner).by_day] == at_once
    assert not list(wrong_days())


def test_a_result_that_is_deleted_is_none(calls: list[Call], anna: Any, owner: Any) -> None:
    _gets_a_result(calls[0], anna)
    sum_due(now=NOW)
    assert _rows(owner, "results") == {"without a result": 2, "Sold": 1}
    Disposition.objects.get().delete()
    assert _rows(owner, "results") == {"without a result": 3}


def test_a_wrong_sum_is_found_and_mended(calls: list[Call], owner: Any, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("reports", "--check")
    CallSum.objects.filter(kind=CallSum.Kind.PERSON).order_by("day")[0].delete()
    with pytest.raises(CommandError, match="1 days' sums"):
        call_command("reports", "--check")
    assert "sums of 2026-03-02 (UTC)" in capsys.readouterr().out
    call_command("reports", "--rebuild")
    sum_due(now=NOW)
    call_command("reports", "--check")
