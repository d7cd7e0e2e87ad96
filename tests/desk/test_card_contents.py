"""What stands on a card, and whom hints go to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from telephony.cards.desk import CardView, desk_of
from telephony.models import Call, Card, Connection, Dial, Line, LiveEvent
from tests.telephony.factories import make_contact
from tests.telephony.messages import (
    CLIENT,
    OUR_NUMBER,
    at,
    sipuni,
    sipuni_answers,
    sipuni_ends,
    sipuni_rings,
)

pytestmark = pytest.mark.django_db
Tell = Callable[..., None]


def the_card(user: Any) -> CardView:
    [card] = desk_of(user).cards
    return card


def test_hints_go_to_those_who_have_a_card_and_to_the_board(
    tell: Tell, anna: Any, boris: Any, published: list[set[int]]
) -> None:
    tell(0, sipuni(1, 0))
    tell(1, sipuni_rings(1, "101"))
    tell(2, sipuni_rings(2, "102"))
    tell(3, sipuni_answers(3, "102"))
    tell(60, sipuni_ends(60))
    assert published == [set(), {anna.pk}, {anna.pk, boris.pk}, {anna.pk, boris.pk}, {anna.pk, boris.pk}]
    assert LiveEvent.objects.filter(user=None, topic="board", content={}).count() == 5


def test_a_copy_of_a_message_gives_no_hint(tell: Tell, anna: Any, published: list[set[int]]) -> None:
    tell(1, sipuni_rings(1, "101"))
    tell(1, sipuni_rings(1, "101"))
    assert len(published) == 1


def test_an_old_calls_replay_gives_no_hint(
    tell: Tell, anna: Any, published: list[set[int]], clock: time_machine.Traveller
) -> None:
    clock.move_to(at(7200))
    tell(7200, sipuni_ends(60))
    assert published == []


def test_our_number_has_its_label(tell: Tell, anna: Any, connection: Connection) -> None:
    Line.objects.create(connection=connection, number="8 (495) 123-45-67", label="Advertising")
    tell(0, sipuni(1, 0, dst_num="74951234567"))
    tell(1, sipuni_rings(1, "101"))
    assert the_card(anna).line == "Advertising (+7 495 123-45-67)"


def test_without_a_label_the_number_stands_and_without_one_the_connection(tell: Tell, anna: Any) -> None:
    tell(1, sipuni_rings(1, "101"))
    assert the_card(anna).line == "Moscow office"
    tell(2, sipuni(1, 0))
    assert OUR_NUMBER[-4:] in the_card(anna).line.replace("-", "")


def test_an_unknown_number_says_where_it_is_from(tell: Tell, anna: Any) -> None:
    tell(1, sipuni_rings(1, "101"))
    card = the_card(anna)
    assert card.title == "+7 920 111-96-13"
    assert card.subtitle == "unknown number, Russia, mobile"
    assert card.contact is None


def test_a_hidden_number_says_so(tell: Tell, anna: Any) -> None:
    hidden = sipuni(1, 1, src_num="anonymous", dst_num="012345101", short_dst_num="101", dst_type="2")
    tell(1, hidden)
    assert the_card(anna).title == "Hidden number"
    assert the_card(anna).subtitle == ""


def test_a_contact_has_name_number_and_who_looks_after_it(tell: Tell, anna: Any, boris: Any) -> None:
    make_contact("+" + CLIENT, "Ivan Petrov", responsible=boris)
    tell(1, sipuni_rings(1, "101"))
    card = the_card(anna)
    assert (card.title, card.number, card.responsible) == ("Ivan Petrov", "+7 920 111-96-13", "Boris")
    assert card.choices == ()


def test_of_several_contacts_one_click_chooses_for_everybody(tell: Tell, anna: Any, boris: Any) -> None:
    wanted = make_contact("+" + CLIENT, "Ivan")
    make_contact("+" + CLIENT, "Olga")
    tell(1, sipuni_rings(1, "101"))
    tell(1, sipuni_rings(1, "102"))
    assert [choice.name for choice in the_card(anna).choices] == ["Ivan", "Olga"]
    client = Client()
    client.force_login(anna)
    address = f"/telephony/desk/cards/{Card.objects.get(user=anna).pk}/choose/"
    assert client.post(address, {"contact": "99999"}).status_code == 400
    assert client.post(address, {"contact": wanted.pk}).status_code == 204
    assert the_card(anna).title == the_card(boris).title == "Ivan"
    assert the_card(anna).choices == ()
    tell(600, sipuni_rings(600, "101", "1.99"))
    assert [card.title for card in desk_of(anna).cards if card.state == "ringing"] == ["Ivan"]


def test_a_contact_that_lost_the_number_keeps_its_call(tell: Tell, anna: Any) -> None:
    contact = make_contact("+" + CLIENT, "Ivan")
    tell(1, sipuni_rings(1, "101"))
    other = make_contact("+79990001122", "Pyotr")
    Call.objects.update(contact_id=other.pk)
    assert contact.pk != other.pk
    assert the_card(anna).title == "Pyotr"


def test_last_calls_are_those_that_the_user_may_see(tell: Tell, anna: Any, boris: Any) -> None:
    for second, phone in ((1, "101"), (100, "102")):
        tell(second, sipuni_rings(second, phone, f"1.{second}"))
        tell(second + 9, sipuni_ends(second + 9, "CANCEL", f"1.{second}"))
    tell(600, sipuni_rings(600, "101", "1.600"))
    ringing = next(card for card in desk_of(anna).cards if card.state == "ringing")
    assert [row.started_at for row in ringing.last_calls] == [at(1)]


def test_a_click_to_call_shows_at_once_and_gives_way_to_its_call(tell: Tell, anna: Any) -> None:
    order = Dial.objects.create(user=anna, phone_raw=CLIENT, state=Dial.State.SENT, idempotency_key="k" * 8)
    assert [shown.pk for shown in desk_of(anna, now=order.ordered_at + timedelta(seconds=5)).orders] == [order.pk]
    assert desk_of(anna, now=order.ordered_at + timedelta(seconds=70)).orders == []


def test_only_so_many_cards_fit_and_the_rest_is_counted(tell: Tell, anna: Any) -> None:
    for number in range(14):
        tell(number, sipuni_rings(number, "101", f"1.{number}"))
    shown = desk_of(anna)
    assert (len(shown.cards), shown.more) == (12, 2)


def test_the_numbers_of_queries_does_not_grow_with_finished_cards(
    tell: Tell, anna: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(6):
        tell(number, sipuni_rings(number, "101", f"1.{number}"))
        tell(number, sipuni_ends(number, "CANCEL", f"1.{number}"))
    with django_assert_max_num_queries(23):
        desk_of(anna)
