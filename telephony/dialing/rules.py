"""What may be called, and how often: against toll fraud, and against a mistake that costs money."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import phonenumbers
from django.db.models import Count, Q
from phonenumbers import PhoneNumberType

from telephony import conf
from telephony.domain.exceptions import DialFailed, DialProblem
from telephony.models import Connection, Dial

COSTLY_TYPES = frozenset(
    {
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.PERSONAL_NUMBER,
        PhoneNumberType.PAGER,
    }
)
COSTLY_PREFIXES = ("+7840", "+7940", "+7954")
"""Look Russian and are charged as abroad: Abkhazia's and a satellite network's numbers."""


def check_number(*, connection: Connection, e164: str) -> None:
    """Raise `DialFailed` for what is no public number, costs extra, or lies in a country that is not allowed.

    A short number (an emergency or information service, an extension) is no public number.
    """
    if not e164:
        raise DialFailed(DialProblem.NO_NUMBER)
    parsed = phonenumbers.parse(e164)
    if phonenumbers.number_type(parsed) in COSTLY_TYPES or e164.startswith(COSTLY_PREFIXES):
        raise DialFailed(DialProblem.COSTLY)
    # A number from a range that is newer than our tables belongs to its code's main country.
    code: int = parsed.country_code or 0
    country = phonenumbers.region_code_for_number(parsed) or phonenumbers.region_code_for_country_code(code)
    if country not in (connection.dial_countries or [connection.phone_region]):
        raise DialFailed(DialProblem.COUNTRY, f"{country} (+{code})")


def check_limits(*, user: Any, now: datetime) -> None:
    """Raise `DialFailed` if this user has ordered as much as is allowed. Exact only under the user's lock."""
    per_minute, per_day = conf.dials_per_minute(), conf.dials_per_day()
    lately = Dial.objects.filter(user=user, ordered_at__gt=now - timedelta(days=1)).exclude(state=Dial.State.REFUSED)
    counts = lately.aggregate(day=Count("pk"), minute=Count("pk", filter=Q(ordered_at__gt=now - timedelta(minutes=1))))
    if counts["minute"] >= per_minute:
        raise DialFailed(DialProblem.PER_MINUTE, str(per_minute))
    if counts["day"] >= per_day:
        raise DialFailed(DialProblem.PER_DAY, str(per_day))
