"""Sipuni's own API as the simulator serves it: orders and recordings. Source: README.md, "Sources"."""

from __future__ import annotations

import hashlib

from telephony.vendors.simulated import (
    ApiAnswer,
    ApiRequest,
    AudioFormat,
    Fault,
    Order,
    RecordingFile,
    SimulatedPbx,
)

ORDER_PATH = "/api/callback/call_number"
RECORDS_PATH = "/records/"
SIGNED = ("antiaon", "phone", "reverse", "sipnumber", "user")
"""In alphabetical order; the secret comes last."""
CONTENT_TYPES = {AudioFormat.MP3: "audio/mpeg", AudioFormat.WAV: "audio/x-wav"}


def answer_api(pbx: SimulatedPbx, request: ApiRequest) -> ApiAnswer:
    if request.path == ORDER_PATH:
        return _order(pbx, request)
    if request.path.startswith(RECORDS_PATH):
        return _recording(request.path.removeprefix(RECORDS_PATH))
    return ApiAnswer.not_found()


def _order(pbx: SimulatedPbx, request: ApiRequest) -> ApiAnswer:
    """Success and failure are both 200, JSON called HTML, as in life."""
    form = request.form()
    signed = "+".join([*(form.get(name, "") for name in SIGNED), str(pbx.settings["secret"])])
    right_hash = hashlib.md5(signed.encode(), usedforsecurity=False).hexdigest()
    if request.method != "POST" or form.get("hash") != right_hash:
        return _failed("Неверная подпись запроса")
    number, phone = form.get("sipnumber", ""), form.get("phone", "")
    employee, fault = pbx.employee(number), Fault.of(number)
    if employee is None or fault is Fault.NOT_REGISTERED:
        return _failed("SIP-номер не зарегистрирован")
    if not phone.isdigit():
        return _failed("Неверный номер телефона")
    if fault is Fault.UNREADABLE:
        return ApiAnswer.html("<html><body>Сервис временно недоступен</body></html>")
    order = Order(employee=employee, number=phone, order_id=str(pbx.journal.next_number()))
    return _answer({"success": True, "id": order.order_id}, order)


def _failed(message: str) -> ApiAnswer:
    return _answer({"success": False, "message": message}, None)


def _answer(value: dict[str, object], order: Order | None) -> ApiAnswer:
    return ApiAnswer.json(value, content_type="text/html; charset=utf-8", order=order)


def _recording(name: str) -> ApiAnswer:
    """The file's name tells its length: `<20 digits>-<seconds>.mp3`. Of a call that nobody answered there is none."""
    recording_id, _, suffix = name.rpartition(".")
    seconds = recording_id.rpartition("-")[2]
    if suffix not in ("mp3", "wav") or not seconds.isdigit():
        return ApiAnswer.not_found()
    if int(seconds) == 0:
        return ApiAnswer.html("<html><body>Запись не найдена</body></html>")
    audio_format = AudioFormat(suffix)
    file = RecordingFile(recording_id=recording_id, seconds=int(seconds), audio_format=audio_format)
    return ApiAnswer(content_type=CONTENT_TYPES[audio_format], recording=file)
