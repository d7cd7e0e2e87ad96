"""Mango's API as the simulator serves it. Source: "VPBX API 1.9" (README.md, "Sources")."""

from __future__ import annotations

import base64
import json
from collections import Counter
from datetime import datetime
from typing import Any

from telephony.domain.events import Direction
from telephony.vendors.mango.signing import signature
from telephony.vendors.simulated import ApiAnswer, ApiRequest, ScriptedCall, SimulatedPbx
from telephony.vendors.simulated.serving import Refusal, file, file_name, is_secret, order_of

FILES = "/files/"
DATES = "%d.%m.%Y %H:%M:%S"
REFUSALS = {Refusal.NOBODY: 3300, Refusal.NOT_REGISTERED: 4200, Refusal.BAD_NUMBER: 3200}
TYPES = {Direction.INCOMING: 1, Direction.OUTGOING: 2, Direction.INTERNAL: 3}


def file_id(call: ScriptedCall) -> str:
    return base64.b64encode(f"rec{call.token[:12]}".encode()).decode()


class MangoApi:
    """Lists are ready at the second question, as if they took a while."""

    def __init__(self, pbx: SimulatedPbx) -> None:
        self._pbx = pbx
        self._asked: Counter[str] = Counter()

    def answer(self, request: ApiRequest) -> ApiAnswer:
        if request.path.startswith(FILES):
            return file(request.path.removeprefix(FILES))
        found = {
            "/commands/callback": self._order,
            "/queries/recording/post": self._recording,
            "/stats/calls/request/": self._list_ordered,
            "/stats/calls/result/": self._list,
            "/config/users/request": self._users,
        }.get(request.path)
        if found is None or request.method != "POST":
            return ApiAnswer.not_found()
        form = request.form()
        key, text = form.get("vpbx_api_key", ""), form.get("json", "")
        if key != self._pbx.settings["api_key"]:
            return _result(3105, status=401)
        expected = signature(key.encode(), text.encode(), str(self._pbx.settings["api_salt"]))
        if not is_secret(form.get("sign", ""), expected):
            return _result(3102, status=401)
        return found(json.loads(text))

    def _order(self, told: dict[str, Any]) -> ApiAnswer:
        phone, number = told.get("from", {}).get("extension", ""), str(told.get("to_number", ""))
        order = order_of(self._pbx, phone, number, order_id=told.get("command_id", ""))
        if order is Refusal.UNREADABLE:
            return ApiAnswer.html("<html><body>Mango</body></html>")
        if isinstance(order, Refusal):
            return _result(REFUSALS[order])
        return ApiAnswer.json({"result": 1000}, order=order) if order.order_id else _result(3103)

    def _recording(self, told: dict[str, Any]) -> ApiAnswer:
        call = self._pbx.journal.recorded(told.get("recording_id", ""), file_id)
        if call is None:
            return _result(3320, status=404)
        return ApiAnswer(status=302, location=f"{self._pbx.api_url}{FILES}{file_name(call.token[:12], call)}")

    def _list_ordered(self, told: dict[str, Any]) -> ApiAnswer:
        return ApiAnswer.json({"key": base64.b64encode(json.dumps(told).encode()).decode()})

    def _list(self, told: dict[str, Any]) -> ApiAnswer:
        key = str(told.get("key"))
        self._asked[key] += 1
        if self._asked[key] % 2:
            return ApiAnswer.json({"result": 1000, "status": "work"})
        asked = json.loads(base64.b64decode(key))
        start, end = (datetime.strptime(asked[name], DATES) for name in ("start_date", "end_date"))  # noqa: DTZ007
        rows = [_row(*one) for one in self._pbx.journal.between(start, end, self._pbx.time_zone)]
        rows = rows[asked["offset"] :][: asked["limit"]]
        return ApiAnswer.json({"result": 1000, "status": "complete", "data": [{"list": rows}]})

    def _users(self, told: dict[str, Any]) -> ApiAnswer:
        users = [
            {
                "general": {"user_id": number, "name": f"Employee {one.extension}"},
                "telephony": {"extension": one.extension},
            }
            for number, one in enumerate(self._pbx.employees, start=1)
        ]
        return ApiAnswer.json({"users": users})


def _row(call_id: str, call: ScriptedCall) -> dict[str, Any]:
    files = [file_id(call)] if call.is_recorded else []
    return {
        "entry_id": call_id,
        "context_type": TYPES[call.direction],
        "context_status": int(call.answered_after is not None),
        "caller_number": call.last if call.is_outgoing else call.outside,
        "called_number": call.outside if call.is_outgoing else call.line,
        "context_start_time": call.unix(0),
        "duration": call.ended_after,
        "talk_duration": call.talk_seconds,
        "context_calls": [
            {"call_abonent_number": call.last, "talk_duration": call.talk_seconds, "recording_id": files},
        ],
    }


def _result(code: int, *, status: int = 200) -> ApiAnswer:
    return ApiAnswer.json({"result": code}, status=status)
