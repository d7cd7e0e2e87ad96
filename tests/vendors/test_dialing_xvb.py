"""Orders to call at XVB-PBX, against its document; the answers are those of PBXs of its family."""

from __future__ import annotations

import pytest

from telephony.domain.exceptions import DialFailed, DialProblem
from telephony.vendors.dialing import DialOrder
from tests.vendors.dialling import answer_to, fields_of, form_of, request_of

SETTINGS = {"cloud_url": "https://cloud.example.ru/cloud", "token": "TOKEN"}


def test_the_documented_order() -> None:
    request = request_of("xvb", DialOrder(phone="+79201119613", extension="100"), **SETTINGS)
    assert (request.method, request.url) == ("POST", "https://cloud.example.ru/cloud")
    assert fields_of(request) == form_of("cmd=makeCall&token=TOKEN&from=100&to=79201119613")
    assert "TOKEN" not in repr(request)
    assert not request.query


@pytest.mark.parametrize("missing", ["cloud_url", "token"])
def test_without_address_or_token_nothing_is_ordered(missing: str) -> None:
    with pytest.raises(DialFailed) as failure:
        request_of("xvb", **{**SETTINGS, missing: ""})
    assert failure.value.code == DialProblem.NOT_SET_UP


@pytest.mark.parametrize(
    ("body", "order_id"),
    [('{"uuid":"4c6f1a2e-7"}', "4c6f1a2e-7"), ("OK", ""), ("", ""), ('{"callid": "x1"}', "x1"), ("[]", "")],
)
def test_any_2xx_without_an_error_is_a_success(body: str, order_id: str) -> None:
    assert answer_to("xvb", body, status=201).order_id == order_id


@pytest.mark.parametrize(
    ("status", "body", "code", "text"),
    [
        (401, '{"error":"Invalid token"}', "wrong_token", "Invalid token"),
        (400, '{"error":"Invalid parameters"}', "bad_parameters", "Invalid parameters"),
        (400, '{"error":"User is offline"}', "not_registered", "User is offline"),
        (200, '{"error":"No such user"}', "refused", "No such user"),
        (400, "", "refused", "HTTP 400"),
        (400, "<html>", "unreadable", "HTTP 400"),
        (200, "<html>", "unreadable", ""),
    ],
)
def test_failures(status: int, body: str, code: str, text: str) -> None:
    with pytest.raises(DialFailed) as failure:
        answer_to("xvb", body, status=status)
    assert (failure.value.code, failure.value.text) == (code, text)
