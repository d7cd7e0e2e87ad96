"""Model fields whose values stand encrypted in the database.

TELEPHONY_ENCRYPTION_KEYS lists Fernet keys: the first encrypts, all decrypt. To change keys put a new
one in front and run `manage.py reencrypt`; then the old one can go. A wrong key raises, it never
yields the cipher text as if it were the value.
"""

from __future__ import annotations

import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

DUMPED = "fernet:"
"""Begins an encrypted value in a dump."""


def cipher() -> MultiFernet:
    """The cipher with the keys of the settings; made anew each time, because settings may be overridden."""
    return MultiFernet([Fernet(key) for key in settings.TELEPHONY_ENCRYPTION_KEYS])


class EncryptedTextField(models.TextField):
    """Text; looked up by nothing (each encryption gives another cipher text)."""

    def from_db_value(self, value: str | None, *_: Any) -> Any:
        return None if value is None else self._loaded(self._decrypt(value))

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else cipher().encrypt(self._dumped(value).encode()).decode()

    def value_to_string(self, obj: models.Model) -> str:
        """For `dumpdata`: encrypted, as it stands in the database."""
        return f"{DUMPED}{self.get_prep_value(self.value_from_object(obj))}"

    def to_python(self, value: Any) -> Any:
        """What `value_to_string` wrote, for `loaddata`; any other value as it is."""
        if isinstance(value, str) and value.startswith(DUMPED):
            return self._loaded(self._decrypt(value.removeprefix(DUMPED)))
        return value

    def _dumped(self, value: Any) -> str:
        return str(value)

    def _loaded(self, text: str) -> Any:
        return text

    def _decrypt(self, value: str) -> str:
        try:
            return cipher().decrypt(value.encode()).decode()
        except InvalidToken:
            raise ImproperlyConfigured(
                f"{self.model._meta.label}.{self.name} was encrypted with a key that is not in "
                "TELEPHONY_ENCRYPTION_KEYS: add that key to the end of the list."
            ) from None


class EncryptedJSONField(EncryptedTextField):
    """Anything that JSON can hold."""

    def _dumped(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)

    def _loaded(self, text: str) -> Any:
        return json.loads(text)
