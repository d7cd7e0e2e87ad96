"""Which order to call did a call come from?

By the id that the PBX gave the order: the call's own (Mobilon, XVB-PBX), or one that its events name
(Sipuni's `callbackId`). Else by phone and number: an order becomes the call of the same phone to the same
number that the PBX tells of within two minutes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from telephony.calls.change import Change
from telephony.calls.loading import Told
from telephony.database.reading import Filled, Given, GivenTime, OneOf, Prepared
from telephony.database.together import Question
from telephony.domain import numbers
from telephony.domain.events import CallEvent, Direction, EventKind, LegRole
from telephony.domain.fold import CallState
from telephony.models import Call, Dial

SOON = timedelta(minutes=2)
CLOCKS_DIFFER = timedelta(seconds=5)
"""Between our own servers: the one that took the order and the one that took the PBX's message."""
OURS = (EventKind.ORDERED, EventKind.REAPED)
_NAMING = (EventKind.CALL_STARTED, EventKind.LEG_RINGING)
"""What mostly tells first who talks."""
NEVER_SENT = (Dial.State.WAITING, Dial.State.REFUSED, Dial.State.FAILED)


_ORDERS = Prepared(
    lambda: (
        Dial.objects.filter(
            Q(Filled("external_id"), OneOf("external_id", "ids"))
            | Q(call=None, ordered_at__gte=GivenTime("since"), ordered_at__lte=GivenTime("until")),
            connection_id=Given("connection"),
        )
        .exclude(state__in=NEVER_SENT)
        .select_related("extension")
        .only("external_id", "call", "ordered_at", "phone_e164", "extension_number", "extension__key")
        .order_by("-ordered_at")
    )
)


def asks(told: Told) -> Iterator[Question]:
    """The orders, where the event seems to be of an ordered call, and says who talks."""
    event = told.event
    if event.kind in OURS or event.direction is None or (event.direction is Direction.INCOMING and event.client_raw):
        return
    if event.kind in _NAMING or event.order_id or not event.client_raw:
        yield _orders(told.connection.pk, event, told.heard_at)


def bind_order(change: Change) -> CallEvent | None:
    """Give a call the order that it came from, if there is one.

    Returns the event that tells the call what only the order knows. Asks only about what may be an ordered call and
    says something new.
    """
    call, event, before, after = change.call, change.event, change.before, change.after
    if event is None or event.kind in OURS or (after.direction is Direction.INCOMING and after.client_raw):
        return None
    may_be_the_orders = before is None or not after.client_raw
    ids = [text for text in (event.order_id, call.external_id if may_be_the_orders else "") if text]
    is_news = change.heard_at is not None and (before is None or _parties(before) != _parties(after))
    if not ids and not is_news:
        return None
    found: list[Dial] = change.answers.of(_orders(call.connection_id, event, change.heard_at))
    order = next((order for order in found if order.external_id and order.external_id in ids), None)
    if order is None and is_news:
        order = _by_parties(call, found, after)
    if order is None or order.call_id == call.pk:
        return None
    return attach(order=order, call=call, state=after)


def _orders(connection: int, event: CallEvent, heard_at: datetime | None) -> Question:
    """Those that this event names, or whose call it may be, and those that wait for their call at that time."""
    at = heard_at or event.occurred_at
    ids = tuple(text for text in (event.order_id, event.external_id) if text)
    return Question(_ORDERS, {"connection": connection, "ids": ids, "since": at - SOON, "until": at + CLOCKS_DIFFER})


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
    """The newest order of this phone for this number, unless the call has one; a call that names no phone takes the
    only one."""
    number = numbers.match_key(state.client_raw)
    waiting = [order for order in found if order.call_id is None and numbers.match_key(order.phone_e164) == number]
    if not number or not waiting or Dial.objects.filter(call=call).exclude(state__in=NEVER_SENT).exists():
        return None
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
