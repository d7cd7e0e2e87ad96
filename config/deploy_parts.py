"""What `manage.py check --deploy` says of the parts: as many processes as are promised, Redis, PostgreSQL."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.core.checks import CheckMessage, Warning
from django.utils import timezone

from telephony.jobs import alive
from telephony.models import SeenProcess
from telephony.privacy.tracebacks import where

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 3.0
GUESSED = ("", "postgres", "password", "changeme", "telephony", "admin", "12345678", "secret")
"""Passwords of databases that stand in examples."""


def all_servers_answer() -> Iterator[CheckMessage]:
    """Whether each server of PROMISED_SERVERS answers."""
    for address in settings.PROMISED_SERVERS:
        if not _answers(address):
            yield Warning(
                f"Nothing answers at {address}, which PROMISED_SERVERS names.",
                hint="Start it, or take it out of PROMISED_SERVERS.",
                id="deploy.W004",
            )


def all_workers_are_there() -> Iterator[CheckMessage]:
    """Whether as many workers were seen lately as PROMISED_WORKERS says."""
    since = timezone.now() - alive.LATE
    seen = SeenProcess.objects.filter(kind=SeenProcess.Kind.WORKER, seen_at__gt=since).count()
    if seen < settings.PROMISED_WORKERS:
        yield Warning(
            f"{seen} of {settings.PROMISED_WORKERS} workers run.",
            hint="Start the others, each with a --hostname of its own, or lower PROMISED_WORKERS.",
            id="deploy.W005",
        )


def redis_forgets_nothing() -> Iterator[CheckMessage]:
    """Whether a full Redis refuses, instead of throwing away what waits for a worker."""
    if not settings.CELERY_BROKER_URL.startswith(("redis:", "rediss:")):
        return
    try:
        with redis.Redis.from_url(settings.CELERY_BROKER_URL, socket_timeout=PATIENCE_SECONDS) as server:
            policy = str(server.info("memory").get("maxmemory_policy", ""))
    except redis.RedisError as error:
        log.info("check --deploy: Redis:\n%s", where(error))
        return  # Health says that it does not answer.
    if policy not in ("", "noeviction"):
        yield Warning(
            f"Redis throws away what it has no room for (maxmemory-policy {policy}): work, and who is signed in.",
            hint="Set maxmemory-policy noeviction in redis.conf.",
            id="deploy.W006",
        )


def databases_password_is_no_example() -> Iterator[CheckMessage]:
    """The password in DATABASE_URL, where the database is on another machine or asks for one."""
    database = settings.DATABASES["default"]
    host, password = str(database.get("HOST", "")), str(database.get("PASSWORD", ""))
    if not database["ENGINE"].endswith("postgresql") or host.startswith("/") or not host:
        return
    is_near = host in ("localhost", "127.0.0.1", "::1")
    if password in (*GUESSED, str(database.get("USER", ""))) and not (is_near and not password):
        yield Warning(
            "The database's password is one that everybody tries first, or its user's name.",
            hint="ALTER ROLE ... PASSWORD, and DATABASE_URL with the new one.",
            id="deploy.W007",
        )


def _answers(address: str) -> bool:
    parts = urlsplit(address)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    line = kind(parts.hostname or "", parts.port, timeout=PATIENCE_SECONDS)
    try:
        line.request("GET", "/healthz")
        return line.getresponse().status == 200
    except (OSError, HTTPException) as error:
        log.info("check --deploy: %s:\n%s", address, where(error))
        return False
    finally:
        line.close()
