"""Several contacts have one number: somebody says whose call it is, and that stays."""

from __future__ import annotations

from typing import Any

import pytest

from telephony.calls.contacts import attach_contact, link_earlier_calls
from telephony.domain.numbers import normalise
from telephony.models import Call, Connection, ContactChoice
from telephony.signals import call_changed
from tests.telephony.factories import make_contact, make_user
from tests.telephony.messages import CLIENT, deliver, sipuni

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(connection: Connection) -> tuple[Any, Any]:
    """Two contacts with the caller's number."""
    return make_contact("+" + CLIENT, "Иван"), make_contact("+" + CLIENT, "Пётр")


def a_call(connection: Connection, call_id: str, **fields: str) -> Call:
    deliver(connection, sipuni(1, 0, call_id=call_id, **fields))
    return Call.objects.get(external_id=call_id)


def test_later_and_earlier_calls_follow_the_choice(connection: Connection, two: tuple[Any, Any]) -> None:
    earlier, chosen_on = a_call(connection, "1"), a_call(connection, "2")
    assert earlier.contact is None
    user = make_user("anna")
    attach_contact(call=chosen_on, contact_pk=two[1].pk, user=user)
    earlier.refresh_from_db()
    assert chosen_on.contact == earlier.contact == a_call(connection, "3").contact == two[1]
    choice = ContactChoice.objects.get()
    assert (choice.number, choice.user, str(choice)) == ("+" + CLIENT, user, "+" + CLIENT)


def test_the_last_choice_counts_and_changes_no_other_call(connection: Connection, two: tuple[Any, Any]) -> None:
    first, second = a_call(connection, "1"), a_call(connection, "2")
    attach_contact(call=first, contact_pk=two[0].pk, user=None)
    attach_contact(call=second, contact_pk=two[1].pk, user=None)
    first.refresh_from_db()
    assert (first.contact, second.contact) == two
    assert a_call(connection, "3").contact == two[1]


def test_the_choice_ends_when_the_contact_has_the_number_no_more(connection: Connection, two: tuple[Any, Any]) -> None:
    third = make_contact("+79990000000", "Чужой")
    attach_contact(call=a_call(connection, "1"), contact_pk=third.pk, user=None)
    assert a_call(connection, "2").contact is None


def test_a_call_from_a_hidden_number_is_attached_alone(connection: Connection, two: tuple[Any, Any]) -> None:
    hidden = a_call(connection, "1", src_num="anonymous")
    other = a_call(connection, "2", src_num="anonymous")
    attach_contact(call=hidden, contact_pk=two[0].pk, user=None)
    other.refresh_from_db()
    assert (hidden.contact, other.contact) == (two[0], None)
    assert not ContactChoice.objects.exists()


def test_earlier_calls_are_linked_to_the_chosen_one(connection: Connection, two: tuple[Any, Any]) -> None:
    call = a_call(connection, "1")
    ContactChoice.objects.create(number="+" + CLIENT, contact=two[1])
    assert link_earlier_calls(number=normalise(CLIENT, "RU")) == 1
    call.refresh_from_db()
    assert call.contact == two[1]


@pytest.mark.django_db(transaction=True)
def test_those_who_follow_calls_are_told(connection: Connection, two: tuple[Any, Any]) -> None:
    call, told = a_call(connection, "1"), []

    def follow(call: Call, **_: Any) -> None:
        told.append(call.contact)

    call_changed.connect(follow)
    try:
        attach_contact(call=call, contact_pk=two[1].pk, user=None)
    finally:
        call_changed.disconnect(follow)
    assert told == [two[1]]
