"""Nobody learns anything of a call that is not theirs to see: not by a page, the API, a search, a file or a trace."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client

from crm.models import Contact, Note, Task
from telephony.models import Call, Delivery
from tests.admin.foreign_world import MARK, NUMBER, every_address, make_two_worlds, read, sign_in
from tests.rounds import rounds
from tests.telephony.messages import at

pytestmark = pytest.mark.django_db
LEFT_OUT = re.compile(r"/live/|/static/|/logout|/hooks/|/ws/|jsi18n|/schema/|/docs/")


@pytest.fixture(autouse=True)
def worlds(db: None) -> None:
    make_two_worlds()


def looked_through(client: Client, *, searches: bool = True) -> Iterator[tuple[str, set[bytes]]]:
    """Each address, and the marks of the other world in it. Pages of calls and clients come before the admin's."""
    addresses = [one for one in every_address(searches=searches) if not LEFT_OUT.search(one)]
    assert len(addresses) > 200
    for address in reversed(addresses):
        yield address, set(MARK.findall(read(client, address)))


def found_in(client: Client, *, searches: bool = True) -> dict[str, set[bytes]]:
    """By address, the marks that are in it, if there are any."""
    return {address: marks for address, marks in looked_through(client, searches=searches) if marks}


def rounds_of_searches() -> tuple[str, ...]:
    return ("Operator", "Supervisor")[: rounds(1, full=2)]


@pytest.mark.proof
@pytest.mark.parametrize("group", ["Operator", "Supervisor", ""])
def test_no_address_tells_of_calls_that_one_may_not_see(group: str) -> None:
    # A supervisor's searches end in the same rows as an operator's: with --full.
    assert found_in(sign_in("anna", group), searches=group in rounds_of_searches()) == {}


@pytest.mark.proof
def test_no_address_tells_strangers_anything() -> None:
    assert found_in(Client(), searches=False) == {}


@pytest.mark.proof
def test_who_sees_all_calls_finds_every_mark() -> None:
    """Else the tests above would look for what is nowhere."""
    wanted = {"foreign-77", "foreign-78", "foreign-note", "foreign-task", "foreign-result", "916"}
    missing, in_full = set(wanted), bool(rounds(0, full=1))
    for _, marks in looked_through(sign_in("boris", "Administrator"), searches=in_full):
        missing -= {"916" if mark.startswith(b"916") else mark.decode().lower() for mark in marks}
        if not (missing or in_full):
            break  # What is looked for is there: where else, nobody asks.
    assert missing == set()
    failed = Delivery.objects.get(state=Delivery.State.FAILED)
    page = sign_in("boris", "Administrator").get(f"/admin/telephony/delivery/{failed.pk}/change/")
    assert "foreign-error" in page.text


def why(client: Client, number: str) -> str:
    answer = client.get("/telephony/desk/why/", {"number": number, "moment": f"{at(0):%Y-%m-%dT13:%M}"})
    text = re.sub(r'name="once_key" value="[^"]*"', "", answer.text.replace(number, "THE-NUMBER"))
    return re.search(r'<div id="content-main".*', text, re.DOTALL)[0]  # type: ignore[index]


@pytest.mark.parametrize("group", ["Operator", "Supervisor"])
def test_a_number_that_called_others_looks_like_one_that_called_nobody(group: str) -> None:
    client = sign_in("anna", group)
    asked = why(client, NUMBER)
    assert asked == why(client, "79990000000")
    assert "not_yours" in asked
    assert "foreign" not in asked
    assert why(sign_in("boris", "Administrator"), NUMBER) != why(sign_in("boris", "Administrator"), "79990000000")


def test_a_colleagues_screen_is_not_told_of_to_an_operator() -> None:
    call = Call.objects.get(external_id="1.1")
    call.legs.create(
        user=User.objects.get(username="vera"), extension_number="103", position=1, status="no_answer", role="called"
    )
    page = f"/admin/telephony/call/{call.pk}/change/"
    told = re.compile(r"It is vera&#x27;s phone|No page of vera was open")
    assert not told.search(sign_in("anna", "Operator").get(page).text)


def test_a_task_for_a_client_is_everybodys_and_its_call_is_not() -> None:
    anna, known = sign_in("anna", "Operator"), Call.objects.get(external_id="foreign-78")
    (row,) = anna.get("/api/v1/tasks/").json()["results"]
    assert (row["title"], row["call"]) == ("Everybody's", None)
    sent = anna.patch(f"/api/v1/tasks/{row['id']}/", {"title": "Mine", "call": None}, "application/json")
    assert (sent.status_code, sent.json()["call"]) == (200, None)
    assert Task.objects.get(pk=row["id"]).call == known, "what one can't see one can't take away"
    assert sign_in("boris", "Administrator").get("/api/v1/tasks/").json()["results"][0]["call"] == known.pk


def test_notes_of_a_call_are_its_authors_and_of_who_sees_it() -> None:
    contact = Contact.objects.get()
    Note.objects.create(contact=contact, author=User.objects.get(username="vera"), text="Of the client alone")
    Note.objects.create(call=Call.objects.get(external_id="1.1"), contact=contact, text="Of Anna's call")
    for username, group, seen in (
        ("anna", "Operator", {"Of the client alone", "Of Anna's call"}),
        ("boris", "Supervisor", {"Of the client alone", "Of Anna's call"}),
        ("vera", "Operator", {"Of the client alone", "foreign-note of somebody unknown", "foreign-note of a client"}),
    ):
        notes = sign_in(username, group).get("/api/v1/notes/").json()["results"]
        assert {note["text"] for note in notes} == seen, username
        page = sign_in(username, group).get(f"/crm/contacts/{contact.pk}/timeline/").text
        assert ("foreign-note of a client" in page) is (username == "vera")
