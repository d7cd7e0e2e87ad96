"""Model fields whose values stand encrypted in the database.

TELEPHONY_ENCRYPTION_KEYS lists Fernet keys: the first encrypts, all decrypt. To change keys put a new
one in front and run `manage.py reencrypt`; then the old one can go. A wrong key raises, it never
yields the cipher text as if it were the value.

What earlier versions stored in clear (deliveries, links) is read as it is, and stands encrypted when it
is written again: migration 0004 and `manage.py reencrypt` do that to all of it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from telephony import conf

DUMPED = "fernet:"
"""Begins an encrypted value in a dump, and inside JSON."""
TOKEN = b"gAAAAA"
"""Begins every cipher text: Fernet's version, and the time, which has more than 32 bits."""


def cipher() -> MultiFernet:
    """The cipher with the keys of the settings, which may be overridden."""
    return _cipher(tuple(conf.encryption_keys()))


@lru_cache(maxsize=8)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def is_encrypted(value: bytes) -> bool:
    """Whether this is a cipher text of ours, not something that only looks like one."""
    try:
        cipher().decrypt(value)
    except InvalidToken:
        return False
    return True


SHORT = 400
"""Bytes of a cipher text that is remembered: keys, links and numbers are shorter, what PBXs send is longer."""


@lru_cache(maxsize=2000)
def _remembered(keys: tuple[str, ...], value: bytes) -> bytes:
    """What a call's events say is read again with each message of the call. A key that was taken away opens nothing."""
    return _cipher(keys).decrypt(value)


def _decrypt(value: bytes, field: models.Field[Any, Any]) -> bytes:
    try:
        return _remembered(tuple(conf.encryption_keys()), value) if len(value) <= SHORT else cipher().decrypt(value)
    except InvalidToken:
        raise ImproperlyConfigured(
            f"{field.model._meta.label}.{field.name} was encrypted with a key that is not in "
            "TELEPHONY_ENCRYPTION_KEYS: add that key to the end of the list."
        ) from None


class EncryptedTextField(models.TextField):
    """Text; looked up by nothing (each encryption gives another cipher text)."""

    def from_db_value(self, value: str | None, *_: Any) -> Any:
        return None if value is None else self._loaded(_decrypt(value.encode(), self).decode())

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else cipher().encrypt(self._dumped(value).encode()).decode()

    def value_to_string(self, obj: models.Model) -> str:
        """For `dumpdata`: encrypted, as it stands in the database."""
        return f"{DUMPED}{self.get_prep_value(self.value_from_object(obj))}"

    def to_python(self, value: Any) -> Any:
        """What `value_to_string` wrote, for `loaddata`; any other value as it is."""
        if isinstance(value, str) and value.startswith(DUMPED):
            return self.from_db_value(value.removeprefix(DUMPED))
        return value

    def _dumped(self, value: Any) -> str:
        return str(value)

    def _loaded(self, text: str) -> Any:
        return text


class EncryptedJSONField(EncryptedTextField):
    """Anything that JSON can hold."""

    def _dumped(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)

    def _loaded(self, text: str) -> Any:
        return json.loads(text)


class EncryptedLinkField(EncryptedTextField):
    """A link that may open something by itself. An empty one stays empty, and can be asked for."""

    def from_db_value(self, value: str | None, *_: Any) -> Any:
        if value is None or not value.startswith(TOKEN.decode()):
            return value
        return super().from_db_value(value)

    def get_prep_value(self, value: Any) -> str | None:
        return value if value in (None, "") else super().get_prep_value(value)


class EncryptedBinaryField(models.BinaryField):
    """Bytes; they are read as they were written, but can be neither looked for nor cut by the database."""

    def from_db_value(self, value: Any, *_: Any) -> bytes | None:
        if value is None:
            return None
        stored = bytes(value)
        return _decrypt(stored, self) if stored.startswith(TOKEN) else stored

    def get_prep_value(self, value: Any) -> bytes | None:
        # No bytes hide nothing, and most messages have either no query or no body.
        return None if value is None else cipher().encrypt(bytes(value)) if len(value) else b""

    def get_lookup(self, lookup_name: str) -> Any:
        """None but `isnull`: each encryption gives another cipher text, so a filter would find nothing, silently."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def value_to_string(self, obj: models.Model) -> str:
        """For `dumpdata`: encrypted, as it stands in the database."""
        return DUMPED + (self.get_prep_value(self.value_from_object(obj)) or b"").decode()

    def to_python(self, value: Any) -> Any:
        """What `value_to_string` wrote, for `loaddata`, or an older version's base64; bytes as they are."""
        if not isinstance(value, str):
            return value
        if value.startswith(DUMPED):
            return self.from_db_value(value.removeprefix(DUMPED).encode())
        return base64.b64decode(value)


class PartlyEncryptedJSONField(models.JSONField):
    """A JSON object of which the texts under some keys stand encrypted."""

    def __init__(self, *args: Any, encrypted_keys: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.encrypted_keys = tuple(encrypted_keys)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "encrypted_keys": list(self.encrypted_keys)}

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return self._opened(super().from_db_value(value, expression, connection))

    def get_prep_value(self, value: Any) -> Any:
        return self._sealed(super().get_prep_value(value))

    def value_to_string(self, obj: models.Model) -> Any:
        """For `dumpdata`: encrypted, as it stands in the database."""
        return self._sealed(self.value_from_object(obj))

    def to_python(self, value: Any) -> Any:
        return self._opened(value)

    def _sealed(self, value: Any) -> Any:
        return self._with(value, lambda text: DUMPED + cipher().encrypt(text.encode()).decode())

    def _opened(self, value: Any) -> Any:
        def opened(text: str) -> str:
            sealed = text.startswith(DUMPED)
            return _decrypt(text.removeprefix(DUMPED).encode(), self).decode() if sealed else text

        return self._with(value, opened)

    def _with(self, value: Any, change: Any) -> Any:
        found = [key for key in self.encrypted_keys if isinstance(value, dict) and value.get(key)]
        return {**value, **{key: change(value[key]) for key in found}} if found else value
