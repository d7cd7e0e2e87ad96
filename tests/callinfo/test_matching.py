"""Which row of a list is which call: pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from telephony.domain.events import Direction
from telephony.domain.listed_call import PbxCall
from telephony.reconcile.matching import Known, Listed, match
from tests.telephony.messages import at

CLIENT = "9201119613"


def row(pk: int, second: float, *, tied_to: int | None = None, **facts: Any) -> Listed:
    told = {"direction": Direction.INCOMING, "client_raw": f"8{CLIENT}", **facts}
    return Listed(pk=pk, call=PbxCall(started_at=at(second), **told), tied_to=tied_to)


def call(pk: int, second: float, **facts: Any) -> Known:
    told = {"external_id": "", "client_match": CLIENT, "direction": "incoming", "start_is_told": True, **facts}
    return Known(pk=pk, started_at=at(second), **told)


def ring(pk: int, second: float, **facts: Any) -> Known:
    """A call of which only rings told."""
    return call(pk, second, start_is_told=False, **facts)


def pairs(rows: list[Listed], calls: list[Known]) -> dict[int, int]:
    found = match(rows, calls)
    assert not found.unclear
    return found.pairs


class TestById:
    def test_the_id_decides_whatever_else_differs(self) -> None:
        known = call(7, 9000, external_id="1.1", client_match="x", direction="outgoing")
        assert pairs([row(1, 0, call_id="1.1")], [known]) == {1: 7}

    def test_another_id_is_another_call_however_near(self) -> None:
        assert pairs([row(1, 0, call_id="1.1")], [call(7, 0, external_id="1.2")]) == {}

    def test_a_row_without_an_id_may_be_a_call_with_one(self) -> None:
        assert pairs([row(1, 0)], [call(7, 0, external_id="1.2")]) == {1: 7}


class TestByTime:
    def test_the_number_s_last_ten_digits_and_the_time_decide(self) -> None:
        assert pairs([row(1, 0)], [call(7, 2), call(8, 0, client_match="other")]) == {1: 7}

    def test_a_start_that_was_told_is_near(self) -> None:
        assert pairs([row(1, 0)], [call(7, 15)]) == {1: 7}
        assert pairs([row(1, 0)], [call(7, 16)]) == {}
        assert pairs([row(1, 16)], [call(7, 0)]) == {}

    def test_a_phone_may_ring_three_minutes_after_the_start(self) -> None:
        assert pairs([row(1, 0)], [ring(7, 180)]) == {1: 7}
        assert pairs([row(1, 0)], [ring(7, 181)]) == {}

    def test_of_a_talk_only_the_end_may_have_been_told(self) -> None:
        assert pairs([row(1, 0, talk_seconds=600)], [ring(7, 700)]) == {1: 7}

    def test_rows_and_calls_are_matched_one_to_one_in_the_order_of_time(self) -> None:
        rows = [row(1, 0), row(2, 60), row(3, 120)]
        assert pairs(rows, [ring(7, 20), ring(8, 80), ring(9, 140)]) == {1: 7, 2: 8, 3: 9}

    def test_as_many_as_possible_are_matched_even_if_one_alone_would_be_nearer(self) -> None:
        assert pairs([row(1, 0), row(2, 60)], [ring(7, 61), ring(8, 100)]) == {1: 7, 2: 8}

    def test_the_nearest_is_meant_where_calls_are_missing(self) -> None:
        assert pairs([row(1, 0), row(2, 60), row(3, 120)], [ring(7, 62)]) == {2: 7}

    def test_who_calls_whom_has_to_agree_unless_it_is_not_known(self) -> None:
        assert pairs([row(1, 0)], [call(7, 0, direction="outgoing")]) == {}
        assert pairs([row(1, 0)], [call(7, 0, direction="unknown")]) == {1: 7}
        assert pairs([row(1, 0, direction=Direction.UNKNOWN)], [call(7, 0, direction="outgoing")]) == {1: 7}

    def test_of_calls_at_the_same_time_the_length_tells_them_apart(self) -> None:
        rows = [row(1, 0, talk_seconds=10), row(2, 0, talk_seconds=100)]
        assert pairs(rows, [call(7, 0, talk_seconds=100)]) == {2: 7}

    def test_the_hour_that_comes_twice_may_be_either(self) -> None:
        assert pairs([row(1, 0, maybe_started_at=at(3600))], [call(7, 3600)]) == {1: 7}

    def test_hidden_callers_are_told_apart_by_time_alone(self) -> None:
        rows = [row(1, 0, client_raw=""), row(2, 60, client_raw="")]
        assert pairs(rows, [call(7, 60, client_match=""), call(8, 1, client_match="")]) == {1: 8, 2: 7}

    def test_colleagues_are_told_apart_by_their_phones(self) -> None:
        facts = {"direction": Direction.INTERNAL, "client_raw": "", "caller": "101", "extension": "102"}
        known = {"direction": "internal", "client_match": ""}
        assert pairs([row(1, 0, **facts)], [call(7, 0, phones=frozenset({"103"}), **known)]) == {}
        assert pairs([row(1, 0, **facts)], [call(7, 0, phones=frozenset({"102"}), **known)]) == {1: 7}
        assert pairs([row(1, 0, **facts)], [call(7, 0, **known)]) == {1: 7}


class TestUnclear:
    def test_two_rows_about_as_near_to_one_call(self) -> None:
        found = match([row(1, 0), row(2, 6)], [ring(7, 4)])
        assert found.unclear == {1, 2}

    def test_two_calls_about_as_near_to_one_row(self) -> None:
        found = match([row(1, 0)], [ring(7, 2), ring(8, 4)])
        assert found.unclear == {1}

    def test_a_start_that_was_told_needs_less_distance(self) -> None:
        assert pairs([row(1, 0), row(2, 3)], [call(7, 0)]) == {1: 7}
        assert match([row(1, 0), row(2, 1)], [call(7, 0)]).unclear == {1, 2}

    def test_what_is_unclear_of_one_client_is_clear_of_another(self) -> None:
        found = match(
            [row(1, 0), row(2, 6), row(3, 0, client_raw="84951112233")],
            [ring(7, 4), ring(8, 1, client_match="4951112233")],
        )
        assert found.unclear == {1, 2}
        assert found.pairs[3] == 8


class TestMadeOfTheList:
    """Calls that an earlier import made, before their messages came, if ever."""

    def made(self, pk: int, second: float = 0, **facts: Any) -> Known:
        return ring(pk, second, is_listed_only=True, **facts)

    def test_a_row_stays_with_the_call_that_was_made_of_it(self) -> None:
        timely = timedelta(days=1).total_seconds()
        assert pairs([row(1, 0, tied_to=7)], [self.made(7, timely)]) == {1: 7}

    def test_it_is_found_again_by_its_id_or_by_its_time(self) -> None:
        assert pairs([row(1, 0, call_id="1.1")], [self.made(7, external_id="1.1")]) == {1: 7}
        assert pairs([row(1, 0)], [self.made(7)]) == {1: 7}

    def test_it_gives_way_to_the_call_whose_messages_came(self) -> None:
        found = match([row(1, 0, tied_to=7)], [self.made(7), ring(8, 20)])
        assert (found.pairs, found.replaced) == ({1: 8}, {1: 7})

    def test_it_stays_where_several_calls_might_be_meant(self) -> None:
        found = match([row(1, 0, tied_to=7)], [self.made(7), ring(8, 20), ring(9, 22)])
        assert (found.pairs, found.replaced, found.unclear) == ({1: 7}, {}, set())

    def test_a_call_is_nobody_else_s(self) -> None:
        known = call(7, 0, external_id="1.1")
        assert pairs([row(1, 0, call_id="1.1"), row(2, 0, tied_to=7)], [known]) == {1: 7}

    def test_a_row_that_was_tied_to_a_real_call_stays_with_it(self) -> None:
        assert pairs([row(1, 0, tied_to=7)], [call(7, 100)]) == {1: 7}
