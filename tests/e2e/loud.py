"""The project's settings with every logger at DEBUG: what an administrator switches on who looks for a fault."""

from __future__ import annotations

from config.settings import *  # noqa: F403
from config.settings import LOGGING

LOGGING = {
    **LOGGING,
    "root": {"handlers": ["console"], "level": "DEBUG"},
    "loggers": {
        **{name: {**logger, "level": "DEBUG"} for name, logger in LOGGING["loggers"].items()},
        # It tells of each variable that a template asks for in vain, with all that the page knows: megabytes a page.
        "django.template": {"level": "INFO"},
    },
}
