"""What the trace tells of calls that went right, and the page that asks for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from telephony.cards.trace import trace_of
from telephony.intake import inbox, stray
from telephony.models import Call, CallLeg, CallResult, Card, Delivery, DeskSettings, Disposition, StrayRequests, Team
from tests.desk.people import person
from tests.desk.spoilt_office import Office
from tests.telephony.factories import ExtensionFactory
from tests.telephony.messages import (
    CLIENT,
    at,
    form,
    sipuni,
    sipuni_answers,
    sipuni_ends,
    sipuni_rings,
    wirecrm,
)

pytestmark = pytest.mark.django_db


def test_a_card_that_was_seen_has_no_stop(office: Office) -> None:
    office.ring()
    Card.objects.update(fetched_at=at(2), shown_at=at(3), page_was_open=True)
    office.tell(9, sipuni_answers(9, "101"))
    office.tell(30, sipuni_ends(30))
    Card.objects.update(dismissed_at=at(40))
    codes = [step.code for step in office.steps()]
    assert codes == [
        *("received", "recognised", "parsed", "rang", "whose", "given", "sent", "shown", "withdrawn", "dismissed"),
    ]


def test_who_answered_instead_is_named(office: Office) -> None:
    boris = person("boris")
    ExtensionFactory.create(connection=office.connection, number="102", user=boris)
    office.ring()
    office.ring("102")
    office.tell(5, sipuni_answers(5, "102"))
    assert any(step.text.endswith("Boris answered.") for step in office.steps())


def test_each_phone_that_rang_has_a_trace(office: Office) -> None:
    office.ring()
    office.ring("144", 2)
    assert [one.name for one in trace_of(Call.objects.get(), office.chief).people] == ["Anna (101)", "Phone 144"]


def test_messages_around_that_could_not_be_read_are_mentioned(office: Office) -> None:
    office.tell(0, sipuni(1, 0))
    office.tell(1, form(event="1", src_num=CLIENT))
    assert any(step.code == "unread_near" and "/delivery/" in step.url for step in office.steps())


def test_a_call_whose_messages_are_gone_still_has_a_trace(office: Office) -> None:
    office.ring()
    Delivery.objects.all().delete()
    assert office.steps()[0].code == "forgotten"


def test_an_operator_gets_words_but_only_links_that_open(office: Office) -> None:
    DeskSettings.objects.create(user=office.anna, cards=False)
    office.ring()
    trace = trace_of(Call.objects.get(), office.anna)
    steps = [*trace.steps, *trace.people[0].steps]
    assert {step.url for step in steps} == {"", "/telephony/desk/settings/"}


def test_a_call_older_than_cards_says_so(office: Office) -> None:
    office.ring()
    Card.objects.all().delete()
    CallLeg.objects.update(card="", card_at=None)
    assert [step.code for step in trace_of(Call.objects.get(), office.chief).people[0].steps][-1] == "unknown"


def test_a_colleague_who_is_asked_during_the_call_is_explained(office: Office) -> None:
    office.ring()
    Card.objects.all().delete()
    CallLeg.objects.update(card="", role="calling")
    assert [step.code for step in trace_of(Call.objects.get(), office.chief).people[0].steps][-1] == "consultation"


def ask(user: Any, **query: str) -> str:
    client = Client()
    client.force_login(user)
    response = client.get("/telephony/desk/why/", query)
    assert response.status_code == 200
    return str(response.content.decode())


def test_the_page_finds_the_nearest_call_of_a_number_in_any_form(office: Office) -> None:
    office.ring()
    office.tell(9, sipuni_ends(9, "CANCEL"))
    page = ask(office.chief, number="8 (920) 111-96-13", moment="2024-01-29T13:04")
    assert 'data-code="no_page"' in page
    assert "No such call is known here" not in page
    assert 'data-code="never_heard"' not in page


def test_the_page_says_why_there_is_none(office: Office) -> None:
    page = ask(office.chief, number="89990001122", moment="2024-01-29T13:00", person=str(office.anna.pk))
    assert "No such call is known here" in page
    assert 'data-code="never_heard"' in page
    assert 'data-code="person_ok"' in page


def test_an_operator_asks_for_oneself_and_finds_no_others_calls(office: Office) -> None:
    office.ring("144")
    page = ask(office.anna, number=CLIENT, moment="2024-01-29T13:00")
    assert 'name="person"' not in page
    assert 'data-code="not_yours"' in page
    assert 'data-code="applied"' not in page


def test_a_supervisor_asks_for_the_own_team(office: Office) -> None:
    olga = person("olga", "see_team_calls")
    boris = person("boris")
    ExtensionFactory.create(connection=office.connection, number="102", user=boris)
    Team.objects.create(name="Sales").members.set([olga, office.anna])
    page = ask(olga)
    assert "Anna" in page
    assert "Boris" not in page


def test_a_question_without_a_time_is_asked_again(office: Office) -> None:
    assert "This field is required" in ask(office.chief, number="1", moment="")


def test_a_message_in_work_is_told_so(office: Office) -> None:
    inbox.receive(connection=office.connection, hook=sipuni_rings(1, "101").hook(at(1)))
    office.clock.move_to(at(10))
    assert [step.code for step in office.steps()] == ["processing"]


def test_the_calls_page_shows_the_trace_and_the_result(office: Office) -> None:
    wirecrm_pbx = office.pbx("wirecrm")
    office.tell(1, wirecrm("NOTIFY_START"), wirecrm_pbx)
    call = Call.objects.get()
    CallResult.objects.create(call=call, user=office.anna, disposition=Disposition.objects.create(label="Order"))
    client = Client()
    client.force_login(office.chief)
    page = client.get(f"/admin/telephony/call/{call.pk}/change/").content.decode()
    assert 'data-code="no_phone_named"' in page
    assert "Order" in page


def test_requests_to_unknown_addresses_are_counted_but_not_each_written(office: Office) -> None:
    for _ in range(5):
        stray.count(vendor="sipuni")
    stray.count(vendor="no such vendor")
    assert {row.vendor: row.count for row in StrayRequests.objects.all()} == {"sipuni": 1, "": 1}
    stray._written_at["sipuni", "unknown", 0] -= stray.WRITTEN_EVERY
    stray.count(vendor="sipuni")
    assert StrayRequests.objects.get(vendor="sipuni").count == 6
    office.clock.shift(timedelta(days=5))
    assert "stray" not in [step.code for step in office.steps()]
