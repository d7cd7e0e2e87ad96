"""A real call through the PBX proves a connection, ordered by the assistant's own form."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from telephony.models import Card, Connection, Dial
from tests.dialing.pbx import CLIENT, Pbx, play

pytestmark = pytest.mark.django_db(transaction=True)
CLICK = {"dial": "1", "number": CLIENT, "key": "click-0001"}


def connected(pbx: Pbx) -> tuple[Client, Connection]:
    boss = User.objects.create_superuser("boss")
    phone = pbx.phone("xvb", user=boss)
    client = Client()
    client.force_login(boss)
    return client, phone.connection


def step(connection: Connection, name: str = "test") -> str:
    return reverse(f"telephony:connect_{name}", args=[connection.pk])


def test_it_is_ordered_called_and_proven(pbx: Pbx) -> None:
    client, connection = connected(pbx)
    assert "Call through the PBX" in client.get(step(connection)).content.decode()
    answer = client.post(step(connection), CLICK, follow=True)
    order = Dial.objects.get()
    assert answer.redirect_chain[-1][0] == f"{step(connection)}?ordered={order.pk}"
    assert "Your phone rings. Pick it up" in answer.content.decode()
    play(pbx, connection)
    part = client.get(step(connection), {"ordered": order.pk, "part": "order"}).content.decode()
    assert "calling by a click works" in part
    Card.objects.filter(user__username="boss").update(shown_at=timezone.now())
    assert "The card came up on your screen" in client.get(step(connection)).content.decode()
    done = client.get(step(connection, "done")).context["proofs"]
    assert {str(proof.label): proof.is_proven for proof in done}["A call was ordered by a click."]


def test_a_second_press_orders_nothing_and_a_wrong_number_is_told(pbx: Pbx) -> None:
    client, connection = connected(pbx)
    for _ in range(2):
        client.post(step(connection), CLICK)
    assert len(pbx.accepted) == 1
    for number, told in (("", "Enter the number"), ("112", "no telephone number that can be called")):
        answer = client.post(step(connection), {**CLICK, "number": number, "key": f"click-of-{number}"}, follow=True)
        assert told in answer.content.decode()
    assert len(pbx.accepted) == 1


def test_who_may_not_call_is_not_offered_it(pbx: Pbx) -> None:
    _client, connection = connected(pbx)
    clerk = User.objects.create_user("clerk", is_staff=True)
    pbx.phone("sipuni", user=clerk)
    client = Client()
    client.force_login(clerk)
    assert client.post(step(connection), CLICK).status_code == 403
    assert not Dial.objects.exists()
