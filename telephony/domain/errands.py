"""What a PBX that nobody can reach is to do for us: it fetches that with our answers to its polls (Vendor.is_poll)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from telephony.domain.exceptions import DialProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class CallErrand:
    """Call the employee's phone, and then this number. Given out again until it is too late or was done."""

    order_id: str
    """Ours: whoever gets it twice calls once."""
    extension: str
    phone: str
    """E.164."""
    expires_at: datetime
    """Aware: later than this nobody is called any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadErrand:
    """Send us this recording."""

    recording_id: int
    reference: str
    """The PBX's own name of the file."""


Errand = CallErrand | UploadErrand


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedOrder:
    """An order to call that the PBX took, and told of later that nothing came of it."""

    order_id: str
    problem: DialProblem
    said: str = ""
    """The PBX's own words, perhaps empty."""
