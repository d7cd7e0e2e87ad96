"""Orders to call at a PBX that fetches them: left for it, given out with our answers, and failed later if they did."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from telephony.cards import live
from telephony.domain.errands import CallErrand, Errand, FailedOrder
from telephony.domain.exceptions import DialProblem
from telephony.jobs import lend_database
from telephony.models import Connection, Dial
from telephony.vendors.dialing import clean

GIVEN_OUT_FOR = timedelta(seconds=12)
"""After the click: who clicked is still there then."""
LOOKS_EVERY = 0.5
"""Seconds."""


def wait_until_fetched(order: Dial) -> None:
    """Returns once the PBX has fetched the order, or fails it when it did not come in time."""
    while timezone.now() < order.ordered_at + GIVEN_OUT_FOR:
        if not Dial.objects.filter(pk=order.pk, state=Dial.State.ORDERED).exists():
            return
        lend_database()
        time.sleep(LOOKS_EVERY)
    left = Dial.objects.filter(pk=order.pk, state=Dial.State.ORDERED)
    if left.update(state=Dial.State.FAILED, error_code=DialProblem.NOT_SENT, answered_at=timezone.now()):
        _tell(order)


def calls_to_make(connection: Connection) -> list[Errand]:
    """The orders of the last seconds that became no call yet; those given out for the first time are sent now."""
    fresh = Q(connection=connection, call=None, ordered_at__gt=timezone.now() - GIVEN_OUT_FOR)
    waiting = Dial.objects.filter(fresh, state__in=(Dial.State.ORDERED, Dial.State.SENT)).exclude(external_id="")
    errands: list[Errand] = []
    for order in waiting.order_by("pk"):
        taken = Dial.objects.filter(pk=order.pk, state=Dial.State.ORDERED)
        if order.state == Dial.State.ORDERED:
            if not taken.update(state=Dial.State.SENT, answered_at=timezone.now()):
                continue  # It was given up in this moment.
            _tell(order)
        errands.append(
            CallErrand(
                order_id=order.external_id,
                extension=order.extension_number,
                phone=order.phone_e164,
                expires_at=order.ordered_at + GIVEN_OUT_FOR,
            )
        )
    return errands


def note_failed(connection: Connection, failed: Iterable[FailedOrder]) -> None:
    """What the PBX took and could not do. Its call, if there is one, shows whose phone rang."""
    for outcome in failed:
        orders = Dial.objects.filter(connection=connection, external_id=outcome.order_id)
        for order in orders.exclude(state__in=(Dial.State.FAILED, Dial.State.REFUSED)):
            text = clean(connection.without_secrets(outcome.said))
            Dial.objects.filter(pk=order.pk).update(
                state=Dial.State.FAILED, error_code=outcome.problem, error_text=text
            )
            _tell(order)


def _tell(order: Dial) -> None:
    if order.user_id is not None:
        live.publish(users=[order.user_id], content={"dial": order.pk})
