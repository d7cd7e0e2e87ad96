"""How many requests a user may make: counted for all processes together, and never by one of them alone.

A window is as long as the rate says. What counts is this window, and of the one before the share that is not over yet:
so a limit of 300 a minute lets 300 through at once, and then about 5 a second, not 600 where two minutes meet.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.cache import caches
from django.db.models import F
from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle

from telephony import conf
from telephony.models import ApiUse
from telephony.models.api_use import ROWS

if TYPE_CHECKING:
    from rest_framework.views import APIView  # It imports this module itself.

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request, when it asks to be let through."""

    who: str
    limit: int
    seconds: int
    """Length of a window."""
    window: int
    passed: float
    """How many of its seconds are over."""

    def room(self, before: int) -> int:
        """How many may be let through in this window by now, after so many in the one before."""
        return self.limit - math.ceil(before * (1 - self.passed / self.seconds))


class SharedUserRateThrottle(UserRateThrottle):
    """`user` of DEFAULT_THROTTLE_RATES for each user, however many processes answer. What is refused does not count."""

    timer: Callable[[], float] = staticmethod(time.time)

    def allow_request(self, request: Request, view: APIView) -> bool:
        limit, seconds = self.parse_rate(self.rate)
        key = self.get_cache_key(request, view)
        if key is None or not limit or not seconds:
            return True
        window, passed = divmod(self.timer(), seconds)
        self.asked = Asked(who=key, limit=limit, seconds=seconds, window=int(window), passed=passed)
        return take(self.asked)

    def wait(self) -> float:
        """Seconds until this window is over. There may be room earlier; there is some then, unless others take it."""
        return self.asked.seconds - self.asked.passed


def take(asked: Asked) -> bool:
    """Let the request through and count it, if there is room for it."""
    if alias := conf.api_cache():
        try:
            return _take_in_cache(alias, asked)
        except Exception:  # Whatever a cache raises that does not answer: nobody is locked out, or let in, for it.
            log.warning("The cache %r does not count the API's requests: the database does.", alias, exc_info=True)
    return _take_in_database(asked)


def _take_in_cache(alias: str, asked: Asked) -> bool:
    cache = caches[alias]
    before, now = (f"{asked.who}:{window}" for window in (asked.window - 1, asked.window))
    room = asked.room(cache.get(before, 0))
    cache.add(now, 0, timeout=2 * asked.seconds)
    if cache.incr(now) <= room:
        return True
    cache.decr(now)
    return False


def _take_in_database(asked: Asked) -> bool:
    windows = (asked.window - 1, asked.window)
    counts = dict(ApiUse.objects.filter(who=asked.who, window__in=windows).values_list("window", "count"))
    if asked.window not in counts:
        ApiUse.objects.filter(window__lt=asked.window - 1).exclude(who__startswith=ROWS).delete()
        ApiUse.objects.bulk_create([ApiUse(who=asked.who, window=asked.window)], ignore_conflicts=True)
    # One statement looks and counts: of two that see the last free place, one gets it.
    free = ApiUse.objects.filter(
        who=asked.who, window=asked.window, count__lt=asked.room(counts.get(asked.window - 1, 0))
    )
    return bool(free.update(count=F("count") + 1))
