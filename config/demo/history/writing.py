"""Lets the past happen: each message of it goes through the inbox at the moment at which its PBX would have sent it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from time import monotonic, sleep

from django.db import transaction
from django.utils import timezone

from config.demo import names
from config.demo.company import client_numbers, demo_connections
from config.demo.history import desks
from config.demo.history.days import ZONE, PastCall, calls_of
from telephony.domain.hooks import Hook
from telephony.intake import inbox
from telephony.models import Call, Connection
from telephony.simulator.player import Target
from telephony.simulator.scenarios import Lengths
from telephony.simulator.targets import Casting, of_connection
from telephony.vendors.simulated import Message, ScriptedCall, StepKind

DAYS = 21
SHARES = {"sipuni": 5, "mobilon": 2, "wirecrm": 2, "xvb": 1, "zadarma": 2, "mango": 2, "asterisk": 1}
"""How many of the calls go over each PBX, in proportion."""
LENGTHS = Lengths(ring=(3, 25), talk=(20, 420), give_up=(8, 70))
STILL_AT_THE_PBX = timedelta(days=2)
"""Recordings of older calls are gone: each that is fetched costs the demo's machine a second."""
ASKED_BY_CALL = {"mobilon", "zadarma", "mango", "asterisk"}
"""Their simulators have recordings of the calls that they played themselves, and no others."""
CLIENTS, STRANGERS = 120, 60
LET_IN = 0.3
"""Seconds at most for others to write after each message: SQLite asks none who waits, so who writes at once again may
keep all others out until their patience is over."""
JUST_NOW = timedelta(minutes=10)
"""Calls of the demo that has just begun are no history."""


def write_history(*, now: datetime, api_url: str, days: int = DAYS) -> Iterator[tuple[date, int]]:
    """Write today and the days before it that have no calls yet, the latest first; yields each, and how many calls.

    `api_url` is where the simulator serves the PBXs' APIs: links of recordings lead there. The same days with the
    same contacts have the same calls. Not for threads: `timezone.now` tells of the past meanwhile.
    """
    connections = list(Connection.objects.filter(pk__in=demo_connections()).prefetch_related("extensions__user"))
    source = random.Random("history")  # noqa: S311  (a story, not a secret)
    strangers = [names.mobile(source) for _ in range(STRANGERS)]
    clients = sorted(client_numbers(CLIENTS))
    today = now.astimezone(ZONE).date()
    for day in (today - timedelta(days=back) for back in range(days + 1)):
        begins = datetime.combine(day, time.min, ZONE)
        until = min(begins + timedelta(days=1), now - JUST_NOW)
        if Call.objects.filter(connection__in=connections, started_at__gte=begins, started_at__lt=until).exists():
            continue
        calls = [call for call in calls_of(day, clients=clients, strangers=strangers) if call.started_at < now]
        with _moving_clock() as clock:
            day_of_pbxs = _Day(connections, day, api_url, clock)
            yield day, sum(day_of_pbxs.let_happen(call, until=now) for call in calls)


class _Clock:
    """Goes on from the moment to which it was set: what is done meanwhile takes as long as it does."""

    def __init__(self, moment: datetime) -> None:
        self.set(moment)

    def set(self, moment: datetime) -> None:
        self._moment, self._set_at = moment, monotonic()

    def now(self) -> datetime:
        return self._moment + timedelta(seconds=monotonic() - self._set_at)


@contextmanager
def _moving_clock() -> Iterator[_Clock]:
    """Inside, the application believes that it is as late as this clock says."""
    real = timezone.now
    clock = _Clock(real())
    timezone.now = clock.now
    try:
        yield clock
    finally:
        timezone.now = real


class _Day:
    """The PBXs on one day."""

    def __init__(self, connections: list[Connection], day: date, api_url: str, clock: _Clock) -> None:
        self._connections = {connection.pk: connection for connection in connections}
        self._source = random.Random(f"PBXs of {day}")  # noqa: S311
        self._clock = clock
        casting = Casting(lengths=LENGTHS, seed=f"{day}")
        self._targets = {
            connection.pk: of_connection(
                connection, base_url="", casting=casting, api_url=f"{api_url}/{connection.vendor}"
            )
            for connection in connections
        }

    def let_happen(self, past: PastCall, *, until: datetime) -> bool:
        """Whether the call was over before `until`; later ones did not happen."""
        connection, target = self._choose(past)
        call = target.writer.write(started_at=past.started_at, scenario=past.scenario, client=past.client)
        if call.moment(call.ended_after) >= until:
            return False
        if until - past.started_at > STILL_AT_THE_PBX or connection.vendor in ASKED_BY_CALL:
            call = replace(call, steps=tuple(step for step in call.steps if step.kind is not StepKind.RECORDING))
        for message in target.pbx.messages(call):
            self._send(connection, call, message)
        self._clock.set(call.moment(call.ended_after + 20))
        desks.write_down_results(call_id=target.pbx.call_id(call), connection=connection, source=self._source)
        return True

    def _choose(self, past: PastCall) -> tuple[Connection, Target]:
        able = [pk for pk, target in self._targets.items() if past.scenario in target.pbx.scenarios]
        pk = self._source.choices(able, [SHARES[self._connections[pk].vendor] for pk in able])[0]
        return self._connections[pk], self._targets[pk]

    def _send(self, connection: Connection, call: ScriptedCall, message: Message) -> None:
        arrived_at = call.moment(int(message.after)) + timedelta(seconds=self._source.uniform(0.1, 0.6))
        self._clock.set(arrived_at)
        hook = Hook(
            method=message.method,
            query=message.query.encode(),
            headers={name.lower(): value for name, value in message.headers.items()},
            body=message.body,
            received_at=arrived_at,
            remote_address="127.0.0.1",
            tail=message.tail,
        )
        begun = monotonic()
        desks.open_pages(connection)
        with transaction.atomic():  # Days old as it is, it would look as if it had waited for days.
            inbox.process(delivery=inbox.receive(connection=connection, hook=hook), hook=hook)
        sleep(min(monotonic() - begun, LET_IN))
        self._clock.set(arrived_at + timedelta(seconds=self._source.uniform(0.2, 0.9)))
        desks.show_cards()
