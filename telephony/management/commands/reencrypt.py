"""`manage.py reencrypt`: the last step of changing the encryption key."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from telephony.models import Connection


class Command(BaseCommand):
    help = "Encrypts every stored secret with the first key of TELEPHONY_ENCRYPTION_KEYS; then the other keys can go."

    def handle(self, **options: Any) -> None:
        with transaction.atomic():
            stored = list(Connection.objects.select_for_update())
            for connection in stored:
                connection.save(update_fields=["hook_secret", "settings"])
        self.stdout.write(f"{len(stored)} connections encrypted with the first key.")
