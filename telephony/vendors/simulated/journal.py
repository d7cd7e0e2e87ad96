"""The calls that one PBX has had, as its API lists them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from random import randrange
from threading import Lock
from zoneinfo import ZoneInfo

from telephony.vendors.simulated.script import ScriptedCall


class CallJournal:
    """The finished calls of one PBX by call id, the newest 10,000; safe to use from several threads."""

    LIMIT = 10_000

    def __init__(self) -> None:
        self._calls: OrderedDict[str, ScriptedCall] = OrderedDict()
        self._number = randrange(100_000, 900_000)  # nosec B311  # noqa: S311  (no secret: two runs should differ)
        self._lock = Lock()

    def add(self, call_id: str, call: ScriptedCall) -> None:
        with self._lock:
            self._calls[call_id] = call
            if len(self._calls) > self.LIMIT:
                self._calls.popitem(last=False)

    def next_number(self) -> int:
        """For the ids of orders: different each time, and in each run."""
        with self._lock:
            self._number += 1
            return self._number

    def find(self, call_id: str) -> ScriptedCall | None:
        with self._lock:
            return self._calls.get(call_id)

    def calls(self) -> list[tuple[str, ScriptedCall]]:
        with self._lock:
            return list(self._calls.items())

    def between(self, start: datetime, end: datetime, zone: ZoneInfo) -> list[tuple[str, ScriptedCall]]:
        """Those that began so by a clock of this zone; moments without one."""
        began = [
            (call.started_at.astimezone(zone).replace(tzinfo=None), call_id, call) for call_id, call in self.calls()
        ]
        return [(call_id, call) for at, call_id, call in began if start <= at <= end]

    def recorded(self, reference: str, named: Callable[[ScriptedCall], str]) -> ScriptedCall | None:
        """The recorded call that this reference names: by its id, or as it is `named`."""
        found = (call for call_id, call in self.calls() if call.is_recorded and reference in (call_id, named(call)))
        return next(found, None)
