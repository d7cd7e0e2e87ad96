"""The fold: a call as a pure function of the set of its events."""

from __future__ import annotations

from telephony.domain.fold.call import CallState, fold
from telephony.domain.fold.order import knows_better
from telephony.domain.fold.recordings import RecordingNote
from telephony.domain.fold.repeats import repeats_a_ring

__all__ = ["CallState", "RecordingNote", "fold", "knows_better", "repeats_a_ring"]
