"""What UIS' APIs answer to what is no good question, and what its lists name, over real HTTP."""

from __future__ import annotations

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from telephony.vendors import get_vendor
from telephony.vendors.simulated import Scenario
from tests.simulator.api import Api
from tests.simulator.test_api_talks import known, talk

CALL, DATA = "/uis/call/v4.0", "/uis/data/v2.0"
ORDER = {"employee": {"id": 102}, "contact": "79001010100"}


def posted(api: Api, path: str, body: str) -> dict[str, Any]:
    connection = HTTPConnection(urlsplit(api.server.url).netloc, timeout=10)
    try:
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        assert answer.status == 200
        read: dict[str, Any] = json.loads(answer.read())
        return read
    finally:
        connection.close()


def asked(api: Api, path: str, method: str, **params: Any) -> dict[str, Any]:
    question = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {"access_token": "the-token", **params}}
    return posted(api, path, json.dumps(question))


@pytest.mark.parametrize("body", ["{", "[]", "{}", '{"method": "get.employees", "params": 1}'])
def test_what_is_no_question_is_told_as_one(api: Api, body: str) -> None:
    assert posted(api, DATA, body)["error"]["code"] == -32700


@pytest.mark.parametrize(
    ("path", "method"), [(DATA, "get.nothing"), (CALL, "get.employees"), (DATA, "start.employee_call")]
)
def test_a_method_that_an_api_does_not_have(api: Api, path: str, method: str) -> None:
    assert asked(api, path, method, **ORDER)["error"]["data"]["mnemonic"] == "method_not_found"
    assert not api.orders


@pytest.mark.parametrize(
    ("changed", "field"), [({"employee": {"id": 205}}, "employee"), ({"contact": "+7900"}, "contact"), ({}, "")]
)
def test_an_order_names_somebody_and_a_number(api: Api, changed: dict[str, Any], field: str) -> None:
    answer = asked(api, CALL, "start.employee_call", **ORDER | changed)
    assert answer.get("error", {"data": {"field": ""}})["data"]["field"] == field
    assert len(api.orders) == (not field)


def test_a_list_comes_by_pages(api: Api) -> None:
    result = asked(api, DATA, "get.employees", limit=3, offset=3)["result"]
    assert [row["extension"]["extension_phone_number"] for row in result["data"]] == ["104"]
    assert result["metadata"]["total_items"] == 4


def test_a_phone_is_connected(api: Api) -> None:
    office = get_vendor("uis").office
    assert office is not None
    assert talk(office.registration(known(api, "uis"), "101")) is True
    assert talk(office.registration(known(api, "uis"), "205")) is None


def test_a_recording_is_behind_the_link_and_nothing_is_beside_it(api: Api) -> None:
    pbx, call = api.play("uis", Scenario.ANSWERED)
    path = urlsplit(pbx.expected(call).recording).path
    assert api.ask("GET", path).content_type == "audio/mpeg"
    for other in ("/uis/", "/uis/data/system/media/talk/1/2/", path.rsplit("/", 2)[0]):
        assert api.ask("GET", other).status == 404
