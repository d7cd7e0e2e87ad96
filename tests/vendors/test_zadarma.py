"""What Zadarma's API is asked besides orders: recordings, its list by pages, its set-up; and what it tells."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from telephony.domain.events import CallStatus, Direction
from telephony.domain.exceptions import NotReady, NotSetUp
from telephony.domain.fold import fold
from telephony.domain.hooks import ConnectionProfile
from telephony.http import Request
from telephony.vendors import get_vendor
from telephony.vendors.listing import AskFailed, CallInfo
from telephony.vendors.office import Employee, HookAddress, Office
from telephony.vendors.zadarma import statistics
from telephony.vendors.zadarma.signing import query_of
from tests.vendors.payloads import events_of, profile
from tests.vendors.talks import answer, held

DAY = date(2026, 3, 2)
CALL = "in_5f0c1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b"
FILE = "1772435730.123456"
LINK = "https://api.zadarma.com/v1/pbx/record/download/NjM3MTest/1-1772435730.123456-102.mp3"
ON = (
    "format=json&notify_answer=true&notify_end=true&notify_internal=true&notify_out_end=true"
    "&notify_out_start=true&notify_start=true"
)
"""What switches all notifications on."""
REFUSED = {"status": "error", "message": "Not authorized"}


def known(**settings: Any) -> ConnectionProfile:
    return profile(**{"api_key": "test-key", "secret": "test-secret", **settings})


def office() -> Office:
    found = get_vendor("zadarma").office
    assert found is not None
    return found


def call_info() -> CallInfo:
    found = get_vendor("zadarma").call_info
    assert found is not None
    return found


def sent(request: object) -> tuple[str, str, str]:
    """Where it goes, its body, and its signature."""
    assert isinstance(request, Request)
    return request.url, request.body.decode(), request.secret_headers["Authorization"].removeprefix("test-key:")


def recording(*answers: Any, link: str = "", reference: str = FILE, **settings: Any) -> tuple[list[Any], Request]:
    return held(get_vendor("zadarma").recording(known(**settings), link=link, reference=reference), *answers)


def test_parameters_are_signed_as_php_writes_them() -> None:
    assert query_of({"b": "a b~c*(d)'!", "a": "ё"}) == "a=%D1%91&b=a+b%7Ec%2A%28d%29%27%21&format=json"


def test_a_recording_takes_two_steps() -> None:
    asked, request = recording(answer({"status": "success", "link": LINK}))
    url, _, _ = sent(asked[0])
    assert url == f"https://api.zadarma.com/v1/pbx/record/request/?call_id={FILE}&format=json&lifetime=1800"
    assert (request.url, request.has_secrets) == (LINK, False)


def test_the_files_of_a_call_are_asked_for_as_the_official_library_signs_it() -> None:
    asked, request = recording(answer({"status": "success", "links": [LINK, LINK + "2"]}), reference=CALL)
    url, _, signed = sent(asked[0])
    assert url.endswith(f"/v1/pbx/record/request/?format=json&lifetime=1800&pbx_call_id={CALL}")
    assert signed == "MTliOTE4NTQyM2Q3Mjc2Njk0NzIxYWQzMTgwMzU4ZGIwOTZkNGRmZQ=="
    assert request.url == LINK


def test_of_several_files_it_is_the_one_that_was_asked_for() -> None:
    links = ["https://api.zadarma.com/v1/pbx/record/download/a/1-7.1-101.mp3", LINK]
    assert recording(answer({"status": "success", "links": links}))[1].url == LINK


def test_a_link_in_the_message_is_fetched_as_it_is() -> None:
    assert recording(link=LINK, reference="", api_key="")[1].url == LINK


@pytest.mark.parametrize("status", [400, 404, 200])
def test_a_recording_that_is_not_there_yet_is_asked_for_later(status: int) -> None:
    with pytest.raises(NotReady, match="Record not found"):
        recording(answer({"status": "error", "message": "Record not found"}, status=status))


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (REFUSED, 401, "refused"),
        ("<html></html>", 404, "page"),
        ("", 502, "status"),
        ({"status": "success"}, 200, "unreadable"),
        ("try later", 200, "unreadable"),
    ],
)
def test_other_answers_are_no_recording(body: Any, status: int, code: str) -> None:
    with pytest.raises(AskFailed) as failure:
        recording(answer(body, status=status))
    assert failure.value.code == code


@pytest.mark.parametrize("missing", ["api_key", "secret"])
def test_without_key_or_secret_it_waits_for_them(missing: str) -> None:
    with pytest.raises(NotSetUp):
        recording(**{missing: ""})


def row(number: int) -> dict[str, Any]:
    return {
        "pbx_call_id": f"in_{number}",
        "callstart": "2026-03-02 10:00:00",
        "clid": "79161234567",
        "disposition": "busy",
    }


def test_a_day_is_asked_for_as_the_official_library_signs_it() -> None:
    asked, _ = held(call_info().day(known(), DAY), answer({"status": "success", "stats": []}))
    url, _, signed = sent(asked[0])
    assert url == (
        "https://api.zadarma.com/v1/statistics/pbx/?end=2026-03-02+23%3A59%3A59&format=json&limit=1000&skip=0"
        "&start=2026-03-02+00%3A00%3A00&version=2"
    )
    assert signed == "ZmRmNTNiZWY2ZTI2MGY5NDVkNDRhYmQzNjk5ODVmNzhjNDQ1N2JmYg=="


def test_a_full_page_has_another_behind_it_and_a_call_may_lie_on_both() -> None:
    first = [row(number) for number in range(1000)]
    last = [row(999) | {"disposition": "answered", "seconds": 7}, row(1000)]
    pages = [answer({"status": "success", "stats": rows}) for rows in (first, last)]
    asked, listed = held(call_info().day(known(), DAY), *pages)
    assert [f"skip={skip}&" in sent(one)[0] for one, skip in zip(asked, (0, 1000), strict=True)] == [True, True]
    assert {one.lane for one in asked if isinstance(one, Request)} == {"statistics"}
    assert get_vendor("zadarma").pace["statistics"] == 3
    assert len(listed.calls) == 1001
    assert {call.call_id: call.status for call in listed.calls}["in_999"] is CallStatus.ANSWERED


def test_a_list_without_end_is_read_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "MOST_PAGES", 2)
    pages = [[row(number + first) for number in range(1000)] for first in (0, 1000)]
    answers = [answer({"status": "success", "stats": rows}) for rows in pages]
    assert len(held(call_info().day(known(), DAY), *answers)[1].calls) == 2000


def test_one_call_is_found_in_its_day() -> None:
    assert not call_info().tells_one_call
    assert call_info().is_set_up(known())
    assert not call_info().is_set_up(known(secret=""))
    assert office().is_set_up(known())
    assert not office().is_set_up(known(api_key=""))


def test_internal_numbers() -> None:
    asked, found = held(
        office().employees(known()), answer({"status": "success", "pbx_id": 1234, "numbers": [100, 101, 102]})
    )
    assert sent(asked[0])[0] == "https://api.zadarma.com/v1/pbx/internal/?format=json"
    assert found == tuple(Employee(extension=number) for number in ("100", "101", "102"))


@pytest.mark.parametrize(("said", "is_online"), [("true", True), ("false", False), (True, True), ("", None)])
def test_whether_a_phone_is_connected(said: Any, is_online: bool | None) -> None:
    asked, found = held(office().registration(known(), "101"), answer({"status": "success", "is_online": said}))
    assert sent(asked[0])[0] == "https://api.zadarma.com/v1/pbx/internal/101/status/?format=json"
    assert found is is_online


def test_an_odd_number_stays_inside_its_place_in_the_address() -> None:
    asked, _ = held(office().registration(known(), "1/../2?x"), answer({"status": "success"}))
    assert sent(asked[0])[0].endswith("/v1/pbx/internal/1%2F..%2F2%3Fx/status/?format=json")


def test_where_the_pbx_sends_its_messages() -> None:
    told = {"status": "success", "url": "https://crm.example/x/", "notifications": {"notify_start": "true"}}
    _, found = held(office().address(known(), own_path="/x/"), answer(told))
    off = ("notify_internal", "notify_answer", "notify_end", "notify_out_start", "notify_out_end")
    assert found == HookAddress(
        url="https://crm.example/x/", switches={"notify_start": True, **dict.fromkeys(off, False)}
    )


def test_the_address_is_set_as_the_official_library_signs_it() -> None:
    hook = "https://crm.example/telephony/hooks/zadarma/SECRET/"
    asked, _ = held(office().set_address(known(), hook), *[answer({"status": "success"})] * 2)
    assert [sent(one) for one in asked] == [
        (
            "https://api.zadarma.com/v1/pbx/callinfo/url/",
            "format=json&url=https%3A%2F%2Fcrm.example%2Ftelephony%2Fhooks%2Fzadarma%2FSECRET%2F",
            "NDljOWE5Mzk3NzcyZDgyMDUwY2UxN2FiMmEwY2M4N2VlMDAyYmNkNw==",
        ),
        (
            "https://api.zadarma.com/v1/pbx/callinfo/notifications/",
            ON,
            "YTkzZWFmMjM2MzhkODQ0YzQ1Yjk2MWZjNzBkOTZmOGY4Mjc4OWRiYQ==",
        ),
    ]


@pytest.mark.parametrize("number", [0, 1])
def test_an_address_that_is_not_taken_is_told(number: int) -> None:
    answers = [answer({"status": "success"})] * number + [answer({"status": "error", "message": "Bad url"}, status=400)]
    with pytest.raises(AskFailed, match="Bad url"):
        held(office().set_address(known(), "https://crm.example/"), *answers)


def test_an_ordered_call_whose_client_does_not_answer_was_not_answered() -> None:
    """The employee's own phone was picked up, and its part of the call is said to be answered."""
    told = events_of("zadarma", "zadarma-answer-own-phone", "zadarma-out-end-callback-leg1")
    assert fold(told).status is CallStatus.RINGING
    silent = fold(events_of("zadarma", "zadarma-out-end-callback-leg1-silent"))
    assert (silent.status, silent.direction, silent.end_reason) == (
        CallStatus.NO_ANSWER,
        Direction.OUTGOING,
        "not_picked_up",
    )


def test_a_call_between_colleagues_has_no_client() -> None:
    call = fold(events_of("zadarma", "zadarma-out-start-colleague", "zadarma-answer-colleague"))
    assert (call.direction, call.client_raw, call.status) == (Direction.INTERNAL, "", CallStatus.TALKING)
    assert [leg.extension for leg in call.legs if leg.answered_at] == ["101", "102"]


def test_why_nobody_talked_is_the_pbx_s_own_word() -> None:
    call = fold(events_of("zadarma", "zadarma-end-no-money"))
    assert (call.end_reason, call.end_reason_said) == ("no_money", "no money, no limit")
