"""Orders to call at Mango Office, against its document (signed with test keys), and all that it may answer."""

from __future__ import annotations

import pytest

from telephony.domain.exceptions import DialFailed
from telephony.vendors import get_vendor
from telephony.vendors.dialing import DialOrder
from tests.vendors.dialling import answer_to, request_of

KEYS = {"api_key": "test-vpbx-key", "api_salt": "test-vpbx-salt"}
ORDER = DialOrder(phone="+79031112233", extension="101", order_id="crm-42")


def test_the_documented_order_letter_by_letter() -> None:
    request = request_of("mango", ORDER, **KEYS)
    assert (request.method, request.url) == ("POST", "https://app.mango-office.ru/vpbx/commands/callback")
    assert request.headers == {"Content-Type": "application/x-www-form-urlencoded"}
    assert request.secret_body == (
        b"vpbx_api_key=test-vpbx-key&sign=62f2aa5d635eb8df0185f6042cc656ab82c49cdd7ec11a879811fb768f8b6882"
        b"&json=%7B%22command_id%22%3A%22crm-42%22%2C%22from%22%3A%7B%22extension%22%3A%22101%22%7D"
        b"%2C%22to_number%22%3A%2279031112233%22%7D"
    )
    assert request.own_address == "https://app.mango-office.ru/vpbx"
    assert not request.redirects_to
    assert "test-vpbx" not in repr(request) + request.url + str(request.headers)


def test_the_salt_is_never_sent() -> None:
    assert b"salt" not in request_of("mango", ORDER, **KEYS).secret_body


def test_the_number_to_show_goes_along() -> None:
    order = DialOrder(phone="+79031112233", extension="101", order_id="crm-42")
    request = request_of("mango", order, **KEYS, shown_number="+7 495 123-45-67")
    assert b"%22line_number%22%3A%2274951234567%22" in request.secret_body


def test_our_own_id_binds_the_order() -> None:
    assert get_vendor("mango").keeps_order_id


@pytest.mark.parametrize("missing", KEYS)
def test_without_key_or_salt_nothing_is_ordered(missing: str) -> None:
    with pytest.raises(DialFailed) as failure:
        request_of("mango", ORDER, **{**KEYS, missing: ""})
    assert failure.value.code == "not_set_up"


@pytest.mark.parametrize("body", ['{"result": 1000}', '{"result":"1000"}'])
def test_success_names_no_call(body: str) -> None:
    assert answer_to("mango", body).order_id == ""


@pytest.mark.parametrize(
    ("status", "result", "code", "text"),
    [
        (200, 1111, "refused", "1111: no answer"),
        (200, 1121, "refused", "1121: the phone is busy"),
        (200, 1133, "bad_number", "1133: the number can't be called"),
        (200, 2000, "refused", "2000: the account is limited or blocked"),
        (200, 2110, "refused", "2110: the account is limited or blocked"),
        (200, 2211, "refused", "2211: the account's limit is reached"),
        (200, 2240, "refused", "2240: not enough money on the account"),
        (200, 2300, "refused", "2300: calls in this direction are blocked"),
        (200, 3100, "bad_parameters", "3100: wrong parameters"),
        (401, 3101, "wrong_token", "3101: wrong key"),
        (401, 3102, "wrong_token", "3102: wrong signature"),
        (200, 3103, "bad_parameters", "3103: wrong parameters"),
        (400, 3104, "bad_parameters", "3104: wrong parameters"),
        (401, 3105, "wrong_token", "3105: wrong key"),
        (200, 3200, "bad_number", "3200: wrong number"),
        (200, 3300, "no_subscriber", "3300: there is no such employee or number"),
        (200, 4001, "refused", "4001: the PBX does not take such orders"),
        (200, 4100, "refused", "4100: it can't be done now"),
        (200, 4200, "not_registered", "4200: the employee can't be reached"),
        (500, 5000, "pbx_error", "5000: an error of the server"),
        (200, 5001, "pbx_error", "5001: overload"),
        (200, 5003, "pbx_error", "5003: an error of the server"),
        (200, 5008, "pbx_error", "5008: an error of the server"),
        (200, 9999, "refused", "9999"),
        (200, 12, "refused", "12"),
    ],
)
def test_every_documented_failure_is_told_in_words(status: int, result: int, code: str, text: str) -> None:
    with pytest.raises(DialFailed) as failure:
        answer_to("mango", f'{{"result": {result}}}', status=status)
    assert (failure.value.code, failure.value.text) == (code, text)


@pytest.mark.parametrize(
    ("status", "body", "code", "text"),
    [
        (401, "", "wrong_token", "HTTP 401"),
        (429, "", "refused", "HTTP 429"),
        (404, "<html></html>", "unreadable", "HTTP 404"),
        (502, "<html></html>", "no_answer", "HTTP 502"),
        (200, "<html></html>", "unreadable", ""),
        (200, "{}", "unreadable", "{}"),
        (200, '{"name": "OK"}', "unreadable", '{"name": "OK"}'),
        (302, "", "wrong_address", "redirects"),
    ],
)
def test_an_answer_without_a_number_is_a_failure(status: int, body: str, code: str, text: str) -> None:
    with pytest.raises(DialFailed) as failure:
        answer_to("mango", body, status=status)
    assert (failure.value.code, failure.value.text) == (code, text)
