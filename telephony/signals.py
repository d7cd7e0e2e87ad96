"""For other apps only; inside telephony the function is called directly."""

from __future__ import annotations

from django.dispatch import Signal

number_erased = Signal()
"""A person's number is being erased; a transaction is open. Arguments: `number` (telephony.domain.events.Phone: as it
was given, and in E.164 if it is a valid number), `calls` (a queryset of its calls, which still have it). A receiver
deletes what it holds of this person and returns how many contacts it deleted or took the number from; if it raises,
the erasure is tried again."""

call_changed = Signal()
"""After the commit that changed a call. Arguments: `call` (telephony.models.Call), `created` (bool)."""

recording_stored = Signal()
"""After the commit that stored a recording's file. Argument: `recording` (telephony.models.Recording)."""
