"""Rows are claimed, renewed, given back, retried and released: by one process at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db.models import Q
from pytest_django import DjangoAssertNumQueries

from telephony.jobs import LeaseLost
from telephony.models import Connection, Delivery, PbxDay, Recording
from tests.jobs.world import DAYS, DELIVERIES, MINUTE, NOW, RECORDINGS, make_delivery
from tests.recordings.world import make_recording
from tests.telephony.factories import ConnectionFactory

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def clock() -> time_machine.Coordinates:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def connection() -> Connection:
    made: Connection = ConnectionFactory.create()
    return made


@pytest.fixture
def recording(connection: Connection) -> Recording:
    return make_recording(connection, link="1", state="waiting", next_try_at=NOW)


def stored(delivery: Delivery) -> tuple[str, int, object]:
    delivery.refresh_from_db()
    return delivery.state, delivery.attempts, delivery.next_try_at


class TestClaim:
    def test_what_has_been_due_longest_comes_first_and_only_once(self, connection: Connection) -> None:
        late = make_delivery(connection, minutes=-1)
        early = make_delivery(connection, minutes=-2)
        also_late = make_delivery(connection, minutes=-1)
        make_delivery(connection, minutes=1)
        make_delivery(connection, minutes=-3, state="applied")
        assert list(DELIVERIES.claims()) == [early, late, also_late]
        assert DELIVERIES.claim() is None

    def test_it_counts_the_attempt_and_lasts_as_long_as_a_lease(self, connection: Connection) -> None:
        delivery = make_delivery(connection)
        claimed = DELIVERIES.claim()
        assert claimed is not None
        assert (claimed.attempts, claimed.next_try_at) == (1, NOW + MINUTE)
        assert stored(delivery) == ("received", 1, NOW + MINUTE)

    def test_a_lease_that_ran_out_is_taken_over_to_the_second(
        self, connection: Connection, clock: time_machine.Coordinates
    ) -> None:
        delivery = make_delivery(connection)
        assert DELIVERIES.claim() == delivery  # And its process dies.
        assert DELIVERIES.claim(now=NOW + MINUTE - SECOND) is None
        clock.move_to(NOW + MINUTE)
        heir = DELIVERIES.claim()
        assert heir is not None
        assert (heir.attempts, heir.next_try_at) == (2, NOW + 2 * MINUTE)

    def test_only_what_fits_the_condition(self, connection: Connection) -> None:
        make_delivery(connection, minutes=-5)
        other = make_delivery(ConnectionFactory.create())
        where = ~Q(connection=connection)
        assert DELIVERIES.claim(where=where) == other
        assert DELIVERIES.claim(where=where) is None

    def test_what_is_related_comes_with_it(
        self, connection: Connection, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        make_delivery(connection)
        claimed = DELIVERIES.claim()
        assert claimed is not None
        with django_assert_num_queries(0):
            assert claimed.connection == connection

    def test_it_neither_counts_nor_marks_where_the_queue_does_not(self, connection: Connection) -> None:
        day = PbxDay.objects.create(connection=connection, day=NOW.date(), next_try_at=NOW)
        PbxDay.objects.create(connection=connection, day=NOW.date() - timedelta(days=1))
        assert list(DAYS.claims()) == [day]
        day.refresh_from_db()
        assert (day.state, day.failures, day.next_try_at) == ("waiting", 0, NOW + MINUTE)

    def test_a_row_that_ends_its_process_each_time_is_handed_out_to_be_released(self, connection: Connection) -> None:
        killer, other = make_delivery(connection, minutes=-1, attempts=3), make_delivery(connection)
        exhausted = []

        def fail(delivery: Delivery) -> None:
            exhausted.append(delivery)
            DELIVERIES.release(delivery, at=None, state="failed")

        assert list(DELIVERIES.claims(exhausted=fail)) == [other]
        assert exhausted == [killer]
        assert stored(killer) == ("failed", 3, None)

    def test_it_is_tried_on_where_nobody_asks(self, connection: Connection) -> None:
        make_delivery(connection, attempts=3)
        claimed = DELIVERIES.claim()
        assert claimed is not None
        assert claimed.attempts == 4

    def test_many_attempts_that_came_to_an_end_do_not_exhaust_a_row(self, recording: Recording) -> None:
        Recording.objects.update(attempts=9)
        claimed = RECORDINGS.claim(exhausted=lambda row: pytest.fail("it was waiting"))
        assert claimed == recording
        lost: list[Recording] = []

        def lose(row: Recording) -> None:
            lost.append(row)
            RECORDINGS.release(row, at=None, state="lost")

        assert RECORDINGS.claim(now=NOW + MINUTE, exhausted=lose) is None
        assert lost == [recording]

    def test_alike_rows_are_claimed_together_up_to_a_limit(self, connection: Connection) -> None:
        third, first, second = (make_delivery(connection, minutes=minutes) for minutes in (-1, -4, -2))
        other = make_delivery(ConnectionFactory.create(), minutes=-3)
        assert DELIVERIES.claim_alike("connection_id", limit=2) == [first, second]
        assert DELIVERIES.claim_alike("connection_id", limit=2) == [other]
        assert DELIVERIES.claim_alike("connection_id", limit=2) == [third]
        assert DELIVERIES.claim_alike("connection_id", limit=2) == []
        assert {stored(delivery) for delivery in (first, second, third, other)} == {("received", 1, NOW + MINUTE)}


class TestRelease:
    def test_after_failures_it_comes_again_after_the_tables_pauses_until_the_last(
        self, connection: Connection, clock: time_machine.Coordinates
    ) -> None:
        delivery = make_delivery(connection)
        for attempt, pause in ((1, MINUTE), (2, 5 * MINUTE)):
            claimed = DELIVERIES.claim()
            assert claimed is not None
            clock.shift(SECOND)
            due = NOW + attempt * SECOND + (MINUTE if attempt == 2 else timedelta()) + pause
            assert DELIVERIES.retry(claimed, error=f"failure {attempt}")
            assert stored(delivery) == ("received", attempt, due)
            assert delivery.error == f"failure {attempt}"
            assert DELIVERIES.claim(now=due - SECOND) is None
            clock.move_to(due)
        last = DELIVERIES.claim()
        assert last is not None
        assert not DELIVERIES.retry(last, error="failure 3")
        delivery.refresh_from_db()
        assert delivery.error == "failure 2"

    def test_for_good(self, connection: Connection) -> None:
        delivery = make_delivery(connection)
        claimed = DELIVERIES.claim()
        assert claimed is not None
        assert DELIVERIES.release(claimed, at=None, state="applied")
        assert (claimed.state, claimed.next_try_at) == ("applied", None)
        assert stored(delivery) == ("applied", 1, None)

    def test_what_is_given_back_was_never_claimed(self, connection: Connection) -> None:
        delivery = make_delivery(connection, minutes=-1)
        claimed = DELIVERIES.claim()
        assert claimed is not None
        assert DELIVERIES.give_back(claimed)
        assert stored(delivery) == ("received", 0, NOW)
        assert DELIVERIES.claim() == delivery

    def test_it_may_be_given_back_for_later(self, connection: Connection) -> None:
        day = PbxDay.objects.create(connection=connection, day=NOW.date(), next_try_at=NOW)
        claimed = DAYS.claim()
        assert claimed is not None
        assert DAYS.give_back(claimed, at=NOW + 3 * MINUTE)
        assert DAYS.claim(now=NOW + 3 * MINUTE - SECOND) is None
        assert DAYS.claim(now=NOW + 3 * MINUTE) == day


class TestHolder:
    def test_renewing_puts_the_end_of_the_lease_off_and_writes_values_along(
        self, connection: Connection, clock: time_machine.Coordinates
    ) -> None:
        delivery = make_delivery(connection)
        claimed = DELIVERIES.claim()
        assert claimed is not None
        clock.shift(MINUTE - SECOND)
        DELIVERIES.renew(claimed, error="half of it is done")
        assert stored(delivery) == ("received", 1, NOW + 2 * MINUTE - SECOND)
        assert claimed.error == delivery.error == "half of it is done"
        assert DELIVERIES.claim(now=NOW + MINUTE) is None

    def test_a_row_that_is_no_more_can_not_be_renewed(self, connection: Connection) -> None:
        make_delivery(connection)
        claimed = DELIVERIES.claim()
        assert claimed is not None
        Delivery.objects.all().delete()
        with pytest.raises(LeaseLost, match=f"Delivery {claimed.pk}"):
            DELIVERIES.renew(claimed)
        assert not DELIVERIES.release(claimed, at=None)

    def test_who_lost_a_lease_with_a_token_writes_nothing_more(self, recording: Recording) -> None:
        dead = RECORDINGS.claim()
        heir = RECORDINGS.claim(now=NOW + MINUTE)
        assert dead is not None
        assert heir is not None
        assert (heir.state, heir.attempts, len(heir.lease), heir.lease != dead.lease) == ("fetching", 2, 32, True)
        with pytest.raises(LeaseLost):
            RECORDINGS.renew(dead)
        assert not RECORDINGS.write(dead, detail="dead")
        assert not RECORDINGS.give_back(dead, state="waiting")
        assert not RECORDINGS.release(dead, at=None, state="stored")
        recording.refresh_from_db()
        assert (recording.state, recording.detail, recording.lease) == ("fetching", "", heir.lease)
        assert RECORDINGS.write(heir, detail="heir")
        assert RECORDINGS.release(heir, at=None, state="stored")
        recording.refresh_from_db()
        assert (recording.state, recording.detail, recording.lease, recording.next_try_at) == (
            "stored",
            "heir",
            "",
            None,
        )

    def test_many_leases_are_renewed_at_once_and_the_lost_ones_named(
        self, connection: Connection, clock: time_machine.Coordinates
    ) -> None:
        for name in "123":
            make_recording(connection, link=name, state="waiting", next_try_at=NOW)
        mine, lost, released = RECORDINGS.claims()
        Recording.objects.filter(pk=lost.pk).update(lease="another")
        RECORDINGS.release(released, at=None, state="stored")
        clock.shift(MINUTE)
        tokens = [mine.lease, lost.lease]
        assert RECORDINGS.live_tokens(tokens) == set()
        assert RECORDINGS.renew_tokens([mine.lease]) == set()
        assert RECORDINGS.renew_tokens(tokens) == {lost.lease}
        assert RECORDINGS.live_tokens([*tokens, "nobodys"]) == {mine.lease}
        assert RECORDINGS.claim() == lost  # Its new holder gave no sign of life.
