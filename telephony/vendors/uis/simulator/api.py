"""UIS' own APIs as the simulator serves them. Source: Call API v4.0 and Data API v2.0 (README.md, "Sources")."""

from __future__ import annotations

import json
from typing import Any

from telephony.domain.events import Direction
from telephony.vendors.simulated import ApiAnswer, ApiRequest, Fault, ScriptedCall, SimulatedPbx
from telephony.vendors.simulated.serving import Refusal, is_secret, order_of, sound

CALL_PATH, DATA_PATH = "/call/v4.0", "/data/v2.0"
RECORDS_PATH = "/data/system/media/talk/"
FAULTS = {
    "token": (-32001, "access_token_invalid", "Access token has been expired or is invalid"),
    "method": (-32601, "method_not_found", "Method not found"),
    Refusal.BAD_NUMBER: (-32602, "data_type_error", "Data supplied is of wrong type"),
    Refusal.NOBODY: (-32602, "employee_not_found", "Employee not found"),
    Refusal.NOT_REGISTERED: (-32007, "sip_offline", "SIP line is not registered"),
}


def record_path(call_id: str, record: str) -> str:
    return f"{RECORDS_PATH}{call_id}/{record[:32]}/"


def answer_api(pbx: SimulatedPbx, request: ApiRequest) -> ApiAnswer:
    """Every failure is a 200."""
    if request.path.startswith(RECORDS_PATH):
        return _recording(pbx, request.path.removeprefix(RECORDS_PATH))
    if request.path not in (CALL_PATH, DATA_PATH):
        return ApiAnswer.not_found()
    try:
        asked = json.loads(request.body)
        method, params = str(asked["method"]), dict(asked["params"])
    except (ValueError, TypeError, KeyError):
        return ApiAnswer.json({"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "Parse error"}})
    if not is_secret(params.get("access_token"), pbx.settings["access_token"]):
        return _failed("token", "access_token")
    if request.path == CALL_PATH and method == "start.employee_call":
        return _order(pbx, params)
    return _list(pbx, method, params) if request.path == DATA_PATH else _failed("method", "")


def _list(pbx: SimulatedPbx, method: str, params: dict[str, Any]) -> ApiAnswer:
    lists = {"get.calls_report": _calls, "get.employees": _employees, "get.sip_lines": _lines}
    if method not in lists:
        return _failed("method", "")
    rows = lists[method](pbx, params)
    start = int(params.get("offset", 0))
    page = rows[start : start + int(params.get("limit", 500))]
    return _result({"data": page, "metadata": {"total_items": len(rows)}})


def _order(pbx: SimulatedPbx, params: dict[str, Any]) -> ApiAnswer:
    key = str(params.get("employee", {}).get("id", ""))
    call_id = str(1_990_000_000 + pbx.journal.next_number())
    order = order_of(pbx, key, f"+{params.get('contact', '')}", order_id=call_id)
    if order is Refusal.UNREADABLE:
        return ApiAnswer.html("<html><body>UIS</body></html>")
    if isinstance(order, Refusal):
        return _failed(order, "contact" if order is Refusal.BAD_NUMBER else "employee")
    pbx.named_orders[call_id] = str(params.get("external_id") or "")
    return _result({"data": {"call_session_id": int(call_id)}}, order=order)


def _calls(pbx: SimulatedPbx, params: dict[str, Any]) -> list[dict[str, Any]]:
    rows = [_row(pbx, call_id, call) for call_id, call in pbx.journal.calls()]
    return [row for row in rows if params["date_from"] <= row["start_time"] <= params["date_till"]]


def _row(pbx: SimulatedPbx, call_id: str, call: ScriptedCall) -> dict[str, Any]:
    last, has_talked = call.last_employee, call.answered_after is not None
    who = (last.key or last.extension) if last else None
    return {
        "id": int(call_id) if call_id.isdecimal() else call_id,
        "start_time": call.moment(0).astimezone(pbx.time_zone).strftime("%Y-%m-%d %H:%M:%S"),
        "direction": "out" if call.is_outgoing else "in",
        "is_lost": not has_talked and call.direction is Direction.INCOMING,
        "communication_id": None,
        "talk_duration": call.talk_seconds,
        "total_duration": call.ended_after,
        "contact_phone_number": call.outside,
        "virtual_phone_number": call.line,
        "finish_reason": "subscriber_disconnects" if has_talked else "operator_not_responsible",
        "call_records": [call.token[:32]] if call.is_recorded else [],
        "employees": [{"employee_id": who, "is_talked": has_talked}] if who else [],
        "last_answered_employee_id": who if has_talked else None,
    }


def _employees(pbx: SimulatedPbx, params: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "id": one.key or one.extension,
            "full_name": f"Сотрудник {one.extension}",
            "extension": {"extension_phone_number": one.extension},
        }
        for one in pbx.employees
    ]


def _lines(pbx: SimulatedPbx, params: dict[str, Any]) -> list[dict[str, Any]]:
    keys = [one.key or one.extension for one in pbx.employees]
    return [{"employee_id": key, "physical_state": "online" if Fault.of(key) is None else "offline"} for key in keys]


def _recording(pbx: SimulatedPbx, name: str) -> ApiAnswer:
    call_id, _, record = name.strip("/").partition("/")
    call = pbx.journal.find(call_id)
    if call is None or not record:
        return ApiAnswer.not_found()
    return sound(record, call.talk_seconds)


def _result(result: dict[str, Any], **more: Any) -> ApiAnswer:
    return ApiAnswer.json({"jsonrpc": "2.0", "id": "req1", "result": result}, **more)


def _failed(what: str, field: str) -> ApiAnswer:
    code, mnemonic, message = FAULTS[what]
    error = {"code": code, "message": message, "data": {"mnemonic": mnemonic, "field": field or None}}
    return ApiAnswer.json({"jsonrpc": "2.0", "id": "req1", "error": error})
