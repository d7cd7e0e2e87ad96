"""Orders to call in WireCRM's API PBX, against its document."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest

from telephony.domain.exceptions import DialFailed, DialProblem
from telephony.vendors.dialing import DialOrder
from tests.vendors.dialling import answer_to, fields_of, request_of

SETTINGS = {"dial_url": "https://pbx.example.ru/dial", "dial_token": "the-token"}
AS_PRINTED = '{"status":"0","error","Неверно заполнен номер телефона"}'


def test_the_documented_order() -> None:
    request = request_of("wirecrm", DialOrder(phone="+79001010100", extension="100"), **SETTINGS)
    assert (request.method, request.url) == ("POST", "https://pbx.example.ru/dial")
    assert urlencode(fields_of(request), quote_via=quote) == "from=100&to=%2B79001010100"
    assert request.secret_headers == {"x-pbx-authentication": "the-token"}
    assert "the-token" not in repr(request)


@pytest.mark.parametrize("missing", ["dial_url", "dial_token"])
def test_without_address_or_token_nothing_is_ordered(missing: str) -> None:
    with pytest.raises(DialFailed) as failure:
        request_of("wirecrm", **{**SETTINGS, missing: ""})
    assert failure.value.code == DialProblem.NOT_SET_UP


@pytest.mark.parametrize("body", ['{"status":"1"}', '{"status":1}', '{"status": "1", "error": ""}'])
def test_success_has_no_id(body: str) -> None:
    assert answer_to("wirecrm", body).order_id == ""


@pytest.mark.parametrize(
    ("body", "code", "text"),
    [
        (AS_PRINTED, "bad_number", "Неверно заполнен номер телефона"),
        ('{"status":"0","error":"Неверно заполнен номер телефона"}', "bad_number", "Неверно заполнен номер телефона"),
        ('{"status":"0","error":"Неверный токен авторизации"}', "wrong_token", "Неверный токен авторизации"),
        (
            '{"status":"0","error":"Внутренний номер не зарегистрирован"}',
            "not_registered",
            "Внутренний номер не зарегистрирован",
        ),
        ('{"status":"0","error":"Лимит исчерпан"}', "refused", "Лимит исчерпан"),
        ('{"status":"11"}', "refused", '{"status":"11"}'),
        ("no database", "unreadable", "no database"),
        ("<h1>It works!</h1>", "unreadable", ""),
        ("", "unreadable", ""),
        (AS_PRINTED.encode("cp1251"), "bad_number", "Неверно заполнен номер телефона"),
    ],
)
def test_what_is_no_success_is_a_failure_and_its_text_is_told(body: str | bytes, code: str, text: str) -> None:
    with pytest.raises(DialFailed) as failure:
        answer_to("wirecrm", body)
    assert (failure.value.code, failure.value.text) == (code, text)


def test_a_refusal_by_status() -> None:
    with pytest.raises(DialFailed) as failure:
        answer_to("wirecrm", '{"error": "busy lines"}', status=429)
    assert (failure.value.code, failure.value.text) == ("refused", "busy lines")
