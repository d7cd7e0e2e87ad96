"""Processes of the installation that said they were alive."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.models.words import NAME


class SeenProcess(models.Model):
    """One that works in the background. Its row is written anew while it lives (telephony/jobs/alive.py)."""

    class Kind(models.TextChoices):
        WORKER = "worker", _("worker")
        BEAT = "beat", _("beat")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, help_text=_("What it does."))
    name = models.CharField(
        NAME, max_length=200, blank=True, help_text=_("A worker's node name; beat's host and process.")
    )
    queues = models.JSONField(_("queues"), default=list, help_text=_("Which queues a worker takes work from."))
    code = models.CharField(
        _("version of the code"),
        max_length=16,
        blank=True,
        db_default="",
        default="",
        help_text=_("A mark of the files that a worker began with."),
    )
    begun_at = models.DateTimeField(_("begun"), null=True, blank=True, help_text=_("When it first said so."))
    seen_at = models.DateTimeField(_("last seen"), help_text=_("When it last said that it is alive."))

    class Meta:
        verbose_name = _("process")
        verbose_name_plural = _("processes")
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="seen_process_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}".strip()
