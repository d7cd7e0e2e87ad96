"""Sends the questions to the PBX, and says in one way why there is no answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TypeVar

from telephony.calls.echo_calls import echo_runs
from telephony.domain.hooks import ConnectionProfile
from telephony.domain.listed_call import PbxCall
from telephony.http import Limits, RequestFailed, Talk
from telephony.jobs import check, lend_database
from telephony.models import Call, Connection
from telephony.talks import hold
from telephony.vendors.listing import AskFailed, AskProblem, CallInfo, DayList

T = TypeVar("T")
LIMITS_OF_CALL = Limits(total_seconds=10, longest=100_000)
LIMITS_OF_DAY = Limits(total_seconds=90, longest=20_000_000)
"""A list of 50,000 calls, or of some pages with the pauses that the PBX wants between them; less than a lease."""


class NotTold(Exception):
    """The PBX did not tell what was asked. `code` and `detail` are to be stored; words.py makes sentences of them."""

    def __init__(self, code: str, detail: str, *, is_silent: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.is_silent = is_silent
        """It could not even be reached: other questions need not be asked now."""


def is_set_up(connection: Connection) -> bool:
    """Whether this connection's PBX can be asked, and its settings are complete."""
    call_info = connection.vendor_object.call_info
    return call_info is not None and call_info.is_set_up(connection.profile())


def tells_one_call(connection: Connection) -> bool:
    """Whether its PBX can be asked for one call by its id; else there is only the list of a day."""
    call_info = connection.vendor_object.call_info
    return call_info is not None and call_info.tells_one_call


def ask_for_call(*, connection: Connection, call: Call) -> PbxCall | None:
    """What the PBX knows of this call by its id there; None if it knows no such call.

    Raises `NotTold`, and `Stopped` when the process is to end.
    """
    call_info, profile = _prepared(connection)
    return _hold(call_info.call(profile, call.external_id), connection, LIMITS_OF_CALL)


def ask_for_day(*, connection: Connection, day: date) -> DayList:
    """The PBX's list of this day of its clock, without canary calls.

    Raises `NotTold`, and `Stopped` when the process is to end.
    """
    call_info, profile = _prepared(connection)
    listed: DayList = _hold(call_info.day(profile, day), connection, LIMITS_OF_DAY)
    echoes = echo_runs(connection=connection, ids=[call.call_id for call in listed.calls])
    return replace(listed, calls=tuple(call for call in listed.calls if call.call_id not in echoes))


def _prepared(connection: Connection) -> tuple[CallInfo, ConnectionProfile]:
    call_info, profile = connection.vendor_object.call_info, connection.talk_profile()
    if call_info is None or not call_info.is_set_up(profile):
        raise NotTold(AskProblem.NOT_SET_UP, "")
    return call_info, profile


def _hold(talk: Talk[T], connection: Connection, limits: Limits) -> T:
    lend_database()
    try:
        return hold(talk, connection=connection, limits=limits, check=check)
    except RequestFailed as error:
        raise NotTold(error.failure, "", is_silent=True) from None
    except AskFailed as error:
        detail = connection.without_secrets(error.text)[:200]
        raise NotTold(error.code, detail) from None
