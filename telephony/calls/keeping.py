"""What keeps a call although no message tells of it any more: recordings, and what people did about it."""

from __future__ import annotations

from telephony.domain.exceptions import CallIsKept
from telephony.models import Call, CallEvent, CallFact, CallLeg, CallQuery, Card, Dial, MissedItem, Notice, PbxRow

MADE_OF_MESSAGES = (CallEvent, CallFact, CallLeg, CallQuery, Card, Dial, MissedItem, Notice, PbxRow)
"""Comes again when the messages are read again; an order to call stays, and is bound again. Whatever else hangs on a
call, in any app, does not."""


def delete_untold(*, call: Call) -> None:
    """Delete a call that no message tells of any more. Raises `CallIsKept`, saying why, if something would go with it
    that reading messages again does not bring back."""
    kept = []
    for relation in Call._meta.related_objects:
        model = relation.related_model
        if isinstance(model, str) or model in MADE_OF_MESSAGES:
            continue
        count = model._base_manager.filter(**{relation.field.name: call}).count()
        if count:
            kept.append(f"{model._meta.model_name} ({count})")
    if kept:
        raise CallIsKept(
            f"Call {call.external_id}: no message tells of it any more, but it has: {', '.join(kept)}. "
            "It is left as it was. Look at what the parser makes of its messages; to be rid of it, delete these first."
        )
    call.delete()
