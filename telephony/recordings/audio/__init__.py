"""Recordings as sound: what a file is by its content, how long it is, its waveform, and a copy that browsers play.

Plain: knows no Django. The codecs run in a process of their own (worker.py), for a recording comes from outside.
"""

from __future__ import annotations

from telephony.recordings.audio.identifying import identify
from telephony.recordings.audio.kinds import PLAYABLE, AudioKind
from telephony.recordings.audio.preparing import AudioError, Prepared, Problem, prepare

__all__ = ["PLAYABLE", "AudioError", "AudioKind", "Prepared", "Problem", "identify", "prepare"]
