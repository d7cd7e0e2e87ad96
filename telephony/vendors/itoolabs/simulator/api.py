"""ITooLabs' own API as the simulator serves it, the old interface and the new. Sources: README.md, "Sources"."""

from __future__ import annotations

import hmac
import json
import uuid
from datetime import UTC, datetime
from typing import Any

from telephony.domain.events import CallStatus, Direction
from telephony.vendors.itoolabs.api import NEW_PATH, OLD_PATH
from telephony.vendors.simulated import (
    ApiAnswer,
    ApiRequest,
    AudioFormat,
    Employee,
    Fault,
    Order,
    RecordingFile,
    ScriptedCall,
    SimulatedPbx,
)

RECORDS_PATH = "/records/"
STATUSES = {CallStatus.ANSWERED: "success", CallStatus.NO_ANSWER: "missed", CallStatus.BUSY: "busy"}


def answer_api(pbx: SimulatedPbx, request: ApiRequest) -> ApiAnswer:
    if request.path.startswith(RECORDS_PATH):
        return _recording(request.path.rpartition("/")[2])
    if request.path == OLD_PATH:
        return _old(pbx, request.form())
    if request.path.startswith(NEW_PATH + "/"):
        return _new(pbx, request, request.path.removeprefix(NEW_PATH + "/"))
    return ApiAnswer.not_found()


def login(employee: Employee) -> str:
    return employee.key or employee.extension


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _old(pbx: SimulatedPbx, form: dict[str, str]) -> ApiAnswer:
    if not _is_token(pbx, form.get("token", "")):
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
    if not _is_token(pbx, request.headers.get("x-api-key", "")):
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
    employee, fault = pbx.employee(user), Fault.of(user)
    if employee is None or fault is Fault.NOT_REGISTERED or not phone.isdigit():
        return ApiAnswer.json({complaint: "Invalid parameters"}, status=400)
    if fault is Fault.UNREADABLE:
        return ApiAnswer.html("not a json")
    order = Order(employee=employee, number=phone, order_id=str(uuid.uuid4()))
    return ApiAnswer.json({answer: order.order_id}, order=order)


def _rows(pbx: SimulatedPbx, asked: dict[str, str]) -> list[dict[str, Any]]:
    """The calls that began from `start` to `end`; all without them."""
    calls = [(call_id, call) for call_id, call in pbx.journal.calls() if _is_asked_for(stamp(call.started_at), asked)]
    return [_row(pbx, call_id, call) for call_id, call in calls]


def _is_asked_for(start: str, asked: dict[str, str]) -> bool:
    return asked.get("start", "") <= start <= asked.get("end", "9")


def _row(pbx: SimulatedPbx, call_id: str, call: ScriptedCall) -> dict[str, Any]:
    waited = call.ended_after if call.answered_after is None else call.answered_after
    link = f"{pbx.api_url}{RECORDS_PATH}{call.token[:20]}-{call.talk_seconds}.mp3"
    return {
        "uid": call_id,
        "type": "out" if call.direction is Direction.OUTGOING else "in",
        "status": STATUSES[call.status],
        "client": call.client.lstrip("+"),
        "user": login(call.last_employee) if call.last_employee else "",
        "diversion": call.our_number.lstrip("+"),
        "start": call.started_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "wait": waited,
        "duration": call.talk_seconds,
        "record": link if call.is_recorded else "",
    }


def _csv(row: dict[str, Any]) -> str:
    """Without the status: incoming calls that nobody took have a type of their own."""
    kind = "missed" if row["type"] == "in" and row["status"] != "success" else row["type"]
    told = [str(value) for name, value in {**row, "type": kind}.items() if name != "status"]
    return ",".join(told) + "\r\n"


def _recording(name: str) -> ApiAnswer:
    """The file's name tells its length: `<20 digits>-<seconds>.mp3`."""
    recording_id, _, suffix = name.rpartition(".")
    seconds = recording_id.rpartition("-")[2]
    if suffix != "mp3" or not seconds.isdigit():
        return ApiAnswer.not_found()
    file = RecordingFile(recording_id=recording_id, seconds=int(seconds), audio_format=AudioFormat.MP3)
    return ApiAnswer(content_type="audio/mpeg", recording=file)


def _is_token(pbx: SimulatedPbx, sent: str) -> bool:
    return hmac.compare_digest(sent.encode(), str(pbx.settings["token"]).encode())
