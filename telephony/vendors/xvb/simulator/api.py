"""XVB-PBX's own API as the simulator serves it. Source: README.md, "Sources"; its answers: README.md."""

from __future__ import annotations

import uuid

from telephony.vendors.simulated import ApiAnswer, ApiRequest, Fault, Order, SimulatedPbx
from telephony.vendors.simulated.serving import file, is_secret

CLOUD_PATH = "/cloud"
RECORDS_PATH = "/ui/msg_download/120/10019/"


def answer_api(pbx: SimulatedPbx, request: ApiRequest) -> ApiAnswer:
    if request.path.rstrip("/") == CLOUD_PATH:
        return _command(pbx, request)
    if request.path.startswith(RECORDS_PATH):
        return file(request.path.rpartition("/")[2])
    return ApiAnswer.not_found()


def _command(pbx: SimulatedPbx, request: ApiRequest) -> ApiAnswer:
    """`cmd=makeCall` with token, from, to. The document names no method, so a query is taken as well."""
    fields = {**request.query, **request.form()}
    if not is_secret(fields.get("token", ""), pbx.settings["token"]):
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
