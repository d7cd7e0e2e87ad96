"""`manage.py make_secrets`: fresh secrets for a production environment."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.management.base import BaseCommand

from config.environment import make_encryption_key


class Command(BaseCommand):
    help = "Prints fresh secrets for the environment of a production server. Keep them: they can't be made again."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"SECRET_KEY={secrets.token_urlsafe(50)}")
        self.stdout.write(f"TELEPHONY_ENCRYPTION_KEYS={make_encryption_key()}")
