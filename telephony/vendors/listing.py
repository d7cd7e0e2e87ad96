"""Asking a PBX for its calls: what a vendor is asked by, and how its answer is read.

Pure, like the rest of a vendor: `CallInfo` says what to ask and reads what came back; telephony/reconcile sends it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any, ClassVar

from telephony.domain import fields
from telephony.domain.exceptions import MalformedHook, TelephonyError
from telephony.domain.hooks import ConnectionProfile
from telephony.domain.listed_call import PbxCall
from telephony.http import Request, Response, Talk


class AskProblem(StrEnum):
    """Why the PBX's answer is no answer; reconcile/words.py has the words for people."""

    NOT_SET_UP = "not_set_up"
    REFUSED = "refused"
    """The PBX says why, in its own words."""
    PAGE = "page"
    """A page of HTML: what stands behind a wrong address."""
    STATUS = "status"
    UNREADABLE = "unreadable"


class AskFailed(TelephonyError):
    """The PBX was asked, or can't be, and did not tell what was asked."""

    def __init__(self, code: AskProblem, text: str = "") -> None:
        super().__init__(text or code)
        self.code = code
        self.text = text
        """The PBX's own words or an HTTP status, cleaned; perhaps empty. May hold what was sent: hide secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayList:
    """What the PBX lists of one day of its clock."""

    calls: tuple[PbxCall, ...]
    unread: int = 0
    """Rows that could not be read."""


def day_list(rows: Iterable[Any], read: Callable[[dict[str, Any]], PbxCall]) -> DayList:
    """The rows as calls, oldest first. `read` raises `MalformedHook` for a row that it can't read."""
    calls, unread = [], 0
    for row in rows:
        try:
            if not isinstance(row, dict):
                raise MalformedHook("A row is no object.")
            calls.append(read(row))
        except MalformedHook:
            unread += 1
    return DayList(calls=tuple(sorted(calls, key=lambda call: call.started_at)), unread=unread)


def paged(ask: Callable[[int], Talk[list[Any]]], *, size: int, most: int) -> Talk[list[Any]]:
    """The rows of all pages, up to one that is not full: `ask` gets how many rows were had before."""
    found: list[Any] = []
    for page in range(most):
        rows = yield from ask(page * size)
        found += rows
        if len(rows) < size:
            break
    return found


def row_params(row: Mapping[str, Any]) -> fields.Params:
    """The plain values of a row as fields, with their texts."""
    return fields.Params({str(name): str(value) for name, value in row.items() if isinstance(value, str | int | float)})


def day_of(day: date, form: str = "%Y-%m-%d") -> tuple[str, str]:
    """Its first and its last second, as the PBX writes dates."""
    return f"{day:{form}} 00:00:00", f"{day:{form}} 23:59:59"


def seconds_of(day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """The same on the PBX's clock."""
    first, next_one = (datetime.combine(day + timedelta(days=more), time(), zone) for more in (0, 1))
    return first, next_one - timedelta(seconds=1)


def recordings_of(references: Iterable[str]) -> dict[str, Any]:
    """The references of a call's recordings, each once, as facts of the call."""
    first, *more = dict.fromkeys(filter(None, references)) or [""]
    return {"recording_reference": first, "more_recordings": tuple(more)}


class CallInfo:
    """How one kind of PBX is asked for its calls: by talks; where one question is one answer, by their two halves."""

    tells_one_call: ClassVar[bool] = True
    """It can be asked for one call by its id; else a call is looked for in the list of its day."""

    needs: ClassVar[tuple[str, ...]] = ()
    """The settings without which it can't be asked."""

    def is_set_up(self, profile: ConnectionProfile) -> bool:
        """Whether the settings hold all that asking needs."""
        return profile.has(*self.needs)

    def call(self, profile: ConnectionProfile, call_id: str) -> Talk[PbxCall | None]:
        """One call by the PBX's id; None if the PBX knows no such call (yet). Needs `tells_one_call`, `is_set_up`.
        Raises `AskFailed` for an answer that is none."""
        return self.read_call((yield self.call_request(profile, call_id)), profile, call_id)

    def day(self, profile: ConnectionProfile, day: date) -> Talk[DayList]:
        """All calls that began on this day of the PBX's clock (`profile.time_zone`), oldest first; by pages, or with
        pauses, where the PBX wants that. Raises `AskFailed` if the list as a whole can't be read."""
        return self.read_day((yield self.day_request(profile, day)), profile)

    def call_request(self, profile: ConnectionProfile, call_id: str) -> Request:
        """Asks for one call by the PBX's id."""
        raise NotImplementedError

    def read_call(self, response: Response, profile: ConnectionProfile, call_id: str) -> PbxCall | None:
        """None if the PBX knows no such call (yet). Raises `AskFailed` for an answer that is none."""
        raise NotImplementedError

    def day_request(self, profile: ConnectionProfile, day: date) -> Request:
        """Asks for all calls that began on this day of the PBX's clock (`profile.time_zone`)."""
        raise NotImplementedError

    def read_day(self, response: Response, profile: ConnectionProfile) -> DayList:
        """The calls of the list, oldest first. A row that can't be read is counted in `unread`; raises `AskFailed` if
        the list as a whole can't be.
        """
        raise NotImplementedError
