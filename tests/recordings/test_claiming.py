"""Whose turn a recording is: leases, and what happens when one runs out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from telephony.models import Recording
from telephony.recordings.fetching import claiming
from tests.recordings.world import STARTED_AT, make_connection, make_recording

pytestmark = pytest.mark.django_db

LATER = timezone.now() + timedelta(days=1)


def test_what_has_been_due_longest_comes_first_and_only_once() -> None:
    connection = make_connection()
    second = make_recording(connection, link="2", next_try_at=STARTED_AT + timedelta(minutes=1))
    first = make_recording(connection, link="1", state="waiting")
    make_recording(connection, link="3", next_try_at=LATER)
    claimed = [claiming.claim(), claiming.claim(), claiming.claim()]
    assert claimed == [first, second, None]
    assert all(row is None or (row.state, row.attempts, len(row.lease)) == ("fetching", 1, 32) for row in claimed)


@pytest.mark.parametrize("state", ["stored", "linked", "lost", "refused", "expired"])
def test_what_is_done_with_is_not_taken(state: str) -> None:
    make_recording(make_connection(), link="1", state=state)
    assert claiming.claim() is None


def test_none_of_a_connection_that_is_left_out() -> None:
    slow, other = make_connection(), make_connection()
    make_recording(slow, link="1")
    of_other = make_recording(other, link="2", next_try_at=STARTED_AT + timedelta(hours=1))
    assert claiming.claim(leave_out=[slow.pk]) == of_other
    assert claiming.claim(leave_out=[slow.pk]) is None


def test_a_lease_that_ran_out_is_taken_over_at_once_and_its_holder_may_write_nothing_more() -> None:
    make_recording(make_connection(), link="1")
    dead = claiming.claim()
    assert dead is not None
    assert claiming.claim() is None
    assert claiming.QUEUE.lease.total_seconds() <= 15
    heir = claiming.claim(now=timezone.now() + claiming.QUEUE.lease)
    assert heir is not None
    assert (heir.attempts, heir.lease != dead.lease) == (2, True)
    assert not claiming.QUEUE.write(dead, state="stored")
    claiming.give_back(dead)
    assert Recording.objects.get().lease == heir.lease
    assert claiming.QUEUE.write(heir, state="lost", lease="")
    assert Recording.objects.get().state == "lost"


def test_a_lease_that_is_renewed_is_not_taken_over() -> None:
    make_recording(make_connection(), link="1")
    row = claiming.claim(now=timezone.now() - claiming.QUEUE.lease)
    assert row is not None
    assert claiming.QUEUE.renew_tokens([row.lease]) == set()
    assert claiming.claim() is None
    assert claiming.QUEUE.live_tokens([row.lease, "nobodys"]) == {row.lease}


def test_renewing_tells_which_leases_were_lost() -> None:
    connection = make_connection()
    for name in "123":
        make_recording(connection, link=name)
    mine, lost = claiming.claim(), claiming.claim()
    assert mine is not None
    assert lost is not None
    Recording.objects.filter(pk=lost.pk).update(lease="another")
    assert claiming.QUEUE.renew_tokens([mine.lease, lost.lease]) == {lost.lease}


def test_one_that_kills_its_worker_each_time_is_lost_and_holds_nobody_up() -> None:
    connection = make_connection()
    poison = make_recording(connection, link="1", state="fetching", attempts=claiming.QUEUE.pauses.max_attempts)
    other = make_recording(connection, link="2", next_try_at=STARTED_AT + timedelta(hours=1))
    assert claiming.claim() == other
    poison.refresh_from_db()
    assert (poison.state, poison.reason, poison.next_try_at) == ("lost", "worker_ended", None)
