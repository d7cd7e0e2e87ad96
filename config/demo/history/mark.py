"""Whether the demo's history is being written just now: its messages are days old when they arrive."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext

from telephony.admin import index


def _file() -> Path:
    path: Path = settings.VAR_DIR / "demo-history.lock"
    return path


@contextmanager
def being_written() -> Iterator[None]:
    """While it lasts, `is_being_written`. A process that is killed in it leaves nothing behind."""
    with _file().open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def is_being_written() -> bool:
    try:
        with _file().open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def index_context(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The first page's (unfold's DASHBOARD_CALLBACK): no connection is called silent because its history arrives."""
    context = index.index_context(request, context)
    if is_being_written():
        for item in context["dashboard"].get("connections", ()):
            item.update(health=gettext("the demo's past weeks are being written"), tone="plain")
    return context
