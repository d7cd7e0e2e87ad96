"""XVB-PBX's own API as the simulator serves it. Source: README.md, "Sources"; its answers: README.md."""

from __future__ import annotations

import hmac
import uuid

from telephony.vendors.simulated import (
    ApiAnswer,
    ApiRequest,
    AudioFormat,
    Fault,
    Order,
    RecordingFile,
    SimulatedPbx,
)

CLOUD_PATH = "/cloud"
RECORDS_PATH = "/ui/msg_download/120/10019/"


def answer_api(pbx: SimulatedPbx, request: ApiRequest) -> ApiAnswer:
    if request.path.rstrip("/") == CLOUD_PATH:
        return _command(pbx, request)
    if request.path.startswith(RECORDS_PATH):
        return _recording(request.path.rpartition("/")[2])
    return ApiAnswer.not_found()


def _command(pbx: SimulatedPbx, request: ApiRequest) -> ApiAnswer:
    """`cmd=makeCall` with token, from, to. The document names no method, so a query is taken as well."""
    fields = {**request.query, **request.form()}
    token = str(pbx.settings["token"])
    if not hmac.compare_digest(fields.get("token", "").encode(), token.encode()):
        return ApiAnswer.json({"error": "Invalid token"}, status=401)
    number, to = fields.get("from", ""), fields.get("to", "")
    employee, fault = pbx.employee(number), Fault.of(number)
    refused = employee is None or fault is Fault.NOT_REGISTERED
    if employee is None or refused or fields.get("cmd") != "makeCall" or not to.lstrip("+").isdigit():
        return ApiAnswer.json({"error": "Invalid parameters"}, status=400)
    order = Order(employee=employee, number=to, order_id=str(uuid.uuid4()))
    if fault is Fault.UNREADABLE:
        return ApiAnswer(content_type="text/plain", body=b"OK", order=order)
    return ApiAnswer.json({"uuid": order.order_id}, order=order)


def _recording(name: str) -> ApiAnswer:
    """The file's name tells its length: `<20 digits>-<seconds>.g722`."""
    recording_id, _, suffix = name.rpartition(".")
    seconds = recording_id.rpartition("-")[2]
    if suffix != "g722" or not seconds.isdigit():
        return ApiAnswer.not_found()
    file = RecordingFile(recording_id=recording_id, seconds=int(seconds), audio_format=AudioFormat.G722)
    return ApiAnswer(content_type="application/octet-stream", recording=file)
