"""Whose screen a ringing call is on, and until when."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from telephony.intake.replay import replay
from telephony.models import Card, Connection, Delivery
from tests.telephony.factories import ExtensionFactory, make_user
from tests.telephony.messages import Message, at, deliver, sipuni, sipuni_answers, sipuni_ends, sipuni_rings

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_phones(connection: Connection) -> None:
    ExtensionFactory.create(connection=connection, number="101", user=make_user("anna"))
    ExtensionFactory.create(connection=connection, number="102", user=make_user("boris"))


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(at(0), tick=False) as traveller:
        yield traveller


def tell(clock: time_machine.Traveller, connection: Connection, second: int, message: Message) -> None:
    clock.move_to(at(second))
    deliver(connection, message, second)


def shown() -> list[str]:
    return sorted(card.user.username for card in Card.objects.filter(withdrawn_at=None).select_related("user"))


def test_a_card_is_shown_while_the_phone_rings_and_to_whom_it_rings(
    clock: time_machine.Traveller, connection: Connection
) -> None:
    tell(clock, connection, 0, sipuni(1, 0))
    assert shown() == []
    tell(clock, connection, 1, sipuni_rings(1, "101"))
    assert shown() == ["anna"]
    tell(clock, connection, 2, sipuni_rings(2, "102"))
    assert shown() == ["anna", "boris"]


def test_it_closes_for_colleagues_when_one_of_them_answers_and_for_all_at_the_end(
    clock: time_machine.Traveller, connection: Connection
) -> None:
    for second, message in ((1, sipuni_rings(1, "101")), (1, sipuni_rings(1, "102")), (5, sipuni_answers(5, "102"))):
        tell(clock, connection, second, message)
    assert shown() == ["boris"]
    tell(clock, connection, 60, sipuni_ends(60))
    assert shown() == []
    assert {card.user.username: card.withdrawn_at for card in Card.objects.all()} == {"anna": at(5), "boris": at(60)}


def test_it_closes_when_the_caller_gives_up(clock: time_machine.Traveller, connection: Connection) -> None:
    tell(clock, connection, 1, sipuni_rings(1, "101"))
    tell(clock, connection, 20, sipuni_ends(20, "CANCEL"))
    assert shown() == []


def test_there_is_one_card_for_a_call_and_user_however_often_it_is_told(
    clock: time_machine.Traveller, connection: Connection
) -> None:
    for second in (1, 1, 2):
        tell(clock, connection, second, sipuni_rings(second, "101"))
    assert Card.objects.count() == 1


def knows_the_clock(connection: Connection) -> None:
    """Earlier messages told that the PBX's clock is right (tests/desk/test_clock.py)."""
    connection.clock_behind = connection.clock_quickest = 0.0
    connection.clock_since = at(0)
    connection.save()


def test_a_ring_that_is_heard_of_late_interrupts_nobody(clock: time_machine.Traveller, connection: Connection) -> None:
    knows_the_clock(connection)
    tell(clock, connection, 121, sipuni_rings(1, "101"))
    assert Card.objects.count() == 0


def test_a_replay_interrupts_nobody(clock: time_machine.Traveller, connection: Connection) -> None:
    knows_the_clock(connection)
    tell(clock, connection, 121, sipuni_rings(1, "101"))
    clock.move_to(at(3600))
    replay(delivery=Delivery.objects.get())
    assert Card.objects.count() == 0


def test_a_phone_that_is_nobodys_has_no_card(clock: time_machine.Traveller, connection: Connection) -> None:
    tell(clock, connection, 1, sipuni_rings(1, "109"))
    assert Card.objects.count() == 0


def test_colleagues_calling_each_other_need_no_card(clock: time_machine.Traveller, connection: Connection) -> None:
    internal = sipuni(1, 1, src_num="012345102", src_type="2", dst_num="012345101", dst_type="2")
    tell(clock, connection, 1, internal)
    assert Card.objects.count() == 0


def test_where_no_ring_is_told_the_card_comes_with_the_answer_and_goes_with_the_end() -> None:
    xvb = Connection.objects.create(vendor="xvb", name="Branch")
    ExtensionFactory.create(connection=xvb, number="201", user=make_user("vera"))
    about = {"cmd": "event", "callid": "a1", "type": "in", "phone": "79161234567"}
    seen = []
    for event, phone in (("INCOMING", ""), ("ANSWERED", "201"), ("COMPLETED", "201")):
        Client().post(xvb.hook_path, {**about, "event": event, "ext": phone, "status": "Success", "duration": "5"})
        seen.append(shown())
    assert seen == [[], ["vera"], []]
