"""A row in its guard, and a crew, when the database fails them as well."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from telephony import tasks
from telephony.jobs import guard
from telephony.jobs.crew import Crew
from telephony.jobs.guard import KEPT, guarded
from telephony.jobs.runs import Run
from telephony.models import Connection, RowFailure

pytestmark = pytest.mark.django_db
ROW = Connection(pk=7)


def fail() -> int:
    raise ZeroDivisionError


def test_a_failure_that_can_not_be_counted_stops_nothing_either(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError

    monkeypatch.setattr(guard, "_count", away)
    assert guarded("reap_calls", ROW, fail, otherwise=5) == 5
    assert "connection 7: the failure could not be counted." in caplog.text


def test_failures_are_forgotten_after_a_while() -> None:
    guarded("reap_calls", ROW, fail, otherwise=0)
    tasks.apply_retention()
    assert RowFailure.objects.count() == 1
    RowFailure.objects.update(last_at=timezone.now() - KEPT - timedelta(days=1))
    tasks.apply_retention()
    assert not RowFailure.objects.exists()


def test_a_crew_goes_on_when_the_database_was_away(caplog: pytest.LogCaptureFixture) -> None:
    answers = iter([OperationalError("gone"), None])

    def claim(busy: object) -> int | None:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    crew = Crew[int](places=2, of=lambda job: job)
    assert crew.work(claim=claim, do=lambda job: None, run=Run()) == 0
    assert "Nothing more could be claimed" in caplog.text
