"""Mobilon's own API as the simulator serves it. Source: "API & webhooks"; later accounts: README.md, "Sources"."""

from __future__ import annotations

import time
from collections.abc import Mapping

from telephony.domain.events import CallStatus, Direction
from telephony.vendors.simulated import (
    ApiAnswer,
    ApiRequest,
    Fault,
    Order,
    ScriptedCall,
    SimulatedPbx,
)
from telephony.vendors.simulated.serving import is_secret, sound

PREFIX = "/api/call/"
WRONG_ADDRESS = "<!DOCTYPE html><html><head><title>Mobilon</title></head><body><h1>Мобилон</h1></body></html>"
STATUSES = {CallStatus.ANSWERED: "ANSWERED", CallStatus.NO_ANSWER: "NOANSWER", CallStatus.BUSY: "BUSY"}
XML = "application/xml; charset=utf-8"


def record_path(token: str, call_id: str) -> str:
    """A recording's address as Mobilon writes it, relative and with the account's token."""
    return f"{PREFIX}record?token={token}&callid={call_id}"


def answer_api(pbx: SimulatedPbx, request: ApiRequest) -> ApiAnswer:
    """Every failure is a 200; so is a wrong address, with a page of HTML."""
    name = request.path.removeprefix(PREFIX).rstrip("/") if request.path.startswith(PREFIX) else ""
    if request.method == "GET" and name == "CallToSubscriber":
        return _order(pbx, request.query)
    if request.method != "GET" or name not in ("info", "journal", "record"):
        return ApiAnswer.html(WRONG_ADDRESS)
    token = str(pbx.settings["token"])
    if not is_secret(request.query.get("token", ""), token):
        return _failed("Неверный токен")
    if "date" in request.query and name != "record":
        return _day(pbx, request.query["date"], token, is_journal=name == "journal")
    return _of_call(pbx, name, request.query.get("callid", ""), token)


def _of_call(pbx: SimulatedPbx, name: str, call_id: str, token: str) -> ApiAnswer:
    call = pbx.journal.find(call_id)
    if call is None or name == "journal":
        return _failed("Звонок не найден")
    if name == "info":
        return _xml(_call_xml(pbx, call_id, call, token, is_journal=False))
    if not call.is_recorded:
        return _failed("Запись не найдена")
    return sound(call.token, call.talk_seconds)


def _order(pbx: SimulatedPbx, query: Mapping[str, str]) -> ApiAnswer:
    key, number = query.get("key", ""), query.get("outboundNumber", "")
    employee, fault = pbx.employee(key), Fault.of(key)
    if fault is Fault.NOT_REGISTERED:
        return _failed("Абонент не зарегистрирован", code="1")
    if employee is None:
        return _failed("Неверный ключ")
    if not (number.isascii() and number.isalnum()):
        return _failed("Допустимы только цифры и латинские буквы", code="3")
    if fault is Fault.UNREADABLE:
        return ApiAnswer.html(WRONG_ADDRESS)
    call_id = f"{int(time.time())}.{pbx.journal.next_number()}"
    answer = {"result": "SUCCESS", "description": "Call had been initialised", "code": 0, "callid": call_id}
    return ApiAnswer.json(answer, order=Order(employee=employee, number=number, order_id=call_id))


def _failed(text: str, *, code: str = "") -> ApiAnswer:
    """As documented, or with a code as later accounts fail."""
    if code:
        return ApiAnswer.json({"result": "FAIL", "description": text, "code": code})
    return ApiAnswer.json({"result": "FAIL", "message": text})


def _day(pbx: SimulatedPbx, date: str, token: str, *, is_journal: bool) -> ApiAnswer:
    """The calls of one day on the PBX's clock, newest first as the document prints them."""
    that_day = [
        (call_id, call)
        for call_id, call in pbx.journal.calls()
        if call.started_at.astimezone(pbx.time_zone).date().isoformat() == date
    ]
    that_day.sort(key=lambda item: item[1].started_at, reverse=True)
    rows = [_call_xml(pbx, call_id, call, token, is_journal=is_journal) for call_id, call in that_day]
    return _xml("<calls>\n" + "".join(rows) + "</calls>\n")


def _call_xml(pbx: SimulatedPbx, call_id: str, call: ScriptedCall, token: str, *, is_journal: bool) -> str:
    caller = call.caller.extension if call.caller else _national(call.client)
    called = _national(call.client) if call.direction is Direction.OUTGOING else call.our_number.lstrip("+")
    fields = {"status": STATUSES[call.status]}
    if call.is_recorded:
        # The ampersand is bare, as in the document: this is no well-formed XML.
        fields["record_url"] = record_path(token, call_id)
    fields |= {
        "duration": str(call.talk_seconds),
        "from": caller,
        "to": called or call.rung[0].extension,
        "time": call.started_at.astimezone(pbx.time_zone).strftime("%Y-%m-%d %H:%M:%S"),
    }
    if is_journal:
        fields |= {
            "callid": call_id,
            "has_record": str(int(call.is_recorded)),
            "direction": {Direction.OUTGOING: "external"}.get(call.direction, str(call.direction)),
        }
    return "<call>\n" + "".join(f"  <{name}>{value}</{name}>\n" for name, value in fields.items()) + "</call>\n"


def _xml(document: str) -> ApiAnswer:
    return ApiAnswer(content_type=XML, body=f'<?xml version="1.0" encoding="UTF-8"?>\n{document}'.encode())


def _national(number: str) -> str:
    return "8" + number[2:] if number.startswith("+7") else number.lstrip("+")
