"""Hints to browsers: what changed for whom. The rows of other tables are the truth; these are swept after an hour."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class LiveEvent(models.Model):
    """Something changed on somebody's desk, or on the board. Written by cards/live.py, read by cards/hub.py."""

    class Topic(models.TextChoices):
        CARDS = "cards", _("a user's cards")
        BOARD = "board", _("the board")
        CANARY = "canary", _("a canary call")

    at = models.DateTimeField(_("when"), db_index=True, help_text=_("When it happened."))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        # Each message writes a few: the database need not look for the user of what is gone after an hour.
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("user"),
        help_text=_("Whose browsers are told; empty: of everybody who sees the board."),
    )
    topic = models.CharField(_("topic"), max_length=10, choices=Topic, help_text=_("What has to be read anew."))
    content = models.JSONField(_("content"), default=dict, help_text=_("Row numbers only, nothing personal."))

    class Meta:
        verbose_name = _("live event")
        verbose_name_plural = _("live events")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.topic} #{self.pk}"
