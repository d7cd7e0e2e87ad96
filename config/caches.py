"""Django's caches: one in each process, and one that all of them share where there is a Redis anyway."""

from __future__ import annotations

from typing import Any

SHARED_CACHE = "shared"
REDIS_SECONDS = 1.0
"""What does not answer within this is done without."""


def make_caches(broker_url: str) -> dict[str, dict[str, Any]]:
    """CACHES; with `SHARED_CACHE` if Celery's broker is a Redis. Its keys begin with `telephony:`."""
    caches: dict[str, dict[str, Any]] = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    if broker_url.startswith(("redis:", "rediss:")):
        caches[SHARED_CACHE] = {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": broker_url,
            "KEY_PREFIX": "telephony",
            "OPTIONS": {"socket_connect_timeout": REDIS_SECONDS, "socket_timeout": REDIS_SECONDS},
        }
    return caches
