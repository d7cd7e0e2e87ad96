"""A company with two teams, and calls of everybody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.test import Client

from crm.models import ApiToken
from crm.password_marks import mark_of
from crm.services.api_keys import make_key, scopes_for
from telephony.models import Call, Connection, Team
from tests.telephony.factories import ConnectionFactory, ExtensionFactory
from tests.telephony.messages import deliver, sipuni_answers, sipuni_ends, sipuni_rings

PEOPLE = {"anna": "101", "boris": "102", "vera": "103"}
"""Anna and Boris are one team, Vera is in none."""


@pytest.fixture(autouse=True)
def fresh_throttles() -> None:
    """Requests of another test's user with the same number are not this one's."""
    cache.clear()


@pytest.fixture
def connection(db: None) -> Connection:
    made: Connection = ConnectionFactory.create(name="Office")
    return made


@pytest.fixture
def company(connection: Connection) -> dict[str, Call]:
    """A call of each, by whose it is."""
    team = Team.objects.create(name="Sales")
    calls = {}
    for position, (name, number) in enumerate(PEOPLE.items()):
        user = User.objects.create(username=name)
        ExtensionFactory.create(connection=connection, user=user, number=number)
        if name != "vera":
            team.members.add(user)
        call_id = f"1.{position}"
        for message in (
            sipuni_rings(position, number, call_id),
            sipuni_answers(position + 5, number, call_id),
            sipuni_ends(position + 65, "ANSWER", call_id, call_record_link=f"https://pbx.example/{name}.mp3"),
        ):
            deliver(connection, message)
        calls[name] = Call.objects.get(external_id=call_id)
    return calls


def sign_in(username: str, group: str | None, scopes: Sequence[str] = ()) -> Client:
    """A program that comes in by an API key of this user, who is in this group: for everything, or for these scopes."""
    user = User.objects.get(username=username)
    user.groups.set([Group.objects.get(name=group)] if group else [])
    allowed = scopes or scopes_for(user)
    if allowed:
        _, key = make_key(user=user, name="test", scopes=allowed)
    else:
        _, key = ApiToken.objects.create(user=user, name="test", scopes=[], password_mark=mark_of(user.password))
    return Client(headers={"authorization": f"Bearer {key}"})


def ids(answer: Any) -> set[int]:
    assert answer.status_code == 200, answer.content
    return {row["id"] for row in answer.json()["results"]}
