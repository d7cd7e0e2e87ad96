"""What Mango Office is asked besides orders: lists, recordings, employees."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from telephony.domain.exceptions import NotSetUp
from telephony.domain.hooks import ConnectionProfile
from telephony.http import Pause, Request
from telephony.vendors import get_vendor
from telephony.vendors.listing import AskFailed, CallInfo
from telephony.vendors.mango import statistics
from telephony.vendors.office import Employee
from tests.vendors.payloads import profile
from tests.vendors.talks import answer, held

DAY = date(2026, 3, 2)
START = 1772435730
REFERENCE = "MToxMDA0ODA2MTpSZWMwMDAx"


def known(**settings: Any) -> ConnectionProfile:
    return profile(**{"api_key": "test-vpbx-key", "api_salt": "test-vpbx-salt", **settings})


def call_info() -> CallInfo:
    found = get_vendor("mango").call_info
    assert found is not None
    return found


def sent(request: object) -> tuple[str, str]:
    assert isinstance(request, Request)
    return request.url, request.secret_body.decode()


def test_a_list_is_ordered_waited_for_and_fetched_as_documented() -> None:
    answers = [{"key": "B+DvTestKey0000000000A=="}, {"status": "work"}, {"status": "complete", "data": []}]
    asked, _ = held(call_info().day(known(), DAY), *map(answer, answers))
    order, first_pause, first, second_pause, second = asked
    assert sent(order) == (
        "https://app.mango-office.ru/vpbx/stats/calls/request/",
        (
            "vpbx_api_key=test-vpbx-key&sign=5d548c43c60fb34ffbe7d4d9b9a3d2486404f13029b7350750a7b00d1af063f1"
            "&json=%7B%22start_date%22%3A%2202.03.2026+00%3A00%3A00%22%2C%22end_date%22%3A%2202.03.2026+23%3A59%3A59%22"
            "%2C%22limit%22%3A500%2C%22offset%22%3A0%7D"
        ),
    )
    assert (first_pause, second_pause) == (Pause(5), Pause(5))
    assert sent(first) == sent(second)
    assert sent(first) == (
        "https://app.mango-office.ru/vpbx/stats/calls/result/",
        (
            "vpbx_api_key=test-vpbx-key&sign=a3137004e9c3dfa00364c97321ee5217fd8cde6d61421af869586a94e596268c"
            "&json=%7B%22key%22%3A%22B%2BDvTestKey0000000000A%3D%3D%22%7D"
        ),
    )
    assert {one.lane for one in asked if isinstance(one, Request)} == {"statistics"}
    assert get_vendor("mango").pace["statistics"] == 30


def test_a_full_page_has_another_behind_it() -> None:
    rows = [{"entry_id": f"E{number}", "context_type": 1, "context_start_time": START} for number in range(501)]
    pages = [{"status": "complete", "data": [{"list": found}]} for found in (rows[:500], rows[500:])]
    answers = [{"key": "1"}, pages[0], {"key": "2"}, pages[1]]
    asked, listed = held(call_info().day(known(), DAY), *map(answer, answers))
    assert len(listed.calls) == 501
    assert "%22offset%22%3A500%7D" in sent(asked[3])[1]


def test_a_list_without_end_is_read_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "MOST_PAGES", 2)
    rows = [{"entry_id": f"E{number}", "context_type": 1, "context_start_time": START} for number in range(500)]
    answers = [{"key": "1"}, {"status": "complete", "data": [{"list": rows}]}] * 2
    assert len(held(call_info().day(known(), DAY), *map(answer, answers))[1].calls) == 1000


def test_a_list_that_is_never_ready_is_given_up() -> None:
    with pytest.raises(AskFailed, match="work"):
        held(call_info().day(known(), DAY), answer({"key": "1"}), *[answer({"status": "work"})] * 60)


def test_a_recording_is_asked_for_as_documented() -> None:
    request = get_vendor("mango").recording_request(known(), link="", reference=REFERENCE)
    assert sent(request) == (
        "https://app.mango-office.ru/vpbx/queries/recording/post",
        (
            "vpbx_api_key=test-vpbx-key&sign=7d7458d57c3cd619627abf27b323d78544ecb3e131898fe2f7ccde48e1fac60d"
            "&json=%7B%22recording_id%22%3A%22MToxMDA0ODA2MTpSZWMwMDAx%22%2C%22action%22%3A%22download%22%7D"
        ),
    )
    assert request.method == "POST"
    assert "mango-office.ru" in request.redirects_to


@pytest.mark.parametrize("missing", ["api_key", "api_salt"])
def test_without_key_or_salt_a_recording_waits(missing: str) -> None:
    with pytest.raises(NotSetUp):
        get_vendor("mango").recording_request(known(**{missing: ""}), link="", reference=REFERENCE)


def test_employees_who_have_an_internal_number() -> None:
    office = get_vendor("mango").office
    assert office is not None
    users = [
        {"general": {"user_id": 1, "name": "Анна Иванова", "email": "a@example.ru"}, "telephony": {"extension": "101"}},
        {"general": {"user_id": 2, "name": "Без телефона"}, "telephony": {}},
        {"general": None, "telephony": {"extension": 102}},
        "nobody",
    ]
    asked, found = held(office.employees(known()), answer({"users": users}))
    assert sent(asked[0])[0] == "https://app.mango-office.ru/vpbx/config/users/request"
    assert found == (Employee(name="Анна Иванова", extension="101", email="a@example.ru"), Employee(extension="102"))


@pytest.mark.parametrize(("settings", "can"), [({}, True), ({"api_key": ""}, False), ({"api_salt": ""}, False)])
def test_lists_and_employees_need_key_and_salt(settings: dict[str, str], can: bool) -> None:
    office = get_vendor("mango").office
    assert office is not None
    assert (call_info().is_set_up(known(**settings)), office.is_set_up(known(**settings))) == (can, can)
