"""Employees' keys at a PBX (Mobilon's `key`): whoever has one can order calls in that employee's name, past all rules.

So a key is shown to nobody. Where calls are compared with phones there stands a keyed hash of it; the key itself stands
encrypted, in the extension (which orders calls with it) and in the events (so that a call is folded as before).
"""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

PREFIX = "key1$"
"""Begins every hash; no key that a PBX sent, because it holds a sign that none has."""
_SALT = "telephony.user_keys"
_DIGITS = 40
_SHOWN = 4


def make_hash(key: str) -> str:
    """What a key is compared by, the same until SECRET_KEY changes; empty for no key."""
    return _hash(key, settings.SECRET_KEY) if key else ""


def possible_hashes(key: str) -> list[str]:
    """All that may be stored for this key: also those of SECRET_KEY_FALLBACKS. None for no key."""
    return [_hash(key, secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)] if key else []


def is_hash(value: str) -> bool:
    """Whether it is a hash that `make_hash` made, not a key."""
    return value.startswith(PREFIX) and len(value) == len(PREFIX) + _DIGITS


def label(key_hash: str) -> str:
    """A phone without a number, in words that tell it from others and give nothing away; empty for no key."""
    return gettext("key #%(mark)s") % {"mark": key_hash[len(PREFIX) :][:_SHOWN]} if key_hash else ""


@lru_cache(maxsize=1000)
def _hash(key: str, secret: str | bytes) -> str:
    return PREFIX + salted_hmac(_SALT, key, secret=secret, algorithm="sha256").hexdigest()[:_DIGITS]
