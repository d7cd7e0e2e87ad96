"""A PBX's clock may be wrong: what makes a card late is the time that passed here."""

from __future__ import annotations

import html
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from telephony.calls.change import Change
from telephony.connections.clock import WINDOW, forget_clock, learn_clock
from telephony.domain.fold import fold
from telephony.models import Call, CallLeg, Connection
from tests.telephony.factories import ConnectionFactory, ExtensionFactory
from tests.telephony.messages import at, deliver, send, sipuni_rings

pytestmark = pytest.mark.django_db
ON_THE_WAY = 0.25
"""Seconds that each message takes."""


@pytest.fixture
def connection() -> Connection:
    connection: Connection = ConnectionFactory.create(vendor="sipuni")
    ExtensionFactory.create(connection=connection, number="101")
    return connection


def rings(connection: Connection, *, told_as: float, heard: float, now: float | None = None, call: str = "1") -> str:
    """The decision about the card of a phone that rang at second `told_as` of the PBX's clock."""
    heard += ON_THE_WAY
    with time_machine.travel(at(heard if now is None else now), tick=False):
        deliver(Connection.objects.get(pk=connection.pk), sipuni_rings(told_as, "101", call_id=call), heard)
    return str(CallLeg.objects.get(call__external_id=call).card)


@pytest.mark.parametrize("behind", [121, 3600, -121, -3600, 0])
def test_whatever_the_pbxs_clock_says_a_card_comes(connection: Connection, behind: int) -> None:
    assert [rings(connection, told_as=second - behind, heard=second, call=str(second)) for second in range(1, 9)] == [
        "shown"
    ] * 8
    assert abs(Connection.objects.get().clock_behind - behind) < 1


def test_a_message_that_was_held_up_on_its_way_is_late(connection: Connection) -> None:
    for second in range(3):
        rings(connection, told_as=second - 121, heard=second, call=str(second))
    assert rings(connection, told_as=-100, heard=200, call="late") == "late"
    assert Connection.objects.get().clock_behind == 121 + ON_THE_WAY


def test_one_that_waited_here_is_late_whatever_its_time(connection: Connection) -> None:
    assert rings(connection, told_as=-121, heard=0, now=200) == "late"
    assert Connection.objects.get().clock_behind is None


def test_a_clock_that_is_put_right_is_believed_at_once_and_one_that_falls_back_after_a_while(
    connection: Connection,
) -> None:
    window = WINDOW.total_seconds()
    rings(connection, told_as=-300, heard=0, call="a")
    rings(connection, told_as=10, heard=10, call="b")
    assert Connection.objects.get().clock_behind == ON_THE_WAY
    for number in range(5):
        rings(connection, told_as=20 + number - 300, heard=20 + number, call=f"c{number}")
    assert Connection.objects.get().clock_behind == ON_THE_WAY
    rings(connection, told_as=window + 100 - 300, heard=window + 100, call="d")
    rings(connection, told_as=2 * window + 200 - 300, heard=2 * window + 200, call="e")
    assert Connection.objects.get().clock_behind == 300 + ON_THE_WAY
    assert rings(connection, told_as=2 * window + 210 - 300, heard=2 * window + 210, call="f") == "shown"


def test_cards_come_again_soon_after_a_fast_clock_was_put_right(connection: Connection) -> None:
    for second in range(3):
        rings(connection, told_as=second + 200, heard=second, call=f"fast{second}")
    decided = {second: rings(connection, told_as=second, heard=second, call=str(second)) for second in range(10, 60, 5)}
    assert {second for second, card in decided.items() if card == "shown"} == set(range(30, 60, 5))
    assert Connection.objects.get().clock_behind == ON_THE_WAY
    assert Connection.objects.get().clock_suspected is None


def test_what_was_stored_on_its_way_and_comes_all_at_once_is_late_and_puts_no_clock_back(
    connection: Connection,
) -> None:
    rings(connection, told_as=0, heard=0, call="before")
    cards = [rings(connection, told_as=10 * number, heard=400 + number, call=str(number)) for number in range(28)]
    assert cards == ["late"] * 28
    rings(connection, told_as=428, heard=428, call="after")
    assert Connection.objects.get().clock_behind == ON_THE_WAY
    assert Connection.objects.get().clock_suspected is None


def test_few_messages_write_something(connection: Connection, django_assert_num_queries: object) -> None:
    for second in range(4):
        rings(connection, told_as=second, heard=second + 1, call=str(second))
    call = Call.objects.select_related("connection").first()
    assert call is not None
    row = call.events.get()
    heard: datetime = row.occurred_at + timedelta(seconds=1)
    change = Change(call=call, before=None, after=fold([row.event()]), event=row.event(), heard_at=heard)
    with time_machine.travel(heard, tick=False), django_assert_num_queries(0):  # type: ignore[operator]
        learn_clock(change)


def test_a_live_request_learns_it_too(connection: Connection) -> None:
    with time_machine.travel(at(500), tick=False):
        send(connection, sipuni_rings(379, "101"))
    assert Connection.objects.get().clock_behind == 121
    assert CallLeg.objects.get().card == "shown"


@pytest.mark.parametrize(
    ("behind", "said"),
    [
        (None, ""),
        (20, ""),
        (121, "clock is 2:01 behind ours"),
        (-300, "clock is 5:00 ahead of ours"),
        (10_801, "3:00:01 away from ours: most likely the time zone below, Europe/Moscow,"),
    ],
)
def test_a_wrong_clock_is_told_of_on_the_connections_page(
    connection: Connection, admin_client: Client, behind: float | None, said: str
) -> None:
    Connection.objects.update(clock_behind=behind)
    page = admin_client.get(f"/admin/telephony/connection/{connection.pk}/change/").content.decode()
    assert ("Cards come all the same" in page) == bool(said)
    assert said in html.unescape(page)


def test_with_another_time_zone_it_is_learned_anew(connection: Connection) -> None:
    connection.clock_behind = 10_800
    forget_clock(connection=connection)
    assert connection.clock_behind is None
