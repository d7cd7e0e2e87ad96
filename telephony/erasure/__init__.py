"""A person's number and everything that leads to the person, erased: recordings, raw deliveries, names.

What stays is for statistics: that there was a call, in which direction, when, how long, and which employee
took it. The journal tells that it was done, and by a keyed hash, for whoever asks with the number in hand, of
which number. What a PBX tells of the number later is a new fact: erase it there, too.

places.py lists every column in which a person may stand. An app that holds people adds its own with `add_places`.
"""

from __future__ import annotations

from telephony.erasure.numbers import Target, target_of, was_erased
from telephony.erasure.place import Names, Place, add_places, all_places, delete_rows
from telephony.erasure.places import PLACES
from telephony.erasure.preview import Preview, preview
from telephony.erasure.work import Unfinished, begin, erase_due, finish, work_on_calls

__all__ = [
    "Names",
    "Place",
    "Preview",
    "Target",
    "Unfinished",
    "add_places",
    "all_places",
    "begin",
    "delete_rows",
    "erase_due",
    "finish",
    "preview",
    "target_of",
    "was_erased",
    "work_on_calls",
]

add_places(PLACES)
