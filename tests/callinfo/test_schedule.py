"""Lists are pulled by schedule, again after a failure, and forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from telephony.models import Call, CallQuery, Connection, PbxDay
from telephony.reconcile import asking, pulling
from telephony.tasks import forget_lists, pull_lists
from tests.callinfo.office import Office, calls, open_office
from tests.telephony.messages import at

pytestmark = pytest.mark.django_db
DAY_IN_SECONDS = 24 * 3600


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Here it goes as the test says."""
    with time_machine.travel(at(0), tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads have database connections of their own, which see nothing of what a test has not committed."""
    for module in (pulling, asking):
        monkeypatch.setattr(module.CREW, "places", 1)


class TestSchedule:
    def pulls(self, office: Office, clock: time_machine.Traveller, hours: int) -> list[tuple[str, datetime]]:
        """Run the worker's task every ten minutes, and say which day was pulled when."""
        begun, found = timezone.now(), []
        for minutes in range(0, hours * 60, 10):
            clock.move_to(begun + timedelta(minutes=minutes))
            before = len(office.asked)
            pull_lists()
            found += [(one["date"], timezone.now()) for one in office.asked[before:]]
        return found

    def test_today_is_pulled_every_hour_and_once_when_it_is_over(
        self, office: Office, clock: time_machine.Traveller
    ) -> None:
        """at(0) is 13:00 in Moscow, and the connection is new: there was no yesterday."""
        found = self.pulls(office, clock, 24)
        today = [(moment - at(0)).total_seconds() / 3600 for day, moment in found if day == "2024-01-29"]
        assert today == list(range(13))
        tomorrow = [(moment - at(0)).total_seconds() / 3600 for day, moment in found if day == "2024-01-30"]
        assert tomorrow == list(range(11, 24))
        assert PbxDay.objects.get(day="2024-01-29").next_try_at is None

    def test_yesterday_is_pulled_of_a_connection_that_was_there(
        self, office: Office, clock: time_machine.Traveller
    ) -> None:
        Connection.objects.update(created_at=at(-DAY_IN_SECONDS))
        assert {day for day, _ in self.pulls(office, clock, 1)} == {"2024-01-28", "2024-01-29"}

    def test_what_is_missing_is_imported(self, office: Office, clock: time_machine.Traveller) -> None:
        office.lists(-600, "BUSY")
        pull_lists()
        assert calls() == [("busy", 0, at(-600))]

    def test_a_list_that_does_not_come_is_asked_for_again_after_growing_pauses(
        self, office: Office, clock: time_machine.Traveller
    ) -> None:
        office.says = (500, b"")
        asked = [moment for _, moment in self.pulls(office, clock, 5)]
        assert [int((moment - at(0)).total_seconds() / 60) for moment in asked] == [0, 10, 20, 40, 100, 160, 220, 280]
        pulling.request(connection=office.connection, day=(at(0) - timedelta(days=10)).date())
        pulling.pull_due()
        assert PbxDay.objects.get(day="2024-01-19").next_try_at is None

    def test_nothing_is_planned_without_a_token_or_switched_off(
        self, office: Office, clock: time_machine.Traveller
    ) -> None:
        Connection.objects.update(enabled=False)
        with open_office(settings={}):
            pulling.plan()
        assert PbxDay.objects.count() == 0

    def test_a_pull_that_was_killed_is_taken_up_again(self, office: Office, clock: time_machine.Traveller) -> None:
        pulling.plan()
        assert pulling.QUEUE.claim() is not None
        assert pulling.pull_due() == 0
        clock.move_to(at(0) + pulling.QUEUE.lease)
        assert pulling.pull_due() == 1

    def test_lists_and_answers_are_forgotten_after_three_months(
        self, office: Office, clock: time_machine.Traveller
    ) -> None:
        office.rings(0)
        office.lists(0)
        clock.move_to(at(20))
        asking.ask_due()
        clock.move_to(at(91 * DAY_IN_SECONDS))
        forget_lists()
        assert (PbxDay.objects.count(), CallQuery.objects.count()) == (1, 1)
        clock.move_to(at(93 * DAY_IN_SECONDS))
        forget_lists()
        assert (PbxDay.objects.count(), CallQuery.objects.count(), Call.objects.count()) == (0, 0, 1)
