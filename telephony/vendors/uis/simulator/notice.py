"""One of UIS' notifications as our own template has it filled in. Source: templates.py."""

from __future__ import annotations

from typing import Any

from telephony.domain.events import Direction
from telephony.vendors.simulated import Employee, Message, ScriptedCall, SimulatedPbx
from telephony.vendors.uis.templates import NOTIFICATIONS
from telephony.vendors.uis.words import COMMON

DIRECTIONS = {Direction.INCOMING: "in", Direction.OUTGOING: "out"}


def filled_in(
    pbx: SimulatedPbx, call: ScriptedCall, name: str, after: int, *, employee: Employee | None = None, **facts: Any
) -> Message:
    """The notification of this name, with the variables that its template has."""
    variables: dict[str, Any] = {
        "call_session_id": bare(pbx.call_id(call)),
        "contact_phone_number": call.outside,
        "virtual_phone_number": call.line,
        "notification_time": call.moment(after).astimezone(pbx.time_zone).strftime("%Y-%m-%d %H:%M:%S"),
        "direction": DIRECTIONS[call.direction],
        "call_source": "callapi" if call.order_id else "va",
        "external_id": pbx.named_orders.get(call.order_id) or None,
        "communication_number": 1,
        "scenario_name": "Отдел продаж",
        **facts,
    }
    if employee:
        variables |= {
            "employee_id": bare(key_of(employee)),
            "employee_full_name": f"Сотрудник {employee.extension}",
            **dict.fromkeys(("extension_phone_number", "employee_phone_number"), employee.extension),
        }
    told = {one: variables.get(one) for one in (*COMMON, *NOTIFICATIONS[name][1])}
    label = f"{name} {employee.extension if employee else ''}".rstrip()
    return Message.json({"event": name, **told}, after=after, label=label)


def key_of(employee: Employee) -> str:
    return employee.key or employee.extension


def bare(text: str) -> str | int:
    """A number stands in UIS' JSON as one."""
    return int(text) if text.isdecimal() else text
