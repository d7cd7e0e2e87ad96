"""Rows that a worker could not work on: kept, so that somebody sees them, while the other rows go on."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RowFailure(models.Model):
    """One row at which one kind of work failed, as often as it did."""

    job = models.CharField(_("work"), max_length=50, help_text=_("What was being done, like reap_calls."))
    row = models.CharField(_("row"), max_length=80, help_text=_("Kind and number of the row."))
    count = models.PositiveIntegerField(_("times"), default=1, help_text=_("How often it failed."))
    first_at = models.DateTimeField(_("first"), auto_now_add=True, help_text=_("When it failed first."))
    last_at = models.DateTimeField(_("last"), db_index=True, help_text=_("When it failed last."))
    error = models.TextField(_("error"), help_text=_("What went wrong, without secrets."))
    traceback = models.TextField(_("traceback"), blank=True, help_text=_("Where, for whoever mends it."))

    class Meta:
        verbose_name = _("row that could not be worked on")
        verbose_name_plural = _("rows that could not be worked on")
        ordering = ["-last_at"]
        constraints = [models.UniqueConstraint(fields=["job", "row"], name="row_failure_once")]

    def __str__(self) -> str:
        return f"{self.job} {self.row}"
