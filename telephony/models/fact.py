"""What reports count of a call: one narrow row for each, in quarters of an hour. Only telephony/reports writes it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.models.call import Call, DirectionChoice, StatusChoice
from telephony.models.connection import Connection

LONGEST_SOURCE = 100


class CallFact(models.Model):
    """One call as reports count it. Everything in it can be worked out anew from the call."""

    call = models.OneToOneField(
        Call, models.CASCADE, primary_key=True, related_name="fact", verbose_name=_("call"), help_text=_("Which call.")
    )
    quarter = models.PositiveIntegerField(
        _("quarter of an hour"), db_index=True, help_text=_("Of its start: how many since 1970 in UTC.")
    )
    connection = models.ForeignKey(
        Connection,
        models.CASCADE,
        db_index=False,
        related_name="+",
        verbose_name=_("connection"),
        help_text=_("At which PBX."),
    )
    line = models.CharField(_("our number"), max_length=200, blank=True, help_text=_("As the call log looks for it."))
    direction = models.CharField(
        _("direction"), max_length=10, choices=DirectionChoice, help_text=_("Who called whom.")
    )
    status = models.CharField(_("status"), max_length=10, choices=StatusChoice, help_text=_("State or outcome."))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("responsible"),
        help_text=_("Who is responsible for the call."),
    )
    source = models.CharField(
        _("source"), max_length=LONGEST_SOURCE, blank=True, help_text=_("Of the client: utm_source, or Roistat.")
    )
    outside = models.BooleanField(
        _("outside working hours"), default=False, help_text=_("By the working hours as they were set up then.")
    )
    wait_seconds = models.PositiveIntegerField(
        _("waited, s"), null=True, help_text=_("Until the answer, or until the end without one.")
    )
    talk_seconds = models.PositiveIntegerField(_("talked, s"), null=True, help_text=_("Length of the talk."))

    class Meta:
        default_permissions = ()
        verbose_name = _("call in reports")
        verbose_name_plural = _("calls in reports")

    def __str__(self) -> str:
        return f"#{self.pk}"
