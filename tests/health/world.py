"""A connection that works, and what happens at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from telephony.models import (
    Call,
    CallFact,
    CallLeg,
    Connection,
    Delivery,
    Extension,
)
from telephony.reports.facts import quarter_of

WEEK = timedelta(days=7)


@dataclass(kw_only=True)
class World:
    """A connection that works, with a phone of anna's, a worker and beat."""

    client: Client
    connection: Connection
    anna: Any

    def good_message(self) -> None:
        """One that is understood and changes something."""
        self.message(event="1", call_id=f"1.{timezone.now().timestamp()}")

    def message(self, **more: str) -> None:
        """Of an incoming call to phone 101."""
        now = str(int(timezone.now().timestamp()))
        of_call = {"src_num": "79201119613", "src_type": "1", "timestamp": now, "call_start_timestamp": now}
        to = {"dst_num": "012345101", "short_dst_num": "101", "dst_type": "2"}
        assert self.client.get(self.connection.hook_path, {**of_call, **to, **more}).status_code == 200
        assert Delivery.objects.latest("pk").state == Delivery.State.APPLIED

    def other(self, vendor: str, **more: Any) -> Connection:
        connection = Connection.objects.create(vendor=vendor, name=vendor, **more)
        Extension.objects.create(connection=connection, user=self.anna, number="101")
        return connection

    def call(self, ago: timedelta = timedelta(minutes=2), legs: int = 1, **more: Any) -> Call:
        at = timezone.now() - ago
        values = {"direction": "incoming", "status": "no_answer", "started_at": at, "ended_at": at, **more}
        call = Call.objects.create(connection=self.connection, external_id=f"c{Call.objects.count()}", **values)
        for position in range(legs):
            CallLeg.objects.create(call=call, position=position, role="called", extension_number="101", user=self.anna)
        return call

    def history(self, *, per_hour: int, hours: int) -> None:
        """Three weeks in which so many calls came in each of the hours that end now."""
        now, times = timezone.now(), []
        for weeks in (1, 2, 3):
            for hour in range(hours):
                times += [now - weeks * WEEK - timedelta(hours=hour, minutes=1)] * per_hour
        calls = Call.objects.bulk_create(
            Call(
                connection=self.connection,
                external_id=f"h{number}",
                direction="incoming",
                status="answered",
                started_at=at,
                ended_at=at,
            )
            for number, at in enumerate(times)
        )
        CallFact.objects.bulk_create(
            CallFact(
                call=call,
                quarter=quarter_of(call.started_at),
                connection=self.connection,
                direction="incoming",
                status="answered",
            )
            for call in calls
        )


Step = Callable[[World], None]
Case = tuple[str, Step, Step]
