"""Zadarma's API as the simulator serves it. Source: zadarma/openapi (README.md, "Sources")."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from telephony.domain.events import CallStatus, Direction
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
from telephony.vendors.zadarma.signing import query_of, signature

DOWNLOAD = "/v1/pbx/record/download/"
INTERNAL = "/v1/pbx/internal/"


def file_id(call: ScriptedCall) -> str:
    return f"{call.unix(0)}.{call.serial:06d}"


class ZadarmaApi:
    def __init__(self, pbx: SimulatedPbx) -> None:
        self._pbx = pbx
        self._set: dict[str, str] = {}
        """What was set of its address for messages."""

    def answer(self, request: ApiRequest) -> ApiAnswer:
        if request.path.startswith(DOWNLOAD):
            return _file(request.path.removeprefix(DOWNLOAD))
        form = request.form() if request.method == "POST" else dict(request.query)
        if not self._is_signed(request, form):
            return _error("Not authorized", status=401)
        if request.path.startswith(INTERNAL):
            return self._internal(request.path.removeprefix(INTERNAL))
        found = {
            "/v1/request/callback/": self._order,
            "/v1/pbx/record/request/": self._record,
            "/v1/statistics/pbx/": self._statistics,
            "/v1/pbx/callinfo/": self._callinfo,
            "/v1/pbx/callinfo/url/": self._callinfo,
            "/v1/pbx/callinfo/notifications/": self._callinfo,
        }.get(request.path)
        return found(form) if found else ApiAnswer.not_found()

    def _is_signed(self, request: ApiRequest, form: Mapping[str, str]) -> bool:
        sent = {name: value for name, value in form.items() if name not in ("format", "fault")}
        query = query_of(sent)
        text = request.path + query + hashlib.md5(query.encode(), usedforsecurity=False).hexdigest()
        expected = f"{self._pbx.settings['api_key']}:{signature(str(self._pbx.settings['secret']), text)}"
        return hmac.compare_digest(request.headers.get("authorization", "").encode(), expected.encode())

    def _order(self, form: Mapping[str, str]) -> ApiAnswer:
        number, to = form.get("from", ""), form.get("to", "")
        employee, fault = self._pbx.employee(number), Fault.of(number)
        if fault is Fault.UNREADABLE:
            return ApiAnswer.html("<html><body>502 Bad Gateway</body></html>")
        if employee is None or fault is Fault.NOT_REGISTERED or not to.lstrip("+").isdigit():
            return _error("SIP not registered" if fault else "Wrong parameters!")
        return ApiAnswer.json(
            {"status": "success", "from": number, "to": to, "time": 0}, order=Order(employee=employee, number=to)
        )

    def _record(self, form: Mapping[str, str]) -> ApiAnswer:
        asked = form.get("call_id") or form.get("pbx_call_id")
        for call_id, call in self._pbx.journal.calls():
            if call.is_recorded and asked in (call_id, file_id(call)):
                return _success(link=f"{self._pbx.api_url}{DOWNLOAD}{file_id(call)}-{call.talk_seconds}.mp3")
        return _error("Record not found")

    def _statistics(self, form: Mapping[str, str]) -> ApiAnswer:
        start, end = (datetime.fromisoformat(form[name]) for name in ("start", "end"))
        zone, calls = self._pbx.time_zone, self._pbx.journal.calls()
        listed = [one for one in calls if start <= one[1].started_at.astimezone(zone).replace(tzinfo=None) <= end]
        rows = [self._row(call_id, call) for call_id, call in listed]
        skip = int(form.get("skip", "0"))
        return _success(version=2, stats=rows[skip : skip + int(form.get("limit", "1000"))])

    def _row(self, call_id: str, call: ScriptedCall) -> dict[str, object]:
        outgoing = call.direction is Direction.OUTGOING
        phone = call.last_employee.extension if call.last_employee else ""
        return {
            "call_id": file_id(call),
            "sip": phone,
            "callstart": f"{call.started_at.astimezone(self._pbx.time_zone):%Y-%m-%d %H:%M:%S}",
            "clid": f"{phone} ({phone})" if outgoing else call.client.lstrip("+"),
            "destination": call.client.lstrip("+") if outgoing else phone,
            "disposition": "no answer" if call.status is CallStatus.NO_ANSWER else str(call.status),
            "seconds": call.talk_seconds,
            "is_recorded": str(call.is_recorded).lower(),
            "pbx_call_id": call_id,
        }

    def _internal(self, rest: str) -> ApiAnswer:
        number = rest.removesuffix("/status/")
        if not number:
            return _success(pbx_id=1234, numbers=[int(one.extension) for one in self._pbx.employees])
        if self._pbx.employee(number) is None:
            return _error("Wrong parameters!")
        return _success(pbx_id=1234, number=number, is_online=str(Fault.of(number) is None).lower())

    def _callinfo(self, form: Mapping[str, str]) -> ApiAnswer:
        self._set |= form
        notifications = {name: value for name, value in self._set.items() if name.startswith("notify_")}
        return _success(url=self._set.get("url", ""), notifications=notifications)


def _file(name: str) -> ApiAnswer:
    """The file's name tells its length: `<id>-<seconds>.mp3`."""
    recording_id, _, seconds = name.removesuffix(".mp3").rpartition("-")
    if not recording_id or not seconds.isdigit() or not name.endswith(".mp3"):
        return ApiAnswer.not_found()
    file = RecordingFile(recording_id=recording_id, seconds=int(seconds), audio_format=AudioFormat.MP3)
    return ApiAnswer(content_type="audio/mpeg", recording=file)


def _success(**facts: object) -> ApiAnswer:
    return ApiAnswer.json({"status": "success", **facts})


def _error(text: str, *, status: int = 400) -> ApiAnswer:
    return ApiAnswer.json({"status": "error", "message": text}, status=status)
