"""Recordings as sound: what a file is by its content, how long it is, its waveform, and a copy that browsers play.

Plain: knows no Django. The codecs run in a process of their own (worker.py), for a recording comes from outside.
"""

from __future__ import annotations

from telephony.audio.identifying import identify
from telephony.audio.kinds import PLAYABLE, AudioKind
from telephony.audio.preparing import AudioError, Prepared, Problem, prepare

__all__ = ["PLAYABLE", "AudioError", "AudioKind", "Prepared", "Problem", "identify", "prepare"]
