"""Whose phones rang for clients who were missed."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from telephony.models.missed import MissedItem


class MissedRang(models.Model):
    """A user whose phone rang when the client called first or last, and so may see the item: made of legs of calls, of
    which there are many times more. Written by telephony/missed/rang.py only."""

    item = models.ForeignKey(MissedItem, models.CASCADE, related_name="rang", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    first_at = models.DateTimeField(help_text="The item's.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "user"], name="missed_rang_once")]
        indexes = [models.Index(fields=["user", "first_at", "item"], name="missed_rang_of_user")]

    def __str__(self) -> str:
        return f"{self.user}: {self.item}"
