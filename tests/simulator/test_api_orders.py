"""Orders to call, over real HTTP: each vendor's authentication, success and failures."""

from __future__ import annotations

import hashlib
import time
from http.client import RemoteDisconnected
from urllib.parse import urlsplit

import pytest

from telephony.simulator.scenarios import EMPLOYEES
from telephony.vendors.simulated import Order
from tests.simulator.api import Api, Got


def sipuni_order(sipnumber: str = "101", phone: str = "89050000000", secret: str = "the-secret") -> dict[str, str]:
    form = {"antiaon": "0", "phone": phone, "reverse": "0", "sipnumber": sipnumber, "user": "012345"}
    signed = "+".join([*(form[name] for name in sorted(form)), secret])
    return form | {"hash": hashlib.md5(signed.encode()).hexdigest()}


SIPUNI = "/sipuni/api/callback/call_number"


def test_sipuni_takes_a_signed_order(api: Api) -> None:
    got = api.ask("POST", SIPUNI, sipuni_order())
    vendor, order = api.orders[0]
    assert (got.status, got.content_type) == (200, "text/html")
    assert got.json() == {"success": True, "id": order.order_id}
    assert (vendor, order.employee.extension, order.number) == ("sipuni", "101", "89050000000")


@pytest.mark.parametrize(
    "form",
    [
        sipuni_order(secret="another"),
        sipuni_order() | {"phone": "89050000001"},
        {},
        sipuni_order("105"),
        sipuni_order("999"),
        sipuni_order(phone="nobody"),
    ],
)
def test_sipuni_refuses_with_200(api: Api, form: dict[str, str]) -> None:
    got = api.ask("POST", SIPUNI, form)
    answer = got.json()
    assert got.status == 200
    assert isinstance(answer, dict)
    assert answer["success"] is False
    assert answer["message"]
    assert not api.orders


def test_wirecrm_takes_an_order_with_the_token(api: Api) -> None:
    got = api.ask("POST", "/wirecrm/dial", {"from": "102", "to": "+79001010100"}, x_pbx_authentication="the-token")
    assert got.json() == {"status": "1"}
    assert api.orders[0][1] == Order(employee=EMPLOYEES[1], number="+79001010100")


@pytest.mark.parametrize(
    ("form", "token"), [({"from": "102", "to": "1"}, "wrong"), ({"from": "999", "to": "1"}, "the-token")]
)
def test_wirecrm_refuses_in_json(api: Api, form: dict[str, str], token: str) -> None:
    answer = api.ask("POST", "/wirecrm/dial", form, x_pbx_authentication=token).json()
    assert isinstance(answer, dict)
    assert answer["status"] == "0"
    assert answer["error"]
    assert not api.orders


@pytest.mark.parametrize("form", [{"from": "102", "to": "nobody"}, {"from": "996", "to": "79001010100"}])
def test_wirecrm_also_refuses_as_its_document_prints_it(api: Api, form: dict[str, str]) -> None:
    got = api.ask("POST", "/wirecrm/dial", form, x_pbx_authentication="the-token")
    assert got.body.decode() == '{"status":"0","error","Неверно заполнен номер телефона"}'


XVB_ORDER = {"cmd": "makeCall", "token": "the-token", "from": "100", "to": "79201119613"}


def test_xvb_takes_an_order(api: Api) -> None:
    got = api.ask("POST", "/xvb/cloud", XVB_ORDER | {"from": "101"})
    assert got.json() == {"uuid": api.orders[0][1].order_id}


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"token": "wrong"}, 401, "Invalid token"),
        ({"from": "999"}, 400, "Invalid parameters"),
        ({"cmd": "call", "from": "101"}, 400, "Invalid parameters"),
        ({"to": "", "from": "101"}, 400, "Invalid parameters"),
    ],
)
def test_xvb_refuses_with_a_status(api: Api, changes: dict[str, str], status: int, error: str) -> None:
    got = api.ask("POST", "/xvb/cloud", XVB_ORDER | changes)
    assert (got.status, got.json()) == (status, {"error": error})
    assert not api.orders


def mobilon_order(api: Api, key: str, number: str = "89050000000") -> Got:
    return api.ask("GET", f"/mobilon/api/call/CallToSubscriber?key={key}&outboundNumber={number}")


def test_mobilon_takes_an_order(api: Api) -> None:
    answer = mobilon_order(api, "sim103key").json()
    assert isinstance(answer, dict)
    assert (answer["result"], answer["code"]) == ("SUCCESS", 0)
    assert answer["callid"] == api.orders[0][1].order_id
    assert api.orders[0][1].employee == EMPLOYEES[2]


@pytest.mark.parametrize(("key", "number"), [("wrong", "89050000000"), ("key999", "89050000000"), ("sim103key", "+7")])
def test_mobilon_refuses_with_200(api: Api, key: str, number: str) -> None:
    got = mobilon_order(api, key, number)
    answer = got.json()
    assert isinstance(answer, dict)
    assert (got.status, answer["result"]) == (200, "FAIL")
    assert answer.get("message") or answer.get("description")
    assert not api.orders


def test_orders_are_slow_dropped_or_forgotten_on_demand(api: Api) -> None:
    begun = time.monotonic()
    assert b"SUCCESS" in mobilon_order(api, "key998").body
    assert time.monotonic() - begun >= 0.3
    with pytest.raises(RemoteDisconnected):
        mobilon_order(api, "key997")
    assert b"SUCCESS" in mobilon_order(api, "key995").body
    assert [order.employee.key for _, order in api.orders] == ["key998", "key997"]


@pytest.mark.parametrize("slug", ["sipuni", "mobilon"])
def test_an_order_may_be_answered_with_a_page(api: Api, slug: str) -> None:
    got = mobilon_order(api, "key996") if slug == "mobilon" else api.ask("POST", SIPUNI, sipuni_order("996"))
    assert got.body.startswith(b"<")
    assert not api.orders


def test_xvb_may_answer_a_plain_ok(api: Api) -> None:
    assert api.ask("POST", "/xvb/cloud", XVB_ORDER | {"from": "996"}).body == b"OK"
    assert len(api.orders) == 1


def test_a_huge_request_is_refused(api: Api) -> None:
    assert api.ask("POST", "/wirecrm/dial", {"from": "1" * 100_000}).status == 413


def test_only_this_machine_is_served_and_no_token_is_noted(api: Api) -> None:
    assert urlsplit(api.server.url).hostname == "127.0.0.1"
    api.ask("GET", "/mobilon/api/call/info?token=the-token&callid=1.1")
    api.ask("POST", SIPUNI, sipuni_order())
    assert len(api.lines) == 2
    assert "the-" not in "".join(api.lines)
