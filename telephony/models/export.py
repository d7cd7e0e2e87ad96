"""Files that people asked for and a worker makes. Only telephony/call_log/exports writes them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Export(models.Model):
    """One Excel file of one person's: ordered, written by a worker, fetched, and deleted a day later."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for a worker")
        WORKING = "working", _("being written")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")

    class Reason(models.TextChoices):
        """Why there is no file."""

        NO_RIGHTS = "no_rights", _("You may not export this any more. Ask an administrator for the right.")
        WRONG_FILTERS = "wrong_filters", _("One of the filters is no longer valid. Choose it anew, then export again.")
        NO_ROOM = "no_room", _("The server's disk is full. Tell an administrator, then export again.")
        ENDED = "ended", _("The server was stopped each time while it wrote the file. Export again.")
        INTERNAL = "internal", _("Something went wrong here. Tell an administrator: the worker's log says more.")
        ERASED = "erased", _("A client's data was erased meanwhile, and every file with it. Export again.")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="exports",
        verbose_name=_("user"),
        help_text=_("Whose it is; nobody else gets it."),
    )
    kind = models.CharField(_("kind"), max_length=40, help_text=_("What is exported, like “calls”."))
    query = models.CharField(
        _("filters"), max_length=2000, blank=True, help_text=_("As they stood in the page's address.")
    )
    words = models.JSONField(
        _("filters in words"), default=list, blank=True, help_text=_("As their owner reads them, a list of texts.")
    )
    language = models.CharField(_("language"), max_length=16, help_text=_("Of the heads and words in the file."))
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.WAITING, help_text=_("How far it has come.")
    )
    reason = models.CharField(
        _("reason"), max_length=20, choices=Reason, blank=True, help_text=_("Why there is no file.")
    )
    rows_done = models.PositiveIntegerField(_("rows written"), default=0, help_text=_("So far, without the head."))
    rows_total = models.PositiveIntegerField(
        _("rows"), null=True, help_text=_("Counted when the writing began; empty before.")
    )
    scope = models.CharField(
        max_length=64, blank=True, editable=False, help_text=_("Hash of what the owner was allowed to see then.")
    )
    file = models.CharField(
        max_length=100, blank=True, editable=False, help_text=_("Its name in the folder of exports.")
    )
    size = models.PositiveBigIntegerField(_("size"), default=0, help_text=_("Of the file, in bytes."))
    created_at = models.DateTimeField(_("ordered"), default=timezone.now, help_text=_("When it was asked for."))
    next_try_at = models.DateTimeField(
        _("next try"),
        null=True,
        default=timezone.now,
        help_text=_("When a worker takes it; while one writes, when another may take it over."),
    )
    lease = models.CharField(max_length=32, blank=True, editable=False, help_text=_("Token of whoever writes it."))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, help_text=_("How many times it was begun."))

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=models.Q(state__in=["waiting", "working"]), name="export_due"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def is_under_way(self) -> bool:
        """Whether somebody waits for it."""
        return self.state in (self.State.WAITING, self.State.WORKING)
