"""When a PBX may be asked next."""

from __future__ import annotations

from django.db import models

from telephony.models.connection import Connection


class AskTurn(models.Model):
    """The next free place among the requests of one kind to one PBX (telephony/talks/turns.py)."""

    connection = models.ForeignKey(
        Connection, models.CASCADE, related_name="ask_turns", help_text="Whose PBX is asked."
    )
    lane = models.CharField(
        max_length=30, blank=True, help_text="Which of the vendor's limits; empty: of all the rest."
    )
    next_at = models.DateTimeField(help_text="From when the next request may be sent.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "lane"], name="ask_turn_once")]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.lane}"
