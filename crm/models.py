"""Companies, contacts and their numbers."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony import phone


class Company(models.Model):
    """A company that contacts belong to."""

    name = models.CharField(_("name"), max_length=200, unique=True, help_text=_("As people call it."))
    created_at = models.DateTimeField(_("created"), auto_now_add=True, help_text=_("When it was added here."))

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """A person (or a line of a company) that calls or is called."""

    name = models.CharField(_("name"), max_length=200, db_index=True, help_text=_("First and last name."))
    company = models.ForeignKey(
        Company,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="contacts",
        verbose_name=_("company"),
        help_text=_("Where this person works."),
    )
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="contacts",
        verbose_name=_("responsible"),
        help_text=_("Who looks after this contact; the PBX can put their calls through to this user."),
    )
    search_text = models.TextField(editable=False, blank=True, help_text=_("Names in lower case, for searching."))
    created_at = models.DateTimeField(_("created"), auto_now_add=True, help_text=_("When it was added here."))

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["name", "id"]
        swappable = "TELEPHONY_CONTACT_MODEL"

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        # SQLite compares Cyrillic letters case by case: so the search looks into text that is lower case already.
        self.search_text = f"{self.name} {self.company.name if self.company else ''}".lower()
        super().save(*args, **kwargs)


class ContactPhone(models.Model):
    """One number of a contact. The same number may belong to several contacts."""

    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="phones", verbose_name=_("contact"), help_text=_("Whose number it is.")
    )
    raw = models.CharField(
        _("number"), max_length=100, help_text=_("In any form: 8 (923) 529-29-26, +7 923 529 29 26.")
    )
    e164 = models.CharField(
        max_length=16, blank=True, editable=False, db_index=True, help_text=_("In E.164, if valid.")
    )
    last10 = models.CharField(
        max_length=10, blank=True, editable=False, db_index=True, help_text=_("Its last 10 digits, for matching.")
    )

    class Meta:
        verbose_name = _("phone number")
        verbose_name_plural = _("phone numbers")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.e164 or self.raw

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.e164 = phone.to_e164(self.raw, settings.CRM_PHONE_REGION)
        self.last10 = phone.last_digits(self.e164 or self.raw)
        super().save(*args, **kwargs)

    def clean(self) -> None:
        if not phone.digits(self.raw):
            raise ValidationError({"raw": _("There is no digit in this number.")})
