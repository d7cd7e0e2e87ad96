"""Telephone numbers, however people, spreadsheets and PBXs write them. `read` reads whatever enters.

A number that can't be read stays raw: a call is never lost for its number.
"""

from telephony.domain.numbers.display import as_dialled, shown
from telephony.domain.numbers.hidden import is_hidden
from telephony.domain.numbers.matching import (
    MATCH_DIGITS,
    bare,
    clean,
    dialable,
    digits,
    last_digits,
    match_key,
    ways_to_begin,
)
from telephony.domain.numbers.outside import called
from telephony.domain.numbers.reading import Problem, ReadNumber, normalise, read, to_e164

__all__ = [
    "MATCH_DIGITS",
    "Problem",
    "ReadNumber",
    "as_dialled",
    "bare",
    "called",
    "clean",
    "dialable",
    "digits",
    "is_hidden",
    "last_digits",
    "match_key",
    "normalise",
    "read",
    "shown",
    "to_e164",
    "ways_to_begin",
]
