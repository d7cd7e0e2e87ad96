"""What a program may look for is as short as what a person types; the answer names the parameter."""

from __future__ import annotations

import pytest
from django.test import Client

from telephony.domain.searching import LONGEST_TERM, MOST_WORDS
from telephony.models import Call
from tests.api.conftest import sign_in

TOO_MUCH = {"long": "x" * (LONGEST_TERM + 1), "many words": "a " * (MOST_WORDS + 1)}
TEXTS = {
    "calls": ["text", "client", "our_number", "responsible"],
    "contacts": ["search", "responsible", "tag"],
    "companies": ["search", "responsible", "tag"],
    "tasks": ["assignee"],
}


@pytest.fixture
def program(company: dict[str, Call]) -> Client:
    return sign_in("anna", "Administrator")


@pytest.mark.parametrize("term", TOO_MUCH.values(), ids=TOO_MUCH)
def test_a_text_that_is_too_long_is_a_400_that_names_it(program: Client, term: str) -> None:
    for rows, names in TEXTS.items():
        for name in names:
            answer = program.get(f"/api/v1/{rows}/", {name: term})
            assert answer.status_code == 400, (rows, name)
            assert list(answer.json()) == [name]


@pytest.mark.parametrize("lookup", ["regex", "iregex", "icontains", "gt"])
def test_lists_have_no_lookups_of_their_own(program: Client, lookup: str) -> None:
    for rows in (*TEXTS, "notes", "recordings", "extensions"):
        assert program.get(f"/api/v1/{rows}/", {f"id__{lookup}": "(a+)+$"}).status_code == 400


def test_pages_find_nothing_for_what_is_too_long(company: dict[str, Call]) -> None:
    sign_in("anna", "Administrator")
    from django.contrib.auth.models import User

    User.objects.filter(username="anna").update(is_staff=True)
    browser = Client()
    browser.force_login(User.objects.get(username="anna"))
    for term in TOO_MUCH.values():
        assert "Shorten what you look for" in browser.get("/telephony/calls/", {"text": term}).text
        for path in ("/crm/search/", "/crm/contacts/", "/crm/companies/"):
            assert browser.get(path, {"q": term}).status_code == 200
