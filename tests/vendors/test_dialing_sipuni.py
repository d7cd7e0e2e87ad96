"""Orders to call at Sipuni, against the check value of its documentation."""

from __future__ import annotations

import hashlib

import pytest

from telephony.domain.exceptions import DialFailed, DialProblem
from telephony.vendors.dialing import DialOrder
from tests.vendors.dialling import answer_to, fields_of, request_of

SETTINGS = {"user": "012345", "secret": "secret", "api_url": "https://sipuni.com/api/callback/call_number"}


def test_the_documented_check_value() -> None:
    request = request_of("sipuni", **SETTINGS)
    assert (request.method, request.url) == ("POST", "https://sipuni.com/api/callback/call_number")
    assert fields_of(request) == {
        "antiaon": "0",
        "phone": "89050000000",
        "reverse": "0",
        "sipnumber": "101",
        "user": "012345",
        "hash": hashlib.md5(b"0+89050000000+0+101+012345+secret").hexdigest(),
    }


def test_the_key_is_not_sent_and_the_signature_is_no_public_part() -> None:
    request = request_of("sipuni", **{**SETTINGS, "secret": "the-integration-key"})
    assert "the-integration-key" not in repr(request) + str(fields_of(request))
    assert "hash" not in request.form
    assert request.own_address == request.url


@pytest.mark.parametrize(
    ("phone", "dialled"),
    [("+74951234567", "84951234567"), ("+380501234567", "810380501234567"), ("+77011234567", "87011234567")],
)
def test_numbers_are_dialled_as_from_a_russian_telephone(phone: str, dialled: str) -> None:
    assert fields_of(request_of("sipuni", DialOrder(phone=phone, extension="101"), **SETTINGS))["phone"] == dialled


@pytest.mark.parametrize("missing", ["user", "secret"])
def test_without_account_or_key_nothing_is_ordered(missing: str) -> None:
    with pytest.raises(DialFailed) as failure:
        request_of("sipuni", **{**SETTINGS, missing: ""})
    assert failure.value.code == DialProblem.NOT_SET_UP


@pytest.mark.parametrize(
    ("body", "order_id"),
    [
        ('{"success": true, "id": "1234567"}', "1234567"),
        ('{"success": true, "callId": 1419783130.15590}', "1419783130.15590"),
        ('{"success":true}', ""),
        ('\ufeff{"success": "true", "id": "7"}', "7"),
    ],
)
def test_success_with_or_without_an_id(body: str, order_id: str) -> None:
    assert answer_to("sipuni", body).order_id == order_id


@pytest.mark.parametrize(
    ("body", "code", "text"),
    [
        (
            '{"success": false, "message": "SIP-номер не зарегистрирован"}',
            "not_registered",
            "SIP-номер не зарегистрирован",
        ),
        ('{"success": false, "msg": "Неверная подпись запроса"}', "wrong_token", "Неверная подпись запроса"),
        ('{"success": false, "message": "Неверный номер телефона"}', "bad_number", "Неверный номер телефона"),
        ('{"success": false, "message": "Тариф\\nзакончился"}', "refused", "Тариф закончился"),
        ('{"success": false}', "refused", '{"success": false}'),
        ("<html><body>Сервис временно недоступен</body></html>", "unreadable", ""),
        ("Service is down", "unreadable", "Service is down"),
    ],
)
def test_failures_are_200_and_told_by_the_body(body: str, code: str, text: str) -> None:
    with pytest.raises(DialFailed) as failure:
        answer_to("sipuni", body)
    assert (failure.value.code, failure.value.text) == (code, text)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (301, "wrong_address"),
        (401, "wrong_token"),
        (403, "wrong_token"),
        (404, "unreadable"),
        (502, "no_answer"),
        (504, "no_answer"),
    ],
)
def test_an_answer_from_before_the_pbx(status: int, code: str) -> None:
    """Behind a 502 the order may have been taken: nobody knows."""
    with pytest.raises(DialFailed) as failure:
        answer_to("sipuni", "<html></html>", status=status)
    assert failure.value.code == code
