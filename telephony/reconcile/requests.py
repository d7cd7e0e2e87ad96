"""Sends the questions to the PBX, and says in one way why there is no answer."""

from __future__ import annotations

from datetime import date

from telephony.domain.hooks import ConnectionProfile
from telephony.domain.listed_call import PbxCall
from telephony.http import Limits, Request, RequestFailed, Response, send
from telephony.jobs import check, lend_database
from telephony.models import Call, Connection
from telephony.vendors.listing import AskFailed, AskProblem, CallInfo, DayList

LIMITS_OF_CALL = Limits(total_seconds=10, longest=100_000)
LIMITS_OF_DAY = Limits(total_seconds=40, longest=20_000_000)
"""A list of 50,000 calls."""


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


def ask_for_call(*, connection: Connection, call: Call) -> PbxCall | None:
    """What the PBX knows of this call by its id there; None if it knows no such call.

    Raises `NotTold`, and `Stopped` when the process is to end.
    """
    call_info, profile = _prepared(connection)
    response = _send(connection, call_info.call_request(profile, call.external_id), LIMITS_OF_CALL)
    try:
        return call_info.read_call(response, profile, call.external_id)
    except AskFailed as error:
        raise _not_told(connection, error) from None


def ask_for_day(*, connection: Connection, day: date) -> DayList:
    """The PBX's list of this day of its clock. Raises `NotTold`, and `Stopped` when the process is to end."""
    call_info, profile = _prepared(connection)
    response = _send(connection, call_info.day_request(profile, day), LIMITS_OF_DAY)
    try:
        return call_info.read_day(response, profile)
    except AskFailed as error:
        raise _not_told(connection, error) from None


def _prepared(connection: Connection) -> tuple[CallInfo, ConnectionProfile]:
    call_info, profile = connection.vendor_object.call_info, connection.profile()
    if call_info is None or not call_info.is_set_up(profile):
        raise NotTold(AskProblem.NOT_SET_UP, "")
    return call_info, profile


def _send(connection: Connection, request: Request, limits: Limits) -> Response:
    lend_database()
    try:
        return send(request, policy=connection.policy(), limits=limits, check=check)
    except RequestFailed as error:
        raise NotTold(error.failure, "", is_silent=True) from None


def _not_told(connection: Connection, error: AskFailed) -> NotTold:
    return NotTold(error.code, connection.without_secrets(error.text)[:200])
