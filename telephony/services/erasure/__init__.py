"""A person's number and everything that leads to the person, erased: recordings, raw deliveries, names.

What stays is for statistics: that there was a call, in which direction, when, how long, and which employee
took it. The journal tells that it was done, and by a keyed hash, for whoever asks with the number in hand, of
which number. What a PBX tells of the number later is a new fact: erase it there, too.
"""

from __future__ import annotations

from telephony.services.erasure.numbers import Target, target_of, was_erased
from telephony.services.erasure.preview import Preview, preview
from telephony.services.erasure.work import begin, erase_due, finish, work_on_calls

__all__ = [
    "Preview",
    "Target",
    "begin",
    "erase_due",
    "finish",
    "preview",
    "target_of",
    "was_erased",
    "work_on_calls",
]
