"""What was deleted or changed for good, by whom and why: the rows outlive what they tell of."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """One thing that was done for good. Holds no number, name or link: erasing a person must not need to touch it."""

    class Action(models.TextChoices):
        RECORDING_EXPIRED = "recording_expired", _("recording deleted: its time was over")
        RECORDING_DROPPED = "recording_dropped", _("recording dropped: after a replay no message tells of it")
        RECORDING_DELETED = "recording_deleted", _("recording deleted")
        RECORDING_HELD = "recording_held", _("recording kept beyond its time")
        RECORDING_RELEASED = "recording_released", _("recording no longer kept beyond its time")
        NUMBER_ERASED = "number_erased", _("a person's number erased")
        DELIVERIES_EXPIRED = "deliveries_expired", _("old deliveries deleted")
        NOTICES_EXPIRED = "notices_expired", _("old outgoing messages deleted")

    action = models.CharField(_("action"), max_length=30, choices=Action, help_text=_("What was done."))
    at = models.DateTimeField(_("when"), auto_now_add=True, db_index=True, help_text=_("When it was done."))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("user"),
        help_text=_("By whom; empty if by schedule."),
    )
    username = models.CharField(
        _("user name"), max_length=150, blank=True, help_text=_("Stays when the user is deleted.")
    )
    details = models.JSONField(
        _("details"), default=dict, blank=True, help_text=_("Row numbers and counts; nothing personal.")
    )

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal of deletions")
        ordering = ["-id"]
        permissions = [("erase_number", _("Can erase a person's number"))]

    def __str__(self) -> str:
        return self.get_action_display()
