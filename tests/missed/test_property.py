"""A week of calls of a few clients at two PBXs: whatever order its messages come in, the items are the same."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.domain.events import CallStatus, Direction
from telephony.domain.missed import ClientCall, Decided, Decision, Part, State, fold_items
from telephony.models import CallLeg, MissedItem, MissedRang
from tests.missed.company import OTHER, Company, told
from tests.properties.messages import Message
from tests.properties.played import examples
from tests.properties.stored import deliver
from tests.rounds import rounds
from tests.telephony.messages import CLIENT, at

WEEK = 7 * 24 * 3600
GHOST = 10
REPEAT = timedelta(seconds=60)


@st.composite
def client_calls(draw: st.DrawFn) -> list[ClientCall]:
    """One client's calls; several may begin in the same second."""
    numbers = count(1)
    calls = []
    for _call in range(draw(st.integers(0, 12))):
        pk = next(numbers)
        start = at(draw(st.integers(0, 40)) * 60)
        talk = draw(st.sampled_from([None, 3, 9, 10, 60, 1200]))
        status = draw(st.sampled_from(list(CallStatus))) if talk is None else CallStatus.ANSWERED
        calls.append(
            ClientCall(
                pk=pk,
                connection=draw(st.integers(1, 2)),
                external_id=str(pk),
                direction=draw(st.sampled_from(list(Direction))),
                status=status,
                started_at=start,
                answered_at=start + timedelta(seconds=5) if talk is not None else None,
                ended_at=start + timedelta(seconds=5 + (talk or 0)),
                talk_seconds=talk,
                waited=5,
            )
        )
    return calls


@st.composite
def decisions(draw: st.DrawFn) -> list[Decision]:
    return [
        Decision(
            pk=pk,
            at=at(draw(st.integers(0, 40)) * 60),
            kind=draw(st.sampled_from(list(Decided))),
            by=1,
            to=2,
            until=at(WEEK),
            reason=draw(st.sampled_from(["settled", "spam"])),
        )
        for pk in range(draw(st.integers(0, 5)))
    ]


@examples(80)
@given(calls=client_calls(), decided=decisions(), data=st.data())
def test_the_fold_knows_no_order(calls: list[ClientCall], decided: list[Decision], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(calls))
    first = fold_items(calls, decided, ghost_seconds=GHOST)
    assert fold_items(shuffled, list(reversed(decided)), ghost_seconds=GHOST) == first


@examples(80)
@given(calls=client_calls(), decided=decisions())
def test_what_an_item_is(calls: list[ClientCall], decided: list[Decision]) -> None:
    """Said in another way than the fold says it."""
    items = fold_items(calls, decided, ghost_seconds=GHOST)
    missed = [call for call in calls if call.part(GHOST) is Part.MISSED]
    talks = [call for call in calls if call.part(GHOST) is Part.TALK]
    in_items = [call.pk for item in items for call in item.missed]
    assert len(in_items) == len(set(in_items))
    assert all(item.state.is_over for item in items[:-1])
    if not any(said.reason == "spam" for said in decided):
        assert set(in_items) == {call.pk for call in missed}
    if any(said.kind is Decided.REOPENED for said in decided):
        return  # Whoever opens it again wants it open, though somebody talked with them meanwhile.
    for item in items:
        ended = [talk for talk in talks if talk.ended_at and talk.ended_at >= item.last_at]
        assert (item.state is State.RETURNED) == (item.closing_call is not None)
        if not item.state.is_over:
            assert not ended
        if item.state is State.RETURNED:
            assert item.closing_call in ended
            assert min(talk.ended_at for talk in ended if talk.ended_at) == (item.closing_call or ended[0]).ended_at


def week(company: Company, seed: int) -> list[Message]:
    """Calls of two clients, none within the same two minutes of another of the same client's."""
    dice = random.Random(seed)
    messages: list[Message] = []
    for place in range(8):
        second = place * 9000 + dice.randrange(6000)
        facts: dict[str, Any] = {"talk": dice.choice([None, None, None, 4, 60, 400])}
        facts["client"] = dice.choice([CLIENT, CLIENT, OTHER])
        if dice.random() < 0.3:
            facts["direction"] = Direction.OUTGOING
        messages += company.call(second, dice.choice(["sipuni", "wirecrm"]), **facts)
    return messages


def play(company: Company, messages: Sequence[Message]) -> list[dict[str, Any]]:
    for message in messages:
        deliver(company.at(message.vendor), [message])
    return [
        {name: row[name] for name in row if name not in ("id", "first_call_id", "last_call_id", "closing_call_id")}
        for row in MissedItem.objects.order_by("first_at").values()
    ]


def rang() -> set[tuple[str, int, int]]:
    """Whose phones rang for which item, as its rows say."""
    assert all(row.first_at == row.item.first_at for row in MissedRang.objects.select_related("item"))
    return {(row.item.client_key, row.item.attempts, row.user_id) for row in MissedRang.objects.select_related("item")}


def rang_by_legs() -> set[tuple[str, int, int]]:
    """The same, leg by leg."""
    return {
        (item.client_key, item.attempts, leg.user_id)
        for item in MissedItem.objects.all()
        for leg in CallLeg.objects.filter(call__in=[item.first_call, item.last_call], user__isnull=False)
        if leg.user_id is not None
    }


def same_in_any_order(company: Company, seed: int) -> None:
    """Through the inbox and the database: in order; then in any order, some of it twice."""
    messages = week(company, seed)
    for vendor in ("sipuni", "wirecrm"):
        company.at(vendor)
    in_order = play(company, messages)
    shown = told()
    for connection in company.connections.values():
        connection.calls.all().delete()
    MissedItem.objects.all().delete()
    dice = random.Random(seed)
    shuffled = messages + [message.again(REPEAT) for message in dice.sample(messages, 5)]
    dice.shuffle(shuffled)
    assert play(company, shuffled) == in_order
    assert told() == shown
    assert rang() == rang_by_legs() != set()


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(2))
def test_rows_are_the_same_whatever_comes_when(company: Company, seed: int) -> None:
    same_in_any_order(company, seed)


@pytest.mark.proof
@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(100, 100 + rounds(8, full=40)))
def test_so_are_those_of_many_weeks(company: Company, seed: int) -> None:
    same_in_any_order(company, seed)
