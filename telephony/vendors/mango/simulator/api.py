"""Mango's API as the simulator serves it. Source: "VPBX API 1.9" (README.md, "Sources")."""

from __future__ import annotations

import base64
import hmac
import json
from collections import Counter
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from telephony.domain.events import Direction
from telephony.vendors.mango.signing import signature
from telephony.vendors.simulated import (
    ApiAnswer,
    ApiRequest,
    AudioFormat,
    Fault,
    Order,
    RecordingFile,
    ScriptedCall,
    SimulatedPbx,
)

FILES = "/files/"
DATES = "%d.%m.%Y %H:%M:%S"
TYPES = {Direction.INCOMING: 1, Direction.OUTGOING: 2, Direction.INTERNAL: 3}


def file_id(call: ScriptedCall) -> str:
    return base64.b64encode(f"rec{call.token[:12]}".encode()).decode()


class MangoApi:
    """Lists are ready at the second question, as if they took a while."""

    def __init__(self, pbx: SimulatedPbx) -> None:
        self._pbx = pbx
        self._asked: Counter[str] = Counter()

    def answer(self, request: ApiRequest) -> ApiAnswer:
        if request.path.startswith(FILES):
            return _file(request.path.removeprefix(FILES))
        found = {
            "/commands/callback": self._order,
            "/queries/recording/post": self._recording,
            "/stats/calls/request/": self._list_ordered,
            "/stats/calls/result/": self._list,
            "/config/users/request": self._users,
        }.get(request.path)
        if found is None or request.method != "POST":
            return ApiAnswer.not_found()
        form = dict(parse_qsl(request.body.decode()))
        key, text = form.get("vpbx_api_key", ""), form.get("json", "")
        if key != self._pbx.settings["api_key"]:
            return _result(3105, status=401)
        expected = signature(key.encode(), text.encode(), str(self._pbx.settings["api_salt"]))
        if not hmac.compare_digest(form.get("sign", "").encode(), expected.encode()):
            return _result(3102, status=401)
        return found(json.loads(text))

    def _order(self, told: dict[str, Any]) -> ApiAnswer:
        number = told.get("from", {}).get("extension", "")
        employee, fault = self._pbx.employee(number), Fault.of(number)
        if fault is Fault.UNREADABLE:
            return ApiAnswer.html("<html><body>Mango</body></html>")
        if employee is None or not told.get("command_id"):
            return _result(3300 if employee is None else 3103)
        if fault is Fault.NOT_REGISTERED:
            return _result(4200)
        if not str(told.get("to_number", "")).isdigit():
            return _result(3200)
        order = Order(employee=employee, number=told["to_number"], order_id=told["command_id"])
        return ApiAnswer.json({"result": 1000}, order=order)

    def _recording(self, told: dict[str, Any]) -> ApiAnswer:
        for _, call in self._pbx.journal.calls():
            if call.is_recorded and told.get("recording_id") == file_id(call):
                return ApiAnswer(
                    status=302, location=f"{self._pbx.api_url}{FILES}{call.token[:12]}-{call.talk_seconds}.mp3"
                )
        return _result(3320, status=404)

    def _list_ordered(self, told: dict[str, Any]) -> ApiAnswer:
        return ApiAnswer.json({"key": base64.b64encode(json.dumps(told).encode()).decode()})

    def _list(self, told: dict[str, Any]) -> ApiAnswer:
        key = str(told.get("key"))
        self._asked[key] += 1
        if self._asked[key] % 2:
            return ApiAnswer.json({"result": 1000, "status": "work"})
        asked = json.loads(base64.b64decode(key))
        start, end = (datetime.strptime(asked[name], DATES) for name in ("start_date", "end_date"))  # noqa: DTZ007
        zone, calls = self._pbx.time_zone, self._pbx.journal.calls()
        listed = [one for one in calls if start <= one[1].started_at.astimezone(zone).replace(tzinfo=None) <= end]
        rows = [_row(call_id, call) for call_id, call in listed][asked["offset"] : asked["offset"] + asked["limit"]]
        return ApiAnswer.json({"result": 1000, "status": "complete", "data": [{"list": rows}]})

    def _users(self, told: dict[str, Any]) -> ApiAnswer:
        users = [
            {
                "general": {"user_id": number, "name": f"Employee {one.extension}"},
                "telephony": {"extension": one.extension},
            }
            for number, one in enumerate(self._pbx.employees, start=1)
        ]
        return ApiAnswer.json({"users": users})


def _row(call_id: str, call: ScriptedCall) -> dict[str, Any]:
    phone = call.last_employee.extension if call.last_employee else ""
    files = [file_id(call)] if call.is_recorded else []
    outgoing, client = call.direction is Direction.OUTGOING, call.client.lstrip("+")
    return {
        "entry_id": call_id,
        "context_type": TYPES[call.direction],
        "context_status": int(call.answered_after is not None),
        "caller_number": phone if outgoing else client,
        "called_number": client if outgoing else call.our_number.lstrip("+"),
        "context_start_time": call.unix(0),
        "duration": call.ended_after,
        "talk_duration": call.talk_seconds,
        "context_calls": [
            {"call_abonent_number": phone, "talk_duration": call.talk_seconds, "recording_id": files},
        ],
    }


def _file(name: str) -> ApiAnswer:
    """The file's name tells its length: `<id>-<seconds>.mp3`."""
    recording_id, _, seconds = name.removesuffix(".mp3").rpartition("-")
    if not recording_id or not seconds.isdigit() or not name.endswith(".mp3"):
        return ApiAnswer.not_found()
    file = RecordingFile(recording_id=recording_id, seconds=int(seconds), audio_format=AudioFormat.MP3)
    return ApiAnswer(content_type="audio/mpeg", recording=file)


def _result(code: int, *, status: int = 200) -> ApiAnswer:
    return ApiAnswer.json({"result": code}, status=status)
