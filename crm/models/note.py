"""Notes about contacts and companies."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.models.company import Company
from crm.models.contact import Contact
from telephony.models import Call


class Note(models.Model):
    """What somebody wrote down about a contact or a company, or about a call of somebody yet unknown."""

    contact = models.ForeignKey(
        Contact,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="notes",
        verbose_name=_("contact"),
        help_text=_("About whom."),
    )
    company = models.ForeignKey(
        Company,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="notes",
        verbose_name=_("company"),
        help_text=_("About which company."),
    )
    call = models.ForeignKey(
        Call,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="notes",
        verbose_name=_("call"),
        help_text=_("The call during or after which it was written."),
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="notes",
        verbose_name=_("author"),
        help_text=_("Who wrote it."),
    )
    text = models.TextField(_("text"), max_length=10_000, help_text=_("Up to 10,000 characters."))
    created_at = models.DateTimeField(_("written"), auto_now_add=True, help_text=_("When it was written."))
    edited_at = models.DateTimeField(
        _("edited"), null=True, blank=True, editable=False, help_text=_("When its text was last changed.")
    )

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["contact", "-created_at", "-id"], name="note_of_contact"),
            models.Index(fields=["company", "-created_at", "-id"], name="note_of_company"),
        ]

    def __str__(self) -> str:
        return self.text[:80]
