"""The fold: a call as a pure function of the set of its events."""

from __future__ import annotations

from telephony.domain.fold.call import CallState, fold
from telephony.domain.fold.order import knows_better
from telephony.domain.fold.recordings import RecordingNote
from telephony.domain.fold.responsible import responsible_leg
from telephony.domain.fold.ringing import concerns_one_phone, repeats_a_ring

__all__ = [
    "CallState",
    "RecordingNote",
    "concerns_one_phone",
    "fold",
    "knows_better",
    "repeats_a_ring",
    "responsible_leg",
]
