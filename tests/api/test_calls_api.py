"""Calls and recordings over the API: the same rights as on the pages, filters, pages by cursor."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from crm.models import ApiToken
from telephony.models import Call, Recording
from tests.api.conftest import ids, sign_in
from tests.telephony.messages import CLIENT, deliver, sipuni_ends, sipuni_rings

pytestmark = pytest.mark.django_db

SEES = {
    None: set(),
    "Operator": {"anna"},
    "Supervisor": {"anna", "boris"},
    "Administrator": {"anna", "boris", "vera"},
}


@pytest.mark.parametrize("group", SEES)
def test_each_group_gets_its_calls_and_their_recordings(company: dict[str, Call], group: str | None) -> None:
    client = sign_in("anna", group)
    if not SEES[group]:
        assert client.get("/api/v1/calls/").status_code == 403
        assert client.get("/api/v1/recordings/").status_code == 403
        return
    seen = {company[name].pk for name in SEES[group]}
    assert ids(client.get("/api/v1/calls/")) == seen
    assert {row["call"] for row in client.get("/api/v1/recordings/").json()["results"]} == seen
    for name, call in company.items():
        expected = 200 if name in SEES[group] else 404
        assert client.get(f"/api/v1/calls/{call.pk}/").status_code == expected
        assert client.get(f"/api/v1/recordings/{call.recordings.get().pk}/").status_code == expected


def test_who_sees_calls_but_may_not_listen_is_told_of_no_recording(company: dict[str, Call]) -> None:
    group = Group.objects.get(name="Administrator")
    group.permissions.remove(*group.permissions.filter(codename__startswith="listen_"))
    client = sign_in("anna", "Administrator")
    rows = client.get("/api/v1/calls/").json()["results"]
    assert [row["recordings"] for row in rows] == [[], [], []]
    assert ids(client.get("/api/v1/recordings/")) == set()


def test_no_link_of_a_pbx_is_given_away(company: dict[str, Call]) -> None:
    client = sign_in("anna", "Administrator")
    for path in ("calls", "recordings"):
        assert b"pbx.example" not in client.get(f"/api/v1/{path}/").content


def test_without_a_key_or_with_one_that_ended_the_answer_is_401(company: dict[str, Call], client: Client) -> None:
    assert client.get("/api/v1/calls/").status_code == 401
    with_key = sign_in("anna", "Operator")
    ApiToken.objects.update(expiry=timezone.now())
    assert with_key.get("/api/v1/calls/").status_code == 401


def test_the_key_itself_is_not_stored(company: dict[str, Call]) -> None:
    client = sign_in("anna", "Operator")
    key = client.defaults["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    (row,) = ApiToken.objects.values()
    assert key not in str(row)


FILTERS = {
    "direction=incoming": 3,
    "direction=outgoing": 0,
    "status=answered&status=busy": 3,
    "status=busy": 0,
    "missed=true": 0,
    "missed=false": 3,
    f"client=%2B{CLIENT}": 3,
    f"client=8{CLIENT[1:]}": 3,
    "client=+7 495 000": 0,
    "responsible=boris": 1,
    "has_recording=true": 0,
    "has_recording=false": 3,
    "started_after=2024-01-29T10:00:02Z": 1,
    "started_before=2024-01-29T10:00:02Z": 2,
    "our_number=1": 0,
}


@pytest.mark.parametrize("query", FILTERS)
def test_filters_narrow_the_calls_down(company: dict[str, Call], query: str) -> None:
    client = sign_in("anna", "Administrator")
    assert len(ids(client.get(f"/api/v1/calls/?{query}"))) == FILTERS[query]


def test_a_stored_recording_is_found_by_the_filter(company: dict[str, Call]) -> None:
    Recording.objects.filter(call=company["vera"]).update(state="stored")
    client = sign_in("anna", "Administrator")
    assert ids(client.get("/api/v1/calls/?has_recording=true")) == {company["vera"].pk}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("contact=99999999999999999999999", "contact"),
        ("contact=1.5", "contact"),
        ("contact=-1", "contact"),
        ("employee=99999999999999999999999", "employee"),
        ("started_after=0001-01-01T00:00:00%2B14:00", "started_after"),
        ("direction=up", "direction"),
        ("started_after=soon", "started_after"),
        ("connection=x", "connection"),
    ],
)
def test_a_wrong_filter_is_named(company: dict[str, Call], query: str, field: str) -> None:
    answer = sign_in("anna", "Administrator").get(f"/api/v1/calls/?{query}")
    assert answer.status_code == 400
    assert list(answer.json()) == [field]


def test_pages_follow_one_another_and_a_new_call_shifts_nothing(company: dict[str, Call]) -> None:
    client = sign_in("anna", "Administrator")
    first = client.get("/api/v1/calls/?page_size=2").json()
    deliver(company["anna"].connection, sipuni_rings(500, "101", "1.99"))
    second = client.get(first["next"]).json()
    seen = [row["id"] for row in first["results"] + second["results"]]
    assert seen == [company[name].pk for name in ("vera", "boris", "anna")]


def test_live_calls_are_ones_own_that_go_on(company: dict[str, Call]) -> None:
    connection = company["anna"].connection
    deliver(connection, sipuni_rings(500, "101", "1.50"))
    deliver(connection, sipuni_rings(500, "102", "1.51"))
    client = sign_in("anna", "Administrator")
    assert [row["external_id"] for row in client.get("/api/v1/calls/live/").json()] == ["1.50"]
    deliver(connection, sipuni_ends(510, "NOANSWER", "1.50"))
    assert client.get("/api/v1/calls/live/").json() == []


def test_extensions_are_ones_own_without_the_right_to_all(company: dict[str, Call]) -> None:
    def numbers(client: Client) -> set[Any]:
        return {row["number"] for row in client.get("/api/v1/extensions/").json()["results"]}

    assert numbers(sign_in("anna", "Operator")) == {"101"}
    assert numbers(sign_in("anna", "Administrator")) == {"101", "102", "103"}


def test_nothing_can_be_changed_over_the_api(company: dict[str, Call]) -> None:
    client = sign_in("anna", "Administrator")
    path = f"/api/v1/calls/{company['anna'].pk}/"
    for send in (client.put, client.patch, client.delete):
        assert send(path, {"status": "busy"}, content_type="application/json").status_code == 405
