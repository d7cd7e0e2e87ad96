"""Mango's list of calls: ordered, waited for, fetched, page by page. Source: "VPBX API 1.9", "stats/calls"."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from telephony.domain import fields
from telephony.domain.events import CallStatus, Direction
from telephony.domain.hooks import ConnectionProfile
from telephony.domain.listed_call import PbxCall
from telephony.domain.numbers import normalise
from telephony.http import Pause, Talk
from telephony.vendors.answers import objects
from telephony.vendors.dialing import text_of
from telephony.vendors.listing import AskFailed, AskProblem, CallInfo, DayList, day_list, day_of, paged, recordings_of
from telephony.vendors.mango.client import STATISTICS, read_answer
from telephony.vendors.mango.message import SIP
from telephony.vendors.mango.signing import SETTINGS, signed_request
from telephony.vendors.parties import client_facts

PAGE = 500
MOST_PAGES = 200
WAIT = 5
MOST_WAITS = 60
LONGEST_INTERNAL = 6
"""Digits of an internal number."""
NOT_YET = ("request", "work", "")

# Source: "VPBX API", `context_type` of stats/calls; 0 and 3 are both said to be calls between colleagues.
DIRECTIONS = {"0": Direction.INTERNAL, "1": Direction.INCOMING, "2": Direction.OUTGOING, "3": Direction.INTERNAL}


class MangoCallInfo(CallInfo):
    needs = SETTINGS
    tells_one_call = False

    def day(self, profile: ConnectionProfile, day: date) -> Talk[DayList]:
        found = yield from paged(lambda offset: _page(profile, day, offset), size=PAGE, most=MOST_PAGES)
        return day_list(found, lambda row: _read(row, profile))


def _page(profile: ConnectionProfile, day: date, offset: int) -> Talk[list[Any]]:
    start, end = day_of(day, "%d.%m.%Y")
    order = {"start_date": start, "end_date": end, "limit": PAGE, "offset": offset}
    key = read_answer((yield signed_request(profile, "stats/calls/request/", order, lane=STATISTICS))).get("key")
    if not key:
        raise AskFailed(AskProblem.UNREADABLE, "key")
    asked = {"key": str(key)}
    for _ in range(MOST_WAITS):
        yield Pause(WAIT)
        answer = read_answer((yield signed_request(profile, "stats/calls/result/", asked, lane=STATISTICS)))
        status = text_of(answer, "status").lower()
        if status == "complete" or (not status and "data" in answer):
            return _rows(answer.get("data"))
        if status not in NOT_YET:
            raise AskFailed(AskProblem.REFUSED, status[:40])
    raise AskFailed(AskProblem.REFUSED, "work")


def _rows(data: Any) -> list[Any]:
    """A list of groups, each of which has a list."""
    lists = [group.get("list") for group in objects(data, "data")]
    return [row for rows in lists if isinstance(rows, list) for row in rows]


def _read(row: dict[str, Any], profile: ConnectionProfile) -> PbxCall:
    """A call with its parts. Times are Unix time."""
    params = fields.Params({str(name): str(value) for name, value in row.items() if isinstance(value, str)})
    parts = [part for part in row.get("context_calls") or () if isinstance(part, dict)]
    talked = fields.seconds(params, "talk_duration") or 0
    return PbxCall(
        call_id=fields.required(params, "entry_id"),
        status=CallStatus.ANSWERED if talked else CallStatus.NO_ANSWER,
        started_at=_started(params, profile),
        talk_seconds=talked or None,
        **recordings_of(one for part in parts for one in _files(part.get("recording_id"))),
        **_parties(params, parts, profile.phone_region),
    )


def _started(params: fields.Params, profile: ConnectionProfile) -> datetime:
    value = fields.text(params, "context_start_time")
    if value.isascii() and value.isdigit() and len(value) == len("1772435730"):
        return datetime.fromtimestamp(int(value), UTC)
    return fields.required_time(params, "context_start_time", profile.time_zone)


def _files(value: Any) -> list[str]:
    """Of one part: a list of ids, or one."""
    return [str(one) for one in (value if isinstance(value, list) else [value]) if one]


def _parties(params: fields.Params, parts: list[dict[str, Any]], region: str) -> dict[str, Any]:
    """The list names people by their ids at Mango; their internal numbers only where a number is one."""
    caller, called = (fields.text(params, name) for name in ("caller_number", "called_number"))
    direction = DIRECTIONS.get(fields.text(params, "context_type"), Direction.UNKNOWN)
    talked = [part for part in parts if text_of(part, "talk_duration") not in ("", "0")]
    phone = next(filter(None, map(_extension, [*talked, *parts])), "")
    if direction is Direction.INTERNAL:
        return {"direction": direction, "caller": caller if _is_short(caller) else "", "extension": phone}
    outgoing = direction is Direction.OUTGOING
    client, ours = (called, caller) if outgoing else (caller, called)
    number = normalise("" if client.lower().startswith(SIP) else client, region)
    is_ours = bool(ours) and not _is_short(ours) and not ours.lower().startswith(SIP)
    return {
        "direction": direction,
        **client_facts(number),
        "our_number": ours if is_ours else "",
        "extension": (caller if outgoing and _is_short(caller) else "") or phone,
    }


def _extension(part: dict[str, Any]) -> str:
    said = (text_of(part, name) for name in ("call_abonent_extension", "extension", "call_abonent_number"))
    return next((text for text in said if _is_short(text)), "")


def _is_short(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_INTERNAL
