"""The list of calls of ITooLabs' PBXs: JSON of the new interface, CSV of the old one. Sources: README.md, "Sources"."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import UTC, date

from telephony.domain import fields
from telephony.domain.events import CallStatus, Direction
from telephony.domain.hooks import ConnectionProfile
from telephony.domain.listed_call import PbxCall
from telephony.domain.numbers import normalise
from telephony.domain.outcomes import read as read_outcome
from telephony.http import Request, Response, Talk
from telephony.vendors.itoolabs.api import api_of, asked, check, objects
from telephony.vendors.itoolabs.message import login_of
from telephony.vendors.itoolabs.parsing import DIRECTIONS
from telephony.vendors.listing import AskFailed, AskProblem, CallInfo, DayList, day_list, seconds_of
from telephony.vendors.parties import client_facts

# Source: the columns in public clients of MegaFon, Kcell and Moldcell; the file has no head line. A tenth, where it
# is there, is a rating.
COLUMNS = ("uid", "type", "client", "user", "diversion", "start", "wait", "duration", "record", "rating")
STAMP = "%Y%m%dT%H%M%SZ"


class ItoolabsCallInfo(CallInfo):
    """It lists calls by time, and can't be asked for one of them."""

    tells_one_call = False

    def is_set_up(self, profile: ConnectionProfile) -> bool:
        return api_of(profile) is not None

    def day(self, profile: ConnectionProfile, day: date) -> Talk[DayList]:
        response = yield self.day_request(profile, day)
        listed = self.read_day(response, profile)
        # Where the old interface overlooks start and end, it lists another day.
        that_day = (call for call in listed.calls if call.started_at.astimezone(profile.time_zone).date() == day)
        return DayList(calls=tuple(that_day), unread=listed.unread)

    def day_request(self, profile: ConnectionProfile, day: date) -> Request:
        api, ends = asked(profile), seconds_of(day, profile.time_zone)
        span = {name: at.astimezone(UTC).strftime(STAMP) for name, at in zip(("start", "end"), ends, strict=True)}
        return api.get("history/json", **span) if api.is_new else api.command("history", **span)

    def read_day(self, response: Response, profile: ConnectionProfile) -> DayList:
        return day_list(_rows(response), lambda row: _read(fields.Params(row), profile))


def _rows(response: Response) -> Iterable[fields.Params]:
    if response.text.lstrip()[:1] in ("[", "{"):
        rows, _ = objects(response, "items")
        return [
            fields.Params((name, "" if value is None else str(value)) for name, value in row.items()) for row in rows
        ]
    check(response)
    lines = [line for line in csv.reader(response.text.splitlines()) if any(line)]
    if lines and all(len(line) < COLUMNS.index("duration") for line in lines):
        raise AskFailed(AskProblem.UNREADABLE)
    return [fields.Params(zip(COLUMNS, line, strict=False)) for line in lines if line[0].upper() != "UID"]


def _read(row: fields.Params, profile: ConnectionProfile) -> PbxCall:
    """Raises MalformedHook for a row without its call or its start."""
    kind = fields.text(row, "type").lower()
    talked = fields.seconds(row, "duration") or 0
    status = _status(fields.text(row, "status"), kind, talked)
    return PbxCall(
        call_id=fields.required(row, "uid"),
        direction=DIRECTIONS.get(kind, Direction.UNKNOWN),
        status=status,
        **client_facts(normalise(fields.text(row, "client"), profile.phone_region)),
        our_number=normalise(fields.text(row, "diversion"), profile.phone_region).raw,
        user_key=login_of(fields.text(row, "user")),
        started_at=fields.required_time(row, "start", UTC).astimezone(UTC),
        talk_seconds=talked if status is CallStatus.ANSWERED else None,
        recording_link=fields.text(row, "record", longest=fields.LONGEST_LINK),
    )


def _status(said: str, kind: str, talked: int) -> CallStatus:
    """The old interface tells it by type and length alone."""
    if said:
        return read_outcome(said) or CallStatus.UNKNOWN
    return CallStatus.ANSWERED if talked and kind != "missed" else CallStatus.NO_ANSWER
