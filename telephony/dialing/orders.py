"""Click-to-call: an order is stored and committed, then sent to the PBX once, and never again by itself.

A click has an idempotency key: whatever comes twice, by a second click or on the way, gets the first one's result.
Who orders waits for no PBX: threads of this process send (lanes.py), so many for each connection. An order that they
don't come to in time, or whose process ended before, is never sent; what may have been sent is never sent again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from secrets import token_hex
from typing import Any

from django.db import transaction
from django.utils import timezone

from telephony.calls import apply, locate, locks
from telephony.calls.contacts import Lookup
from telephony.calls.of_id import call_of_id
from telephony.cards import live
from telephony.dialing import binding, fetched
from telephony.dialing.lanes import Lanes
from telephony.dialing.phones import phones_of
from telephony.dialing.rules import check_limits, check_number
from telephony.domain.events import CallEvent, EventKind
from telephony.domain.exceptions import CallBusy, DialFailed, DialProblem, KeyReused
from telephony.domain.fold import fold
from telephony.domain.numbers import to_e164
from telephony.http import Failure, Limits, RequestFailed
from telephony.jobs import lend_database
from telephony.models import Call, Dial, Extension
from telephony.models.dial import LONGEST_QUEUE
from telephony.privacy.masking import hide_secrets
from telephony.privacy.tracebacks import readable_traceback
from telephony.talks import hold
from telephony.vendors.base import Vendor
from telephony.vendors.dialing import DialOrder, clean

LIMITS = Limits(connect_seconds=4, total_seconds=9, longest=100_000, slow_seconds=9, redirects=0)
"""With what happens before and after, an answer in words is there within 11 seconds. A redirect is not followed."""
PATIENCE_MS = 1500
AT_ONCE = 8
"""Orders that one process has under way at one connection's PBX. Others wait for their turn, but not for long."""
lanes = Lanes(places=AT_ONCE)
log = logging.getLogger(__name__)


def dial(*, user: Any, number: str, key: str, extension_id: int | None = None) -> Dial:
    """Order a call of this number from the user's phone: the one named, or the one that `phones_of` prefers.

    Returns at once: the PBX is told meanwhile, and the row says what became of it. `key` is the click's: a key that
    was there already gives that order as it stands. Whatever goes wrong is told by the order (dialing/words.py).
    Raises `KeyReused` for a known key with another number, `CallBusy` if the user's other orders hold this one up
    for too long.
    """
    order, is_new = _store(user, number.strip()[:200], key, lambda new: _check(new, extension_id))
    if is_new and order.state == Dial.State.WAITING:
        lanes.put(order.connection_id, partial(_send_once, order.pk))
    return order


def dial_for_canary(*, extension: Extension, number: str, order_id: str) -> Dial:
    """Have the PBX make a call that nobody clicked on, under this id of ours; the order with what became of it.

    Returns when the PBX has answered. Raises `DialFailed` for a number that may not be called.
    """
    connection = extension.connection
    e164 = to_e164(number, connection.phone_region)
    check_number(connection=connection, e164=e164)
    order = Dial(connection=connection, extension=extension, extension_number=extension.number, phone_raw=number)
    order.phone_e164, order.idempotency_key, order.external_id = e164, order_id, order_id
    order.state = Dial.State.WAITING
    order.save()
    _send_once(order.pk)
    order.refresh_from_db()
    return order


def cancel_unless_sent(*, user: Any, number: str, key: str) -> Dial:
    """What became of a click whose answer never came, at once; one that has not arrived yet will order nothing.

    Raises as `dial` does.
    """
    return _store(user, number.strip()[:200], key, _refuse_as_cancelled)[0]


def _store(user: Any, number: str, key: str, check: Callable[[Dial], None]) -> tuple[Dial, bool]:
    """The order of this click, committed: a new one, refused if the check fails, or the one that is there."""
    with transaction.atomic(durable=True):
        locks.take(names=[f"dial:{user.pk}"], patience_ms=PATIENCE_MS)
        known = Dial.objects.filter(user=user, idempotency_key=key).first()
        if known is not None:
            if known.phone_raw != number:
                raise KeyReused("This key belongs to an order for another number.")
            return known, False
        order = Dial(user=user, phone_raw=number, idempotency_key=key, state=Dial.State.WAITING)
        try:
            check(order)
        except DialFailed as refusal:
            order.state, order.error_code, order.error_text = Dial.State.REFUSED, refusal.code, refusal.text
        order.save()
    return order, True


def _refuse_as_cancelled(order: Dial) -> None:
    raise DialFailed(DialProblem.WITHDRAWN)


def _check(order: Dial, extension_id: int | None) -> None:
    """Find the phone that is to ring, and whether the number may be called. Raises `DialFailed`."""
    number = order.phone_raw
    phones = phones_of(user=order.user, number=number)
    chosen = phones[0] if extension_id is None else next((one for one in phones if one.pk == extension_id), None)
    if chosen is None:
        raise DialFailed(DialProblem.CANT_DIAL)
    order.extension, order.connection = chosen, chosen.connection
    order.extension_number = chosen.number
    order.phone_e164 = to_e164(number, chosen.connection.phone_region)
    check_number(connection=chosen.connection, e164=order.phone_e164)
    check_limits(user=order.user, now=order.ordered_at)


