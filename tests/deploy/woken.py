"""The application, whose streams look for news only when PostgreSQL wakes them."""

from __future__ import annotations

from config.asgi import application
from telephony.cards import waking

waking.LOOK_SECONDS_WHEN_WOKEN = 600.0

__all__ = ["application"]
