"""Cards: whom a ringing call is to be shown to."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.models.call import Call


class Card(models.Model):
    """A call on one user's screen. The row is the memory; whatever tells the browser of it is only a hint."""

    call = models.ForeignKey(
        Call, models.CASCADE, related_name="cards", verbose_name=_("call"), help_text=_("Which call.")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="cards",
        verbose_name=_("user"),
        help_text=_("Whose phone rang."),
    )
    created_at = models.DateTimeField(_("shown from"), auto_now_add=True, help_text=_("When the phone began to ring."))
    withdrawn_at = models.DateTimeField(
        _("shown until"), null=True, blank=True, help_text=_("When somebody else answered, or the call ended.")
    )

    class Meta:
        verbose_name = _("card")
        verbose_name_plural = _("cards")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["call", "user"], name="card_once")]
        indexes = [models.Index(fields=["user"], condition=models.Q(withdrawn_at=None), name="card_shown")]

    def __str__(self) -> str:
        return f"{self.call} ({self.user})"
