"""Which calls the PBX is asked about. A webhook does no more for it than one row."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from telephony.models import Call, CallQuery
from telephony.services import correlation

FIRST_PAUSE = timedelta(seconds=20)


def note_new(*, call: Call) -> None:
    """A call that began with a message without an id: nobody will tell how it ended."""
    if call.external_id.startswith(correlation.ANONYMOUS) and not call.ended_at:
        _note(call)


def note_unknown(*, call: Call) -> None:
    """A call whose end never came."""
    _note(call)


def _note(call: Call) -> None:
    call_info = call.connection.vendor_object.call_info
    if call_info is None or not call_info.is_set_up(call.connection.profile()):
        return
    waiting = CallQuery(connection_id=call.connection_id, call=call, next_try_at=timezone.now() + FIRST_PAUSE)
    CallQuery.objects.bulk_create([waiting], ignore_conflicts=True)
