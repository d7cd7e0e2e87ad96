"""Which order to call did a call come from?

By the id that the PBX gave the order: the call's own (Mobilon, XVB-PBX), or one that its events name
(Sipuni's `callbackId`). Else by phone and number: an order becomes the call of the same phone to the same
number that the PBX tells of within two minutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Q

from telephony.calls.change import Change
from telephony.domain import numbers
from telephony.domain.events import CallEvent, Direction, EventKind, LegRole
from telephony.domain.fold import CallState
from telephony.models import Call, Dial

SOON = timedelta(minutes=2)
CLOCKS_DIFFER = timedelta(seconds=5)
"""Between our own servers: the one that took the order and the one that took the PBX's message."""
OURS = (EventKind.ORDERED, EventKind.REAPED)
NEVER_SENT = (Dial.State.WAITING, Dial.State.REFUSED, Dial.State.FAILED)


def bind_order(change: Change) -> CallEvent | None:
    """Give a call the order that it came from, if there is one.

    Returns the event that tells the call what only the order knows. One query, and that only for what may be an
    ordered call and says something new; two more when it is bound.
    """
    call, event, before, after, heard_at = change.call, change.event, change.before, change.after, change.heard_at
    if event is None or event.kind in OURS or (after.direction is Direction.INCOMING and after.client_raw):
        return None
    may_be_the_orders = before is None or not after.client_raw
    ids = [text for text in (event.order_id, call.external_id if may_be_the_orders else "") if text]
    is_news = heard_at is not None and (before is None or _parties(before) != _parties(after))
    wanted = Q(external_id__in=ids) if ids else Q()
    if is_news and heard_at is not None:
        wanted |= Q(call=None, ordered_at__range=(heard_at - SOON, heard_at + CLOCKS_DIFFER)) | Q(call=call)
    if not wanted:
        return None
    found = list(
        Dial.objects.filter(wanted, connection_id=call.connection_id)
        .exclude(state__in=NEVER_SENT)
        .select_related("extension")
        .order_by("-ordered_at")
    )
    of_id = next((order for order in found if order.external_id and order.external_id in ids), None)
    order = of_id or _by_parties(call, found, after)
    if order is None or order.call_id == call.pk:
        return None
    return attach(order=order, call=call, state=after)


def attach(*, order: Dial, call: Call, state: CallState) -> CallEvent | None:
    """The order became this call, whatever was thought before. Returns what `bind_order` does."""
    Dial.objects.filter(call=call).exclude(pk=order.pk).update(call=None, state=Dial.State.SENT)
    Dial.objects.filter(pk=order.pk).update(call=call, state=Dial.State.BOUND)
    if state.client_raw and state.direction is Direction.OUTGOING:
        return None
    return CallEvent(
        kind=EventKind.ORDERED,
        external_id=call.external_id,
        occurred_at=call.started_at,
        fingerprint=f"order {order.pk}",
        direction=Direction.OUTGOING,
        client_raw=order.phone_e164,
        client_e164=order.phone_e164,
        role=LegRole.CALLING,
    )


def _by_parties(call: Call, found: Sequence[Dial], state: CallState) -> Dial | None:
    """The newest order of this phone for this number; a call that names no phone takes the only one."""
    number = numbers.match_key(state.client_raw)
    if not number or any(order.call_id == call.pk for order in found):
        return None
    waiting = [order for order in found if order.call_id is None and numbers.match_key(order.phone_e164) == number]
    if not state.legs:
        return waiting[0] if len(waiting) == 1 else None
    return next((order for order in waiting if _rang(order, state)), None)


def _rang(order: Dial, state: CallState) -> bool:
    key = order.extension.key if order.extension else ""
    return any(
        (leg.extension and leg.extension == order.extension_number) or (leg.user_key and leg.user_key == key)
        for leg in state.legs
    )


def _parties(state: CallState) -> tuple[object, ...]:
    return (state.client_raw, *((leg.extension, leg.user_key) for leg in state.legs))
