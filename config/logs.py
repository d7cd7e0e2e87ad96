"""Settings of the log: to the console, without secrets, one line for what anybody outside can cause."""

from __future__ import annotations

from typing import Any

from telephony.privacy.outside import LOGGERS


def _console(level: str = "INFO") -> dict[str, Any]:
    return {"handlers": ["console"], "level": level, "propagate": False}


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "hide_hook_secrets": {"()": "telephony.privacy.masking.HideHookSecrets"},
        "one_line": {"()": "telephony.privacy.outside.OneLine"},
    },
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["hide_hook_secrets"]},
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
    },
}
