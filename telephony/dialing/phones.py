"""Which of a user's phones is to ring when a number is clicked."""

from __future__ import annotations

from typing import Any

from telephony.domain import numbers
from telephony.domain.exceptions import DialFailed, DialProblem
from telephony.models import CallLeg, Dial, Extension
from telephony.vendors import installed


def phones_of(*, user: Any, number: str) -> list[Extension]:
    """The user's phones that can be rung from here, the one to use by default first.

    That is the one last used with this number, else the one last called from, else the first there is.
    Raises `DialFailed` if there is none.
    """
    mapped = list(Extension.objects.filter(user=user).select_related("connection").order_by("pk"))
    if not mapped:
        raise DialFailed(DialProblem.NO_PHONE)
    usable = [extension for extension in mapped if can_ring(extension)]
    if not usable:
        raise DialFailed(DialProblem.CANT_DIAL)
    if len(usable) > 1:
        last = _last_used(user, usable, number)
        usable.sort(key=lambda extension: extension.pk != last)
    return usable


def can_ring(extension: Extension) -> bool:
    """Whether an order to call can name this phone."""
    vendor = installed().get(extension.connection.vendor)
    if vendor is None or not vendor.can_dial or not extension.connection.enabled:
        return False
    return bool(extension.key and not extension.key_is_asked if vendor.dials_by_key else extension.number)


def _last_used(user: Any, usable: list[Extension], number: str) -> int | None:
    """Primary key of the phone last used with this number, else of the one last called from."""
    orders = Dial.objects.filter(user=user, extension__in=usable).exclude(state=Dial.State.REFUSED)
    legs = CallLeg.objects.filter(user=user, extension__in=usable).select_related("call")
    e164 = numbers.to_e164(number, usable[0].connection.phone_region)
    order = orders.filter(phone_e164=e164).order_by("-ordered_at").first() if e164 else None
    leg = (
        legs.filter(call__client_match=numbers.match_key(e164)).order_by("-call__started_at").first() if e164 else None
    )
    found = [(order.ordered_at, order.extension_id)] if order else []
    found += [(leg.call.started_at, leg.extension_id)] if leg else []
    if found:
        return max(found)[1]
    last = orders.order_by("-ordered_at").first()
    return last.extension_id if last else None
