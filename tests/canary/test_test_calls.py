"""A test call of the assistant rings one phone, counts for nothing else, and leaves nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from telephony.assistant import judging
from telephony.calls import access
from telephony.canary import test_calls
from telephony.intake.canary_mark import HEADER, mark, mark_of_test_call
from telephony.models import Call, CallFact, Card, Connection, Delivery, Extension, MissedItem, Notice, PlayedCall
from telephony.reports.rebuilding import differences
from tests.telephony.factories import make_contact, make_user

pytestmark = pytest.mark.django_db
RINGS = {"cmd": "event", "callid": "a1", "type": "in", "phone": "79990000000", "event": "INCOMING", "ext": "101"}
ENDS = {**RINGS, "event": "COMPLETED", "status": "Missed"}


@pytest.fixture
def boss() -> User:
    return User.objects.create_superuser("boss")


@pytest.fixture
def xvb(boss: User) -> Connection:
    made = Connection.objects.create(vendor="xvb", name="Office")
    Extension.objects.create(connection=made, user=boss, number="101")
    return made


def tell(connection: Connection, fields: dict[str, str], mark: str) -> None:
    assert Client().post(connection.hook_path, fields, headers={HEADER: mark}).status_code == 200


def test_it_is_a_card_and_nothing_else(xvb: Connection, boss: User) -> None:
    played = PlayedCall.objects.create(connection=xvb, user=boss, begun_at=timezone.now())
    marked = mark_of_test_call(connection_id=xvb.pk, played_id=played.pk)
    tell(xvb, RINGS, marked)
    assert Card.objects.get().user == boss
    tell(xvb, ENDS, marked)
    call = Call.objects.get()
    assert (call.is_test, call.status) == (True, "no_answer")
    assert not access.visible_calls(boss).exists()
    assert not any(rows.objects.exists() for rows in (CallFact, MissedItem, Notice))
    assert not list(differences(mend=True))
    assert not judging.has_good(xvb)
    assert judging.heard_of(xvb) == []


def test_a_question_of_a_canary_is_answered_as_anybody_s(xvb: Connection) -> None:
    make_contact("+79161234567", "Иван")
    asks = {"cmd": "contact", "phone": "79161234567", "callid": "q1", "diversion": "74951234567"}
    marked = {HEADER: mark(connection_id=xvb.pk, run_id=1)}
    told, again = (Client().post(xvb.hook_path, asks, headers=headers).json() for headers in ({}, marked))
    assert told["contact_name"] == "Иван"
    assert again == told


@pytest.mark.parametrize("forged", ["", "1.1:abc:def", "another connection", "a canary's"])
def test_only_this_installation_can_mark_one(xvb: Connection, boss: User, forged: str) -> None:
    marks = {
        "another connection": mark_of_test_call(connection_id=xvb.pk + 1, played_id=1),
        "a canary's": mark(connection_id=xvb.pk + 1, run_id=1),
    }
    tell(xvb, RINGS, marks.get(forged, forged))
    assert list(access.visible_calls(boss).values_list("is_test", flat=True)) == [False]


def test_one_that_was_left_over_is_taken_away_with_its_messages_and_no_real_call(xvb: Connection, boss: User) -> None:
    tell(xvb, RINGS, mark_of_test_call(connection_id=xvb.pk, played_id=1))
    Client().post(xvb.hook_path, {**RINGS, "callid": "real"})
    assert test_calls.sweep() == 0
    assert test_calls.sweep(now=timezone.now() + timedelta(hours=1)) == 1
    assert list(Call.objects.values_list("external_id", "is_test")) == [("real", False)]
    assert Delivery.objects.count() == 1


def test_a_card_that_was_seen_is_proof_after_the_call_was_taken_away(xvb: Connection, boss: User) -> None:
    assert test_calls.shown_at(xvb, boss.pk) is None
    now = timezone.now()
    PlayedCall.objects.create(connection=xvb, user=boss, begun_at=now, ended_at=now, shown_at=now)
    assert test_calls.shown_at(xvb, boss.pk) == now
    assert test_calls.shown_at(xvb, make_user("anna").pk) is None


def test_why_no_card_came_is_said(xvb: Connection, boss: User) -> None:
    User.objects.filter(pk=boss.pk).update(is_active=False)
    tell(xvb, RINGS, mark_of_test_call(connection_id=xvb.pk, played_id=1))
    assert test_calls.why_no_card(xvb, boss.pk)
