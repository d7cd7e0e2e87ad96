"""ITooLabs' PBXs: what they are asked and how their answers are read, in the old interface and in the new one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from telephony.domain.events import CallStatus
from telephony.domain.exceptions import DialFailed
from telephony.domain.fold import fold
from telephony.http import Request
from telephony.vendors import get_vendor
from telephony.vendors.dialing import DialOrder
from telephony.vendors.itoolabs.vendor import ItoolabsSettingsForm
from telephony.vendors.listing import AskFailed
from telephony.vendors.office import Employee, Office
from tests.vendors.dialling import answer_to, profile_of, request_of
from tests.vendors.payloads import Payload
from tests.vendors.talks import answer, held

SHOWN = {"shown_number": "+7 495 123-45-67"}
OLD = {"address": "https://example.gravitel.ru/sys/crm_api.wcgp", "token": "test-api-token"}
NEW = {"address": "https://example.megapbx.ru/crmapi/v1", "token": "test-api-key", "variant": "megafon"}
ORDER = DialOrder(phone="+79031112233", extension="101", user_key="ivanova")
VENDOR = get_vendor("itoolabs")


def test_an_order_by_the_old_interface() -> None:
    request = request_of("itoolabs", ORDER, **OLD, **SHOWN)
    assert (request.method, request.url, request.own_address) == ("POST", OLD["address"], OLD["address"])
    assert list({**request.form, **request.secret_form}.items()) == [
        ("cmd", "makeCall"),
        ("user", "ivanova"),
        ("phone", "79031112233"),
        ("clid", "74951234567"),
        ("token", "test-api-token"),
    ]
    assert "test-api-token" not in repr(request)


def test_an_order_by_the_new_interface() -> None:
    request = request_of("itoolabs", ORDER, **NEW, **SHOWN)
    assert (request.method, request.url) == ("POST", "https://example.megapbx.ru/crmapi/v1/makecall")
    assert request.body == b'{"phone": "79031112233", "user": "ivanova", "clid": "74951234567"}'
    assert request.headers == {"Content-Type": "application/json"}
    assert request.secret_headers == {"X-API-KEY": "test-api-key"}
    assert "test-api-key" not in repr(request)


def test_without_a_number_to_show_none_is_named() -> None:
    order = DialOrder(phone="+79031112233", user_key="ivanova")
    assert "clid" not in request_of("itoolabs", order, **OLD).form
    assert b"clid" not in request_of("itoolabs", order, **NEW).body


@pytest.mark.parametrize(
    ("variant", "address", "url"),
    [
        ("megafon", "https://example.megapbx.ru", "https://example.megapbx.ru/crmapi/v1/makecall"),
        ("megafon", "https://example.megapbx.ru/sys/crm_api.wcgp", "https://example.megapbx.ru/sys/crm_api.wcgp"),
        ("westcall", "https://example.westcall.ru/", "https://example.westcall.ru/sys/crm_api.wcgp"),
        ("", "https://pbx.example/crmapi/v1/", "https://pbx.example/crmapi/v1/makecall"),
    ],
)
def test_the_address_tells_the_interface_and_the_brand_completes_it(variant: str, address: str, url: str) -> None:
    assert request_of("itoolabs", ORDER, variant=variant, address=address, token="token").url == url


@pytest.mark.parametrize("missing", ["address", "token"])
def test_without_address_or_token_nothing_is_ordered_or_asked(missing: str) -> None:
    settings = {**OLD, missing: ""}
    with pytest.raises(DialFailed) as failure:
        request_of("itoolabs", ORDER, **settings)
    assert failure.value.code == "not_set_up"
    assert VENDOR.call_info
    assert not VENDOR.call_info.is_set_up(profile_of(**settings))
    assert VENDOR.office
    assert not VENDOR.office.is_set_up(profile_of(**settings))


@pytest.mark.parametrize(
    ("body", "order_id"),
    [
        ('{"uuid": "5b0c6a1e-7d20"}', "5b0c6a1e-7d20"),
        ('{"callid": "5b0c6a1e-7d20"}', "5b0c6a1e-7d20"),
        ("B10D0EB124F4E64AF4EA-1511", "B10D0EB124F4E64AF4EA-1511"),
        ('"5b0c6a1e-7d20"', "5b0c6a1e-7d20"),
        ("OK", ""),
        ("", ""),
        ("{}", ""),
    ],
)
def test_an_order_that_was_taken(body: str, order_id: str) -> None:
    assert answer_to("itoolabs", body).order_id == order_id


@pytest.mark.parametrize(
    ("status", "body", "code", "text"),
    [
        (401, '{"error":"Invalid token"}', "wrong_token", "Invalid token"),
        (400, '{"error":"Invalid parameters"}', "bad_parameters", "Invalid parameters"),
        (401, '{"message":"Unauthorized"}', "wrong_token", "Unauthorized"),
        (404, '{"message":"User not found"}', "refused", "User not found"),
        (200, '{"error":"User is offline"}', "not_registered", "User is offline"),
        (200, "not a json", "unreadable", ""),
        (200, "<html>", "unreadable", ""),
        (404, "<html>", "unreadable", "HTTP 404"),
        (301, "", "wrong_address", "redirects"),
        (502, "502 Gateway Timeout", "no_answer", "HTTP 502"),
    ],
)
def test_an_order_that_was_not_taken(status: int, body: str, code: str, text: str) -> None:
    with pytest.raises(DialFailed) as failure:
        answer_to("itoolabs", body, status=status)
    assert (failure.value.code, failure.value.text) == (code, text)


def test_a_day_begins_and_ends_by_the_connection_s_clock() -> None:
    info = VENDOR.call_info
    assert info is not None
    assert not info.tells_one_call
    new = info.day_request(profile_of(**NEW), date(2026, 3, 2))
    assert (new.method, new.url) == ("GET", "https://example.megapbx.ru/crmapi/v1/history/json")
    assert list(new.query.items()) == [("start", "20260301T210000Z"), ("end", "20260302T205959Z")]
    old = info.day_request(profile_of(**OLD), date(2026, 3, 2))
    assert old.form == {"cmd": "history", "start": "20260301T210000Z", "end": "20260302T205959Z"}
    assert old.secret_form == {"token": "test-api-token"}


def office() -> Office:
    assert VENDOR.office is not None
    return VENDOR.office


def test_employees_come_in_pages_from_the_new_interface() -> None:
    ivanova = {"login": "ivanova", "name": "Анна Иванова", "ext": "101", "email": "a@example.ru", "role": "user"}
    first = answer({"items": [ivanova], "info": {"start": 0, "limit": 1, "total": 2, "next": 1}})
    second = answer({"items": [{"login": "petrov@example.megapbx.ru", "ext": 102}], "info": {"next": 0}})
    asked, found = held(office().employees(profile_of(**NEW)), first, second)
    assert [request.query for request in asked if isinstance(request, Request)] == [{}, {"start": "1"}]
    assert found == (
        Employee(name="Анна Иванова", extension="101", key="ivanova", email="a@example.ru"),
        Employee(extension="102", key="petrov"),
    )


def test_employees_come_in_one_list_from_the_old_interface() -> None:
    body = [{"name": "admin", "realName": "Администратор", "ext": "701", "email": "x@example.ru"}, {"name": "ivan"}]
    (asked,), found = held(office().employees(profile_of(**OLD)), answer(body))
    assert isinstance(asked, Request)
    assert asked.form == {"cmd": "accounts"}
    assert [(one.key, one.name, one.extension) for one in found] == [
        ("admin", "Администратор", "701"),
        ("ivan", "", ""),
    ]


@pytest.mark.parametrize("body", ['{"error": "Invalid token"}', '{"message": "No rights"}', "<html>", "OK", "{}"])
def test_employees_that_are_no_list(body: str) -> None:
    with pytest.raises(AskFailed):
        held(office().employees(profile_of(**NEW)), answer(body))


@pytest.mark.parametrize(
    ("settings", "link", "with_key"),
    [
        (NEW, "https://example.megapbx.ru/api/v1/record/1", True),
        (NEW, "https://records.megapbx.ru/1.mp3", False),
        (OLD, "https://example.gravitel.ru/records/1.mp3", False),
        ({}, "https://example.megapbx.ru/api/v1/record/1", False),
    ],
)
def test_a_recording_is_asked_for_with_the_key_only_at_the_pbx_s_own_host(
    settings: dict[str, Any], link: str, with_key: bool
) -> None:
    request = VENDOR.recording_request(profile_of(**settings), link=link, reference="")
    assert request.url == link
    assert bool(request.secret_headers) is with_key


@pytest.mark.parametrize("written", ["Dom.ru", "domru", "DOM.RU"])
def test_a_brand_is_understood_however_it_is_written(written: str) -> None:
    form = ItoolabsSettingsForm({"variant": written})
    assert form.is_valid()
    assert form.cleaned_data["variant"] == "domru"
    assert not ItoolabsSettingsForm({"variant": "tele2"}).is_valid()


def told(*names: str) -> Any:
    """The call after these payloads, received a second apart."""
    events = []
    for second, name in enumerate(names):
        payload = Payload("itoolabs", name)
        hook = payload.hook
        late = hook.received_at + timedelta(seconds=second)
        events += VENDOR.parse(replace(hook, received_at=late), payload.profile).events
    return fold(events)


def test_a_queue_that_comes_back_to_a_phone_rings_it_again() -> None:
    call = told("itoolabs-incoming-101", "itoolabs-cancelled-101", "itoolabs-incoming-101-again")
    assert [(leg.extension, leg.status) for leg in call.legs] == [
        ("101", CallStatus.CANCELLED),
        ("101", CallStatus.RINGING),
    ]


def test_a_ring_that_is_told_twice_is_one() -> None:
    call = told("itoolabs-incoming-101", "itoolabs-incoming-101-again", "itoolabs-cancelled-101")
    assert [(leg.extension, leg.status) for leg in call.legs] == [("101", CallStatus.CANCELLED)]


def test_history_that_denies_an_answer_is_believed_and_says_so() -> None:
    call = told("itoolabs-outgoing", "itoolabs-outgoing-accepted", "itoolabs-history-cancel-out")
    assert (call.status, call.talk_seconds, call.answered_at) == (CallStatus.CANCELLED, 0, None)
    assert call.conflicts == ("answer",)
    assert [(leg.extension, leg.answered_at) for leg in call.legs] == [("101", None)]


def test_a_message_after_the_end_rings_nobody_anew() -> None:
    call = told(
        *("itoolabs-incoming-101", "itoolabs-cancelled-101", "itoolabs-history-missed", "itoolabs-incoming-101-again")
    )
    assert [(leg.extension, leg.status) for leg in call.legs] == [("101", CallStatus.CANCELLED)]


def test_a_rating_stays_with_the_call_and_neither_rings_nor_ends_it() -> None:
    call = told("itoolabs-history-success", "itoolabs-rating")
    assert (call.status, call.talk_seconds, call.tracking) == (CallStatus.ANSWERED, 83, {"rating": "4"})
    assert told("itoolabs-rating").status is CallStatus.UNKNOWN
