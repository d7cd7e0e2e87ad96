"""UIS' lists of calls. Source: `get.calls_report` of Data API v2.0, as public clients ask it (README.md, "Sources")."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from telephony.domain import fields
from telephony.domain.events import CallStatus, Direction
from telephony.domain.hooks import ConnectionProfile
from telephony.domain.listed_call import PbxCall
from telephony.domain.numbers import normalise
from telephony.http import Talk
from telephony.vendors.dialing import text_of
from telephony.vendors.listing import CallInfo, DayList, day_list, day_of, recordings_of
from telephony.vendors.parties import client_facts
from telephony.vendors.uis.rpc import rows_of
from telephony.vendors.uis.words import DIRECTIONS, read_reason

PAGE = 500
# Source: `get.calls_report`, as clients ask it.
FIELDS = (
    *("id", "start_time", "finish_time", "direction", "source", "is_lost", "communication_id", "talk_duration"),
    *("wait_duration", "total_duration", "contact_phone_number", "virtual_phone_number", "finish_reason"),
    *("call_records", "employees", "last_answered_employee_id"),
)


class UisCallInfo(CallInfo):
    """Only by lists: a report needs its days, and no message of ours tells the day of a call for sure."""

    needs = ("access_token",)
    tells_one_call: ClassVar[bool] = False

    def day(self, profile: ConnectionProfile, day: date) -> Talk[DayList]:
        first, last = day_of(day)
        asked = {
            "date_from": first,
            "date_till": last,
            "limit": PAGE,
            "offset": 0,
            "include_ongoing_calls": False,
            "fields": list(FIELDS),
        }
        rows = yield from rows_of(profile, "get.calls_report", asked, limit=PAGE)
        return day_list(rows, lambda row: _read(row, profile))


def _read(row: dict[str, Any], profile: ConnectionProfile) -> PbxCall:
    """Raises MalformedHook for a row without its call or its start."""
    params = fields.Params({name: text_of(row, name) for name in FIELDS})
    talked = fields.seconds(params, "talk_duration") or 0
    is_answered = talked > 0 and params["is_lost"].lower() != "true"
    direction = DIRECTIONS.get(params["direction"].lower(), Direction.UNKNOWN)
    reason, said = read_reason(params["finish_reason"], was_answered=is_answered)
    is_busy = direction is Direction.OUTGOING and reason == "busy"
    unanswered = CallStatus.BUSY if is_busy else CallStatus.NO_ANSWER
    return PbxCall(
        call_id=fields.required(params, "id"),
        direction=direction,
        status=CallStatus.ANSWERED if is_answered else unanswered,
        our_number=normalise(params["virtual_phone_number"], profile.phone_region).raw,
        user_key=_who(row, params),
        started_at=fields.required_time(params, "start_time", profile.time_zone),
        talk_seconds=talked if is_answered else 0,
        reason=reason,
        reason_said=said,
        **recordings_of(_records_of(row, params)),
        **client_facts(normalise(params["contact_phone_number"], profile.phone_region)),
    )


def _who(row: dict[str, Any], params: fields.Params) -> str:
    """Who talked last; of a call that nobody answered, the only one who was in it."""
    listed = row.get("employees")
    people = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    talked = [one for one in people if text_of(one, "is_talked").lower() == "true"]
    found = talked[-1:] or (people if len(people) == 1 else [])
    return params["last_answered_employee_id"] or next((text_of(one, "employee_id") for one in found), "")


def _records_of(row: dict[str, Any], params: fields.Params) -> list[str]:
    """“Record/session/communication”: of these two, clients disagree which one its address has."""
    listed = row.get("call_records")
    found = listed if isinstance(listed, list) else []
    named = (text_of(one, "id") if isinstance(one, dict) else str(one).strip() for one in found)
    return [f"{record}/{params['id']}/{params['communication_id']}".rstrip("/") for record in named if record]
