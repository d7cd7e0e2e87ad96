"""Zadarma's list of calls, page by page; each row is one part of a call. Source: zadarma/openapi, "statistics/pbx"."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from telephony.domain import fields, outcomes
from telephony.domain.events import CallStatus, Direction, Phone
from telephony.domain.exceptions import MalformedHook
from telephony.domain.hooks import ConnectionProfile
from telephony.domain.listed_call import PbxCall
from telephony.domain.numbers import normalise
from telephony.http import Talk
from telephony.vendors.answers import a_list
from telephony.vendors.listing import CallInfo, DayList, day_of, paged, recordings_of
from telephony.vendors.parties import client_facts
from telephony.vendors.zadarma.client import STATISTICS, read_answer
from telephony.vendors.zadarma.notification import direction_of, extension_in
from telephony.vendors.zadarma.signing import SETTINGS, signed_request

PAGE = 1000
MOST_PAGES = 100

_IN_BRACKETS = re.compile(r"[<(]\s*(\+?\d[\d -]*)\s*[>)]\s*$")
"""`"Ivanov" <+79161234567>`, `Anna 101 (101)`."""
_BEST = (CallStatus.ANSWERED, CallStatus.NO_ANSWER, CallStatus.BUSY, CallStatus.CANCELLED, CallStatus.FAILED)
"""The outcome of a call is that of the part that got furthest."""


class ZadarmaCallInfo(CallInfo):
    needs = SETTINGS
    tells_one_call = False

    def day(self, profile: ConnectionProfile, day: date) -> Talk[DayList]:
        parts: dict[str, list[_Part]] = defaultdict(list)
        unread = 0
        for row in (yield from paged(lambda skip: _page(profile, day, skip), size=PAGE, most=MOST_PAGES)):
            try:
                part = _read(row, profile)
            except MalformedHook:
                unread += 1
            else:
                parts[part.call_id].append(part)
        calls = [_call(call_id, found) for call_id, found in parts.items()]
        return DayList(calls=tuple(sorted(calls, key=lambda call: call.started_at)), unread=unread)


def _page(profile: ConnectionProfile, day: date, skip: int) -> Talk[list[Any]]:
    start, end = day_of(day)
    asked = {"start": start, "end": end, "version": "2", "skip": str(skip), "limit": str(PAGE)}
    answer = read_answer((yield signed_request(profile, "/v1/statistics/pbx/", asked, lane=STATISTICS)))
    return a_list(answer.get("stats"), "stats")


class _Part(NamedTuple):
    """One row: what one phone, or a menu, had of the call."""

    call_id: str
    started_at: datetime
    status: CallStatus
    seconds: int
    caller: Phone
    caller_extension: str
    called: Phone
    extension: str
    """Whose phone it was."""
    recording: str


def _read(row: Any, profile: ConnectionProfile) -> _Part:
    if not isinstance(row, dict):
        raise MalformedHook("A row is no object.")
    params = fields.Params({str(name): "" if value is None else str(value) for name, value in row.items()})
    recorded = fields.text(params, "is_recorded").lower() in ("1", "true", "yes")
    clid, destination = fields.text(params, "clid"), fields.text(params, "destination")
    caller = found[1] if (found := _IN_BRACKETS.search(clid)) else clid
    return _Part(
        call_id=fields.required(params, "pbx_call_id"),
        started_at=fields.required_time(params, "callstart", profile.time_zone),
        status=outcomes.read(fields.text(params, "disposition")) or CallStatus.FAILED,
        seconds=fields.seconds(params, "seconds") or 0,
        caller=normalise(caller, profile.phone_region),
        caller_extension=extension_in(caller),
        called=normalise(destination, profile.phone_region),
        extension=extension_in(fields.text(params, "sip")) or extension_in(destination),
        recording=fields.text(params, "call_id") if recorded else "",
    )


def _call(call_id: str, parts: Sequence[_Part]) -> PbxCall:
    """The parts of one call together: who talked first, and how long all of them talked."""
    parts = sorted(parts, key=lambda part: part.started_at)
    status = next((one for one in _BEST if any(part.status is one for part in parts)), CallStatus.UNKNOWN)
    talked = [part for part in parts if part.status is CallStatus.ANSWERED]
    of_people = [part for part in talked or parts if part.extension]
    main = of_people[0] if of_people else (talked or parts)[0]
    return PbxCall(
        call_id=call_id,
        status=status,
        started_at=parts[0].started_at,
        talk_seconds=sum(part.seconds for part in talked) if talked else None,
        **recordings_of(part.recording for part in parts),
        **_parties(direction_of(call_id), parts[0], main),
    )


def _parties(direction: Direction | None, first: _Part, main: _Part) -> dict[str, Any]:
    """Without a prefix of the id, who calls from an internal number calls out."""
    if direction is None:
        direction = Direction.OUTGOING if first.caller_extension else Direction.INCOMING
    if direction is Direction.INCOMING:
        ours = "" if extension_in(first.called.raw) else first.called.raw
        return {"direction": direction, "extension": main.extension, "our_number": ours, **client_facts(first.caller)}
    own = main.caller_extension or main.extension
    if extension_in(main.called.raw):
        return {"direction": Direction.INTERNAL, "caller": own, "extension": extension_in(main.called.raw)}
    ours = "" if first.caller_extension else first.caller.raw
    return {"direction": direction, "extension": own, "our_number": ours, **client_facts(main.called)}
