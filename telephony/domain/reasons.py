"""Why nobody talked in a call, in one vocabulary for all PBXs; telephony/ui has the words for people."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class EndReason(StrEnum):
    """Chosen only where a message says so; `CallEvent.reason_said` keeps the PBX's own word beside it."""

    NOT_REGISTERED = "not_registered"
    """The employee's phone is switched off, or not connected with the PBX."""
    BUSY = "busy"
    NOT_PICKED_UP = "not_picked_up"
    """It rang for as long as the PBX lets it."""
    REJECTED = "rejected"
    """Somebody pressed the red button."""
    GAVE_UP = "gave_up"
    """Who called hung up before anybody answered."""
    OUTSIDE_HOURS = "outside_hours"
    NO_MONEY = "no_money"
    LIMIT = "limit"
    """Of calls, of lines, of a day."""
    BLOCKED = "blocked"
    """A black list, or what the PBX takes for spam."""
    NOT_ALLOWED = "not_allowed"
    """The account or the employee may not make or take such calls."""
    NO_SUCH_NUMBER = "no_such_number"
    UNREACHABLE = "unreachable"
    """The phone outside can't be reached."""
    NOBODY = "nobody"
    """No employee, group or scenario is set up to take it, or all of them are away."""
    PBX_ERROR = "pbx_error"


# Source: ITU-T Q.931 and Q.850, table 1: cause values. 16 (normal clearing) says nothing of who gave up.
Q931: Mapping[int, EndReason] = {
    1: EndReason.NO_SUCH_NUMBER,
    3: EndReason.UNREACHABLE,
    17: EndReason.BUSY,
    18: EndReason.UNREACHABLE,
    19: EndReason.NOT_PICKED_UP,
    20: EndReason.UNREACHABLE,
    21: EndReason.REJECTED,
    22: EndReason.NO_SUCH_NUMBER,
    27: EndReason.UNREACHABLE,
    28: EndReason.NO_SUCH_NUMBER,
    34: EndReason.LIMIT,
    38: EndReason.PBX_ERROR,
    41: EndReason.PBX_ERROR,
    42: EndReason.LIMIT,
    44: EndReason.LIMIT,
    50: EndReason.NOT_ALLOWED,
    52: EndReason.NOT_ALLOWED,
    54: EndReason.NOT_ALLOWED,
    57: EndReason.NOT_ALLOWED,
    102: EndReason.NOT_PICKED_UP,
    127: EndReason.PBX_ERROR,
}

# Source: FreeSWITCH's hangup causes (named after Q.850, with some of its own).
FREESWITCH: Mapping[str, EndReason] = {
    "UNALLOCATED_NUMBER": EndReason.NO_SUCH_NUMBER,
    "NO_ROUTE_DESTINATION": EndReason.UNREACHABLE,
    "USER_BUSY": EndReason.BUSY,
    "NO_USER_RESPONSE": EndReason.UNREACHABLE,
    "NO_ANSWER": EndReason.NOT_PICKED_UP,
    "ALLOTTED_TIMEOUT": EndReason.NOT_PICKED_UP,
    "RECOVERY_ON_TIMER_EXPIRE": EndReason.NOT_PICKED_UP,
    "SUBSCRIBER_ABSENT": EndReason.NOT_REGISTERED,
    "USER_NOT_REGISTERED": EndReason.NOT_REGISTERED,
    "DESTINATION_OUT_OF_ORDER": EndReason.UNREACHABLE,
    "CALL_REJECTED": EndReason.REJECTED,
    "ORIGINATOR_CANCEL": EndReason.GAVE_UP,
    "NUMBER_CHANGED": EndReason.NO_SUCH_NUMBER,
    "INVALID_NUMBER_FORMAT": EndReason.NO_SUCH_NUMBER,
    "NORMAL_CIRCUIT_CONGESTION": EndReason.LIMIT,
    "SWITCH_CONGESTION": EndReason.LIMIT,
    "NETWORK_OUT_OF_ORDER": EndReason.PBX_ERROR,
    "NORMAL_TEMPORARY_FAILURE": EndReason.PBX_ERROR,
    "OUTGOING_CALL_BARRED": EndReason.NOT_ALLOWED,
    "INCOMING_CALL_BARRED": EndReason.NOT_ALLOWED,
    "BEARERCAPABILITY_NOTAUTH": EndReason.NOT_ALLOWED,
}
