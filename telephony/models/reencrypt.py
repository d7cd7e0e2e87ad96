"""Changing the encryption key: everything that stands encrypted is written again with the first key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import models, transaction

from telephony.models.encrypted import EncryptedBinaryField, EncryptedTextField, PartlyEncryptedJSONField

BATCH = 200
_ENCRYPTED = (EncryptedTextField, EncryptedBinaryField, PartlyEncryptedJSONField)


def reencrypt(*, note: Callable[[str], None] = lambda line: None) -> None:
    """Every row of every app, in batches, each committed: it may be interrupted, and run again.

    `note` gets a line for each kind of row. What an earlier version left in clear is encrypted, too.
    """
    for model in apps.get_models():
        names = [field.name for field in model._meta.concrete_fields if isinstance(field, _ENCRYPTED)]
        count = _rewrite(model, names) if names else 0
        if count:
            note(f"{count} {model._meta.verbose_name_plural} encrypted with the first key.")


def _rewrite(model: type[models.Model], names: list[str]) -> int:
    rows: Any = model._default_manager
    count = last = 0
    while True:
        with transaction.atomic():
            chosen = rows.filter(pk__gt=last).order_by("pk").only("pk", *names)
            batch = list(chosen.select_for_update(of=("self",))[:BATCH])
            if not batch:
                return count
            rows.bulk_update(batch, names)
        count, last = count + len(batch), batch[-1].pk
