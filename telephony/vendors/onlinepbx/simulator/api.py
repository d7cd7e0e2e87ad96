"""OnlinePBX's own API as the simulator serves it. Sources: README.md, "Sources"."""

from __future__ import annotations

import uuid
from typing import Any

from telephony.domain.events import CallStatus, Direction
from telephony.vendors.onlinepbx.session import HEADER
from telephony.vendors.simulated import ApiAnswer, ApiRequest, Fault, ScriptedCall, SimulatedPbx
from telephony.vendors.simulated.serving import Refusal, file, is_secret, order_of

RECORDS_PATH = "/calls-records/download/"
SESSION = {"key_id": "11111", "key": "simulated-session"}
ACCOUNTS = {Direction.INCOMING: "inbound", Direction.OUTGOING: "outbound", Direction.INTERNAL: "local"}
CAUSES = {CallStatus.BUSY: "USER_BUSY", CallStatus.NO_ANSWER: "NO_ANSWER", CallStatus.ANSWERED: "NORMAL_CLEARING"}


def record_link(pbx: SimulatedPbx, call: ScriptedCall) -> str:
    return f"{pbx.api_url}{RECORDS_PATH}{call.token[:20]}/{call.talk_seconds}.mp3"


def answer_api(pbx: SimulatedPbx, request: ApiRequest) -> ApiAnswer:
    if request.path.startswith(RECORDS_PATH):
        expired = ApiAnswer(status=404, content_type="text/html; charset=utf-8", body=b"KEY_IS_EXPIRED")
        return file(request.path.removeprefix(RECORDS_PATH), expired)
    prefix, asked = f"/{pbx.settings['domain']}/", request.form()
    name = request.path.removeprefix(prefix).removesuffix(".json")
    if not request.path.startswith(prefix) or request.method != "POST":
        return ApiAnswer.not_found()
    if name == "auth":
        return _auth(pbx, asked)
    if request.headers.get(HEADER) != f"{SESSION['key_id']}:{SESSION['key']}":
        return _failed("not authorized: api keys not found", isNotAuth=True, errorCode="API_KEY_CHECK_FAILED")
    answer = METHODS.get(name)
    return answer(pbx, asked) if answer else ApiAnswer.not_found()


def _auth(pbx: SimulatedPbx, asked: dict[str, str]) -> ApiAnswer:
    if is_secret(asked.get("auth_key", ""), pbx.settings["api_key"]):
        return _done(SESSION)
    return _failed("auth_key is wrong", isNotAuth=True, errorCode="WRONG_AUTH_DATA")


def _order(pbx: SimulatedPbx, asked: dict[str, str]) -> ApiAnswer:
    order = order_of(pbx, asked.get("from", ""), asked.get("to", ""), order_id=str(uuid.uuid4()))
    if order is Refusal.UNREADABLE:
        return ApiAnswer.html("<html><body>OnlinePBX</body></html>")
    if isinstance(order, Refusal):
        return _failed("Wrong number" if order is Refusal.BAD_NUMBER else "User is not registered")
    return ApiAnswer.json({"status": "1", "comment": "", "data": {"uuid": order.order_id}}, order=order)


def _search(pbx: SimulatedPbx, asked: dict[str, str]) -> ApiAnswer:
    call = pbx.journal.find(asked.get("uuid", ""))
    if "download" in asked:
        return _done(record_link(pbx, call) if call and call.is_recorded else "")
    if "uuid" in asked:
        return _done([_row(asked["uuid"], call)] if call else [])
    first, last = (int(asked.get(name) or 0) for name in ("start_stamp_from", "start_stamp_to"))
    if not 0 <= last - first <= 604_800:
        return _failed("Interval is too long")
    calls = [(call_id, call) for call_id, call in pbx.journal.calls() if first <= call.unix(0) <= last]
    size = int(asked.get("per_page") or 10_000)
    start = (int(asked.get("page") or 1) - 1) * size
    return _done([_row(call_id, call) for call_id, call in calls[start : start + size]])


def _row(call_id: str, call: ScriptedCall) -> dict[str, Any]:
    answered = call.answered_after is not None
    is_missed = not answered and call.direction is Direction.INCOMING
    answer = {"type": "answer", "timestamp": call.unix(call.answered_after or 0), "number": call.last}
    return {
        "uuid": call_id,
        "caller_id_number": call.own or call.outside,
        "destination_number": call.outside if call.is_outgoing else call.last,
        "start_stamp": call.unix(0),
        "end_stamp": call.unix(call.ended_after),
        "duration": call.ended_after,
        "user_talk_time": call.talk_seconds,
        "hangup_cause": CAUSES[call.status],
        "accountcode": "missed" if is_missed else ACCOUNTS[call.direction],
        "gateway": call.line,
        "events": [answer] if answered else [],
    }


def _users(pbx: SimulatedPbx, asked: dict[str, str]) -> ApiAnswer:
    return _done(
        [{"num": one.extension, "name": one.extension, "device": _device(one.extension)} for one in pbx.employees]
    )


def _device(extension: str) -> dict[str, str]:
    return {} if Fault.of(extension) is Fault.NOT_REGISTERED else {"ip": "192.0.2.1"}


def _done(data: Any) -> ApiAnswer:
    return ApiAnswer.json({"status": "1", "comment": "", "data": data})


def _failed(comment: str, **more: Any) -> ApiAnswer:
    """With HTTP 200, like everything."""
    return ApiAnswer.json({"status": "0", "comment": comment, **more})


METHODS = {"call/now": _order, "call/instantly": _order, "mongo_history/search": _search, "user/get": _users}
