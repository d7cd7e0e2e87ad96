"""One event's cost in a call that has many: `python -m tests.benchmarks.long_calls`; README.md says how to read it."""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import cycle, product
from typing import Any
from urllib.parse import urlencode

from tests.benchmarks.cost import POSTGRESQL_URL, fresh_database, used_by
from tests.figures import figure

PHONES = [str(number) for number in range(101, 131)]
"""A queue of 30."""
ZERO = datetime(2024, 1, 29, 10, 0, tzinfo=UTC)
SIZES = (10, 100, 300, 1000)
MEASURED = 20
"""Events of whose cost the median is taken, after so many that the call has already."""
ALLOWED = 3.0
"""How many times as much an event may cost in a long call."""

Event = tuple[str, str, int]
"""Sipuni's number of the event, whose phone, and in which second."""


def rings() -> Iterator[Event]:
    """Every phone of the queue is told to ring again and again."""
    return (("1", phone, second) for second, phone in enumerate(cycle(PHONES)))


def rounds() -> Iterator[Event]:
    """Every phone rings, and stops, and the next round begins: each ring is a leg of its own."""
    return ((event, phone, second) for second, (event, phone) in enumerate(cycle(product("14", PHONES))))


def rounds_at_once() -> Iterator[Event]:
    """The same, and all phones ring, and stop, in the same second."""
    return ((event, phone, second // len(PHONES)) for event, phone, second in rounds())


SCENARIOS: dict[str, Callable[[], Iterator[Event]]] = {
    "repeated rings": rings,
    "rounds": rounds,
    "rounds at once": rounds_at_once,
}


def body(event: str, phone: str, second: int) -> bytes:
    """Sipuni's message."""
    told = {"event": event, "call_id": "1.10", "src_num": "79201119613", "src_type": "1", "dst_type": "2"}
    told |= {"dst_num": f"012345{phone}", "short_dst_num": phone, "status": "NOANSWER" if event == "4" else ""}
    return urlencode({**told, "timestamp": int((ZERO + timedelta(seconds=second)).timestamp())}).encode()


class Pbx:
    """A connection whose one call grows by an event a second."""

    def __init__(self, scenario: Callable[[], Iterator[Event]], size: int) -> None:
        from telephony.models import Connection

        self._connection = Connection.objects.create(vendor="sipuni", name=str(size), settings={"user": "012345"})
        self._hooks = (self._hook(*event) for event in scenario())
        self.deliver()
        self._fill(size - 1)

    def _hook(self, event: str, phone: str, second: int) -> Any:
        from telephony.domain.hooks import Hook

        headers = {"content-type": "application/x-www-form-urlencoded"}
        at = ZERO + timedelta(seconds=second)
        return Hook(method="POST", headers=headers, body=body(event, phone, second), received_at=at)

    def _fill(self, count: int) -> None:
        """The call as it is after so many more events, without applying each."""
        from telephony.calls import apply
        from telephony.calls.contacts import Lookup
        from telephony.domain.directory import EmptyDirectory
        from telephony.domain.events import to_json
        from telephony.models import Call, CallEvent

        call, profile = Call.objects.get(connection=self._connection), self._connection.profile()
        hooks = (next(self._hooks) for _ in range(count))
        told = [event for hook in hooks for event in self._connection.vendor_object.parse(hook, profile).events]
        names = ("fingerprint", "kind", "occurred_at")
        CallEvent.objects.bulk_create(
            CallEvent(call=call, content=to_json(event), **{name: getattr(event, name) for name in names})
            for event in told
        )
        apply.refold(call=call, lookup=Lookup(EmptyDirectory()))

    def deliver(self) -> None:
        """The next event, as the view has it stored and applied."""
        from telephony.intake import inbox

        hook = next(self._hooks)
        delivery = inbox.receive(connection=self._connection, hook=hook)
        if inbox.process(delivery=delivery, hook=hook).state != "applied":
            raise RuntimeError(delivery.error)


def measure(scenario: Callable[[], Iterator[Event]], size: int) -> tuple[float, int]:
    """Milliseconds of CPU for one event of a call that has `size`, PostgreSQL's too; SQL statements of the last."""
    from django.db import connection as database
    from django.test.utils import CaptureQueriesContext

    pbx = Pbx(scenario, size)
    backend = [database.connection.info.backend_pid] if database.vendor == "postgresql" else []
    taken = []
    for _ in range(MEASURED):
        begun = time.process_time() * 1e9 + sum(used_by(backend).values())
        pbx.deliver()
        taken.append((time.process_time() * 1e9 + sum(used_by(backend).values()) - begun) / 1e6)
    with CaptureQueriesContext(database) as queries:
        pbx.deliver()
    return statistics.median(taken), len(queries)


def run(sizes: Sequence[int]) -> bool:
    """Print the table; whether no event costs more than it may."""
    write = sys.stdout.write
    write(f"{'':16}{'events':>8}{'CPU ms':>12}{'x of few':>10}{'SQL':>5}\n")
    held = True
    for name, scenario in SCENARIOS.items():
        few = 0.0
        for size in sizes:
            cost, statements = measure(scenario, size)
            few = few or cost
            held = held and cost <= ALLOWED * few
            goal = f"at most {ALLOWED}"
            figure(f"long_calls, {name}", f"an event after {size}, x of one after {sizes[0]}", cost / few, goal=goal)
            write(f"{name:16}{size:8}{cost:12.2f}{cost / few:10.1f}{statements:5}\n")
    return held


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="events that the call has already")
    parser.add_argument("--postgresql", action="store_true", help="instead of SQLite")
    options = parser.parse_args()
    with ExitStack() as stack:
        var_dir = stack.enter_context(tempfile.TemporaryDirectory())
        url = stack.enter_context(fresh_database(POSTGRESQL_URL)) if options.postgresql else ""
        os.environ |= {"VAR_DIR": var_dir, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"}
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        sys.exit(0 if run(options.sizes) else 1)


if __name__ == "__main__":
    main()
