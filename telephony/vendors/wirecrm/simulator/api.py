"""The API of a PBX that speaks WireCRM's API PBX, as the simulator serves it. Source: README.md, "Sources"."""

from __future__ import annotations

from telephony.vendors.simulated import ApiAnswer, ApiRequest, SimulatedPbx
from telephony.vendors.simulated.serving import Refusal, file, is_secret, order_of

DIAL_PATH = "/dial"
RECORDS_PATH = "/records/"
AS_PRINTED = '{"status":"0","error","Неверно заполнен номер телефона"}'
"""The document's failure, letter by letter: a comma where JSON wants a colon."""


def answer_api(pbx: SimulatedPbx, request: ApiRequest) -> ApiAnswer:
    if request.path.rstrip("/") == DIAL_PATH:
        return _order(pbx, request)
    if request.path.startswith(RECORDS_PATH):
        return file(request.path.removeprefix(RECORDS_PATH))
    return ApiAnswer.not_found()


def _order(pbx: SimulatedPbx, request: ApiRequest) -> ApiAnswer:
    """POST `from`, `to` with the token as a header. No call id comes back."""
    sent = request.headers.get("x-pbx-authentication", "")
    if request.method != "POST" or not is_secret(sent, pbx.settings["dial_token"]):
        return _failed("Неверный токен авторизации")
    form = request.form()
    order = order_of(pbx, form.get("from", ""), form.get("to", ""))
    if order in (Refusal.UNREADABLE, Refusal.BAD_NUMBER):
        return ApiAnswer(body=AS_PRINTED.encode())
    if isinstance(order, Refusal):
        return _failed("Внутренний номер не зарегистрирован")
    return ApiAnswer.json({"status": "1"}, order=order)


def _failed(error: str) -> ApiAnswer:
    return ApiAnswer.json({"status": "0", "error": error})
