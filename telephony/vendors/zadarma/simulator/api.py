"""Zadarma's API as the simulator serves it. Source: zadarma/openapi (README.md, "Sources")."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from telephony.domain.events import CallStatus
from telephony.vendors.simulated import ApiAnswer, ApiRequest, Fault, ScriptedCall, SimulatedPbx
from telephony.vendors.simulated.serving import Refusal, file, file_name, is_secret, order_of
from telephony.vendors.zadarma.signing import authorization, query_of

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
            return file(request.path.removeprefix(DOWNLOAD))
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
        key, secret = (str(self._pbx.settings[name]) for name in ("api_key", "secret"))
        expected = authorization(key, secret, request.path, query_of(sent))
        return is_secret(request.headers.get("authorization", ""), expected)

    def _order(self, form: Mapping[str, str]) -> ApiAnswer:
        number, to = form.get("from", ""), form.get("to", "")
        order = order_of(self._pbx, number, to)
        if order is Refusal.UNREADABLE:
            return ApiAnswer.html("<html><body>502 Bad Gateway</body></html>")
        if isinstance(order, Refusal):
            return _error("SIP not registered" if order is Refusal.NOT_REGISTERED else "Wrong parameters!")
        return ApiAnswer.json({"status": "success", "from": number, "to": to, "time": 0}, order=order)

    def _record(self, form: Mapping[str, str]) -> ApiAnswer:
        call = self._pbx.journal.recorded(form.get("call_id") or form.get("pbx_call_id", ""), file_id)
        if call is None:
            return _error("Record not found")
        return _success(link=f"{self._pbx.api_url}{DOWNLOAD}{file_name(file_id(call), call)}")

    def _statistics(self, form: Mapping[str, str]) -> ApiAnswer:
        start, end = (datetime.fromisoformat(form[name]) for name in ("start", "end"))
        rows = [self._row(*one) for one in self._pbx.journal.between(start, end, self._pbx.time_zone)]
        return _success(version=2, stats=rows[int(form.get("skip", "0")) :][: int(form.get("limit", "1000"))])

    def _row(self, call_id: str, call: ScriptedCall) -> dict[str, object]:
        phone = call.last
        return {
            "call_id": file_id(call),
            "sip": phone,
            "callstart": f"{call.started_at.astimezone(self._pbx.time_zone):%Y-%m-%d %H:%M:%S}",
            "clid": f"{phone} ({phone})" if call.is_outgoing else call.outside,
            "destination": call.outside if call.is_outgoing else phone,
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


def _success(**facts: object) -> ApiAnswer:
    return ApiAnswer.json({"status": "success", **facts})


def _error(text: str, *, status: int = 400) -> ApiAnswer:
    return ApiAnswer.json({"status": "error", "message": text}, status=status)
