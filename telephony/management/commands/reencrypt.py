"""`manage.py reencrypt`: the last step of changing the encryption key."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from telephony.models.reencrypt import reencrypt


class Command(BaseCommand):
    help = (
        "Encrypts everything that stands encrypted (secrets, deliveries, links) with the first key of "
        "TELEPHONY_ENCRYPTION_KEYS; then the other keys can go."
    )

    def handle(self, **options: Any) -> None:
        reencrypt(note=self.stdout.write)
