"""Orders to call at UIS. Source: `start.employee_call` of Call API v4.0 and its errors (README.md, "Sources")."""

from __future__ import annotations

from typing import Any

from telephony.domain.exceptions import DialFailed, DialProblem
from telephony.domain.hooks import ConnectionProfile
from telephony.http import Request, Response
from telephony.vendors.dialing import Dialled, DialOrder, answered_object, refused, require, said, shown_number, text_of
from telephony.vendors.uis.rpc import error_of, question
from telephony.vendors.uis.words import REASONS

CALL_URL = "https://callapi.uiscom.ru/v4.0"
# Source: the groups of errors of Call API v4.0.
PROBLEMS = {
    **dict.fromkeys((-32700, -32600, -32601), DialProblem.UNREADABLE),
    **dict.fromkeys((-32602, -32004, -32007, -32099), DialProblem.BAD_PARAMETERS),
    -32603: DialProblem.PBX_ERROR,
    **dict.fromkeys((-32001, -32003, -32008, -32009), DialProblem.WRONG_TOKEN),
    -32002: DialProblem.BAD_NUMBER,
    -32029: DialProblem.REFUSED,
}


def dial_request(profile: ConnectionProfile, order: DialOrder) -> Request:
    """The employee's id is a number there, the client's number has digits only. Raises `DialFailed`."""
    token = require(profile.settings.get("access_token"))
    if not order.user_key.isdecimal():
        raise DialFailed(DialProblem.WRONG_KEY)
    params: dict[str, Any] = {
        "access_token": token,
        "first_call": "employee",
        "switch_at_once": True,
        "early_switching": True,
        "show_virtual_phone_number": False,
        "virtual_phone_number": shown_number(profile, "virtual_phone_number"),
        "external_id": order.order_id,
        "direction": "out",
        "contact": order.phone.lstrip("+"),
        "employee": {"id": int(order.user_key)},
    }
    told = {name: value for name, value in params.items() if value != ""}
    return question(profile.setting("call_api_url", CALL_URL), "start.employee_call", told)


def dial_answer(response: Response) -> Dialled:
    """The id of the session is that of the call's notifications. Raises `DialFailed`."""
    answer = answered_object(response)
    code, about, words = error_of(answer)
    if code:
        raise _problem(code, about, words)
    result = answer.get("result")
    data = result.get("data") if isinstance(result, dict) else None
    if not isinstance(data, dict):
        raise DialFailed(DialProblem.UNREADABLE, said(response))
    return Dialled(order_id=text_of(data, "call_session_id"))


def _problem(code: int, about: str, words: str) -> DialFailed:
    mnemonic, _, field = about.partition(" ")
    if REASONS.get(mnemonic) == "not_registered":
        return DialFailed(DialProblem.NOT_REGISTERED, words)
    if code == -32602 and field.startswith("contact"):
        return DialFailed(DialProblem.BAD_NUMBER, words)
    if code in (-32602, -32007) and "employee" in about:
        return DialFailed(DialProblem.WRONG_KEY, words)
    return DialFailed(PROBLEMS[code], words) if code in PROBLEMS else refused(words)
