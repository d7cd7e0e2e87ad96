"""What each user has on the screen in every part of a call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.utils import timezone

from telephony.cards.decide import decide
from telephony.cards.desk import CardView, desk_of
from telephony.models import Call, CallLeg, Card, Connection, DeskSettings, MissedItem
from tests.telephony.factories import ExtensionFactory
from tests.telephony.messages import (
    CLIENT,
    Message,
    at,
    sipuni,
    sipuni_answers,
    sipuni_ends,
    sipuni_rings,
    wirecrm,
)

pytestmark = pytest.mark.django_db
Tell = Callable[..., None]


def on_screen(user: Any) -> list[str]:
    return [card.state for card in desk_of(user).cards]


def the_card(user: Any) -> CardView:
    [card] = desk_of(user).cards
    return card


def outgoing(event: int, second: float, **fields: str) -> Message:
    return sipuni(
        event, second, src_num="012345101", short_src_num="101", src_type="2", dst_num=CLIENT, dst_type="1", **fields
    )


def test_it_rings_talks_and_shows_the_outcome(tell: Tell, anna: Any) -> None:
    tell(0, sipuni(1, 0))
    assert on_screen(anna) == []
    tell(1, sipuni_rings(1, "101"))
    assert on_screen(anna) == ["ringing"]
    tell(9, sipuni_answers(9, "101"))
    assert on_screen(anna) == ["talking"]
    tell(69, sipuni_ends(69))
    assert on_screen(anna) == ["ended"]
    assert the_card(anna).talked == "1:00"


def test_a_colleague_reads_who_answered_for_a_few_seconds(
    tell: Tell, anna: Any, boris: Any, clock: time_machine.Traveller
) -> None:
    tell(1, sipuni_rings(1, "101"))
    tell(1, sipuni_rings(1, "102"))
    tell(5, sipuni_answers(5, "102"))
    assert on_screen(anna) == ["elsewhere"]
    assert the_card(anna).answered_by == "Boris"
    assert on_screen(boris) == ["talking"]
    clock.move_to(at(12))
    assert on_screen(anna) == []
    tell(60, sipuni_ends(60))
    assert on_screen(anna) == []
    assert on_screen(boris) == ["ended"]


def test_a_missed_call_is_no_card_any_more_but_a_client_to_call_back(tell: Tell, anna: Any) -> None:
    tell(1, sipuni_rings(1, "101"))
    assert on_screen(anna) == ["ringing"]
    tell(20, sipuni_ends(20, "CANCEL"))
    assert on_screen(anna) == []
    assert MissedItem.objects.filter(closed_at=None).count() == 1


def test_who_is_not_to_be_disturbed_has_nothing_on_the_screen(tell: Tell, anna: Any) -> None:
    tell(1, sipuni_rings(1, "101"))
    DeskSettings.objects.update_or_create(user=anna, defaults={"do_not_disturb": True})
    assert on_screen(User.objects.get(pk=anna.pk)) == []
    DeskSettings.objects.update(do_not_disturb=False)
    assert on_screen(User.objects.get(pk=anna.pk)) == ["ringing"]


def test_a_transferred_call_is_the_new_persons_and_the_old_one_sees_the_outcome(
    tell: Tell, anna: Any, boris: Any
) -> None:
    tell(1, sipuni_rings(1, "101"))
    tell(5, sipuni_answers(5, "101"))
    tell(30, sipuni_rings(30, "102"))
    assert on_screen(boris) == ["ringing"]
    assert the_card(boris).word == "Call handed over to you"
    tell(35, sipuni_answers(35, "102"))
    tell(40, sipuni(4, 40, dst_num="012345102", short_dst_num="102", dst_type="2", status="ANSWER"))
    assert on_screen(anna) == ["ended"]
    assert on_screen(boris) == ["talking"]


def test_who_gets_the_call_back_has_the_card_again(tell: Tell, anna: Any, boris: Any) -> None:
    tell(1, sipuni_rings(1, "101"))
    tell(5, sipuni_answers(5, "101"))
    tell(20, sipuni_rings(20, "102"))
    tell(25, sipuni_answers(25, "102"))
    tell(26, sipuni(4, 26, dst_num="012345102", short_dst_num="102", dst_type="2", status="ANSWER"))
    Card.objects.filter(user=anna).update(dismissed_at=timezone.now())
    tell(40, sipuni_rings(40, "101"))
    assert on_screen(anna) == ["ringing"]
    assert Card.objects.filter(user=anna).count() == 1


def test_an_outgoing_call_is_on_the_callers_screen(tell: Tell, anna: Any, boris: Any) -> None:
    tell(1, outgoing(1, 1))
    assert on_screen(anna) == ["calling"]
    tell(8, outgoing(3, 8))
    assert on_screen(anna) == ["talking"]
    tell(20, outgoing(2, 20, status="ANSWER"))
    assert on_screen(anna) == ["ended"]
    assert on_screen(boris) == []


def test_an_outgoing_call_that_nobody_answered_says_so(tell: Tell, anna: Any) -> None:
    tell(1, outgoing(1, 1))
    tell(20, outgoing(2, 20, status="BUSY"))
    assert on_screen(anna) == ["unanswered"]
    assert the_card(anna).outcome == "busy"


def test_of_several_calls_what_rings_is_first_then_what_goes_on_then_what_is_over(tell: Tell, anna: Any) -> None:
    for call in ("1.1", "1.2"):
        tell(1, sipuni_rings(1, "101", call))
        tell(2, sipuni_answers(2, "101", call))
    tell(3, sipuni_rings(3, "101", "1.3"))
    tell(4, sipuni_ends(4, "ANSWER", "1.2"))
    tell(5, sipuni_rings(5, "101", "1.4"))
    assert on_screen(anna) == ["ringing", "ringing", "talking", "ended"]


def test_a_call_that_the_pbx_forgets_is_stale_after_two_minutes(
    tell: Tell, anna: Any, clock: time_machine.Traveller
) -> None:
    tell(1, sipuni_rings(1, "101"))
    clock.move_to(at(122))
    assert on_screen(anna) == ["stale"]


def test_a_ring_that_ended_nobody_knows_how_leaves_no_card(tell: Tell, anna: Any) -> None:
    tell(1, sipuni_rings(1, "101"))
    tell(30, sipuni_ends(30, "NEW STATUS"))
    assert on_screen(anna) == []


def test_a_call_that_ends_answered_without_an_answer_told_shows_its_outcome(tell: Tell, anna: Any) -> None:
    pbx: Connection = ExtensionFactory.create(number="101", user=anna, connection__vendor="wirecrm").connection
    tell(1, wirecrm("NOTIFY_INTERNAL", internal="101", call_start="2024-01-29 13:00:01"), pbx)
    assert on_screen(anna) == ["ringing"]
    end = {"internal": "101", "duration": "40", "disposition": "answered", "call_start": "2024-01-29 13:00:01"}
    tell(60, wirecrm("NOTIFY_END", **end), pbx)
    assert on_screen(anna) == ["ended"]


@pytest.mark.parametrize(
    ("wishes", "shown"),
    [
        ({"cards": False}, []),
        ({"do_not_disturb": True}, []),
        ({"do_not_disturb": True, "do_not_disturb_until": at(3600)}, []),
        ({"do_not_disturb": True, "do_not_disturb_until": at(-60)}, ["ringing"]),
        ({"outgoing_cards": False}, ["ringing"]),
    ],
)
def test_people_decide_whether_they_get_cards(tell: Tell, anna: Any, wishes: dict[str, Any], shown: list[str]) -> None:
    DeskSettings.objects.create(user=anna, **wishes)
    tell(1, sipuni_rings(1, "101"))
    assert on_screen(anna) == shown


def test_outgoing_cards_can_be_switched_off_alone(tell: Tell, anna: Any) -> None:
    DeskSettings.objects.create(user=anna, outgoing_cards=False)
    tell(1, outgoing(1, 1))
    assert on_screen(anna) == []


def test_switching_cards_on_while_it_rings_changes_nothing(tell: Tell, anna: Any) -> None:
    """What was decided when the phone began to ring holds, and the trace tells it."""
    DeskSettings.objects.create(user=anna, cards=False)
    tell(1, sipuni_rings(1, "101"))
    DeskSettings.objects.update(cards=True)
    tell(2, sipuni_rings(2, "109"))
    assert on_screen(anna) == []
    assert CallLeg.objects.get(extension_number="101").card == "off"


def test_a_phone_that_gets_an_owner_while_it_rings_shows_a_card_with_the_next_event(
    tell: Tell, anna: Any, connection: Connection
) -> None:
    tell(1, sipuni_rings(1, "103"))
    ExtensionFactory.create(connection=connection, number="103", user=anna)
    tell(2, sipuni_rings(2, "104"))
    assert on_screen(anna) == ["ringing"]


def test_two_phones_of_one_user_are_one_card(tell: Tell, anna: Any, connection: Connection) -> None:
    ExtensionFactory.create(connection=connection, number="201", user=anna)
    tell(1, sipuni_rings(1, "101"))
    Card.objects.update(dismissed_at=timezone.now())
    tell(1, sipuni_rings(1, "201"))
    assert on_screen(anna) == []
    assert {leg.extension_number: leg.card for leg in CallLeg.objects.all()} == {"101": "shown", "201": "duplicate"}


def test_an_end_that_changes_no_leg_is_told_to_those_who_had_a_card(
    tell: Tell, anna: Any, published: list[set[int]]
) -> None:
    tell(1, sipuni_rings(1, "101"))
    left = {"dst_num": "012345101", "short_dst_num": "101", "dst_type": "2"}
    tell(9, sipuni(4, 9, **left, status="NOANSWER"))
    assert on_screen(anna) == []
    tell(30, sipuni_ends(30, "NOANSWER", **left))
    assert published[-1] == {anna.pk}


def test_a_colleague_who_is_asked_during_a_call_needs_no_card(tell: Tell, anna: Any, connection: Connection) -> None:
    call = Call(connection=connection, direction="incoming")
    leg = CallLeg(call=call, user=anna, role="calling", status="ringing", extension_number="101")
    assert decide(call=call, legs=[leg], now=at(0)) == []
    assert leg.card == ""
