"""Canary calls: whether a call that nobody made went the whole way. Written by telephony/canary."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from telephony.models.connection import Connection


class CanaryRun(models.Model):
    """One call that the installation made to itself, by the PBX's own messages, over its public address."""

    class Problem(models.TextChoices):
        """Where it got stuck, in the order of its way."""

        UNREACHABLE = "unreachable", _("the installation's public address could not be reached")
        STREAM_NONE = "stream_none", _("the server that pages come from holds no streams")
        STREAM_REFUSED = "stream_refused", _("a browser's stream was refused")
        STREAM_SILENT = "stream_silent", _("a browser's stream was opened and said nothing")
        REDIRECTED = "redirected", _("the address redirects, which loses a PBX's message")
        NOT_FOUND = "not_found", _("the address leads to no connection")
        UNMARKED = "unmarked", _("a proxy removes the header X-Canary-Call, so nothing was sent")
        NO_ANSWER = "no_answer", _("a message got no answer in time")
        REFUSED = "refused", _("a message was refused, as if its proof of origin were wrong")
        TOO_MANY = "too_many", _("a message was refused, because the connection's quota is used up")
        NOT_STORED = "not_stored", _("a message could not be stored")
        WRONG_ANSWER = "wrong_answer", _("the PBX would not understand the answer")
        FAULT = "fault", _("a message was stored and could not be applied")
        NO_CALL = "no_call", _("no call came of the messages")
        NOT_HEARD = "not_heard", _("the call was made, and the browser's stream was not told")

    connection = models.ForeignKey(
        Connection,
        models.CASCADE,
        db_index=False,  # The first column of canary_of_connection.
        related_name="canary_runs",
        verbose_name=_("connection"),
        help_text=_("Whose address was called."),
    )
    begun_at = models.DateTimeField(_("begun"), help_text=_("When it set out."))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, help_text=_("Empty while it goes on."))
    problem = models.CharField(
        _("problem"), max_length=20, choices=Problem, blank=True, default="", help_text=_("Empty: it arrived.")
    )
    said = models.CharField(
        _("what was said"), max_length=300, blank=True, default="", help_text=_("The error or the answer, as it came.")
    )
    answer_ms = models.PositiveIntegerField(
        _("answer, ms"), null=True, blank=True, help_text=_("The slowest answer to one of its messages.")
    )
    heard_ms = models.PositiveIntegerField(
        _("card, ms"), null=True, blank=True, help_text=_("From the first message until the browser's stream was told.")
    )

    class Meta:
        verbose_name = _("canary call")
        verbose_name_plural = _("canary calls")
        ordering = ["-id"]
        indexes = [models.Index(fields=["connection", "-id"], name="canary_of_connection")]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def has_arrived(self) -> bool:
        """False while it goes on, too."""
        return self.ended_at is not None and not self.problem
