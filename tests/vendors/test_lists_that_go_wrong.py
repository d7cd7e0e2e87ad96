"""Lists of ITooLabs' PBXs and of OnlinePBX that have no end, are none, or can't be asked for."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from telephony.http import Response
from telephony.vendors import get_vendor
from telephony.vendors.itoolabs.client import MOST_PAGES as MOST_PAGES_OF_EMPLOYEES
from telephony.vendors.listing import AskFailed, AskProblem, CallInfo
from telephony.vendors.onlinepbx.listing import MOST_PAGES, ROWS_A_PAGE
from telephony.vendors.onlinepbx.session import SESSION
from tests.vendors.dialling import profile_of
from tests.vendors.talks import answer, held

DAY = date(2026, 3, 2)
ONLINEPBX = {"domain": "pbx00000.onpbx.ru", "api_key": "test-auth-key"}
ITOOLABS = {"address": "https://example.megapbx.ru/crmapi/v1", "token": "test-api-key", "variant": "megafon"}


def logged_in() -> Any:
    profile = profile_of(**ONLINEPBX)
    profile.kept[SESSION] = "11111:test-session-key"
    return profile


def calls() -> CallInfo:
    info = get_vendor("onlinepbx").call_info
    assert info is not None
    return info


def listed(data: Any) -> Response:
    return answer({"status": "1", "comment": "", "data": data})


def full_page(number: int) -> Response:
    first = number * ROWS_A_PAGE
    return listed([{"uuid": str(one), "start_stamp": 1772409600} for one in range(first, first + ROWS_A_PAGE)])


def test_onlinepbx_is_not_asked_for_ever() -> None:
    """`held` fails if one more page is asked for."""
    asked, day = held(calls().day(logged_in(), DAY), *(full_page(number) for number in range(MOST_PAGES)))
    assert (len(asked), len(day.calls)) == (MOST_PAGES, MOST_PAGES * ROWS_A_PAGE)


@pytest.mark.parametrize("data", [None, "", []])
def test_a_day_without_calls_is_empty(data: Any) -> None:
    assert held(calls().day(logged_in(), DAY), listed(data))[1].calls == ()


@pytest.mark.parametrize("data", ["x", {"rows": []}, 5])
def test_what_is_no_list_is_told_as_unreadable(data: Any) -> None:
    with pytest.raises(AskFailed) as failure:
        held(calls().day(logged_in(), DAY), listed(data))
    assert failure.value.code == AskProblem.UNREADABLE


def test_one_call_whose_row_has_no_start_is_told_as_unreadable() -> None:
    with pytest.raises(AskFailed, match="start_stamp") as failure:
        held(calls().call(logged_in(), "0b1c"), listed([{"uuid": "0b1c", "start_stamp": "soon"}]))
    assert failure.value.code == AskProblem.UNREADABLE


def test_without_a_key_in_either_answer_there_is_no_session() -> None:
    nothing = listed({"key_id": "11111"})
    with pytest.raises(AskFailed, match="no key"):
        held(calls().day(profile_of(**ONLINEPBX), DAY), nothing, nothing)


def test_employees_of_itoolabs_are_not_asked_for_for_ever() -> None:
    """`held` fails if one more page is asked for."""
    office = get_vendor("itoolabs").office
    assert office is not None
    pages = [
        answer({"items": [{"login": f"user{number}"}], "info": {"next": number}})
        for number in range(1, MOST_PAGES_OF_EMPLOYEES + 1)
    ]
    _, found = held(office.employees(profile_of(**ITOOLABS)), *pages)
    assert [one.key for one in found] == [f"user{number}" for number in range(1, MOST_PAGES_OF_EMPLOYEES + 1)]


@pytest.mark.parametrize("missing", ["address", "token"])
def test_itoolabs_without_its_settings_is_not_asked(missing: str) -> None:
    vendor, profile = get_vendor("itoolabs"), profile_of(**{**ITOOLABS, missing: ""})
    assert vendor.call_info is not None
    assert vendor.office is not None
    for asking in (vendor.call_info.day(profile, DAY), vendor.office.employees(profile)):
        with pytest.raises(AskFailed) as failure:
            held(asking)
        assert failure.value.code == AskProblem.NOT_SET_UP
