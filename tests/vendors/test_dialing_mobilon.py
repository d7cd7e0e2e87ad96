"""Orders to call at Mobilon, against its document; the codes are those of later accounts."""

from __future__ import annotations

import pytest

from telephony.domain.exceptions import DialFailed
from telephony.vendors.dialing import DialOrder
from tests.vendors.dialling import ORDER, answer_to, request_of

SUCCESS = """{
  "result":"SUCCESS",
  "description":"Call had been initialised",
  "code":0,
  "callid":"1476087194.216329"
}"""


@pytest.mark.parametrize("address", ["http://connect.mobilon.ru/api/call/", "http://connect.mobilon.ru/api/call"])
def test_the_documented_order(address: str) -> None:
    request = request_of("mobilon", api_url=address)
    assert (request.method, request.url) == ("GET", "http://connect.mobilon.ru/api/call/CallToSubscriber")
    assert (request.secret_query, request.query) == ({"key": ORDER.user_key}, {"outboundNumber": "89050000000"})
    assert ORDER.user_key not in repr(request)


def test_without_an_address_of_its_own_it_goes_to_mobilon() -> None:
    request = request_of("mobilon")
    assert request.url == "https://connect.mobilon.ru/api/call/CallToSubscriber"
    assert request.url.startswith(request.own_address)


def test_a_number_abroad_has_digits_alone() -> None:
    request = request_of("mobilon", DialOrder(phone="+380501234567", user_key="k"))
    assert request.query["outboundNumber"] == "810380501234567"


def test_the_documented_success() -> None:
    assert answer_to("mobilon", SUCCESS).order_id == "1476087194.216329"


def test_the_call_id_is_a_text_even_if_it_is_sent_as_a_number() -> None:
    assert answer_to("mobilon", '{"result":"SUCCESS","callid":1476087194.216320}').order_id == "1476087194.216320"


@pytest.mark.parametrize(
    ("body", "code", "text"),
    [
        ('{\n  "result": "FAIL", \n  "message": "Неверный ключ"\n}', "wrong_key", "Неверный ключ"),
        ('{"result":"FAIL","description":"Абонент не зарегистрирован","code":"1"}', "not_registered", None),
        ('{"result":"FAIL","description":"whatever","code":2}', "wrong_key", "whatever"),
        ('{"result":"FAIL","description":"whatever","code":"3"}', "bad_number", "whatever"),
        ('{"result":"FAIL","description":"whatever","code":"4"}', "pbx_error", "whatever"),
        ('{"result":"FAIL","description":"whatever","code":"5"}', "no_subscriber", "whatever"),
        ('{"result":"FAIL","description":"Линия занята","code":"17"}', "refused", "Линия занята"),
        ('{"result":"success","code":0}', "refused", None),
        ('{"code":0}', "refused", None),
        ("<!DOCTYPE html><html></html>", "unreadable", ""),
        ("[" * 100_000, "unreadable", None),
    ],
)
def test_every_other_result_is_a_failure(body: str, code: str, text: str | None) -> None:
    with pytest.raises(DialFailed) as failure:
        answer_to("mobilon", body)
    assert failure.value.code == code
    assert text is None or failure.value.text == text
    assert len(failure.value.text) <= 200
