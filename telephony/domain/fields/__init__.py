"""Typed reads from payloads that nobody vouches for.

`read_params` takes the fields out of whatever a PBX sent (bodies.py); the readers turn one field into a value
(values.py, times.py). What can't be read of an optional field is noted on the delivery and costs no more than the
field; only `required` raises, and its error, which names the field, becomes the delivery's.
"""

from telephony.domain.fields.bodies import FALLBACK_CHARSET, read_params, storable
from telephony.domain.fields.params import Params
from telephony.domain.fields.times import NEAR, local_time, moment, near, required_time
from telephony.domain.fields.values import (
    LONGEST_LINK,
    LONGEST_TEXT,
    chosen,
    one_of,
    outcome,
    required,
    seconds,
    text,
)

__all__ = [
    "FALLBACK_CHARSET",
    "LONGEST_LINK",
    "LONGEST_TEXT",
    "NEAR",
    "Params",
    "chosen",
    "local_time",
    "moment",
    "near",
    "one_of",
    "outcome",
    "read_params",
    "required",
    "required_time",
    "seconds",
    "storable",
    "text",
]
