"""Settings for whoever runs the installation: the log, ids of requests, figures, errors to Sentry."""

from __future__ import annotations

from django_guid.integrations import CeleryIntegration

from config import environment as read
from config.operations import sentry
from config.operations.logs import make_logging

__all__ = ["DJANGO_GUID", "LOGGING", "METRICS_TOKEN", "PROMISED_SERVERS", "PROMISED_WORKERS"]

LOGGING = make_logging(read.read_choice("LOG_FORMAT", ("text", "json"), "text"))
DJANGO_GUID = {
    # A proxy's own, if it is a UUID; tasks that a request sends off keep it.
    "GUID_HEADER_NAME": "X-Request-ID",
    "RETURN_HEADER": False,  # Answers to addresses that nobody has are the same to the byte.
    "INTEGRATIONS": [CeleryIntegration()],
}
METRICS_TOKEN = read.read_token("METRICS_TOKEN")
PROMISED_SERVERS = read.read_origins("PROMISED_SERVERS")
PROMISED_WORKERS = read.read_int("PROMISED_WORKERS", 1, highest=1000)
"""As many as there are to be: `check --deploy` says which are missing."""


def start_sentry(environment: str) -> None:
    """Send errors there from now on, if SENTRY_DSN names a place."""
    sentry.start(
        read.read_text("SENTRY_DSN", ""), environment=environment, release=read.read_text("SENTRY_RELEASE", "")
    )
