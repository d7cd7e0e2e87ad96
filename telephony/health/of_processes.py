"""Who works in the background and what brings them their work: workers, beat, Redis."""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings
from django.core.cache import caches
from django.urls import reverse
from django.utils.translation import gettext

from telephony.health.finding import Findings, finding
from telephony.jobs import alive
from telephony.jobs.alive import Kind
from telephony.privacy.tracebacks import where
from telephony.this_process import code_version

log = logging.getLogger(__name__)


def worker(now: datetime) -> Findings:
    if _is_late(alive.last_seen(Kind.WORKER), now):
        text = gettext(
            "No worker runs, so recordings, webhooks and reports wait: start it, the first page has the command."
        )
        yield finding("no_worker", text, url=reverse("admin:index"))


def beat(now: datetime) -> Findings:
    if silent_redis():
        return  # What beat sends does not come through, and that is said already.
    has_worker = not _is_late(alive.last_seen(Kind.WORKER), now)
    if has_worker and _is_late(alive.last_seen(Kind.BEAT), now):
        text = gettext("A worker runs without beat, so nobody tells it what to do when: start it with --beat.")
        yield finding("no_beat", text)


def beat_twice(now: datetime) -> Findings:
    names = alive.beats_at_once(now=now)
    if names:
        text = gettext(
            "Beat runs %(count)d times (%(names)s), so the same work is begun again and again: stop all but one."
        )
        yield finding("beat_twice", text % {"count": len(names), "names": ", ".join(names)})


def other_code(now: datetime) -> Findings:
    names = alive.workers_of_other_code(code_version(), now=now)
    if names:
        text = gettext(
            "The worker %(names)s runs another version of the program than is installed here: start it again."
        )
        yield finding("worker_of_other_code", text % {"names": ", ".join(names)})


def redis(now: datetime) -> Findings:
    if silent_redis():
        text = gettext("Redis does not answer, so no work reaches the workers: start it, or mend CELERY_BROKER_URL.")
        yield finding("redis", text)


def silent_redis() -> bool:
    """Whether a cache is a Redis that is away; where the broker is a Redis, a cache is, too (config/caches.py)."""
    for name, said in settings.CACHES.items():
        if said["BACKEND"] == REDIS:
            try:
                caches[name].get("health")
            except Exception as error:
                log.warning("health: redis: %s", where(error))
                return True
    return False


REDIS = "django.core.cache.backends.redis.RedisCache"


def queues(now: datetime) -> Findings:
    if _is_late(alive.last_seen(Kind.WORKER), now):
        return  # That is said already.
    names = alive.queues_without_worker(QUEUES, now=now)
    if names:
        text = gettext("No worker takes work from the queue %(names)s: start one that does.")
        yield finding("queue_without_worker", text % {"names": ", ".join(names)})


QUEUES = ("celery", "inbox", "outside")
"""As in the project's Celery app; of other projects that name them otherwise nothing is said."""


def _is_late(seen: datetime | None, now: datetime) -> bool:
    return seen is None or now - seen > alive.LATE
