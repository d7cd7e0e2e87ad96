"""Which calls the PBX is asked about. A webhook does no more for it than one row."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from telephony.calls import adopting
from telephony.calls.change import Change
from telephony.domain.events import CallStatus, EventKind
from telephony.models import Call, CallQuery

FIRST_PAUSE = timedelta(seconds=20)


def ask_the_pbx(change: Change) -> None:
    """A call is asked about if it began with a message without an id: nobody will tell how it ended; and if its end
    never came."""
    call = change.call
    is_anonymous = change.is_new and call.external_id.startswith(adopting.ANONYMOUS) and not call.ended_at
    was_reaped = change.event is not None and change.event.kind is EventKind.REAPED
    if is_anonymous or (was_reaped and change.after.status is CallStatus.UNKNOWN):
        _note(call)


def _note(call: Call) -> None:
    call_info = call.connection.vendor_object.call_info
    if call_info is None or not call_info.is_set_up(call.connection.profile()):
        return
    waiting = CallQuery(connection_id=call.connection_id, call=call, next_try_at=timezone.now() + FIRST_PAUSE)
    CallQuery.objects.bulk_create([waiting], ignore_conflicts=True)
