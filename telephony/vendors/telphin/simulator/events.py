"""Telphin's phones and their events, as its API has them. Sources: README.md, "Sources"."""

from __future__ import annotations

import json

from telephony.vendors.simulated import ApiAnswer, ApiRequest, Employee, SimulatedPbx

EXTENSIONS = "client/@me/extension/"
EVENT = "event/"


class Events:
    def __init__(self, pbx: SimulatedPbx) -> None:
        self._pbx = pbx
        self._set: dict[str, list[dict[str, str]]] = {}
        """By the extension's ID."""

    def answer(self, path: str, request: ApiRequest) -> ApiAnswer | None:
        """None for what is nothing of phones and events."""
        if path == EXTENSIONS:
            return ApiAnswer.json([self._phone(one) for one in self._pbx.employees])
        owner, _, rest = path.removeprefix("extension/").partition("/")
        if rest != EVENT:
            return None
        if self._pbx.employee(owner) is None:
            return ApiAnswer.json({"message": "Extension is not found"}, status=404)
        known = self._set.setdefault(owner, [])
        if request.method == "POST":
            known.append(json.loads(request.body))
            return ApiAnswer.json({"id": len(known), **known[-1]}, status=201)
        return ApiAnswer.json(known)

    def _phone(self, employee: Employee) -> dict[str, object]:
        number = f"1234*{employee.extension}"
        return {"id": employee.key or employee.extension, "name": number, "label": "", "type": "phone"}
