"""Imports of contacts from a file. The rows are the memory: an import that was cut off goes on where it was."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.models.contact import Contact


class ContactImport(models.Model):
    """One file of contacts, and how far it has come."""

    class State(models.TextChoices):
        PREVIEW = "preview", _("to be checked")
        RUNNING = "running", _("being imported")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("stopped")

    class Known(models.TextChoices):
        SKIP = "skip", _("leave them as they are")
        FILL = "fill", _("fill in what they lack")
        ADD = "add", _("add them once more")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="contact_imports",
        verbose_name=_("user"),
        help_text=_("Who imports."),
    )
    name = models.CharField(_("file"), max_length=200, help_text=_("Name of the file."))
    columns = models.JSONField(_("columns"), help_text=_("The file's column heads, in order."))
    fields = models.JSONField(_("fields"), help_text=_("What each column means; empty: it is left out."))
    known = models.CharField(
        _("contacts that are there already"),
        max_length=10,
        choices=Known,
        default=Known.FILL,
        help_text=_("What becomes of a row whose number or email some contact has."),
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.PREVIEW, help_text=_("How far it has come.")
    )
    language = models.CharField(
        max_length=10, editable=False, default="en", help_text=_("In which reasons are told: the user's at the time.")
    )
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True, help_text=_("When the file came."))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True, help_text=_("When the last row was done."))

    class Meta:
        verbose_name = _("import of contacts")
        verbose_name_plural = _("imports of contacts")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("crm:import", args=[self.pk])


class ContactImportRow(models.Model):
    """One row of the file, and what became of it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        ADDED = "added", _("added")
        FILLED = "filled", _("filled in")
        SKIPPED = "skipped", _("left as it was")
        FAILED = "failed", _("not imported")

    imported = models.ForeignKey(
        ContactImport, models.CASCADE, related_name="rows", verbose_name=_("import"), help_text=_("Of which file.")
    )
    number = models.PositiveIntegerField(_("row"), help_text=_("As the spreadsheet counts it: the head is row 1."))
    values = models.JSONField(_("cells"), help_text=_("Texts, in the order of the columns."))
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.WAITING, help_text=_("What became of it.")
    )
    error = models.TextField(_("reason"), blank=True, help_text=_("Why it was not imported."))
    contact = models.ForeignKey(
        Contact,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("contact"),
        help_text=_("Which contact it is now."),
    )

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")
        ordering = ["imported", "number"]
        constraints = [models.UniqueConstraint(fields=["imported", "number"], name="import_row_once")]
        indexes = [models.Index(fields=["imported", "state", "number"], name="import_row_by_state")]

    def __str__(self) -> str:
        return str(self.number)
