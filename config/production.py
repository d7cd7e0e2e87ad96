"""What a production server refuses to start with, in words that say what to set."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence

from django.core.exceptions import ImproperlyConfigured

SHORTEST_KEY, FEWEST_SIGNS = 50, 8
"""Characters of SECRET_KEY, and how many different ones: as Django's own check has it, and a little more."""
EXAMPLES = ("django-insecure", "changeme", "change-me", "secret", "example", "password", "development", "test-key")
"""How keys begin that somebody has copied."""
_FEWEST_BYTES = 12
"""Different ones among the 32 of an encryption key: a random one has 29 and practically never fewer than 20."""
_TAKE = "take one that `python manage.py make_secrets` prints"


def refuse_weak_keys(secret_keys: Sequence[str], encryption_keys: Iterable[str]) -> None:
    """Raises ImproperlyConfigured for a key that can be guessed. The first is SECRET_KEY, the rest fallbacks."""
    for number, key in enumerate(secret_keys):
        name = "SECRET_KEY_FALLBACKS holds a key that" if number else "SECRET_KEY"
        if len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_SIGNS or _is_repeated(key):
            raise ImproperlyConfigured(f"{name} is short or monotonous, so it can be guessed: {_TAKE}.")
        if key.lower().startswith(EXAMPLES):
            raise ImproperlyConfigured(f"{name} is an example's: {_TAKE}.")
    for key in encryption_keys:
        if len(set(base64.urlsafe_b64decode(key))) < _FEWEST_BYTES:
            text = f"TELEPHONY_ENCRYPTION_KEYS holds a key that can be guessed: {_TAKE}."
            raise ImproperlyConfigured(text)


def refuse_any_host(hosts: Iterable[str], origins: Iterable[str]) -> None:
    """Raises ImproperlyConfigured for names that are not the site's own."""
    hosts = list(hosts)
    if not hosts:
        raise ImproperlyConfigured("ALLOWED_HOSTS is not set: set it to the site's host name, like crm.example.ru.")
    for host in hosts:
        if host == "*" or _is_whole_domain(host):
            raise ImproperlyConfigured(
                f"ALLOWED_HOSTS holds {host!r}, under which anybody may have a site: set it to the site's own name,"
                " like crm.example.ru."
            )
    for origin in origins:
        if _is_whole_domain(origin.partition("://")[2].partition(":")[0].removeprefix("*")):
            raise ImproperlyConfigured(
                f"CSRF_TRUSTED_ORIGINS holds {origin!r}, which is somebody else's, too: write the site's own,"
                " like https://crm.example.ru."
            )


def _is_whole_domain(host: str) -> bool:
    """Whether it stands for all names under a top-level domain: .ru, .com."""
    return host.startswith(".") and "." not in host.strip(".")


def _is_repeated(key: str) -> bool:
    """Whether it is some signs again and again."""
    return (key + key).find(key, 1) < len(key) // 2
