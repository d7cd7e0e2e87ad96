"""Whose a phone most likely is that nobody owns yet."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from telephony.models import Connection, Extension


def owner_elsewhere(connection: Connection, number: str, key_hash: str) -> Any:
    """Whose the same number or key is at another connection: most likely the same person's phone. None if nobody's, or
    several people's."""
    same = Q(number=number) & ~Q(number="") | Q(key_hash=key_hash) & ~Q(key_hash="")
    others = Extension.objects.filter(same, user__is_active=True).exclude(connection=connection).select_related("user")
    owners = {extension.user for extension in others}
    return owners.pop() if len(owners) == 1 else None
