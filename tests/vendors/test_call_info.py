"""What PBXs answer when they are asked for calls: each payload in `payloads/answers`, and how they are asked."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from telephony.domain.events import Direction, EventKind, LegRole
from telephony.domain.exceptions import DialFailed
from telephony.domain.fold import fold
from telephony.domain.hooks import ConnectionProfile
from telephony.domain.listed_call import PbxCall, from_json, to_json
from telephony.vendors import get_vendor
from telephony.vendors.listing import AskFailed, CallInfo
from tests.rows import rows
from tests.vendors.payloads import RECEIVED_AT, VENDORS_FOLDER, profile
from tests.vendors.talks import answer, answered, held
from tests.vendors.test_vectors import SHARED

ANSWERS = sorted(VENDORS_FOLDER.glob("*/payloads/answers/*.answer"))
DAY = date(2024, 1, 29)
VECTORS = {vector["id"]: vector for vector in SHARED["vectors"]}


def call_info(slug: str) -> CallInfo:
    found = get_vendor(slug).call_info
    assert found is not None
    return found


def expected_of(path: Path) -> dict[str, Any]:
    expected: dict[str, Any] = json.loads(path.with_suffix(".expected.json").read_text())
    return expected


def read(path: Path) -> dict[str, Any]:
    """What is understood, in the words of an expected.json."""
    expected = expected_of(path)
    vendor = get_vendor(path.parents[2].name)
    known = profile(**{"token": "SECRET-TOKEN", **expected.get("settings", {})})
    zone = ZoneInfo(expected.get("time_zone", "Europe/Moscow"))
    known = replace(known, time_zone=zone, kept=dict(expected.get("kept", {})))
    try:
        if expected["asked"] == "order":
            return {"order_id": vendor.dial_answer(known, answered(path)).order_id}
        if expected["asked"] == "employees":
            assert vendor.office is not None
            return {"employees": [asdict(one) for one in held(vendor.office.employees(known), answered(path))[1]]}
        asked = call_info(vendor.slug)
        if expected["asked"] == "call":
            _, call = held(asked.call(known, expected["call_id"]), answered(path))
            return {"call": to_json(call) if call else None}
        before = [answer(one) for one in expected.get("before", ())]
        _, listed = held(asked.day(known, date.fromisoformat(expected.get("day", str(DAY)))), *before, answered(path))
    except (AskFailed, DialFailed) as error:
        return {"error": [error.code, error.text]}
    return {"calls": [to_json(call) for call in listed.calls]} | ({"unread": listed.unread} if listed.unread else {})


def test_answers_mean_what_their_payloads_say_and_nothing_secret_is_read_out_of_them() -> None:
    about = ("source", "note", "asked", "call_id", "day", "before", "kept", "settings", "time_zone")
    with rows() as row:
        for path in ANSWERS:
            with row(path.stem):
                told = read(path)
                assert told == {name: value for name, value in expected_of(path).items() if name not in about}
                assert "SECRET-TOKEN" not in json.dumps(told)


@pytest.mark.parametrize("name", ["mobilon-info-xml-doc", "mobilon-journal-xml-doc"])
@pytest.mark.skipif(not VECTORS, reason="the table of messages is not here")
def test_documented_answer_is_the_table_s(name: str) -> None:
    path = VENDORS_FOLDER / "mobilon" / "payloads" / "answers" / f"{name}.answer"
    assert answered(path).text == VECTORS[name]["body"]


@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: path.stem)
def test_a_listed_call_survives_storage(path: Path) -> None:
    stated = expected_of(path)
    for stored in [*stated.get("calls", ()), *filter(None, [stated.get("call")])]:
        assert to_json(from_json(stored)) == stored


def mobilon(**settings: str) -> ConnectionProfile:
    return profile(token="SECRET-TOKEN", **settings)


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({}, "https://connect.mobilon.ru/api/call/info"),
        ({"info_path": "journal"}, "https://connect.mobilon.ru/api/call/journal"),
        ({"api_url": "https://pbx.example/api"}, "https://pbx.example/api/info"),
    ],
)
def test_mobilon_is_asked_for_a_day_at_the_name_in_the_settings(settings: dict[str, str], url: str) -> None:
    request = call_info("mobilon").day_request(mobilon(**settings), DAY)
    assert (request.method, request.url, request.query) == ("GET", url, {"date": "2024-01-29"})
    assert request.secret_query == {"token": "SECRET-TOKEN"}
    assert url.startswith(request.own_address)


def test_mobilon_is_asked_for_one_call_at_info_whatever_the_list_is_called() -> None:
    request = call_info("mobilon").call_request(mobilon(info_path="journal"), "1.10")
    assert (request.url, request.query) == ("https://connect.mobilon.ru/api/call/info", {"callid": "1.10"})
    assert "SECRET-TOKEN" not in repr(request)


def test_mobilon_can_be_asked_with_the_account_s_token() -> None:
    assert call_info("mobilon").is_set_up(mobilon())
    assert not call_info("mobilon").is_set_up(profile(token=""))


class TestEvents:
    def call(self, **facts: Any) -> PbxCall:
        return from_json({"started_at": RECEIVED_AT.isoformat(), "direction": "incoming", **facts})

    def test_the_end_names_the_start_and_when_the_list_was_read(self) -> None:
        (end,) = self.call(status="answered", talk_seconds=16, client_raw="1").events(
            external_id="7", listed_at=RECEIVED_AT
        )
        assert (end.kind, end.external_id, end.started_at, end.talk_seconds) == (EventKind.ENDED, "7", RECEIVED_AT, 16)
        assert end.listed_at == RECEIVED_AT
        assert (end.occurred_at - RECEIVED_AT).total_seconds() == 16

    def test_the_same_row_read_again_is_the_same_event(self) -> None:
        later = RECEIVED_AT.replace(hour=23)
        row = self.call(status="busy")
        again = replace(row, maybe_started_at=later)
        first, second = (
            one.events(external_id="7", listed_at=at)[0] for one, at in ((row, RECEIVED_AT), (again, later))
        )
        assert first.fingerprint == second.fingerprint
        other = replace(row, recording_reference="7").events(external_id="7", listed_at=RECEIVED_AT)[0]
        assert other.fingerprint != first.fingerprint

    def test_a_length_of_nothing_tells_nothing(self) -> None:
        lengths = [
            self.call(status=status, talk_seconds=0).events(external_id="7", listed_at=RECEIVED_AT)[0].talk_seconds
            for status in ("answered", "busy")
        ]
        assert lengths == [None, None]

    def test_a_call_between_colleagues_ends_for_both(self) -> None:
        both = self.call(direction="internal", caller="101", extension="102").events(
            external_id="7", listed_at=RECEIVED_AT
        )
        told = [(one.extension, one.role) for one in both]
        assert told == [("101", LegRole.CALLING), ("102", LegRole.CALLED)]
        assert len({one.fingerprint for one in both}) == 2

    def test_all_of_its_recordings_are_told(self) -> None:
        row = self.call(recording_reference="1", more_recordings=("2", "3"))
        assert from_json(json.loads(json.dumps(to_json(row)))) == row
        told = fold(row.events(external_id="7", listed_at=RECEIVED_AT))
        assert [one.reference for one in told.recordings] == ["1", "2", "3"]

    def test_an_outgoing_call_s_employee_is_who_called(self) -> None:
        (end,) = self.call(direction="outgoing", extension="101").events(external_id="7", listed_at=RECEIVED_AT)
        assert end.role is LegRole.CALLING

    def test_what_is_not_known_is_not_told(self) -> None:
        (end,) = self.call(direction="unknown").events(external_id="7", listed_at=RECEIVED_AT)
        assert end.direction is None

    def test_swapped_the_caller_is_our_number(self) -> None:
        row = self.call(direction_is_guess=True, client_raw="74951234567", our_number="89201119613").swapped("RU")
        assert (row.direction, row.client_e164, row.our_number) == (Direction.OUTGOING, "+79201119613", "74951234567")
        assert not row.direction_is_guess
