"""What every row has that is sent as one e-mail, at most once (telephony/outgoing/mail_rows.py)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class MailRow(models.Model):
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(null=True, help_text=_("When a worker sends the e-mail."))
    lease = models.CharField(max_length=32, blank=True, help_text=_("Which worker sends it."))
    handed_over_at = models.DateTimeField(
        null=True, help_text=_("When it was begun to be handed to the mail server: it is not sent a second time.")
    )

    class Meta:
        abstract = True
