"""Mobilon's call info: one call by its id, or the list of a day. Source: "API & webhooks" (README.md, "Sources")."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from telephony.domain import fields, outcomes
from telephony.domain.events import CallStatus, Direction
from telephony.domain.exceptions import MalformedHook
from telephony.domain.hooks import ConnectionProfile
from telephony.domain.listed_call import PbxCall
from telephony.domain.numbers import normalise
from telephony.http import Request, Response
from telephony.vendors.listing import AskFailed, AskProblem, CallInfo, DayList
from telephony.vendors.mobilon.api import INFO_PATH, ONE_CALL, question
from telephony.vendors.mobilon.listing import read_rows, recording_of
from telephony.vendors.mobilon.parties import DIRECTIONS, is_extension
from telephony.vendors.parties import client_facts

SHORT = 4
"""Digits of what is surely an internal number: the document's own example calls the six digits 123123 from outside."""
ORDERED = ("callapi", "0000")
"""The caller of a call that was ordered through the API."""
_NOT_THERE = re.compile(r"звонок не найден|call not found", re.IGNORECASE)


class MobilonCallInfo(CallInfo):
    needs = ("token",)

    def call_request(self, profile: ConnectionProfile, call_id: str) -> Request:
        return question(profile, ONE_CALL, callid=call_id)

    def read_call(self, response: Response, profile: ConnectionProfile, call_id: str) -> PbxCall | None:
        try:
            rows = read_rows(response)
        except AskFailed as error:
            if error.code is AskProblem.REFUSED and _NOT_THERE.search(error.text):
                return None
            raise
        try:
            return _read(rows[0], profile, call_id) if rows else None
        except MalformedHook as error:
            raise AskFailed(AskProblem.UNREADABLE, str(error)) from None

    def day_request(self, profile: ConnectionProfile, day: date) -> Request:
        return question(profile, profile.setting("info_path", INFO_PATH), date=day.isoformat())

    def read_day(self, response: Response, profile: ConnectionProfile) -> DayList:
        calls, unread = [], 0
        for row in read_rows(response):
            try:
                calls.append(_read(row, profile, ""))
            except MalformedHook:
                unread += 1
        return DayList(calls=tuple(_in_order(calls)), unread=unread)


def _read(row: fields.Params, profile: ConnectionProfile, call_id: str) -> PbxCall:
    started_at = fields.required_time(row, "time", profile.time_zone)
    status = outcomes.read(fields.text(row, "status"))
    named, recording = recording_of(row, call_id)
    return PbxCall(
        call_id=named,
        status=status or CallStatus.UNKNOWN,
        is_final=status is not None,
        started_at=started_at,
        maybe_started_at=_second_time(fields.text(row, "time"), profile, started_at),
        talk_seconds=fields.seconds(row, "duration") if status is CallStatus.ANSWERED else None,
        recording_reference=recording,
        **_parties(row, profile.phone_region),
    )


def _second_time(text: str, profile: ConnectionProfile, first: datetime) -> datetime | None:
    """What else the time may mean, in the hour in which the PBX's clock is put back."""
    written = datetime.fromisoformat(text)
    if written.tzinfo is not None:
        return None
    second = written.replace(tzinfo=profile.time_zone, fold=1).astimezone(first.tzinfo)
    return second if second > first else None


def _parties(row: fields.Params, region: str) -> dict[str, Any]:
    """Who called whom. Without `direction`, short numbers are employees."""
    caller, called = (normalise(fields.text(row, name), region) for name in ("from", "to"))
    stated = DIRECTIONS.get(fields.text(row, "direction").lower())
    is_inside, is_called_inside = is_extension(caller.raw), is_extension(called.raw) and len(called.raw) <= SHORT
    if stated is Direction.INTERNAL or (stated is None and is_inside and is_called_inside):
        return {"direction": Direction.INTERNAL, "caller": caller.raw, "extension": called.raw}
    is_ordered = fields.text(row, "from").lower() in ORDERED
    outward = not is_called_inside and bool(called.raw) and (is_inside or is_ordered)
    if stated is Direction.OUTGOING or (stated is None and outward):
        ours = {"extension": caller.raw} if is_inside else {"our_number": caller.raw}
        return {"direction": Direction.OUTGOING, **client_facts(called), **ours}
    ours = {"extension": called.raw} if is_called_inside else {"our_number": called.raw}
    is_guess = stated is None and not is_extension(called.raw)
    return {"direction": Direction.INCOMING, "direction_is_guess": is_guess, **client_facts(caller), **ours}


def _in_order(calls: Iterable[PbxCall]) -> list[PbxCall]:
    """Oldest first. In the hour that comes twice, the list's own order tells the first from the second."""
    rows = list(calls)
    falls = sum(later.started_at < earlier.started_at for earlier, later in pairwise(rows))
    if falls * 2 > len(rows) - 1:  # The document prints the newest first.
        rows.reverse()
    ordered: list[PbxCall] = []
    for row in rows:
        second = row.maybe_started_at
        if second is not None and ordered and row.started_at < ordered[-1].started_at <= second:
            row = replace(row, started_at=second, maybe_started_at=row.started_at)  # noqa: PLW2901
        ordered.append(row)
    return sorted(ordered, key=lambda call: call.started_at)
