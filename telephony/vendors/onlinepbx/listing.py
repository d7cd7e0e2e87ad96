"""OnlinePBX's list of calls. Sources: README.md, "Sources"."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from telephony.domain import fields
from telephony.domain.events import CallStatus, Direction
from telephony.domain.exceptions import MalformedHook
from telephony.domain.hooks import ConnectionProfile
from telephony.domain.listed_call import PbxCall
from telephony.domain.numbers import normalise
from telephony.http import Talk
from telephony.vendors.answers import objects
from telephony.vendors.listing import AskFailed, AskProblem, CallInfo, DayList, day_list, row_params, seconds_of
from telephony.vendors.onlinepbx.causes import outcome_of
from telephony.vendors.onlinepbx.client import SEARCH
from telephony.vendors.onlinepbx.parties import direction_of, is_internal
from telephony.vendors.onlinepbx.session import SETTINGS, ask, content
from telephony.vendors.parties import client_facts

# Source: seen in one public client; where it is overlooked, all rows come at once.
ROWS_A_PAGE = 200
MOST_PAGES = 100
SECONDS = 10
"""Digits of a unix time in seconds, until the year 2286."""


class OnlinePbxCallInfo(CallInfo):
    needs = SETTINGS

    def call(self, profile: ConnectionProfile, call_id: str) -> Talk[PbxCall | None]:
        rows = _rows(content((yield from ask(profile, SEARCH, {"uuid": call_id}))))
        row = next((row for row in rows if row.get("uuid") in ("", None, call_id)), None)
        try:
            return _read(row, profile) if row is not None else None
        except MalformedHook as error:
            raise AskFailed(AskProblem.UNREADABLE, str(error)) from None

    def day(self, profile: ConnectionProfile, day: date) -> Talk[DayList]:
        found: dict[str, dict[str, Any]] = {}
        for page in range(1, MOST_PAGES + 1):
            form = {**_span(day, profile), "page": str(page), "per_page": str(ROWS_A_PAGE)}
            rows = _rows(content((yield from ask(profile, SEARCH, form))))
            new = {str(row.get("uuid")): row for row in rows} if rows else {}
            is_last = len(rows) != ROWS_A_PAGE or new.keys() <= found.keys()
            found |= new
            if is_last:
                break
        return day_list(found.values(), lambda row: _read(row, profile))


def _span(day: date, profile: ConnectionProfile) -> dict[str, str]:
    """A day of the PBX's clock, as unix seconds: at most a week may be asked for at once."""
    first, last = seconds_of(day, profile.time_zone)
    return {"start_stamp_from": f"{first.timestamp():.0f}", "start_stamp_to": f"{last.timestamp():.0f}"}


def _rows(data: Any) -> list[dict[str, Any]]:
    """Raises `AskFailed` for what is no list."""
    return [] if data in (None, "") else objects(data)


def _read(row: dict[str, Any], profile: ConnectionProfile) -> PbxCall:
    """Raises MalformedHook for a row without its call or its start. Numbers come as numbers or as texts."""
    told = row_params(row)
    started_at = _moment(fields.text(told, "start_stamp"))
    talked, account = fields.seconds(told, "user_talk_time"), fields.text(told, "accountcode").lower()
    status = outcome_of(talked, fields.text(told, "hangup_cause").upper())
    if account == "missed" and not talked:
        status = CallStatus.NO_ANSWER
    uuid = fields.required(told, "uuid")
    return PbxCall(
        call_id=uuid,
        status=status or CallStatus.UNKNOWN,
        started_at=started_at,
        talk_seconds=talked if status is CallStatus.ANSWERED else None,
        # A row does not say whether it was recorded: who asks is told.
        recording_reference=uuid if status is CallStatus.ANSWERED else "",
        **_parties(told, row, profile),
    )


def _moment(stamp: str) -> datetime:
    if not stamp.isdecimal() or len(stamp) > SECONDS:
        raise MalformedHook("start_stamp: no unix time in seconds.")
    return datetime.fromtimestamp(int(stamp), UTC)


def _parties(told: fields.Params, row: dict[str, Any], profile: ConnectionProfile) -> dict[str, Any]:
    caller, callee = fields.text(told, "caller_id_number"), fields.text(told, "destination_number")
    gateway = fields.text(told, "gateway")
    direction = direction_of(fields.text(told, "accountcode"), caller, callee, gateway)
    if direction is Direction.INTERNAL:
        return {"direction": direction, "caller": caller, "extension": callee}
    outgoing = direction is Direction.OUTGOING
    client = normalise(callee if outgoing else caller, profile.phone_region)
    inside = caller if outgoing else _who_answered(row) or callee
    line = gateway or ("" if outgoing or is_internal(callee) else callee)
    return {
        "direction": direction or Direction.UNKNOWN,
        **client_facts(client),
        "our_number": normalise(line, profile.phone_region).raw,
        "extension": inside if is_internal(inside) else "",
    }


def _who_answered(row: dict[str, Any]) -> str:
    """The last one of whom the row tells an answer; the words of its events are UNCERTAIN."""
    events = [event for event in row.get("events") or () if isinstance(event, dict)]
    answers = [str(event.get("number") or "") for event in events if "answer" in str(event.get("type")).lower()]
    return next(filter(is_internal, reversed(answers)), "")
