"""OnlinePBX: its session, orders to call, recordings, employees and lists, against what public clients of it do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from telephony.domain.events import CallStatus
from telephony.domain.exceptions import DialFailed, NoRecording, NotReady, NotSetUp
from telephony.domain.fold import fold
from telephony.http import Pause, Request, Response
from telephony.vendors import get_vendor
from telephony.vendors.dialing import DialOrder
from telephony.vendors.listing import AskFailed, CallInfo
from telephony.vendors.office import Employee, Office
from telephony.vendors.onlinepbx.session import SESSION
from tests.vendors.dialling import profile_of
from tests.vendors.payloads import events_of
from tests.vendors.talks import answer, held

VENDOR = get_vendor("onlinepbx")
SETTINGS = {"domain": "pbx00000.onpbx.ru", "api_key": "test-auth-key", "shown_number": "+74951234567"}
ORDER = DialOrder(phone="+79031112233", extension="101")
GIVEN = answer({"status": "1", "comment": "", "data": {"key_id": "11111", "key": "test-session-key"}})
EXPIRED = answer({"status": "0", "comment": "not authorized: api keys not found", "isNotAuth": True, "errorCode": "X"})
WRONG_KEY = answer({"status": "0", "comment": "auth_key is wrong", "isNotAuth": True, "errorCode": "WRONG_AUTH_DATA"})
TAKEN = answer({"status": "1", "data": {"uuid": "1c2d3e4f"}})
KEY = "11111:test-session-key"
BASE = "https://api2.onlinepbx.ru/pbx00000.onpbx.ru"


def logged_in(**settings: Any) -> Any:
    profile = profile_of(**{**SETTINGS, **settings})
    profile.kept[SESSION] = KEY
    return profile


def shown(asked: list[Request | Pause]) -> list[tuple[str, dict[str, str]]]:
    """The end of each address, and its form with what is secret in it."""
    requests = [request for request in asked if isinstance(request, Request)]
    return [(one.url.removeprefix(BASE), {**one.form, **one.secret_form}) for one in requests]


CALL = ("/call/now.json", {"from": "101", "to": "+79031112233", "gate_from": "74951234567"})
AUTH = ("/auth.json", {"auth_key": "test-auth-key"})


def test_an_order_logs_in_first() -> None:
    profile = profile_of(**SETTINGS)
    asked, taken = held(VENDOR.dial(profile, ORDER), GIVEN, TAKEN)
    assert shown(asked) == [AUTH, CALL]
    login, order = asked
    assert isinstance(login, Request)
    assert isinstance(order, Request)
    assert (login.is_harmless, order.is_harmless, order.method) == (True, False, "POST")
    assert list(order.form) == ["from", "to", "gate_from"]
    assert order.secret_headers == {"x-pbx-authentication": KEY}
    assert order.own_address == login.own_address == "https://api2.onlinepbx.ru"
    assert "test-" not in repr(asked)
    assert taken.order_id == "1c2d3e4f"
    assert profile.kept[SESSION] == KEY


def test_a_session_is_used_again() -> None:
    asked, _ = held(VENDOR.dial(logged_in(), ORDER), TAKEN)
    assert shown(asked) == [CALL]


def test_a_session_that_expired_is_replaced_once_and_the_order_repeated_once() -> None:
    profile = profile_of(**SETTINGS)
    profile.kept[SESSION] = "1:old"
    asked, taken = held(VENDOR.dial(profile, ORDER), EXPIRED, GIVEN, TAKEN)
    assert shown(asked) == [CALL, AUTH, CALL]
    assert (taken.order_id, profile.kept[SESSION]) == ("1c2d3e4f", KEY)


def test_a_new_session_is_made_only_where_none_is_given_or_a_dead_one() -> None:
    """It ends the sessions of all other programs of the account."""
    new = ("/auth.json", {"auth_key": "test-auth-key", "new": "true"})
    asked, _ = held(VENDOR.dial(profile_of(**SETTINGS), ORDER), answer({"status": "1", "data": {}}), GIVEN, TAKEN)
    assert shown(asked) == [AUTH, new, CALL]
    profile = profile_of(**SETTINGS)
    with pytest.raises(DialFailed, match="api keys not found"):
        held(VENDOR.dial(profile, ORDER), GIVEN, EXPIRED, GIVEN, EXPIRED)
    asked, _ = held(VENDOR.dial(profile, ORDER), GIVEN, answer(_given("2", "new")), TAKEN)
    assert shown(asked) == [AUTH, new, CALL]


def test_a_session_that_is_given_again_is_tried_again() -> None:
    asked, _ = held(VENDOR.dial(profile_of(**SETTINGS), ORDER), GIVEN, EXPIRED, GIVEN, TAKEN)
    assert shown(asked) == [AUTH, CALL, AUTH, CALL]


def _given(key_id: str, key: str) -> dict[str, Any]:
    return {"status": "1", "data": {"key_id": key_id, "key": key}}


@pytest.mark.parametrize(
    ("answers", "code", "text"),
    [
        ([WRONG_KEY], "wrong_token", "auth_key is wrong"),
        ([GIVEN, EXPIRED, GIVEN, EXPIRED], "wrong_token", "not authorized: api keys not found"),
        ([GIVEN, answer({"status": "0", "comment": "User is not registered"})], "not_registered", None),
        ([GIVEN, answer({"status": 0, "comment": "Wrong number"})], "bad_number", None),
        ([GIVEN, answer({"status": "0", "errorCode": "LIMIT"})], "refused", "LIMIT"),
        ([GIVEN, answer("<html>")], "unreadable", ""),
        ([GIVEN, answer("Bad gateway", status=502)], "no_answer", "HTTP 502"),
        ([answer("Bad gateway", status=502)], "unreadable", "HTTP 502"),
    ],
)
def test_an_order_that_was_not_taken(answers: list[Response], code: str, text: str | None) -> None:
    with pytest.raises(DialFailed) as failure:
        held(VENDOR.dial(profile_of(**SETTINGS), ORDER), *answers)
    assert failure.value.code == code
    assert text in (None, failure.value.text)


@pytest.mark.parametrize("missing", ["domain", "api_key"])
def test_without_settings_nothing_is_ordered_or_asked(missing: str) -> None:
    profile = profile_of(**{**SETTINGS, missing: ""})
    with pytest.raises(DialFailed, match="not_set_up"):
        held(VENDOR.dial(profile, ORDER))
    assert not calls().is_set_up(profile)
    assert not office().is_set_up(profile)
    with pytest.raises(NotSetUp):
        held(VENDOR.recording(profile, link="", reference="1"))


@pytest.mark.parametrize(
    ("form", "written"), [("", "+79031112233"), ("digits", "79031112233"), ("national", "89031112233")]
)
def test_numbers_are_written_as_the_account_takes_them(form: str, written: str) -> None:
    asked, _ = held(VENDOR.dial(logged_in(number_form=form, shown_number=""), ORDER), TAKEN)
    assert shown(asked) == [("/call/now.json", {"from": "101", "to": written})]


LINK = "https://api2.onlinepbx.ru/calls-records/download/TESTKEY/rec.mp3"
ASKED = [("/mongo_history/search.json", {"uuid": "0b1c", "download": "1"})]


def test_a_recording_is_asked_for_anew_for_its_link_dies() -> None:
    new = answer({"status": "1", "comment": "", "data": LINK.replace("https", "http").replace("TESTKEY", "NEW")})
    asked, request = held(VENDOR.recording(logged_in(), link=LINK, reference="0b1c"), new)
    assert shown(asked) == ASKED
    assert request == Request(url=LINK.replace("TESTKEY", "NEW"))


def test_a_recording_is_fetched_by_its_link_where_the_api_can_t_be_asked() -> None:
    for profile, reference in ((profile_of(), "0b1c"), (logged_in(), "")):
        assert held(VENDOR.recording(profile, link=LINK, reference=reference)) == ([], Request(url=LINK))


@pytest.mark.parametrize(
    ("body", "failure"),
    [
        ({"status": "1", "data": ""}, NoRecording),
        ({"status": "1", "data": []}, NotReady),
        ({"status": "1"}, NotReady),
        ({"status": "0", "comment": "busy"}, AskFailed),
        ("KEY_IS_EXPIRED", AskFailed),
    ],
)
def test_only_an_empty_text_says_that_there_is_no_recording(body: Any, failure: type[Exception]) -> None:
    with pytest.raises(failure):
        held(VENDOR.recording(logged_in(), link=LINK, reference="0b1c"), answer(body))


def office() -> Office:
    assert VENDOR.office is not None
    return VENDOR.office


def calls() -> CallInfo:
    assert VENDOR.call_info is not None
    return VENDOR.call_info


USERS = answer(
    {
        "status": "1",
        "data": [
            {"num": 101, "name": "Анна", "enabled": True, "device": {"ip": "192.0.2.1"}},
            {"num": "102", "name": None, "device": {"ip": ""}},
            {"num": "103", "device": [{"ip": "192.0.2.3"}]},
            {"name": "nobody"},
        ],
    }
)


def test_employees_have_numbers_and_names() -> None:
    asked, found = held(office().employees(logged_in()), USERS)
    assert shown(asked) == [("/user/get.json", {"fields": "num,name,enabled,device"})]
    assert found[0] == Employee(name="Анна", extension="101")
    assert [one.extension for one in found] == ["101", "102", "103"]


@pytest.mark.parametrize(("extension", "registered"), [("101", True), ("102", False), ("103", True), ("104", None)])
def test_a_phone_that_is_connected_has_an_address(extension: str, registered: bool | None) -> None:
    assert held(office().registration(logged_in(), extension), USERS)[1] is registered


@pytest.mark.parametrize("body", [{"status": "1", "data": "x"}, {"status": "0", "comment": "no"}, "<html>"])
def test_employees_that_are_no_list(body: Any) -> None:
    with pytest.raises(AskFailed):
        held(office().employees(logged_in()), answer(body))


def _page(first: int, count: int) -> Response:
    rows = [{"uuid": str(number), "start_stamp": 1772409600 + number} for number in range(first, first + count)]
    return answer({"status": "1", "data": rows})


@pytest.mark.parametrize(
    ("pages", "found"),
    [
        ([_page(0, 3)], 3),
        ([_page(0, 200), _page(200, 5)], 205),
        ([_page(0, 200), _page(0, 200)], 200),
        ([_page(0, 300)], 300),
    ],
    ids=["one page", "two pages", "just a page, pages overlooked", "all at once"],
)
def test_a_day_comes_in_pages_or_all_at_once(pages: list[Response], found: int) -> None:
    asked, listed = held(calls().day(logged_in(), date(2026, 3, 2)), *pages)
    assert len(listed.calls) == found
    spans = [{"start_stamp_from": "1772398800", "start_stamp_to": "1772485199", "per_page": "200"}] * len(pages)
    assert [form for _, form in shown(asked)] == [
        {**span, "page": str(number)} for number, span in enumerate(spans, start=1)
    ]


def test_a_transferred_call_is_handed_over_by_the_next_answer() -> None:
    (first,) = events_of("onlinepbx", "onlinepbx-answer-102")
    second = replace(first, extension="103", occurred_at=first.occurred_at + timedelta(seconds=40), fingerprint="2")
    call = fold([first, second, *events_of("onlinepbx", "onlinepbx-end-answered")])
    assert [(leg.extension, leg.talk_seconds) for leg in call.legs] == [("102", 40), ("103", 43)]
    assert call.talk_seconds == 83


def test_missed_by_one_phone_after_the_other_is_one_missed_call() -> None:
    ring, missed = events_of("onlinepbx", "onlinepbx-ring-101", "onlinepbx-missed")
    later = {"occurred_at": missed.occurred_at + timedelta(seconds=20), "extension": "102"}
    events = [ring, missed, replace(missed, **later, fingerprint="2")]
    call = fold(events)
    assert (call.status, call.ended_at) == (CallStatus.NO_ANSWER, later["occurred_at"])
    assert fold(events[::-1]) == call
