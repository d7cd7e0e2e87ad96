"""Contacts and their numbers."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models.company import Company
from crm.models.tag import Tag
from crm.models.words import Words, WordsIndex
from crm.numbers import both_extensions, key_of, number_in, numbers_in
from crm.texts import one_line
from crm.words import searchable
from telephony.domain import numbers as phone


class Contact(models.Model):
    """A person (or a line of a company) that calls or is called."""

    name = models.CharField(pgettext_lazy("of a contact", "name"), max_length=200, help_text=_("First and last name."))
    company = models.ForeignKey(
        Company,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="contacts",
        verbose_name=_("company"),
        help_text=_("Where this person works."),
    )
    position = models.CharField(
        pgettext_lazy("of a contact", "position"),
        max_length=100,
        blank=True,
        help_text=_("What this person does there: director, buyer."),
    )
    email = models.EmailField(_("email"), blank=True, help_text=_("Where to write to."))
    source = models.CharField(
        _("source"), max_length=100, blank=True, help_text=_("Where this contact came from: a call, the site, a fair.")
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
    tags = models.ManyToManyField(
        Tag, blank=True, related_name="contacts", verbose_name=_("tags"), help_text=_("What it is sorted by.")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("added by"),
        help_text=_("Who added it here; empty for a script."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True, help_text=_("When it was added here."))
    updated_at = models.DateTimeField(_("changed"), auto_now=True, help_text=_("When it was last changed."))
    search_text = models.TextField(
        editable=False,
        blank=True,
        help_text=_("What it is found by: words of names and emails in lower case, and digits of numbers."),
    )

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["name", "id"]
        swappable = "TELEPHONY_CONTACT_MODEL"
        indexes = [
            models.Index(fields=["name", "id"], name="contact_by_name"),
            models.Index(fields=["responsible", "name", "id"], name="contact_of_responsible"),
            WordsIndex(Words("search_text"), name="contact_words"),
        ]
        permissions = [
            ("merge_contact", _("Can merge two contacts into one")),
            ("import_contacts", _("Can import contacts from a file")),
            ("export_contacts", _("Can export contacts to a file")),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name, self.position = one_line(self.name), one_line(self.position)  # They go to phones' displays.
        self.search_text = self.searchable()
        if (named := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*named, "search_text"}
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("crm:contact", args=[self.pk])

    def clean(self) -> None:
        if not one_line(self.name):
            raise ValidationError({"name": _("Write a name: there are only signs that nobody sees in it.")})

    def searchable(self) -> str:
        """What `search_text` has to be. Reads the company and the numbers."""
        numbers = [number.number for number in self.phones.all()] if self.pk else []
        company = self.company.name if self.company else ""
        return searchable(self.name, company, emails=[self.email], numbers=numbers)


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
    extension = models.CharField(
        pgettext_lazy("of a number", "extension"),
        max_length=50,
        blank=True,
        editable=False,
        help_text=_("What is dialled after somebody answered, where the number was written with one: 101."),
    )
    last10 = models.CharField(
        max_length=10, blank=True, editable=False, db_index=True, help_text=_("Its last 10 digits, for matching.")
    )
    match = models.CharField(
        max_length=50, editable=False, help_text=_("What all spellings of the number share: a contact has it once.")
    )

    class Meta:
        verbose_name = _("phone number")
        verbose_name_plural = _("phone numbers")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["contact", "match"], name="contact_number_once")]

    def __str__(self) -> str:
        return f"{self.number};ext={self.extension}" if self.extension else self.number

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.take_apart()
        super().save(*args, **kwargs)

    @property
    def number(self) -> str:
        """In E.164, or as it was typed; without the extension, if it is a valid one."""
        return self.e164 or self.raw

    def take_apart(self) -> None:
        """Set what is kept of the number besides `raw`. An extension that is there already stays."""
        read = number_in(self.raw)
        self.e164 = read.e164
        self.extension = both_extensions(read.extension, self.extension)
        self.last10 = phone.last_digits(read.e164 or read.bare) if read.may_be_stored else ""
        self.match = key_of(read)

    def clean(self) -> None:
        try:
            found = numbers_in(self.raw)
        except ValidationError as error:
            raise ValidationError({"raw": error.messages}) from None
        if len(found) != 1:
            raise ValidationError({"raw": _("These are several numbers: write each into a field of its own.")})
        self.extension = found[0].extension
        self.take_apart()
        same = ContactPhone.objects.filter(contact=self.contact_id, match=self.match).exclude(pk=self.pk)
        if self.contact_id and same.exists():
            raise ValidationError({"raw": _("This contact has this number already.")})
