"""Canary calls that the PBX really makes: ordered by its API, from a phone to an echo number, told of by its messages.

Its messages are recognised by the id that we gave the order, and taken out (intake/echo_messages.py): the order is
deleted at the end, so nothing of it is left but the run.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from secrets import token_hex

from django.urls import reverse
from django.utils import timezone

from telephony import conf
from telephony.canary.listening import Ear
from telephony.canary.values import Stuck, Way
from telephony.canary.views import token
from telephony.dialing.orders import dial_for_canary
from telephony.dialing.words import problem_in_words
from telephony.domain.exceptions import DialFailed
from telephony.models import CanaryRun, Connection, Dial, LiveEvent
from telephony.models.dial import CANARY_ORDER

PATIENCE = 90.0
"""Seconds from the order until the end of the call: phones ring, and an echo is listened to."""
OPENS_WITHIN = 10.0
LATE_WITHIN = 7.0
"""After the end: a message that a busy database did not store in time comes out of the spool later."""
Problem = CanaryRun.Problem


def can_call(connection: Connection) -> bool:
    """Whether its PBX takes our own id along with an order, by which each message of the call is recognised."""
    vendor = connection.vendor_object
    return vendor.can_dial and vendor.keeps_order_id


def due(*, now: datetime | None = None) -> list[Connection]:
    """Enabled connections with an echo number, whose latest real call was so long ago."""
    at = now or timezone.now()
    if not conf.site_address():
        return []
    chosen = Connection.objects.filter(enabled=True).exclude(echo_number="").order_by("pk")
    # A little early: whoever asks does so once a minute.
    return [
        one
        for one in chosen
        if can_call(one)
        and (one.echo_at is None or at - one.echo_at > timedelta(minutes=one.echo_minutes, seconds=-30))
    ]


def run(connection: Connection, *, patience: float = PATIENCE) -> CanaryRun:
    """One call; returns the run as it is stored. Needs the public address, and an echo number."""
    now = timezone.now()
    row = CanaryRun(connection=connection, begun_at=now)
    row.order_id = f"{CANARY_ORDER}{token_hex(12)}"
    row.save()
    Connection.objects.filter(pk=connection.pk).update(echo_at=now)
    try:
        way = _call(row, patience)
    except Stuck as stuck:
        way = Way(problem=stuck.problem, said=stuck.said)
    Dial.objects.filter(connection=connection, idempotency_key=row.order_id).delete()
    values = {"problem": way.problem, "said": connection.without_secrets(way.said)[:300], "ended_at": timezone.now()}
    CanaryRun.objects.filter(pk=row.pk).update(**values, answer_ms=way.answer_ms, heard_ms=way.heard_ms)
    row.refresh_from_db()
    return row


def _call(row: CanaryRun, patience: float) -> Way:
    url = conf.site_address() + reverse("telephony:canary_live", args=[token(row.pk)])
    with Ear(url, patience=OPENS_WITHIN) as ear:
        begun = time.monotonic()
        order = _ordered(row)
        answer_ms = round((time.monotonic() - begun) * 1000)
        heard_ms, is_answered, is_ended, until = None, False, False, begun + patience
        while (told := ear.next(until, topic=LiveEvent.Topic.CANARY)) is not None:
            if told.get("failed"):
                raise Stuck(Problem.NOT_ORDERED, str(told["failed"]))
            heard_ms = heard_ms or round((time.monotonic() - begun) * 1000)
            is_answered = is_answered or bool(told.get("answered"))
            if told.get("ended") and not is_ended:
                is_ended, until = True, min(until, time.monotonic() + LATE_WITHIN)
            if is_ended and is_answered:
                return Way(answer_ms=answer_ms, heard_ms=heard_ms)
    if is_ended:
        return Way(problem=Problem.NOT_ANSWERED, answer_ms=answer_ms, heard_ms=heard_ms)
    if heard_ms is not None:
        return Way(problem=Problem.NOT_ENDED, answer_ms=answer_ms, heard_ms=heard_ms)
    if order.state == Dial.State.UNKNOWN:
        raise Stuck(Problem.NOT_ORDERED, problem_in_words(order.error_code, order.error_text))
    raise Stuck(Problem.NOT_TOLD)


def _ordered(row: CanaryRun) -> Dial:
    """Raises `Stuck` where the PBX certainly does not make the call."""
    connection = row.connection
    phone = connection.extensions.filter(number=connection.echo_phone).first()
    if phone is None:
        raise Stuck(Problem.NOT_ORDERED, connection.echo_phone)
    try:
        order = dial_for_canary(extension=phone, number=connection.echo_number, order_id=row.order_id)
    except DialFailed as failed:
        raise Stuck(Problem.NOT_ORDERED, problem_in_words(failed.code, failed.text)) from None
    if order.state == Dial.State.FAILED:
        raise Stuck(Problem.NOT_ORDERED, problem_in_words(order.error_code, order.error_text))
    if order.external_id not in ("", row.order_id):
        # The PBX names its own, too.
        CanaryRun.objects.filter(pk=row.pk, call_id="").update(call_id=order.external_id)
    return order
