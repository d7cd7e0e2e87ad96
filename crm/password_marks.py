"""What ties an API key to the password that its owner had when it was made: a keyed hash of the password's own hash."""

from __future__ import annotations

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

_SALT = "crm.api_keys"


def mark_of(password: str) -> str:
    """Of a user's `password` column, as it stands."""
    return _mark(password, settings.SECRET_KEY)


def possible_marks(password: str) -> list[str]:
    """All that may be stored for it: also those of SECRET_KEY_FALLBACKS."""
    return [_mark(password, secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def is_mark_of(mark: str, password: str) -> bool:
    return any(constant_time_compare(mark, one) for one in possible_marks(password))


def _mark(password: str, secret: str | bytes) -> str:
    return salted_hmac(_SALT, password, secret=secret, algorithm="sha256").hexdigest()
