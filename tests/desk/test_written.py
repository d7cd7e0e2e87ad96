"""What people write down of a call stands wherever the call is looked at, and can be changed by whom it concerns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from crm.selectors.timeline import page_of
from telephony.cards.desk import desk_of
from telephony.cards.results import write_result
from telephony.models import Call, CallResult, Disposition, Notice, Subscription, Team, Topic
from tests.desk.people import person
from tests.telephony.factories import make_contact
from tests.telephony.messages import CLIENT, sipuni_answers, sipuni_ends, sipuni_rings

pytestmark = pytest.mark.django_db
Tell = Callable[..., None]


@pytest.fixture
def order() -> Disposition:
    return Disposition.objects.create(label="Order")


@pytest.fixture
def call(tell: Tell, anna: Any, boris: Any, order: Disposition) -> Call:
    """Of Ivan, whom anna talked with, and who rang at boris's phone, too."""
    make_contact("+" + CLIENT, "Ivan")
    for extension in ("101", "102"):
        tell(1, sipuni_rings(1, extension))
    tell(5, sipuni_answers(5, "101"))
    tell(50, sipuni_ends(50))
    return Call.objects.get()


@pytest.fixture
def chief(anna: Any) -> Any:
    chief = person("chief")
    chief.groups.add(Group.objects.get(name="Supervisor"))
    Team.objects.create(name="Sales").members.add(chief, anna)
    return User.objects.get(pk=chief.pk)


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def say(call: Call, user: Any, note: str, disposition: Disposition | None = None, by: Any = None) -> None:
    write_result(call=call, user_id=user.pk, by_id=(by or user).pk, disposition=disposition, note=note)


def test_it_stands_in_the_log_the_timeline_the_api_and_exports(call: Call, anna: Any, order: Disposition) -> None:
    say(call, anna, "wants two", order)
    client = client_of(anna)
    log = client.get("/telephony/calls/").content.decode()
    assert "Order<small>wants two</small>" in log
    [item], _next = page_of(call.contact, anna, None)  # type: ignore[arg-type]
    assert [(said.label, said.note, said.who) for said in item.said] == [("Order", "wants two", "Anna")]
    [row] = client.get("/api/v1/calls/").json()["results"]
    assert [(one["user"], one["disposition"], one["note"], one["changed_by"]) for one in row["results"]] == [
        ("anna", "Order", "wants two", None)
    ]
    exported = b"".join(client.get("/telephony/calls/export.csv").streaming_content).decode()
    assert ",Order,wants two," in exported.replace(";", ",")


@pytest.mark.parametrize(
    ("query", "found"), [("result={pk}", 1), ("no_result=true", 0), ("no_result=false", 1), ("result=987", 0)]
)
def test_the_log_is_narrowed_down_by_it(call: Call, anna: Any, order: Disposition, query: str, found: int) -> None:
    say(call, anna, "", order)
    page = client_of(anna).get(f"/telephony/calls/?{query.format(pk=order.pk)}").content.decode()
    assert page.count('<article class="tel-log-row">') == found


def test_the_next_card_says_what_it_was_last_time(call: Call, anna: Any, order: Disposition, tell: Tell) -> None:
    say(call, anna, "wants two", order)
    tell(600, sipuni_rings(600, "101", "1.99"))
    [card] = [card for card in desk_of(anna).cards if card.state == "ringing"]
    assert card.last_time is not None
    assert (card.last_time.label, card.last_time.note) == ("Order", "wants two")
    assert "wants two" in client_of(anna).get("/telephony/desk/cards/").content.decode()


def test_other_systems_are_told_once_of_what_was_said(call: Call, anna: Any, order: Disposition) -> None:
    Subscription.objects.create(name="CRM", url="https://example.com/", topics=[Topic.CALL_RESULT])
    for _again in range(2):
        say(call, anna, "wants two", order)
    [notice] = Notice.objects.all()
    assert notice.payload["id"] == call.pk
    [said] = notice.payload["results"]
    assert (said["user"], said["disposition"], said["note"]) == (anna.pk, "Order", "wants two")


def test_who_took_the_call_writes_it_down_later(call: Call, anna: Any, order: Disposition) -> None:
    client, address = client_of(anna), f"/telephony/calls/{call.pk}/result/"
    assert address in client.get(f"/admin/telephony/call/{call.pk}/change/").content.decode()
    assert client.post(address, {"disposition": order.pk, "note": "later"}).status_code == 302
    row = CallResult.objects.get()
    assert (row.user, row.note, row.disposition, row.changed_by) == (anna, "later", order, None)


def test_whose_phone_only_rang_may_not(call: Call, boris: Any) -> None:
    client, address = client_of(boris), f"/telephony/calls/{call.pk}/result/"
    assert address not in client.get(f"/admin/telephony/call/{call.pk}/change/").content.decode()
    assert client.post(address, {"note": "mine"}).status_code == 403
    assert not CallResult.objects.exists()


def test_who_leads_changes_it_and_that_is_kept(call: Call, anna: Any, chief: Any) -> None:
    say(call, anna, "wants two")
    client, address = client_of(chief), f"/telephony/calls/{call.pk}/result/?of={anna.pk}"
    assert "wants two" in client.get(address).content.decode()
    assert client.post(address, {"note": "wants three"}).status_code == 302
    row = CallResult.objects.get()
    assert (row.user, row.note, row.changed_by) == (anna, "wants three", chief)
    page = client.get(f"/admin/telephony/call/{call.pk}/change/").content.decode()
    assert "changed by Chief" in page


def test_nobody_changes_what_a_colleague_said(call: Call, anna: Any, boris: Any) -> None:
    say(call, boris, "rang for me, too")
    assert client_of(anna).post(f"/telephony/calls/{call.pk}/result/?of={boris.pk}", {"note": "x"}).status_code == 403
    assert CallResult.objects.get().note == "rang for me, too"


def test_others_calls_are_not_there(call: Call) -> None:
    stranger = person("stranger")
    stranger.groups.add(Group.objects.get(name="Operator"))
    assert client_of(stranger).get(f"/telephony/calls/{call.pk}/result/").status_code == 404


def test_saying_nothing_leaves_no_trace(call: Call, anna: Any) -> None:
    say(call, anna, "  ")
    assert not CallResult.objects.exists()


def test_the_card_has_one_field_for_the_note(tell: Tell, anna: Any) -> None:
    tell(1, sipuni_rings(1, "101"))
    tell(5, sipuni_answers(5, "101"))
    assert (
        client_of(User.objects.get(pk=anna.pk)).get("/telephony/desk/cards/").content.decode().count("<textarea") == 1
    )
    assert "note" not in [action.key for action in desk_of(anna).cards[0].actions]
