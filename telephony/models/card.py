"""Cards: whom a call is to be shown to, and what became of it on the screen."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.models.call import Call


class Card(models.Model):
    """A call on one user's screen. The row is the memory; whatever tells the browser of it is only a hint."""

    call = models.ForeignKey(
        Call,
        models.CASCADE,
        db_index=False,  # The first column of card_once.
        related_name="cards",
        verbose_name=_("call"),
        help_text=_("Which call."),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="cards",
        verbose_name=_("user"),
        help_text=_("Whose phone rang, or who called."),
    )
    created_at = models.DateTimeField(_("shown from"), help_text=_("When we heard that the phone began to ring."))
    withdrawn_at = models.DateTimeField(
        _("shown until"), null=True, blank=True, help_text=_("When somebody else answered, or the call ended.")
    )
    page_was_open = models.BooleanField(
        _("page was open"), default=False, help_text=_("One of the user's pages was open when the phone rang.")
    )
    fetched_at = models.DateTimeField(
        _("sent"), null=True, blank=True, help_text=_("When one of the user's browsers was first given it.")
    )
    shown_at = models.DateTimeField(
        _("seen"), null=True, blank=True, help_text=_("When a browser first had it on a screen.")
    )
    dismissed_at = models.DateTimeField(
        _("closed"), null=True, blank=True, help_text=_("When the user closed it; it is closed in all tabs then.")
    )

    class Meta:
        verbose_name = _("card")
        verbose_name_plural = _("cards")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["call", "user"], name="card_once")]
        indexes = [
            models.Index(fields=["user", "-created_at"], condition=models.Q(dismissed_at=None), name="card_of_user")
        ]

    def __str__(self) -> str:
        return f"{self.call} ({self.user})"
