"""Recordings of calls. Only where they are to be had is noted here so far."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.models.call import Call


class Recording(models.Model):
    """One recording of a call, as the PBX pointed at it."""

    call = models.ForeignKey(
        Call, models.CASCADE, related_name="recordings", verbose_name=_("call"), help_text=_("Which call.")
    )
    source_sha256 = models.CharField(
        max_length=64, editable=False, help_text=_("Tells two recordings of a call apart.")
    )
    position = models.PositiveSmallIntegerField(
        _("position"), default=0, help_text=_("Order in which the PBX made them, from 0.")
    )
    link = models.TextField(_("link"), blank=True, help_text=_("Where the PBX says the file is."))
    reference = models.CharField(
        _("reference"), max_length=200, blank=True, help_text=_("What to ask the PBX by, where it gives no link.")
    )
    created_at = models.DateTimeField(_("noted"), auto_now_add=True, help_text=_("When we were told of it."))

    class Meta:
        verbose_name = _("recording")
        verbose_name_plural = _("recordings")
        ordering = ["call", "position"]
        constraints = [models.UniqueConstraint(fields=["call", "source_sha256"], name="recording_once")]

    def __str__(self) -> str:
        return f"#{self.pk}"
