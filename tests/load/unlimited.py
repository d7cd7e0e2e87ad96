"""The project's settings without limits of how often somebody may ask: for whoever sends thousands of requests."""

from __future__ import annotations

from config.settings import *  # noqa: F403
from config.settings import REST_FRAMEWORK

TELEPHONY_MESSAGES_PER_MINUTE = 0
TELEPHONY_MEGABYTES_PER_DAY = 0
REST_FRAMEWORK = {**REST_FRAMEWORK, "DEFAULT_THROTTLE_CLASSES": []}
