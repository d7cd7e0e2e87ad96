"""What UIS tells when it is asked: lists of calls, employees, phones, recordings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from telephony.domain.hooks import ConnectionProfile
from telephony.domain.reasons import EndReason
from telephony.http import Pause, Request
from telephony.vendors import get_vendor
from telephony.vendors.dialing import DialOrder
from telephony.vendors.listing import AskFailed
from telephony.vendors.office import Employee
from telephony.vendors.uis.rpc import LONGEST_LIST, rows_of
from tests.vendors.dialling import profile_of
from tests.vendors.shared_vectors import FOLDER, rows
from tests.vendors.talks import answer, held

UIS = get_vendor("uis")
ORDER = DialOrder(phone="+79031112233", user_key="2001", order_id="crm-42")
KNOWN = {"access_token": "test-data-token", "data_api_url": "https://dataapi.uiscom.ru/v2.0"}
DAY = date(2026, 3, 2)
TABLE = {row["id"]: row for row in rows("uis")}
needs_table = pytest.mark.skipif(not (FOLDER / "uis.json").exists(), reason="the table of messages is not here")


def listed(*found: Mapping[str, Any], total: int | None = None) -> Any:
    metadata = {} if total is None else {"total_items": total}
    return answer({"jsonrpc": "2.0", "id": "req1", "result": {"data": list(found), "metadata": metadata}})


def asked_for(request: Request | Pause) -> dict[str, Any]:
    assert isinstance(request, Request)
    asked: dict[str, Any] = json.loads(request.secret_body)
    return asked


def row(number: int = 1, **changed: Any) -> dict[str, Any]:
    usual = {"id": number, "start_time": "2026-03-02 10:15:30", "direction": "in", "is_lost": False}
    numbers = {"contact_phone_number": "79161234567", "virtual_phone_number": "74951234567", "talk_duration": 83}
    return {**usual, **numbers, **changed}


@needs_table
def test_a_day_is_asked_for_as_documented() -> None:
    assert UIS.call_info
    requests, _ = held(UIS.call_info.day(profile_of(**KNOWN), DAY), listed())
    assert isinstance(requests[0], Request)
    assert (requests[0].url, requests[0].secret_body.decode()) == (
        TABLE["uis-report"]["path"],
        TABLE["uis-report"]["body"],
    )


@needs_table
def test_the_documented_report_is_read() -> None:
    calls = day_of(answer(TABLE["uis-report-rows"]["body"]))
    assert [(call.call_id, call.status, call.talk_seconds, call.user_key) for call in calls] == [
        ("1170001234", "answered", 83, "2002"),
        ("1170001235", "no_answer", 0, ""),
    ]
    assert calls[0].recording_reference == "0123456789abcdef0123456789abcdef/1170001234/990001"
    assert (calls[1].reason, calls[1].reason_said) == (EndReason.NOBODY, "no_operation")
    assert calls[0].started_at == datetime(2026, 3, 2, 7, 15, 30, tzinfo=UTC)


def day_of(*answers: Any) -> Any:
    assert UIS.call_info
    return held(UIS.call_info.day(profile_of(**KNOWN), DAY), *answers)[1].calls


def test_a_long_day_comes_by_pages() -> None:
    assert UIS.call_info
    pages = [[row(number + start) for number in range(500)] for start in (0, 500)]
    last = listed(row(1001, start_time="2026-03-02 00:00:01"), total=1001)
    requests, found = held(UIS.call_info.day(profile_of(**KNOWN), DAY), *(listed(*page) for page in pages), last)
    assert [asked_for(request)["params"]["offset"] for request in requests] == [0, 500, 1000]
    assert len(found.calls) == 1001
    assert found.calls[0].call_id == "1001"
    assert {request.lane for request in requests if isinstance(request, Request)} == set(UIS.pace)


def test_a_full_last_page_is_not_followed_by_an_empty_one() -> None:
    assert len(day_of(listed(*(row(number) for number in range(500)), total=500))) == 500


def test_what_can_not_be_read_of_a_report_is_counted() -> None:
    assert UIS.call_info
    found = listed(row(), {"id": 2}, {"start_time": "2026-03-02 10:15:30"}, row(3, start_time="soon"))
    day = held(UIS.call_info.day(profile_of(**KNOWN), DAY), found)[1]
    assert (len(day.calls), day.unread) == (1, 3)


@pytest.mark.parametrize(
    ("changed", "status", "reason"),
    [
        ({"talk_duration": 0, "is_lost": True, "finish_reason": "sip_offline"}, "no_answer", "not_registered"),
        ({"talk_duration": 0, "direction": "out", "finish_reason": "subscriber_busy"}, "busy", "busy"),
        ({"talk_duration": "0", "direction": "out", "finish_reason": "brand_new"}, "no_answer", None),
        ({"talk_duration": "83", "finish_reason": "subscriber_disconnects"}, "answered", None),
    ],
)
def test_how_a_listed_call_ended(changed: dict[str, Any], status: str, reason: str | None) -> None:
    call = day_of(listed(row(**changed)))[0]
    assert (call.status, call.reason) == (status, reason)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (answer('{"error": {"code": -32001, "message": "Access token has been expired"}}'), "refused"),
        (answer("<html>"), "page"),
        (answer("[]"), "unreadable"),
        (answer({"result": {"data": None}}), "unreadable"),
        (answer("", status=502), "status"),
    ],
)
def test_an_answer_that_is_no_list(reply: Any, code: str) -> None:
    with pytest.raises(AskFailed) as failure:
        day_of(reply)
    assert failure.value.code == code


def test_without_a_key_nothing_is_asked() -> None:
    assert UIS.call_info
    assert UIS.office
    assert not UIS.call_info.is_set_up(profile_of())
    assert not UIS.office.is_set_up(profile_of())
    with pytest.raises(AskFailed) as failure:
        held(UIS.office.employees(profile_of()))
    assert failure.value.code == "not_set_up"


def test_a_list_that_never_ends_is_left_after_some_pages() -> None:
    pages = [listed({"id": number}) for number in range(LONGEST_LIST)]
    requests, found = held(rows_of(profile_of(**KNOWN), "get.employees", {"offset": 0}, limit=1), *pages)
    assert [asked_for(request)["params"]["offset"] for request in requests] == list(range(LONGEST_LIST))
    assert len(found) == LONGEST_LIST


@needs_table
def test_employees_are_listed() -> None:
    assert UIS.office
    requests, people = held(UIS.office.employees(profile_of(**KNOWN)), answer(TABLE["uis-employees-rows"]["body"]))
    assert people == (Employee(name="Иванова Анна", extension="101", key="2001"),)
    assert isinstance(requests[0], Request)
    assert requests[0].secret_body.decode() == TABLE["uis-employees"]["body"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([{"employee_id": 2001, "physical_state": "online"}], True),
        ([{"employee_id": 2001, "physical_state": "offline"}], False),
        ([{"employee_id": 2001, "physical_state": "offline"}, {"employee_id": 2001, "physical_state": True}], True),
        ([{"employee_id": 2002, "physical_state": "online"}], None),
        ([{"employee_id": 2001, "physical_state": "something"}], None),
        ([], None),
    ],
)
def test_whether_a_phone_is_connected(lines: list[dict[str, Any]], expected: bool | None) -> None:
    assert UIS.office
    people = listed({"id": 2001, "full_name": "Иванова", "extension": "101"})
    assert held(UIS.office.registration(profile_of(**KNOWN), "101"), people, listed(*lines))[1] is expected


AUDIO, PAGE = answer("ID3\x03"), answer("<!DOCTYPE html>")
HOST = "https://app.uiscom.ru/system/media/talk"


@pytest.mark.parametrize(
    ("reference", "answers", "url"),
    [
        ("rec/117/990", [AUDIO], f"{HOST}/117/rec/"),
        ("rec/117/990", [PAGE], f"{HOST}/990/rec/"),
        ("rec/117/990", [answer({"error": "no"})], f"{HOST}/990/rec/"),
        ("rec/117/990", [answer("", status=404)], f"{HOST}/990/rec/"),
        ("rec/117", [], f"{HOST}/117/rec/"),
    ],
)
def test_a_recording_of_a_list_is_found_by_either_id(reference: str, answers: list[Any], url: str) -> None:
    requests, request = held(UIS.recording(profile_of(**KNOWN), link="", reference=reference), *answers)
    assert request.url == url
    assert len(requests) == len(answers)
    assert not request.has_secrets


@pytest.mark.parametrize(
    ("data", "host"),
    [
        ("https://dataapi-jsonrpc.novofon.ru/v2.0", "https://app.novofon.ru/system"),
        ("https://dataapi.callgear.com/v2.0", "https://app.callgear.com/system"),
        ("http://127.0.0.1:9000/uis/data/v2.0", "http://127.0.0.1:9000/uis/data/system"),
    ],
)
def test_recordings_are_at_the_brand_s_own_host(data: str, host: str) -> None:
    talk = UIS.recording(profile_of(data_api_url=data), link="", reference="rec/117")
    assert held(talk)[1].url == f"{host}/media/talk/117/rec/"


def test_a_link_is_fetched_as_it_is() -> None:
    assert held(UIS.recording(profile_of(), link="https://media.uiscom.ru/1/2", reference=""))[1].url[-3:] == "1/2"


def profile_in(zone: str) -> ConnectionProfile:
    return ConnectionProfile(time_zone=ZoneInfo(zone), phone_region="RU", settings=KNOWN)


def test_times_are_those_of_the_account() -> None:
    assert UIS.call_info
    day = held(UIS.call_info.day(profile_in("Asia/Yekaterinburg"), DAY), listed(row()))[1]
    assert day.calls[0].started_at == datetime(2026, 3, 2, 5, 15, 30, tzinfo=UTC)
