"""Missed clients over the API: read, take, close; as far as rights and scopes reach."""

from __future__ import annotations

from typing import Any

import pytest

from telephony.models import Connection, MissedItem
from tests.api.conftest import sign_in
from tests.telephony.messages import CLIENT, deliver, sipuni, sipuni_ends, sipuni_rings

pytestmark = pytest.mark.django_db
URL = "/api/v1/missed/"
JSON = {"content_type": "application/json"}


@pytest.fixture
def item(company: dict[str, Any], connection: Connection) -> MissedItem:
    """Vera's phone rang, and nobody took it."""
    for message in (sipuni(1, 900, "1.9"), sipuni_rings(901, "103", "1.9"), sipuni_ends(930, "NOANSWER", "1.9")):
        deliver(connection, message)
    return MissedItem.objects.get()


@pytest.mark.parametrize(
    ("user", "group", "count"),
    [("vera", "Operator", 1), ("anna", "Operator", 0), ("anna", "Supervisor", 0), ("anna", "Administrator", 1)],
)
def test_who_reads_it(item: MissedItem, user: str, group: str, count: int) -> None:
    client = sign_in(user, group)
    assert len(client.get(URL).json()["results"]) == count
    assert client.get(f"{URL}{item.pk}/").status_code == (200 if count else 404)
    assert client.post(f"{URL}{item.pk}/take/").status_code == (200 if count else 404)


def test_what_it_says(item: MissedItem) -> None:
    shown = sign_in("vera", "Operator").get(f"{URL}?waiting=true&mine=true").json()["results"][0]
    told = (shown["client_e164"], shown["attempts"], shown["state"], shown["assignee"])
    assert told == (f"+{CLIENT}", 1, "open", "vera")  # Who talked with them last.


@pytest.mark.parametrize(
    ("query", "count"),
    [("waiting=false", 0), ("state=open", 1), ("mine=true", 0), ("missed_after=2030-01-01T00:00Z", 0)],
)
def test_filters(item: MissedItem, query: str, count: int) -> None:
    assert len(sign_in("anna", "Administrator").get(f"{URL}?{query}").json()["results"]) == count


def test_take_and_close(item: MissedItem) -> None:
    vera, boris = sign_in("vera", "Operator"), sign_in("boris", "Administrator")
    assert vera.post(f"{URL}{item.pk}/take/").json()["assignee"] == "vera"
    refused = boris.post(f"{URL}{item.pk}/take/")
    assert (refused.status_code, refused.json()) == (400, {"detail": ["vera took it already."]})
    wrong = vera.post(f"{URL}{item.pk}/close/", {"reason": "called_back"}, **JSON)  # type: ignore[arg-type]
    assert (wrong.status_code, list(wrong.json())) == (400, ["reason"])
    closed = vera.post(f"{URL}{item.pk}/close/", {"reason": "settled", "note": "в чате"}, **JSON)  # type: ignore[arg-type]
    assert (closed.json()["state"], closed.json()["closed_by"]) == ("closed", "vera")
    assert vera.post(f"{URL}{item.pk}/take/").status_code == 400


def test_a_key_that_reads_calls_decides_nothing(item: MissedItem) -> None:
    vera = sign_in("vera", "Operator", ["read_calls"])
    assert vera.get(URL).status_code == 200
    assert vera.post(f"{URL}{item.pk}/take/").status_code == 403
