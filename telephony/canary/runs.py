"""Which connections are due for a canary call, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial

from django.db.models import Max, Q
from django.urls import reverse
from django.utils import timezone

from telephony import conf
from telephony.canary.calling import PATIENCE, call
from telephony.canary.values import Errand, Way
from telephony.canary.views import token
from telephony.intake.canary_mark import mark
from telephony.models import CanaryRun, Connection
from telephony.simulator.scenarios import EMPLOYEES
from telephony.simulator.targets import Casting, of_connection
from telephony.vendors import installed
from telephony.vendors.simulated import Scenario

CLIENT = "+79990000000"
"""Whoever has it: nothing of the call is kept."""
AT_ONCE = 4
KEPT, KEPT_REAL = timedelta(days=30), timedelta(days=400)


def due(*, now: datetime | None = None) -> list[Connection]:
    """Enabled connections whose last run began so long ago; none where canary calls are off."""
    minutes = conf.canary_minutes()
    if not (minutes and conf.site_address()):
        return []
    # A little early: whoever asks does so once a minute.
    since = (now or timezone.now()) - timedelta(minutes=minutes) + timedelta(seconds=30)
    last = {
        row["pk"]: row["last"]
        for row in Connection.objects.values("pk").annotate(
            last=Max("canary_runs__begun_at", filter=Q(canary_runs__order_id=""))
        )
    }
    return [one for one in playable() if last[one.pk] is None or last[one.pk] < since]


def playable(*, connection_id: int | None = None) -> list[Connection]:
    """Enabled connections, or this one, whose PBX's messages can be made here."""
    found = Connection.objects.filter(enabled=True, vendor__in=installed()).order_by("pk")
    chosen = found if connection_id is None else found.filter(pk=connection_id)
    return [connection for connection in chosen if _can_play(connection)]


def run(connections: Sequence[Connection], *, patience: float = PATIENCE) -> list[CanaryRun]:
    """One call of each, a few at once; returns the runs as they are stored. Needs the public address.

    `patience`: seconds for each answer.
    """
    rows = [CanaryRun.objects.create(connection=one, begun_at=timezone.now()) for one in connections]
    errands = [_errand(row) for row in rows]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        _note(rows, pool.map(partial(call, patience=patience), errands))
    return rows


def sweep(*, now: datetime | None = None) -> int:
    """Forget old runs; returns how many."""
    at = now or timezone.now()
    # By a real call's row its messages are recognised, for as long as somebody may read them again.
    old = Q(begun_at__lt=at - KEPT, order_id="") | Q(begun_at__lt=at - KEPT_REAL)
    return CanaryRun.objects.filter(old).delete()[0]


def _note(rows: Sequence[CanaryRun], ways: Iterable[Way]) -> None:
    for row, way in zip(rows, ways, strict=True):
        for name, value in asdict(way).items():
            setattr(row, name, row.connection.without_secrets(value) if name == "said" else value)
        row.ended_at = timezone.now()
        row.save()


def _can_play(connection: Connection) -> bool:
    try:
        connection.vendor_object.simulator()
    except NotImplementedError:
        return False
    return True


def _errand(row: CanaryRun) -> Errand:
    connection, base = row.connection, conf.site_address()
    try:
        target = of_connection(connection, base_url=base, casting=Casting(clients=[CLIENT]))
    except ValueError:  # Its phones have no keys yet, by which this PBX names them.
        target = of_connection(connection, base_url=base, casting=Casting(clients=[CLIENT], employees=EMPLOYEES))
    scenario = Scenario.MISSED if Scenario.MISSED in target.pbx.scenarios else Scenario.ANSWERED
    script = target.writer.write(started_at=timezone.now(), scenario=scenario)
    return Errand(
        run_id=row.pk,
        hook_url=target.url,
        stream_url=base + reverse("telephony:canary_live", args=[token(row.pk)]),
        mark=mark(connection_id=connection.pk, run_id=row.pk),
        pbx=target.pbx,
        messages=target.pbx.messages(script),
    )
