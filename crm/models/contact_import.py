"""Imports of contacts from a file. The rows are the memory: an import that was cut off goes on where it was.

What is a copy of people's data (the file, the report, the rows) is forgotten after a week, and when a person is erased.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.models.contact import Contact


class ContactImport(models.Model):
    """One file of contacts, and how far it has come."""

    class State(models.TextChoices):
        READING = "reading", _("being read")
        UNREADABLE = "unreadable", _("could not be read")
        PREVIEW = "preview", _("to be checked")
        RUNNING = "running", _("being imported")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("stopped")
        UNDOING = "undoing", _("being taken back")
        UNDONE = "undone", _("taken back")

    class Known(models.TextChoices):
        SKIP = "skip", _("leave them as they are")
        FILL = "fill", _("fill in what they lack")
        ADD = "add", _("add them once more")

    class Answer(models.TextChoices):
        SAME = "same", _("the same person")
        OTHER = "other", _("another person")
        SKIP = "skip", _("leave the row out")

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
    answer = models.CharField(
        _("answer to all questions"),
        max_length=10,
        choices=Answer,
        blank=True,
        help_text=_(
            "Who a row is that shares a number or an email with somebody else; empty: as is proposed for each."
        ),
    )
    people = models.JSONField(
        _("people in charge"),
        default=dict,
        blank=True,
        help_text=_("Names in the file that no user has: which user each is, 0 for nobody."),
    )
    reading = models.JSONField(
        _("reading"),
        default=dict,
        editable=False,
        help_text=_("How the file was read: sheet, head, encoding, delimiter."),
    )
    report = models.JSONField(
        _("report"), default=dict, editable=False, help_text=_("What would become of the rows; only before the start.")
    )
    digest = models.CharField(
        max_length=64,
        blank=True,
        editable=False,
        db_index=True,
        help_text=_("SHA-256 of the file: the same file again."),
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.PREVIEW, help_text=_("How far it has come.")
    )
    language = models.CharField(
        max_length=10, editable=False, default="en", help_text=_("In which reasons are told: the user's at the time.")
    )
    error = models.TextField(_("reason"), blank=True, help_text=_("Why the file could not be read."))
    attempts = models.PositiveSmallIntegerField(default=0, editable=False, help_text=_("How often reading was begun."))
    reading_until = models.DateTimeField(
        null=True, editable=False, help_text=_("Until then the worker that reads the file is believed to be alive.")
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

    @property
    def under_way(self) -> bool:
        """Whether a worker is about it."""
        return self.state in (self.State.READING, self.State.RUNNING, self.State.UNDOING)


class ContactImportFile(models.Model):
    """The file itself, as long as it may have to be read in another way: until the start, a week at most."""

    imported = models.OneToOneField(
        ContactImport, models.CASCADE, related_name="file", verbose_name=_("import"), help_text=_("Of which import.")
    )
    content = models.BinaryField(_("content"), help_text=_("As it was uploaded."))

    class Meta:
        verbose_name = _("file of an import")
        verbose_name_plural = _("files of imports")

    def __str__(self) -> str:
        return str(self.imported)


class ContactImportRow(models.Model):
    """One row of the file, and what became of it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        ADDED = "added", _("added")
        FILLED = "filled", _("filled in")
        SKIPPED = "skipped", _("left as it was")
        FAILED = "failed", _("not imported")
        UNDONE = "undone", _("taken back")

    imported = models.ForeignKey(
        ContactImport, models.CASCADE, related_name="rows", verbose_name=_("import"), help_text=_("Of which file.")
    )
    number = models.PositiveIntegerField(_("row"), help_text=_("As the spreadsheet counts it: the head is row 1."))
    values = models.JSONField(_("cells"), help_text=_("Texts, in the order of the columns."))
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.WAITING, help_text=_("What became of it.")
    )
    answer = models.CharField(
        _("answer"),
        max_length=10,
        choices=ContactImport.Answer,
        blank=True,
        help_text=_("Who it is, if it shares a number or an email with somebody else; empty: as for the whole file."),
    )
    noted = models.JSONField(
        default=list, editable=False, help_text=_("What was wrong with the line when the file was read.")
    )
    error = models.TextField(_("reason"), blank=True, help_text=_("Why it was not imported, or not taken back."))
    warnings = models.TextField(
        _("warnings"), blank=True, help_text=_("What of it went to the contact's note, and why.")
    )
    made = models.JSONField(
        null=True, editable=False, help_text=_("What it has made and changed, for taking it back; and a stamp of that.")
    )
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
