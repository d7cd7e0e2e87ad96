"""A moment, in whichever way it is written, and how far it is to be believed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from itertools import product

from telephony.domain.exceptions import MalformedHook
from telephony.domain.fields.params import Params
from telephony.domain.fields.values import text
from telephony.domain.notes import LONGEST_VALUE, Oddity

NEAR = timedelta(minutes=10)
"""How long a message may be on its way before its time of receipt means nothing any more."""
AHEAD = timedelta(days=3)
"""How far a PBX's clock may be before ours: a wrong day and time zone are forgiven, another year is not."""
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_LATEST = datetime(2050, 1, 1, tzinfo=UTC)  # Seconds between the two fit into 31 bits, the database's integer.

_NUMBER = re.compile(r"\d{1,20}(?:[.,]\d*)?")
_UNITS = (1, 1_000, 1_000_000, 1_000_000_000)
"""Of a second. Moments between 1990 and 2050 in two of them never look alike."""
_LOST_PLUS = re.compile(r"(:\d\d(?:\.\d+)?) (\d\d:?\d\d)$")
"""`+03:00` in a query: a plus that is not encoded is a blank."""
_COMPACT = re.compile(r"\d{14}")
_DATES = ("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%y")
_HOURS = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a text says of a moment."""

    moments: tuple[datetime, ...]
    """UTC. Several where it is not plain which is the day and which the month."""
    is_usual: bool = False
    """Unix time in the PBX's unit, or a date and time as ISO 8601 has them."""
    is_sure: bool = True
    """The notation can't be misread."""


def moment(
    params: Params, name: str, zone: tzinfo, *, within: timedelta = NEAR, per_second: int = 1
) -> datetime | None:
    """A moment in UTC; None if the field is missing, 0, or can't be believed, which is noted.

    Unix time in seconds or smaller units, ISO 8601, and other notations of dates; without an offset on a clock in
    `zone`. A notation that may be misread is believed within so long of the time of receipt, and nothing that is
    more than `AHEAD` after it. `per_second`: how many units of the PBX's unix time are a second; others are noted.
    """
    value = text(params, name)
    if not value or not value.strip("0.,"):
        return None
    written = read(value, zone, per_second=per_second)
    if written is None:
        params.odd(Oddity.NOT_A_TIME, name, value)
        return None
    found = min(written.moments, key=lambda possible: abs(possible - params.received_at))
    if not written.is_sure and abs(found - params.received_at) > within:
        params.odd(Oddity.UNSURE_TIME, name, value)
        return None
    if found > params.received_at + AHEAD:
        params.odd(Oddity.AHEAD, name, value)
        return None
    if not written.is_usual:
        params.odd(Oddity.OTHER_TIME, name, value)
    return found


def local_time(params: Params, name: str, zone: tzinfo) -> datetime | None:
    """A moment written `2024-01-29 13:46:22` by a clock in `zone` (or with its own offset); None if missing.

    For what is nothing without its time: raises MalformedHook for any other notation.
    """
    value = text(params, name)
    if not value:
        return None
    found = _iso(value, zone)
    if found is None:
        shown = repr(value if len(value) <= LONGEST_VALUE else value[:LONGEST_VALUE] + "…")
        raise MalformedHook(f"{name}: expected a time like 2024-01-29 13:46:22, got {shown}.")
    return found


def required_time(params: Params, name: str, zone: tzinfo) -> datetime:
    """The same, which must be there. Raises MalformedHook."""
    found = local_time(params, name, zone)
    if found is None:
        raise MalformedHook(f"{name}: missing or empty.")
    return found


def near(received_at: datetime, reference: datetime | None, *, within: timedelta = NEAR) -> datetime:
    """When something happened that the PBX gives no time for, but a time it can't have been before.

    The time of receipt, unless that is further from the reference than such things take: then the message
    was held up (or is an old example) and the reference is the better guess.
    """
    if reference is None or timedelta(0) <= received_at - reference <= within:
        return received_at
    return reference


def read(value: str, zone: tzinfo, *, per_second: int = 1) -> Written | None:
    """What this text may mean; None for what names no moment between 1990 and 2050."""
    if _NUMBER.fullmatch(value) and not _COMPACT.fullmatch(value):
        return _unix(float(value.replace(",", ".")), per_second)
    usual = _iso(value, zone)
    if usual:
        return Written(moments=(usual,), is_usual=True)
    mended = _iso(_LOST_PLUS.sub(r"\1+\2", value), zone) or _mail(value, zone) or _by_form(value, "%Y%m%d%H%M%S", zone)
    if mended:
        return Written(moments=(mended,))
    forms = (f"{date}{between}{hour}" for date, between, hour in product(_DATES, (" ", ", ", "T"), _HOURS))
    found = tuple(moment for form in forms if (moment := _by_form(value, form, zone)))
    return Written(moments=found, is_sure=False) if found else None


def _unix(number: float, per_second: int) -> Written | None:
    for unit in _UNITS:
        if _EARLIEST.timestamp() <= number / unit < _LATEST.timestamp():
            return Written(moments=(datetime.fromtimestamp(number / unit, UTC),), is_usual=unit == per_second)
    return None


def _iso(value: str, zone: tzinfo) -> datetime | None:
    if ":" not in value and "T" not in value:
        return None  # A day names no moment.
    try:
        return _believable(datetime.fromisoformat(value), zone)
    except ValueError:
        return None


def _mail(value: str, zone: tzinfo) -> datetime | None:
    """As e-mail and HTTP write it: `Mon, 29 Jan 2024 13:46:22 +0300`."""
    try:
        return _believable(parsedate_to_datetime(value), zone) if value[-1:].isalnum() and "," in value[:5] else None
    except (ValueError, OverflowError):
        return None


def _by_form(value: str, form: str, zone: tzinfo) -> datetime | None:
    try:
        return _believable(datetime.strptime(value, form), zone)  # noqa: DTZ007
    except ValueError:
        return None


def _believable(found: datetime, zone: tzinfo) -> datetime | None:
    try:
        aware = (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        return None
    return aware if _EARLIEST <= aware < _LATEST else None
