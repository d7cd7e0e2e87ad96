"""What balancers ask: `/healthz`, whether this process answers, and `/readyz`, whether all that it needs is there.

Both are answered under any host name, as JSON, and tell nobody anything but the names of what is looked at.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping

from django.contrib.auth.decorators import login_not_required
from django.db import connection as database
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from telephony.database import reach
from telephony.database.migrated import missing_migrations
from telephony.health.of_keeping import keys_fit
from telephony.health.of_processes import silent_broker
from telephony.intake.any_host import takes_any_host
from telephony.jobs import alive
from telephony.privacy.tracebacks import where
from telephony.recordings.storage import check_writable

log = logging.getLogger(__name__)

FRESH_SECONDS = 2.0
"""An answer holds so long for all who ask this process: asking often costs nothing."""

PATIENCE = 4.0
"""Seconds that a database may take that says nothing; whoever asks waits no longer than a few more."""

_lock = threading.Lock()
_found: tuple[float, Mapping[str, str]] | None = None


@takes_any_host
@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200: the process answers. It asks nobody else: no process is restarted for a database that is away."""
    return JsonResponse({"ok": True})


@takes_any_host
@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 if all is there, else 503; `checks` has "ok", or in words what is missing, for each."""
    global _found  # noqa: PLW0603  (of the process)
    with _lock:
        if _found is None or time.monotonic() - _found[0] > FRESH_SECONDS:
            with reach.within(PATIENCE):
                _found = time.monotonic(), {name: _look(check) for name, check in CHECKS.items()}
        checks = _found[1]
    ok = set(checks.values()) == {"ok"}
    return JsonResponse({"ok": ok, "checks": checks}, status=200 if ok else 503)


def _look(check: Callable[[], str]) -> str:
    try:
        return check() or "ok"
    except Exception as error:
        log.warning("readyz: %s", where(error))
        return f"failed: {type(error).__name__}"


def _database() -> str:
    with database.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _migrations() -> str:
    missing = missing_migrations()
    return f"{missing} not applied: run manage.py migrate" if missing else ""


def _storage() -> str:
    check_writable()
    return ""


def _worker() -> str:
    return "" if alive.is_anybody_there() else "no worker with beat was seen lately: start one, README says how"


def _broker() -> str:
    name = silent_broker()
    return f"{name} does not answer: start it, or mend CELERY_BROKER_URL" if name else ""


def _keys() -> str:
    return "" if keys_fit() else "secrets can't be read: TELEPHONY_ENCRYPTION_KEYS lacks the key of before"


CHECKS: Mapping[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "keys": _keys,
    "storage": _storage,
    "broker": _broker,
    "worker": _worker,
}
