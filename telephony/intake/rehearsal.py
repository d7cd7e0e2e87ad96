"""A canary call's message goes the whole way of a real one, and the database takes all of it back.

What it wrote was seen by nobody: not committed, it is in no list, no figure, on no screen. What would have become of it
is told to the canary by the live events that browsers' streams are fed with (telephony/canary).
"""

from __future__ import annotations

import logging
from contextlib import suppress

from django.db import DatabaseError, transaction

from telephony.calls.contacts import Lookup
from telephony.cards import live
from telephony.domain.hooks import Hook
from telephony.intake import inbox, reading
from telephony.intake.processed import Processed
from telephony.models import Delivery
from telephony.privacy.tracebacks import readable_traceback

log = logging.getLogger(__name__)

LONGEST_REASON = 300


def rehearse(*, delivery: Delivery, hook: Hook, run_id: int) -> Processed:
    """Do with a stored message what is done with every message, and undo it. Never raises for what it holds."""
    told: dict[str, object] = {"run": run_id}
    done = Processed(state=Delivery.State.IGNORED)
    try:
        done, told["calls"] = _applied_and_undone(delivery, hook)
    except Exception as error:
        hide = delivery.connection.without_secrets
        log.error("A canary call's message could not be applied:\n%s", readable_traceback(error, hide))
        told["error"] = hide(f"{type(error).__name__}: {error}")[:LONGEST_REASON]
    with suppress(DatabaseError):  # The canary hears nothing then, and says so.
        delivery.delete()
        live.publish_canary(told)
    return done


def _applied_and_undone(delivery: Delivery, hook: Hook) -> tuple[Processed, int]:
    """With how many events it told of."""
    connection = delivery.connection
    parsed = reading.read_unmarked(hook, connection=connection)
    with transaction.atomic():
        outcome = inbox.apply_parsed(delivery, parsed, Lookup(), inbox.PATIENCE_IN_REQUEST_MS)
        transaction.set_rollback(True)
    return Processed(state=Delivery.State.IGNORED, parsed=parsed, outcome=outcome), len(parsed.events)
