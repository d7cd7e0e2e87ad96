"""Recordings and raw deliveries whose time is over are deleted, journalled, and survive a kill in the middle."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from telephony import tasks
from telephony.models import AuditEntry, Call, CallEvent, Connection, Delivery, DiscardedFile, Recording
from telephony.recordings.keeping import retention
from tests.keeping.world import files_in, play_call, recorded_call
from tests.telephony.factories import ConnectionFactory

pytestmark = pytest.mark.django_db
State = Recording.State
NOW = datetime.fromisoformat("2026-06-01T12:00:00+00:00")


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


@pytest.fixture
def office() -> Connection:
    """Keeps recordings for 30 days."""
    connection: Connection = ConnectionFactory.create(keep_recordings_days=30)
    return connection


class TestRecordings:
    def test_a_recording_goes_when_its_calls_time_is_over(self, office: Connection, own_storage: Path) -> None:
        recording = recorded_call(office, started_at=days_ago(30.1))
        assert len(files_in(own_storage)) == 2
        assert retention.expire_recordings(now=NOW) == 1
        recording.refresh_from_db()
        assert (recording.state, recording.reason) == (State.EXPIRED, Recording.Reason.TIME_OVER)
        assert (recording.file.name, recording.playable.name, recording.link, recording.peaks) == ("", "", "", [])
        assert files_in(own_storage) == []
        assert not DiscardedFile.objects.exists()

    def test_it_is_journalled(self, office: Connection) -> None:
        recording = recorded_call(office, started_at=days_ago(31))
        retention.expire_recordings(now=NOW)
        entry = AuditEntry.objects.get()
        assert (entry.action, entry.user, entry.username) == ("recording_expired", None, "")
        assert entry.details == {
            "recording": recording.pk,
            "call": recording.call_id,
            "connection": office.pk,
        }

    def test_until_then_it_stays(self, office: Connection, own_storage: Path) -> None:
        recorded_call(office, started_at=days_ago(29.9))
        assert retention.expire_recordings(now=NOW) == 0
        assert Recording.objects.get().state == State.STORED
        assert len(files_in(own_storage)) == 2
        assert not AuditEntry.objects.exists()

    def test_a_held_one_stays(self, office: Connection, own_storage: Path) -> None:
        recording = recorded_call(office, started_at=days_ago(300))
        Recording.objects.filter(pk=recording.pk).update(held=True)
        assert retention.expire_recordings(now=NOW) == 0
        assert len(files_in(own_storage)) == 2

    def test_a_connection_without_a_limit_keeps_them_for_ever(self, own_storage: Path) -> None:
        recorded_call(ConnectionFactory.create(), started_at=days_ago(5000))
        assert retention.expire_recordings(now=NOW) == 0
        assert len(files_in(own_storage)) == 2

    @pytest.mark.parametrize("state", [State.EXPECTED, State.WAITING, State.LOST, State.REFUSED, State.LINKED])
    def test_what_was_never_fetched_expires_as_well(self, office: Connection, state: str) -> None:
        call = play_call(office)
        Call.objects.filter(pk=call.pk).update(started_at=days_ago(31))
        call.recordings.update(state=state, next_try_at=NOW)
        assert retention.expire_recordings(now=NOW) == 1
        recording = Recording.objects.get()
        assert (recording.state, recording.link, recording.next_try_at) == (State.EXPIRED, "", None)

    def test_what_is_just_being_fetched_is_left_to_its_worker(self, office: Connection) -> None:
        call = play_call(office)
        Call.objects.filter(pk=call.pk).update(started_at=days_ago(31))
        call.recordings.update(state=State.FETCHING, lease="l", next_try_at=NOW)
        assert retention.expire_recordings(now=NOW) == 0

    def test_more_than_a_batch(self, office: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(retention, "BATCH", 2)
        for number in range(5):
            recorded_call(office, f"1.{number}", started_at=days_ago(31))
        assert retention.expire_recordings(now=NOW) == 5
        assert retention.expire_recordings(now=NOW) == 0
        assert AuditEntry.objects.count() == 5

    def test_a_late_copy_of_the_message_does_not_bring_it_back(self, office: Connection) -> None:
        recorded_call(office, started_at=days_ago(31))
        retention.expire_recordings(now=NOW)
        call_command("replay", "--all")
        recording = Recording.objects.get()
        assert (recording.state, recording.link) == (State.EXPIRED, "")


def set_received(days: float, **filters: Any) -> None:
    Delivery.objects.filter(**filters).update(received_at=timezone.now() - timedelta(days=days))


class TestDeliveries:
    def test_old_ones_go_and_what_they_brought_stays(self, office: Connection) -> None:
        call = play_call(office)
        before = [row.content for row in call.events.order_by("pk")]
        set_received(91)
        assert retention.expire_deliveries() == 4
        assert not Delivery.objects.exists()
        assert [row.content for row in call.events.order_by("pk")] == before
        assert set(CallEvent.objects.values_list("delivery", flat=True)) == {None}
        entry = AuditEntry.objects.get()
        assert (entry.action, entry.details["applied"]) == ("deliveries_expired", 4)

    def test_young_ones_stay(self, office: Connection) -> None:
        play_call(office)
        set_received(89)
        assert retention.expire_deliveries() == 0
        assert Delivery.objects.count() == 4
        assert not AuditEntry.objects.exists()

    @pytest.mark.parametrize("fault", [{"state": "failed"}, {"needs_attention": True}])
    def test_those_at_fault_stay_four_times_as_long(self, office: Connection, fault: dict[str, Any]) -> None:
        play_call(office)
        Delivery.objects.update(**fault)
        set_received(359)
        assert retention.expire_deliveries() == 0
        set_received(361)
        assert retention.expire_deliveries() == 4

    def test_what_waits_for_a_worker_is_never_deleted(self, office: Connection) -> None:
        play_call(office)
        Delivery.objects.update(state="received")
        set_received(5000)
        assert retention.expire_deliveries() == 0

    def test_batches_make_one_entry(self, office: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(retention, "ROWS_IN_BATCH", 3)
        for number in range(4):
            play_call(office, f"1.{number}")
        first, second = Delivery.objects.order_by("pk")[:2]
        set_received(91)
        Delivery.objects.filter(pk=first.pk).update(state="ignored")
        set_received(1, pk=second.pk)
        assert retention.expire_deliveries() == 15
        assert AuditEntry.objects.get().details == {
            "ignored": 1,
            "applied": 14,
            "received_before": AuditEntry.objects.get().details["received_before"],
        }

    @pytest.mark.parametrize(("days", "left"), [(0, 4), (7, 0)])
    def test_the_setting_says_for_how_long(self, office: Connection, settings: Any, days: int, left: int) -> None:
        settings.TELEPHONY_KEEP_DELIVERIES_DAYS = days
        play_call(office)
        set_received(8)
        retention.expire_deliveries()
        assert Delivery.objects.count() == left


def test_the_schedule_does_both(office: Connection, own_storage: Path) -> None:
    recorded_call(office, started_at=timezone.now() - timedelta(days=31))
    set_received(91)
    tasks.apply_retention()
    assert (files_in(own_storage), Delivery.objects.count()) == ([], 0)
    assert {entry.action for entry in AuditEntry.objects.all()} == {"recording_expired", "deliveries_expired"}


def test_a_connection_whose_deliveries_are_gone_still_keeps_its_calls(office: Connection, admin_client: Client) -> None:
    play_call(office)
    set_received(91)
    retention.expire_deliveries()
    response = admin_client.post(f"/admin/telephony/connection/{office.pk}/delete/", {"post": "yes"})
    assert response.status_code == 403
    assert Call.objects.exists()
