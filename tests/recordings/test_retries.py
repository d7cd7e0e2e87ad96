"""When a recording that did not come is tried again, and when it is given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from telephony.models import Recording
from telephony.recordings.fetching import schedule
from tests.recordings.world import MP3_PATH, make_connection, make_recording, serving, try_once
from tests.recordings.world import Canned as Answer
from tests.simulator.api import Api

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
MINUTES = [10 / 60, 0.5, 2, 10, 30, 120, 360, 720, 1440, 1440]


def test_pauses_grow_from_ten_seconds_to_a_day_and_then_it_is_lost() -> None:
    pauses = [schedule.pause_after(tries=tries, hopeful=True) for tries in range(1, 12)]
    assert pauses[-1] is None
    for pause, minutes in zip(pauses, MINUTES, strict=False):
        assert pause is not None
        assert minutes <= pause.total_seconds() / 60 <= minutes * 1.1


def test_pauses_differ_so_that_a_hundred_do_not_come_back_at_once() -> None:
    assert len({schedule.pause_after(tries=1, hopeful=True) for _ in range(100)}) > 90


def test_the_link_of_an_unanswered_call_is_given_up_within_the_hour() -> None:
    pauses = [schedule.pause_after(tries=tries, hopeful=False) for tries in range(1, 7)]
    assert pauses[-1] is None
    assert sum((pause for pause in pauses if pause), timedelta()) < timedelta(hours=1)


def test_our_own_faults_are_tried_for_ever_but_not_often() -> None:
    pauses = [pause for tries in (1, 6, 10, 1000) if (pause := schedule.OWN_PAUSES.after(tries)) is not None]
    assert len(pauses) == 4
    assert pauses[0] < timedelta(seconds=12)
    assert all(timedelta(hours=2) <= pause <= timedelta(hours=2.2) for pause in pauses[1:])


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("99999999999", 86400),
        ("Tue, 03 Mar 2026 12:05:00 GMT", 300),
        ("Tue, 03 Mar 2026 12:05:00", 300),
        ("Tue, 03 Mar 2026 15:05:00 +0300", 300),
        ("Tue, 03 Mar 2026 11:00:00 GMT", None),
        ("Tue, 99 Mar 2026 11:00:00 GMT", None),
        ("soon", None),
        ("-5", None),
        ("²", None),
        ("", None),
    ],
)
def test_retry_after_in_seconds_and_as_a_date(header: str, seconds: int | None) -> None:
    asked = schedule.retry_after(header, now=NOW)
    assert asked == (None if seconds is None else timedelta(seconds=seconds))


def test_what_the_pbx_asks_for_counts_if_it_is_longer_up_to_a_day() -> None:
    def seconds(asked_for: timedelta) -> float:
        pause = schedule.pause_after(tries=1, hopeful=True, asked_for=asked_for)
        assert pause is not None
        return pause.total_seconds()

    assert 10 <= seconds(timedelta(seconds=3)) <= 11
    assert seconds(timedelta(minutes=7)) == 420
    assert seconds(timedelta(days=30)) == 86400


@pytest.mark.django_db
def test_the_next_try_comes_when_the_pbx_says() -> None:
    with serving({"/1.mp3": Answer(status=503, headers={"Retry-After": "600"})}) as url:
        make_recording(make_connection(), link=f"{url}/1.mp3")
        row = try_once()
    assert row.next_try_at is not None
    assert 595 < (row.next_try_at - timezone.now()).total_seconds() <= 600


def tries_until_the_end(link: str, status: str) -> Recording:
    make_recording(make_connection(), link=link, status=status)
    while True:
        row = try_once()
        if row.state != "waiting":
            return row
        Recording.objects.update(next_try_at=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "fault", "tries"),
    [("answered", "missing", 11), ("unknown", "html", 11), ("no_answer", "html", 6), ("no_answer", "drop", 11)],
)
def test_after_the_last_try_it_is_lost_with_its_reason(api: Api, status: str, fault: str, tries: int) -> None:
    row = tries_until_the_end(f"{api.server.url}{MP3_PATH}?fault={fault}", status)
    reason = {"missing": "not_found", "html": "page", "drop": "cut"}[fault]
    assert (row.state, row.attempts, row.reason, row.next_try_at) == ("lost", tries, reason, None)
