"""For other apps only; inside telephony the function is called directly."""

from __future__ import annotations

from django.dispatch import Signal

call_changed = Signal()
"""After the commit that changed a call. Arguments: `call` (telephony.models.Call), `created` (bool)."""
