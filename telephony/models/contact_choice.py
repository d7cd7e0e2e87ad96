"""Which of several contacts with one number it is: somebody chose, and that stays."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony import conf


class ContactChoice(models.Model):
    """A person's choice between the contacts that share a number. Valid while the contact still has it."""

    number = models.CharField(
        _("number"),
        max_length=50,
        unique=True,
        help_text=_("In E.164; of what is no valid number, its last 10 digits."),
    )
    contact = models.ForeignKey(
        conf.contact_model(),
        models.CASCADE,
        related_name="+",
        verbose_name=_("contact"),
        help_text=_("Whose call it was said to be."),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("user"),
        help_text=_("Who chose."),
    )
    at = models.DateTimeField(_("when"), auto_now=True, help_text=_("When it was chosen last."))

    class Meta:
        verbose_name = _("choice of a contact")
        verbose_name_plural = _("choices of contacts")

    def __str__(self) -> str:
        return self.number
