"""Erasing keeps its lease, and comes to an end whatever a call is like."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from telephony import erasure
from telephony.domain.exceptions import CallBusy
from telephony.erasure import rows, work
from telephony.jobs import LeaseLost, runs
from telephony.models import (
    AuditEntry,
    Call,
    CallQuery,
    CallResult,
    Connection,
    Delivery,
    Erasure,
    RowFailure,
)
from tests.keeping.erased import DIGITS, OTHER, ask, erase, whole_database
from tests.keeping.world import play_call
from tests.telephony.factories import ConnectionFactory, make_user
from tests.telephony.messages import CLIENT, deliver, sipuni

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Connection:
    connection: Connection = ConnectionFactory.create()
    return connection


def begin() -> Erasure:
    return erasure.begin(target=erasure.target_of(CLIENT), user=None, held_too=False)


class TestLease:
    """A clock that runs while it works: each step takes 100 of the lease's 120 seconds."""

    @pytest.fixture
    def clock(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
        time = {"now": timezone.now()}
        monkeypatch.setattr(timezone, "now", lambda: time["now"])
        return time

    @pytest.fixture
    def others(self, monkeypatch: pytest.MonkeyPatch, clock: dict[str, Any]) -> list[str]:
        """Steps before which another worker could have claimed the erasure."""
        stolen: list[str] = []

        def look_before(module: Any, name: str) -> None:
            real = getattr(module, name)

            def step(*args: Any, **options: Any) -> Any:
                clock["now"] += timedelta(seconds=100)
                if Erasure.objects.filter(next_try_at__lte=clock["now"]).exists():
                    stolen.append(name)
                return real(*args, **options)

            monkeypatch.setattr(module, name, step)

        for name in ("erase_call", "scrub_mentions"):
            look_before(work.rows, name)
        for name in ("search_events", "search_place", "search", "_forget_contacts", "_note_finished"):
            look_before(work, name)
        return stolen

    def test_nobody_can_take_it_over_while_it_is_worked_on(self, office: Connection, others: list[str]) -> None:
        for number in range(3):
            play_call(office, f"1.{number}")
        mention(office)
        ask(office, f"phone={CLIENT}")
        erasure.finish(erasure=begin())
        assert others == []
        assert DIGITS not in whole_database()

    def test_the_page_gives_it_to_a_worker_when_it_is_done_with_its_part(self, office: Connection) -> None:
        erasure.work_on_calls(erasure=begin())
        assert Erasure.objects.get().lease == ""
        assert erasure.erase_due() == 1

    def test_whoever_lost_it_stops_before_the_next_step(self, office: Connection) -> None:
        play_call(office)
        mine = begin()
        (other,) = [row for row in [work.QUEUE.claim(now=timezone.now() + work.QUEUE.lease)] if row]
        with pytest.raises(LeaseLost):
            erasure.finish(erasure=mine)
        assert AuditEntry.objects.get().details["finished"] is False
        erasure.finish(erasure=other)
        assert AuditEntry.objects.get().details["finished"] is True

    def test_a_worker_that_lost_it_says_so_and_goes_on(
        self, office: Connection, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        begin()
        monkeypatch.setattr(work, "search", lambda *_, **__: Erasure.objects.update(lease="other") and [])
        with caplog.at_level("INFO"):
            assert erasure.erase_due(now=timezone.now() + work.QUEUE.lease) == 0
        assert "another process goes on" in caplog.text
        assert Erasure.objects.get().lease == "other"

    def test_the_command_says_who_goes_on(self, office: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(work, "search", lambda *_, **__: Erasure.objects.update(lease="other") and [])
        with pytest.raises(CommandError, match="A worker goes on with it"):
            call_command("erase_number", CLIENT, "--yes")

    def test_a_process_that_is_to_end_gives_it_back(self, office: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
        play_call(office)
        begin()
        with monkeypatch.context() as ending:
            ending.setattr(work, "check", stop)
            assert erasure.erase_due(now=timezone.now() + work.QUEUE.lease) == 0
        assert erasure.erase_due() == 1


def stop() -> None:
    raise runs.Stopped


def mention(connection: Connection) -> Call:
    """A call of somebody else, in which the number took part."""
    deliver(connection, sipuni(1, 0, "7.70", src_num=OTHER))
    phone = {"dst_num": CLIENT, "short_dst_num": CLIENT, "dst_type": "2"}
    deliver(connection, sipuni(1, 5, "7.70", src_num=OTHER, **phone))
    return Call.objects.get(external_id="7.70")


class TestWhateverACallIsLike:
    def test_one_of_an_uninstalled_vendor_is_erased_like_any(self, office: Connection) -> None:
        call = play_call(office)
        Connection.objects.update(vendor="was-here-once")
        details = erase().details
        assert (details["calls"], details["deliveries"], details["finished"]) == (1, 4, True)
        assert not Erasure.objects.exists()
        call.refresh_from_db()
        assert (call.client_raw, call.flag, call.talk_seconds) == ("", "erased", 30)
        assert DIGITS not in whole_database()

    def test_one_without_events_goes(self, office: Connection) -> None:
        call = play_call(office)
        call.events.all().delete()
        call.recordings.all().delete()
        assert erase().details["finished"] is True
        assert not Call.objects.exists()

    def test_one_without_events_that_people_wrote_about_stays_without_the_number(self, office: Connection) -> None:
        call = play_call(office)
        call.events.all().delete()
        CallResult.objects.create(call=call, user=make_user("anna"), note=f"Вася, {CLIENT}")
        assert erase().details["finished"] is True
        call.refresh_from_db()
        assert (call.client_raw, call.client_e164, call.client_match, call.tracking) == ("", "", "", {})
        assert (call.talk_seconds, call.flag, call.results.get().note) == (30, "erased", "")
        assert DIGITS not in whole_database()

    def test_one_that_fails_keeps_nothing_else_and_is_tried_again(
        self, office: Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bad = play_call(office, "1.10")
        play_call(office, "1.20")
        ask(office, f"phone={CLIENT}")
        begin()
        later = timezone.now() + work.QUEUE.lease
        with monkeypatch.context() as broken:
            broken.setattr(work.rows, "erase_call", fail_at(bad.pk, ZeroDivisionError, rows.erase_call))
            assert erasure.erase_due(now=later) == 0
        assert [call.pk for call in Call.objects.exclude(client_e164="")] == [bad.pk]
        assert Delivery.objects.exists() is False
        failure = RowFailure.objects.get()
        assert (failure.job, failure.row) == ("erase_numbers", f"call {bad.pk}")
        assert "ZeroDivisionError" in failure.traceback
        assert erasure.erase_due(now=timezone.now() + work.PAUSE) == 1
        assert AuditEntry.objects.get().details["calls"] == 2

    def test_one_that_is_busy_is_no_failure(self, office: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
        call = play_call(office)
        monkeypatch.setattr(work.rows, "erase_call", fail_at(call.pk, CallBusy, rows.erase_call))
        with pytest.raises(work.Unfinished):
            erase()
        assert not RowFailure.objects.exists()

    def test_one_that_is_gone_meanwhile_is_passed_over(self, office: Connection) -> None:
        target = erasure.target_of(CLIENT)
        rows.scrub_mentions(pk=1, target=target)
        assert not Call.objects.exists()

    def test_nobody_asks_the_pbx_about_it_any_more(self, office: Connection) -> None:
        call = play_call(office)
        CallQuery.objects.create(connection=office, call=call, detail=f"no call of {CLIENT}")
        erase()
        assert not CallQuery.objects.exists()


def fail_at(pk: int, error: type[Exception], real: Callable[..., Any]) -> Callable[..., Any]:
    def work_on(**options: Any) -> Any:
        if options["pk"] == pk:
            raise error
        return real(**options)

    return work_on
