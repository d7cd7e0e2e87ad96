"""ITooLabs' own API as the simulator serves it, the old interface and the new. Sources: README.md, "Sources"."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from telephony.domain.events import CallStatus
from telephony.vendors.itoolabs.api import NEW_PATH, OLD_PATH
from telephony.vendors.simulated import ApiAnswer, ApiRequest, Employee, ScriptedCall, SimulatedPbx
from telephony.vendors.simulated.serving import Refusal, file, file_name, is_secret, order_of

RECORDS_PATH = "/records/"
STATUSES = {CallStatus.ANSWERED: "success", CallStatus.NO_ANSWER: "missed", CallStatus.BUSY: "busy"}


def answer_api(pbx: SimulatedPbx, request: ApiRequest) -> ApiAnswer:
    if request.path.startswith(RECORDS_PATH):
        return file(request.path.rpartition("/")[2])
    if request.path == OLD_PATH:
        return _old(pbx, request.form())
    if request.path.startswith(NEW_PATH + "/"):
        return _new(pbx, request, request.path.removeprefix(NEW_PATH + "/"))
    return ApiAnswer.not_found()


def link_of(pbx: SimulatedPbx, call: ScriptedCall) -> str:
    return f"{pbx.api_url}{RECORDS_PATH}{file_name(call.token[:20], call)}"


def login(employee: Employee) -> str:
    return employee.key or employee.extension


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _old(pbx: SimulatedPbx, form: dict[str, str]) -> ApiAnswer:
    if not is_secret(form.get("token", ""), pbx.settings["token"]):
        return ApiAnswer.json({"error": "Invalid token"}, status=401)
    command = form.get("cmd")
    if command == "makeCall":
        return _order(pbx, form, answer="uuid", complaint="error")
    if command == "accounts":
        return ApiAnswer.json(
            [{"name": login(one), "realName": one.extension, "ext": one.extension} for one in pbx.employees]
        )
    if command == "history":
        rows = [_csv(row) for row in _rows(pbx, form)]
        return ApiAnswer(content_type="text/csv; charset=utf-8", body="".join(rows).encode())
    return ApiAnswer.json({"error": "Invalid parameters"}, status=400)


def _new(pbx: SimulatedPbx, request: ApiRequest, name: str) -> ApiAnswer:
    if not is_secret(request.headers.get("x-api-key", ""), pbx.settings["token"]):
        return ApiAnswer.json({"message": "Unauthorized"}, status=401)
    if name == "makecall" and request.method == "POST":
        return _order(pbx, json.loads(request.body or b"{}"), answer="callid", complaint="message")
    if name == "users":
        items = [{"login": login(one), "name": one.extension, "ext": one.extension} for one in pbx.employees]
        return ApiAnswer.json({"items": items, "info": {"start": 0, "total": len(items), "next": 0}})
    if name == "history/json":
        return ApiAnswer.json(_rows(pbx, dict(request.query)))
    return ApiAnswer.json({"message": "Not found"}, status=404)


def _order(pbx: SimulatedPbx, asked: dict[str, Any], *, answer: str, complaint: str) -> ApiAnswer:
    user, phone = str(asked.get("user", "")), str(asked.get("phone", ""))
    order = order_of(pbx, user, phone, order_id=str(uuid.uuid4()))
    if order is Refusal.UNREADABLE:
        return ApiAnswer.html("not a json")
    if isinstance(order, Refusal):
        return ApiAnswer.json({complaint: "Invalid parameters"}, status=400)
    return ApiAnswer.json({answer: order.order_id}, order=order)


def _rows(pbx: SimulatedPbx, asked: dict[str, str]) -> list[dict[str, Any]]:
    """The calls that began from `start` to `end`; all without them."""
    first, last = asked.get("start", ""), asked.get("end", "9")
    return [_row(pbx, *one) for one in pbx.journal.calls() if first <= stamp(one[1].started_at) <= last]


def _row(pbx: SimulatedPbx, call_id: str, call: ScriptedCall) -> dict[str, Any]:
    return {
        "uid": call_id,
        "type": "out" if call.is_outgoing else "in",
        "status": STATUSES[call.status],
        "client": call.outside,
        "user": login(call.last_employee) if call.last_employee else "",
        "diversion": call.line,
        "start": call.started_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "wait": call.ended_after if call.answered_after is None else call.answered_after,
        "duration": call.talk_seconds,
        "record": link_of(pbx, call) if call.is_recorded else "",
    }


def _csv(row: dict[str, Any]) -> str:
    """Without the status: incoming calls that nobody took have a type of their own."""
    kind = "missed" if row["type"] == "in" and row["status"] != "success" else row["type"]
    told = [str(value) for name, value in {**row, "type": kind}.items() if name != "status"]
    return ",".join(told) + "\r\n"
