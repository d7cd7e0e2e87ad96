"""Companies."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.models.tag import Tag
from crm.models.words import Words, WordsIndex
from crm.texts import one_line
from crm.words import searchable

_URL = URLValidator(schemes=["http", "https"])


def _is_address(value: str) -> None:
    _URL(_with_scheme(value))


def _with_scheme(address: str) -> str:
    return address if "://" in address else f"https://{address}"


class Company(models.Model):
    """A company that contacts belong to. Numbers belong to contacts: a company's switchboard is one of them."""

    name = models.CharField(
        pgettext_lazy("of a thing", "name"), max_length=200, unique=True, help_text=_("As people call it.")
    )
    site = models.CharField(
        _("site"), max_length=200, blank=True, validators=[_is_address], help_text=_("Its site, like example.ru.")
    )
    email = models.EmailField(_("email"), blank=True, help_text=_("The company's own, not a person's."))
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="companies",
        verbose_name=_("responsible"),
        help_text=_("Who looks after this company."),
    )
    tags = models.ManyToManyField(
        Tag, blank=True, related_name="companies", verbose_name=_("tags"), help_text=_("What it is sorted by.")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("added by"),
        help_text=_("Who added it here."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True, help_text=_("When it was added here."))
    updated_at = models.DateTimeField(_("changed"), auto_now=True, help_text=_("When it was last changed."))
    search_text = models.TextField(editable=False, blank=True, help_text=_("What it is found by: words in lower case."))

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        ordering = ["name"]
        indexes = [WordsIndex(Words("search_text"), name="company_words")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name = one_line(self.name)
        self.search_text = searchable(self.name, self.site, emails=[self.email])
        if (named := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*named, "search_text"}
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("crm:company", args=[self.pk])

    @property
    def site_url(self) -> str:
        """The site's address with its scheme, http or https; empty for none."""
        return _with_scheme(self.site) if self.site else ""
