"""Which calls are canary calls that the PBX really made: no message and no list of the PBX makes them calls here.

Exactly bound: by the id that we gave the order, and by the PBX's own id of the call, once a message named both.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from telephony.models import CanaryRun, Connection


def echo_runs(*, connection: Connection, ids: Iterable[str]) -> dict[str, CanaryRun]:
    """Those of these ids, of orders and of calls, that are a canary call's, each with its run. No query where its PBX
    was never told to make one."""
    named = {text for text in ids if text}
    if connection.echo_at is None or not named:
        return {}
    runs = CanaryRun.objects.filter(Q(order_id__in=named) | Q(call_id__in=named), connection=connection)
    return {text: run for run in runs.exclude(order_id="") for text in (run.order_id, run.call_id) if text in named}
