"""Settings of the log: to the console, without secrets, one line for what anybody outside can cause."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from telephony.privacy.outside import LOGGERS


def _console(level: str = "INFO") -> dict[str, Any]:
    return {"handlers": ["console"], "level": level, "propagate": False}


_BASE: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "hide_hook_secrets": {"()": "telephony.privacy.masking.HideHookSecrets"},
        "request": {"()": "django_guid.log_filters.CorrelationId"},
        "work": {"()": "telephony.log_context.WorkContext"},
        "one_line": {"()": "telephony.privacy.outside.OneLine"},
    },
    "formatters": {
        "text": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "config.operations.json_lines.NamedFields", "json_ensure_ascii": False},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "text",
            # Secrets last: nothing is added behind it.
            "filters": ["request", "work", "hide_hook_secrets"],
        },
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": _console(),
        **{name: {"filters": ["one_line"]} for name in LOGGERS},
        # It misses a host name in the address of the built-in broker, which has none.
        "kombu.connection": _console("ERROR"),
        # Its lines name nobody: who tries what stands in the journal of sign-ins.
        "axes": _console("ERROR"),
        "django.server": _console(),
        # It tells of each request that it has given it an id.
        "django_guid": _console("WARNING"),
    },
}


def make_logging(form: str) -> dict[str, Any]:
    """Django's LOGGING with lines as "text", for people, or as "json", one object a line, for programs."""
    made = deepcopy(_BASE)  # Whoever configures a log from it changes it.
    made["handlers"]["console"]["formatter"] = form
    return made
