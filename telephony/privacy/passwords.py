"""Passwords that machines send with each request: kept as a keyed hash, checked in microseconds.

Not PBKDF2 or the like, as for people's passwords: these are checked while a phone rings, where 0.1 to 0.3 s of CPU
would be most of the answer's time and would let anybody who sends wrong passwords occupy the server. What protects the
stored hash instead is its key, derived from SECRET_KEY: who has only the database can't try passwords against it.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth import password_validation as validation
from django.core.exceptions import ValidationError
from django.utils.crypto import salted_hmac

_PREFIX = "hmac-sha256$"
_SALT = "telephony.passwords"
SHORTEST = 12
_RULES = (
    validation.MinimumLengthValidator(SHORTEST),
    validation.CommonPasswordValidator(),
    validation.NumericPasswordValidator(),
)


def make_hash(password: str) -> str:
    """The same for the same password, until SECRET_KEY changes: so a login is found by an index."""
    return _hash(password, settings.SECRET_KEY)


def make_hash_of_good(password: str, *, name: str) -> str:
    """The same, for a password that somebody chooses. Raises ValidationError if it is easy to guess."""
    if found := weaknesses(password, name=name):
        raise ValidationError(found)
    return make_hash(password)


def possible_hashes(password: str) -> list[str]:
    """All that may be stored for this password: also those of SECRET_KEY_FALLBACKS."""
    return [_hash(password, key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def is_hash(value: str) -> bool:
    """Whether it is a hash that `make_hash` made, not a password."""
    return value.startswith(_PREFIX) and len(value) == len(_PREFIX) + 64


def weaknesses(password: str, *, name: str) -> list[ValidationError]:
    """What makes it easy to guess, in words for who chooses it; nothing for a good one. `name` goes with it."""
    model = get_user_model()
    likeness = validation.UserAttributeSimilarityValidator([model.USERNAME_FIELD])
    found = []
    for rule in (*_RULES, likeness):
        try:
            rule.validate(password, model(**{model.USERNAME_FIELD: name}))
        except ValidationError as error:
            found.append(error)
    return found


def _hash(password: str, key: str | bytes) -> str:
    return _PREFIX + salted_hmac(_SALT, password, secret=key, algorithm="sha256").hexdigest()
