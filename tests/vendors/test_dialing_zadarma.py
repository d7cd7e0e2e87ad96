"""Orders to call at Zadarma, against the request that its official library makes (signed with test keys)."""

from __future__ import annotations

import pytest

from telephony.domain.exceptions import DialFailed
from telephony.vendors.dialing import DialOrder
from tests.vendors.dialling import answer_to, request_of

KEYS = {"api_key": "test-key", "secret": "test-secret"}
ORDER = DialOrder(phone="+79031112233", extension="101")


def test_the_order_as_the_official_library_signs_it() -> None:
    request = request_of("zadarma", ORDER, **KEYS)
    assert request.method == "GET"
    assert request.url == (
        "https://api.zadarma.com/v1/request/callback/?format=json&from=101&sip=101&to=%2B79031112233"
    )
    assert request.secret_headers == {
        "Authorization": "test-key:ZTQ3ZjkwZjZjMThhOGM4MDlkYTFlNzNlNzk0MmI4MGIyOGVhNjA0Ng=="
    }
    assert request.own_address == "https://api.zadarma.com"


def test_another_address_is_no_part_of_what_is_signed() -> None:
    sandbox = request_of("zadarma", ORDER, api_url="https://api-sandbox.zadarma.com/", **KEYS)
    assert sandbox.url.startswith("https://api-sandbox.zadarma.com/v1/request/callback/?")
    assert sandbox.secret_headers == request_of("zadarma", ORDER, **KEYS).secret_headers


@pytest.mark.parametrize("missing", ["api_key", "secret"])
def test_without_key_or_secret_nothing_is_ordered(missing: str) -> None:
    with pytest.raises(DialFailed) as failure:
        request_of("zadarma", ORDER, **{**KEYS, missing: ""})
    assert failure.value.code == "not_set_up"


def test_success_names_no_call() -> None:
    answered = '{"status": "success", "from": "101", "to": "79031112233", "time": 1772435725}'
    assert answer_to("zadarma", answered).order_id == ""


@pytest.mark.parametrize(
    ("status", "body", "code", "text"),
    [
        (400, '{"status": "error", "message": "Wrong parameters!"}', "bad_parameters", "Wrong parameters!"),
        (401, '{"status": "error", "message": "Not authorized"}', "wrong_token", "Not authorized"),
        (429, '{"status": "error", "message": "Too many requests"}', "refused", "Too many requests"),
        (429, "", "refused", "HTTP 429"),
        (200, '{"status": "error", "message": "SIP is not registered"}', "not_registered", "SIP is not registered"),
        (200, '{"status": "error", "message": "Wrong number"}', "bad_number", "Wrong number"),
        (200, '{"status": "error", "message": "Not enough money"}', "refused", "Not enough money"),
        (200, '{"status": "error"}', "refused", '{"status": "error"}'),
        (200, '{"from": "101"}', "refused", '{"from": "101"}'),
        (200, "<html><body>It works</body></html>", "unreadable", ""),
        (200, "", "unreadable", ""),
        (404, "<html></html>", "unreadable", "HTTP 404"),
        (502, "<html></html>", "no_answer", "HTTP 502"),
    ],
)
def test_every_other_answer_is_a_failure_in_words(status: int, body: str, code: str, text: str) -> None:
    with pytest.raises(DialFailed) as failure:
        answer_to("zadarma", body, status=status)
    assert (failure.value.code, failure.value.text) == (code, text)
