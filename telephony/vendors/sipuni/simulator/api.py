"""Sipuni's own API as the simulator serves it: orders and recordings. Source: README.md, "Sources"."""

from __future__ import annotations

import hashlib

from telephony.vendors.simulated import ApiAnswer, ApiRequest, Order, SimulatedPbx
from telephony.vendors.simulated.serving import Refusal, file, order_of

ORDER_PATH = "/api/callback/call_number"
RECORDS_PATH = "/records/"
SIGNED = ("antiaon", "phone", "reverse", "sipnumber", "user")
"""In alphabetical order; the secret comes last."""


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
    order_id = str(pbx.journal.next_number())
    order = order_of(pbx, form.get("sipnumber", ""), form.get("phone", ""), order_id=order_id)
    if order is Refusal.UNREADABLE:
        return ApiAnswer.html("<html><body>Сервис временно недоступен</body></html>")
    if isinstance(order, Refusal):
        return _failed("Неверный номер телефона" if order is Refusal.BAD_NUMBER else "SIP-номер не зарегистрирован")
    return _answer({"success": True, "id": order.order_id}, order)


def _failed(message: str) -> ApiAnswer:
    return _answer({"success": False, "message": message}, None)


def _answer(value: dict[str, object], order: Order | None) -> ApiAnswer:
    return ApiAnswer.json(value, content_type="text/html; charset=utf-8", order=order)


def _recording(name: str) -> ApiAnswer:
    """Of a call that nobody answered there is none."""
    found = file(name)
    silent = found.recording and found.recording.seconds == 0
    return ApiAnswer.html("<html><body>Запись не найдена</body></html>") if silent else found
