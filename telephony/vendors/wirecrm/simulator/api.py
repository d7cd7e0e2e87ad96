"""The API of a PBX that speaks WireCRM's API PBX, as the simulator serves it. Source: README.md, "Sources"."""

from __future__ import annotations

import hmac

from telephony.vendors.simulated import (
    ApiAnswer,
    ApiRequest,
    AudioFormat,
    Fault,
    Order,
    RecordingFile,
    SimulatedPbx,
)

DIAL_PATH = "/dial"
RECORDS_PATH = "/records/"
AS_PRINTED = '{"status":"0","error","Неверно заполнен номер телефона"}'
"""The document's failure, letter by letter: a comma where JSON wants a colon."""


def answer_api(pbx: SimulatedPbx, request: ApiRequest) -> ApiAnswer:
    if request.path.rstrip("/") == DIAL_PATH:
        return _order(pbx, request)
    if request.path.startswith(RECORDS_PATH):
        return _recording(request.path.removeprefix(RECORDS_PATH))
    return ApiAnswer.not_found()


def _order(pbx: SimulatedPbx, request: ApiRequest) -> ApiAnswer:
    """POST `from`, `to` with the token as a header. No call id comes back."""
    token = str(pbx.settings["dial_token"])
    sent = request.headers.get("x-pbx-authentication", "")
    if request.method != "POST" or not hmac.compare_digest(sent.encode(), token.encode()):
        return _failed("Неверный токен авторизации")
    form = request.form()
    number, to = form.get("from", ""), form.get("to", "")
    employee, fault = pbx.employee(number), Fault.of(number)
    if fault is Fault.UNREADABLE or not to.lstrip("+").isdigit():
        return ApiAnswer(body=AS_PRINTED.encode())
    if employee is None or fault is Fault.NOT_REGISTERED:
        return _failed("Внутренний номер не зарегистрирован")
    return ApiAnswer.json({"status": "1"}, order=Order(employee=employee, number=to))


def _failed(error: str) -> ApiAnswer:
    return ApiAnswer.json({"status": "0", "error": error})


def _recording(name: str) -> ApiAnswer:
    """The file's name tells its length: `<20 digits>-<seconds>.mp3`."""
    recording_id, _, suffix = name.rpartition(".")
    seconds = recording_id.rpartition("-")[2]
    if suffix != "mp3" or not seconds.isdigit():
        return ApiAnswer.not_found()
    file = RecordingFile(recording_id=recording_id, seconds=int(seconds), audio_format=AudioFormat.MP3)
    return ApiAnswer(content_type="audio/mpeg", recording=file)
