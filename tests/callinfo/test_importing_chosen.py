"""Rows that are imported because a person says so."""

from __future__ import annotations

import pytest

from telephony.models import Call, PbxRow
from telephony.reconcile import pulling
from telephony.reconcile.comparing import Standing
from tests.callinfo.office import DAY, Office, calls
from tests.telephony.messages import at

pytestmark = pytest.mark.django_db


class TestUnclear:
    def test_it_is_imported_only_if_a_person_says_so(self, office: Office) -> None:
        office.rings(4)
        office.lists(0)
        office.lists(6, "BUSY")
        assert office.pull().unclear == 2
        assert [status for status, _, _ in calls()] == ["ringing"]
        day = office.day()
        assert pulling.request_import(day=day) == 0
        nearest = PbxRow.objects.get(started_at=at(6))
        assert pulling.request_import(day=day, rows=[nearest.pk]) == 1
        assert pulling.import_wanted() == 1
        assert [status for status, _, _ in calls()] == ["busy"]
        office.pull()
        assert [status for status, _, _ in calls()] == ["no_answer", "busy"]


class TestChosen:
    def test_all_or_some_are_imported_when_a_worker_comes_by(self, office: Office) -> None:
        for number in range(3):
            office.lists(number * 300, of=f"7999000000{number}")
        pulling.request(connection=office.connection, day=DAY)
        assert pulling.pull_due() == 1
        assert (Call.objects.count(), office.day().counts[Standing.PBX_ONLY]) == (0, 3)
        first = PbxRow.objects.order_by("started_at")[0]
        assert pulling.request_import(day=office.day(), rows=[first.pk]) == 1
        assert pulling.import_wanted() == 1
        assert (Call.objects.count(), office.day().counts[Standing.BOTH]) == (1, 1)
        assert office.day().counts["imported"] == 1
        assert pulling.request_import(day=office.day()) == 2
        assert pulling.import_wanted() == 2
        assert pulling.import_wanted() == 0
        assert Call.objects.count() == 3

    def test_a_busy_client_s_calls_are_left_for_later(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        from telephony.domain.exceptions import CallBusy
        from telephony.reconcile import importing

        def busy(**_: object) -> None:
            raise CallBusy("Somebody else.")

        office.lists(0)
        with monkeypatch.context() as patched:
            patched.setattr(importing.locks, "take", busy)
            assert office.pull().busy == 1
            assert Call.objects.count() == 0
        assert office.pull().created == 1