def _send_once(pk: int) -> None:
    """Tell the PBX, if nobody has begun to, and the order is not too old for whoever clicked."""
    order = Dial.objects.select_related("extension__connection").get(pk=pk)
    fresh = Dial.objects.filter(pk=pk, state=Dial.State.WAITING, ordered_at__gt=timezone.now() - LONGEST_QUEUE)
    if not fresh.update(state=Dial.State.ORDERED):
        Dial.objects.filter(pk=pk, state=Dial.State.WAITING).update(
            state=Dial.State.FAILED, error_code=DialProblem.NOT_SENT, answered_at=timezone.now()
        )
        return
    order.state = Dial.State.ORDERED
    lend_database()
    try:
        _send(order)
    except Exception as error:
        log.error("Order %d could not be sent as it should:\n%s", pk, _without_secrets(error, order.extension))
        _finish(order, Dial.State.UNKNOWN, code=DialProblem.NO_ANSWER)


def _send(order: Dial) -> None:
    extension: Any = order.extension
    connection = extension.connection
    vendor = connection.vendor_object
    own_id = _own_id(order, vendor)
    if vendor.fetches_errands:
        fetched.wait_until_fetched(order)
        return
    asked = DialOrder(phone=order.phone_e164, extension=extension.number, user_key=extension.key, order_id=own_id)
    try:
        talk = vendor.dial(connection.talk_profile(), asked)
        answer = hold(talk, connection=connection, limits=LIMITS, repeats=False)
    except DialFailed as failure:
        state = Dial.State.UNKNOWN if failure.code is DialProblem.NO_ANSWER else Dial.State.FAILED
        _finish(order, state, code=failure.code, text=_safe(failure.text, extension))
    except RequestFailed as failure:
        # Whoever only sends us elsewhere has called nobody.
        if failure.may_have_arrived and failure.failure is not Failure.REDIRECTS:
            _finish(order, Dial.State.UNKNOWN, code=DialProblem.NO_ANSWER)
        else:
            passes = not failure.permanent and failure.failure is not Failure.REDIRECTS
            code = DialProblem.UNREACHABLE if passes else DialProblem.WRONG_ADDRESS
            _finish(order, Dial.State.FAILED, code=code, text=failure.failure)
    else:
        _finish(order, Dial.State.SENT, order_id=answer.order_id[:200] or asked.order_id)


def _own_id(order: Dial, vendor: Vendor) -> str:
    """Our id, where the PBX takes one along; noted first: its messages may come before its answer."""
    if not vendor.keeps_order_id:
        return ""
    order.external_id = order.external_id or f"crm-{order.pk}-{token_hex(6)}"
    order.save(update_fields=["external_id"])
    return order.external_id


def _safe(text: str, extension: Extension) -> str:
    """The PBX's words without our secrets, should it repeat them."""
    return clean(extension.connection.without_secrets(text, extension.key))


def _without_secrets(error: Exception, extension: Any) -> str:
    return readable_traceback(
        error, lambda text: hide_secrets(extension.connection.without_secrets(text, extension.key))
    )


def _finish(order: Dial, state: Dial.State, *, code: str = "", text: str = "", order_id: str = "") -> None:
    """Note the result, and find the call by the order's id, should the PBX have told of it before it answered."""
    order.external_id = order_id or order.external_id
    order.error_code, order.error_text = code, text
    order.answered_at = timezone.now()
    try:
        with transaction.atomic():
            _note(order, state, _call_of(order))
    except CallBusy:
        # The result is worth more. What the PBX tells next of the call finds the order.
        with transaction.atomic():
            _note(order, state, None)
    order.refresh_from_db()
    if order.state == Dial.State.SENT and order.user_id is not None:
        live.publish(users=[order.user_id], content={"dial": order.pk})


def _note(order: Dial, state: Dial.State, call: Call | None) -> None:
    order.call = Dial.objects.select_for_update().get(pk=order.pk).call
    if state is Dial.State.FAILED:
        order.call = None  # Whatever was taken for its call is another one.
    order.state = Dial.State.BOUND if order.call_id else state
    order.save(update_fields=["call", "state", "external_id", "error_code", "error_text", "answered_at"])
    if call is not None and call.pk != order.call_id:
        _attach(order, call)


def _call_of(order: Dial) -> Call | None:
    """The call that has the order's id, under that call's lock: a message that tells of it now waits, or was before."""
    if not order.external_id:
        return None
    about = CallEvent(
        kind=EventKind.ORDERED,
        external_id=order.external_id,
        occurred_at=order.ordered_at,
        fingerprint="",
        client_raw=order.phone_e164,
    )
    connection: Any = order.connection
    locks.take(names=locate.lock_names(connection=connection, event=about), patience_ms=PATIENCE_MS)
    return call_of_id(connection=connection.pk, external_id=order.external_id)


def _attach(order: Dial, call: Call) -> None:
    state = fold(row.event() for row in call.events.all())
    told = binding.attach(order=order, call=call, state=state)
    if told is not None:
        apply.apply_event(connection=call.connection, event=told, delivery=None, lookup=Lookup())
