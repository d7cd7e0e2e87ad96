"""Telphin: its login, orders to call and recordings as other programs do them; and what its events make of a call."""

from __future__ import annotations

import json

import pytest

from telephony.domain.events import CallStatus
from telephony.domain.exceptions import DialFailed, NotSetUp
from telephony.domain.fold import fold
from telephony.http import Request, Response
from telephony.vendors import get_vendor
from telephony.vendors.dialing import DialOrder
from telephony.vendors.listing import AskFailed
from tests.vendors.dialling import profile_of
from tests.vendors.payloads import events_of
from tests.vendors.talks import answer, held

VENDOR = get_vendor("telphin")
SETTINGS = {"client_id": "test-id", "client_secret": "test-secret"}
ORDER = DialOrder(phone="+79031112233", extension="101", user_key="900101")
GIVEN = answer({"access_token": "test-token", "token_type": "Bearer", "expires_in": 3600})
TAKEN = answer({"call_api_id": "cb-1-2f", "call_id": "2f"}, status=201)
EXPIRED = answer({"message": "Unauthorized"}, status=401)
RECORDING = "900101-79a2b6069d3711e7"


def test_an_order_logs_in_first_and_keeps_the_token() -> None:
    profile = profile_of(**SETTINGS)
    (login, order), taken = held(VENDOR.dial(profile, ORDER), GIVEN, TAKEN)
    assert isinstance(login, Request)
    assert isinstance(order, Request)
    assert login.url == "https://apiproxy.telphin.ru/oauth/token"
    assert {**login.form, **login.secret_form} == {
        "grant_type": "client_credentials",
        "client_id": "test-id",
        "client_secret": "test-secret",
    }
    assert (login.is_harmless, order.is_harmless, order.method) == (True, False, "POST")
    assert order.url == "https://apiproxy.telphin.ru/api/ver1.0/extension/900101/callback/"
    assert json.loads(order.body) == {"src_num": ["101"], "dst_num": "+79031112233"}
    assert order.secret_headers == {"Authorization": "Bearer test-token"}
    assert order.own_address == login.own_address == "https://apiproxy.telphin.ru"
    assert taken.order_id == "2f"
    (again,), _ = held(VENDOR.dial(profile, ORDER), TAKEN)
    assert again == order


def test_a_token_that_expired_is_replaced_once_and_the_order_repeated_once() -> None:
    profile = profile_of(**SETTINGS)
    profile.kept["token"] = "old"
    asked, taken = held(VENDOR.dial(profile, ORDER), EXPIRED, GIVEN, TAKEN)
    tokens = [one.secret_headers.get("Authorization", "") for one in asked if isinstance(one, Request)]
    assert (tokens, taken.order_id) == (["Bearer old", "", "Bearer test-token"], "2f")
    with pytest.raises(DialFailed) as failure:
        held(VENDOR.dial(profile, ORDER), EXPIRED, GIVEN, EXPIRED)
    assert failure.value.code == "wrong_token"


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ([answer({"error": "invalid_client"}, status=401)], "wrong_token"),
        ([answer("<html>", status=401)], "unreadable"),
        ([answer("", status=200)], "unreadable"),
        ([answer({"access_token": "x"}, status=502)], "unreadable"),
        ([GIVEN, answer({"message": "Extension is not found"}, status=404)], "wrong_key"),
        ([GIVEN, answer("<html>", status=404)], "unreadable"),
        ([GIVEN, answer("", status=200)], "unreadable"),
        ([GIVEN, answer({"message": "Phone is not registered"}, status=200)], "not_registered"),
        ([GIVEN, answer("", status=504)], "no_answer"),
    ],
)
def test_what_is_no_success_is_told_in_words(answers: list[Response], code: str) -> None:
    with pytest.raises(DialFailed) as failure:
        held(VENDOR.dial(profile_of(**SETTINGS), ORDER), *answers)
    assert failure.value.code == code


@pytest.mark.parametrize("missing", SETTINGS)
def test_nothing_is_asked_without_the_application(missing: str) -> None:
    profile = profile_of(**{**SETTINGS, missing: ""})
    with pytest.raises(DialFailed) as failure:
        held(VENDOR.dial(profile, ORDER))
    assert failure.value.code == "not_set_up"
    with pytest.raises(NotSetUp):
        held(VENDOR.recording(profile, link="", reference=RECORDING))


@pytest.mark.parametrize(
    ("reference", "path"),
    [(RECORDING, f"extension/900101/record/{RECORDING}"), ("79a2/", "client/@me/record/79a2%2F")],
)
def test_a_recording_is_asked_for_with_a_new_token(reference: str, path: str) -> None:
    profile = profile_of(**SETTINGS)
    profile.kept["token"] = "perhaps expired"
    (login,), file = held(VENDOR.recording(profile, link="", reference=reference), GIVEN)
    assert isinstance(login, Request)
    assert login.is_harmless
    assert file.url == f"https://apiproxy.telphin.ru/api/ver1.0/{path}"
    assert file.secret_headers == {"Authorization": "Bearer test-token"}
    with pytest.raises(AskFailed):
        held(VENDOR.recording(profile, link="", reference=reference), EXPIRED)


def test_a_group_s_other_phone_leaves_and_the_call_goes_on() -> None:
    names = ("ring-101", "ring-102", "answer-101", "hangup-102", "hangup-101")
    *before, end = events_of("telphin", *(f"telphin-{name}" for name in names))
    assert fold(before).status is CallStatus.TALKING
    call = fold([*before, end])
    assert (call.status, call.client_e164, call.talk_seconds) == (CallStatus.ANSWERED, "+79031112233", 40)
    assert {leg.extension: leg.talk_seconds for leg in call.legs} == {"101": 40, "102": None}
    assert fold([end]).talk_seconds == 40


def test_an_ordered_call_that_its_own_phone_did_not_take_was_not_talked_in() -> None:
    call = fold(events_of("telphin", "telphin-callback-own-ring", "telphin-callback-own-silent"))
    assert call.status is CallStatus.NO_ANSWER
